"""`charrnn-tui favourites`: generations that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli import options
from charrnn_tui.cli.errors import WrongUse
from charrnn_tui.cli.group import Group

if TYPE_CHECKING:
    from charrnn_tui.prompt.favourites import Favourite


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(cls=Group, rich_markup_mode=None)
    group.callback(invoke_without_command=True)(favourites)
    group.command("list", help="List what was kept, oldest first.")(show)
    group.command(
        "export",
        epilog="""Examples:

\b
  charrnn-tui favourites export kept.txt      the texts, one a line
  charrnn-tui favourites export kept.csv      with model, seed and settings
  charrnn-tui favourites export kept.jsonl    the same, a JSON object a line
""",
    )(export)
    app.add_typer(group, name="favourites", short_help="List or export what was kept.")


def favourites(context: typer.Context) -> None:
    """Generations that were kept at a prompt: list or export them.

    \b
    Examples:
      charrnn-tui favourites list
      charrnn-tui favourites export kept.csv
    """
    if context.invoked_subcommand is None:
        show()


def show(
    as_json: options.JsonOption = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="Print the command line that makes each one again.")
    ] = False,
) -> None:
    """List what was kept, oldest first."""
    from charrnn_tui.cli import output
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.prompt.favourites import load, told
    from charrnn_tui.prompt.generations import sample_command_of, shown_item

    kept = load()
    if as_json:
        output.write_json([told(favourite) for favourite in kept])
    elif not kept:
        remark("nothing was kept yet; /save at a prompt keeps the last generation.")
    else:
        for favourite in kept:
            text = shown_item(favourite.text) if output.to_terminal() else favourite.text
            print(sample_command_of(favourite) if commands else output.shown(text))


def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; its ending says how: .txt .csv .jsonl.")],
) -> None:
    """Write what was kept to a file: .txt (texts), .csv or .jsonl (with all that makes each one again)."""
    from pathlib import Path

    from charrnn_tui.cli.errors import remark
    from charrnn_tui.files import atomic
    from charrnn_tui.prompt.favourites import load

    path = Path(file).expanduser()
    makers = {".txt": _as_text, ".csv": _as_csv, ".jsonl": _as_jsonl}
    if path.suffix.lower() not in makers:
        raise WrongUse(f"the ending of the file says how to write it: {', '.join(makers)}, not {path.suffix!r}.")
    kept = load()
    atomic.write_text(path, makers[path.suffix.lower()](kept))
    remark(f"{len(kept)} written to {path}.")


def _as_text(kept: list[Favourite]) -> str:
    return "".join(f"{favourite.text}\n" for favourite in kept)


def _as_csv(kept: list[Favourite]) -> str:
    import csv
    import io
    from dataclasses import fields

    from charrnn_tui.prompt.favourites import Favourite, told

    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Favourite)], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(told(favourite) for favourite in kept)
    return out.getvalue()


def _as_jsonl(kept: list[Favourite]) -> str:
    import json

    from charrnn_tui.prompt.favourites import told

    return "".join(json.dumps(told(favourite), ensure_ascii=False) + "\n" for favourite in kept)
