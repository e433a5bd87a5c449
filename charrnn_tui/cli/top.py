"""`charrnn-tui top`: the most probable items that begin with a prefix, found exactly."""

from __future__ import annotations

import math
from itertools import islice
from typing import Annotated

import typer

from charrnn_tui.cli import options
from charrnn_tui.files.limits import LARGEST_WHOLE


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "top",
        short_help="List the most probable items, exactly.",
        epilog="""Examples:

\b
  charrnn-tui top De                 the ten most probable names that begin with De
  charrnn-tui top -n 3 -m towns      the three most probable of all
  charrnn-tui top De --json
""",
    )(top)


def top(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How the items begin.")] = "",
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, max=LARGEST_WHOLE, help="How many.")] = 10,
    model: options.ModelOption = None,
    max_length: Annotated[
        int, typer.Option("--max-length", metavar="N", min=1, max=LARGEST_WHOLE, help="At most so many new characters.")
    ] = 40,
    as_json: options.JsonOption = False,
) -> None:
    """List the most probable items that begin with a prefix, the most probable first.

    Nothing is drawn: a best-first search finds them exactly. The probability is that of the rest and its end, given
    the prefix. It stops early where the network is too undecided; what it printed is exact all the same.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    opened = options.open_model(Library(), model, load_config())
    found = islice(opened.most_probable(prefix, max_length=max_length), n)
    if as_json:
        rows = [{"text": f.text, "log_prob": f.log_prob, "probability": math.exp(f.log_prob)} for f in found]
        output.write_json(rows)
    else:
        for text, log_prob in found:
            print(f"{math.exp(log_prob):8.4%}  {output.shown(text)}")
