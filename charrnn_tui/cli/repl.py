"""`charrnn-tui repl`: the inline prompt."""

from __future__ import annotations

from typing import Annotated

import typer

from charrnn_tui.cli import options


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "repl",
        short_help="Open the inline prompt.",
        epilog="""Examples:

\b
  charrnn-tui repl                          type, press Enter, watch
  charrnn-tui repl -m poems -t 0.6          with another model, calmer
  printf 'De\\n/temp 0.3\\nDe\\n' | charrnn-tui repl   as a script
""",
    )(repl)


def repl(
    model: options.ModelOption = None,
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    max_length: options.MaxLengthOption = None,
    seed: options.SeedOption = None,
    pace: Annotated[
        float | None, typer.Option("--pace", metavar="N", help="Characters a second (0: as fast as possible).")
    ] = None,
) -> None:
    """Continue what is typed, character by character, in the terminal's own scrollback.

    Ctrl+C stops a generation, Ctrl+D leaves; /help lists commands and keys, F7 and F8 turn the temperature.
    """
    from charrnn_tui.cli.errors import from_options
    from charrnn_tui.prompt.settings import Config
    from charrnn_tui.repl import run

    given = {
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "max_length": max_length,
        "seed": seed,
        "pace": pace,
    }
    overrides = {name: value for name, value in given.items() if value is not None}
    with from_options():
        Config(**overrides)  # type: ignore[arg-type]
    raise typer.Exit(run(model, overrides))
