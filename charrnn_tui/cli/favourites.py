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
    group.command("tag", help="Put tags on one, or take some away.")(label)
    group.command(
        "export",
        epilog="""Examples:

\b
  charrnn-tui favourites export kept.txt      the texts, one a line
  charrnn-tui favourites export kept.csv      with model, seed and settings
  charrnn-tui favourites export kept.json     the same as one JSON array (.jsonl: an object a line)
  charrnn-tui favourites export elves.txt --tag elf --force
""",
    )(export)
    app.add_typer(group, name="favourites", short_help="List, tag or export what was kept.")


def favourites(context: typer.Context) -> None:
    """Generations that were kept at a prompt: list, tag or export them.

    \b
    Examples:
      charrnn-tui favourites list
      charrnn-tui favourites tag 3 elf
      charrnn-tui favourites export kept.csv
    """
    if context.invoked_subcommand is None:
        show()


TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="Only those that have this tag (repeatable).")
]


def _kept(tags: list[str] | None) -> list[Favourite]:
    from charrnn_tui.prompt.favourites import load, tagged

    return tagged(load(), " ".join(tags or ()))


def show(
    as_json: options.JsonOption = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="Print the command line that makes each one again.")
    ] = False,
    tag: TagOption = None,
) -> None:
    """List what was kept, oldest first."""
    from charrnn_tui.cli import output
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.prompt.favourites import tag_words, told
    from charrnn_tui.prompt.generations import sample_command_of, shown_item

    kept = _kept(tag)
    if as_json:
        output.write_json([told(favourite) for favourite in kept])
    elif not kept:
        had = f"no favourite has {tag_words(tag)}." if tag else ""
        remark(had or "nothing was kept yet; /keep at a prompt keeps the last generation.")
    else:
        for favourite in kept:
            text = shown_item(favourite.text) if output.to_terminal() else favourite.text
            tags = f"  {output.dim(output.shown(tag_words(favourite.tags)))}" if output.to_terminal() else ""
            print(sample_command_of(favourite) if commands else output.shown(text) + tags)


def label(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Its place in the list, from 1.")],
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG...", help="Tags to put on it.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="A tag to take away (repeatable).")
    ] = None,
) -> None:
    """Put tags on a favourite, or take some away."""
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.prompt.favourites import change_tags

    changes = " ".join([*(tags or ()), *(f"-{tag}" for tag in remove or ())])
    if not changes:
        raise WrongUse("give a tag to put on it, or --remove and one to take away.")
    remark(f"{change_tags(number, changes)}.")


def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; its ending says how: .txt .csv .json .jsonl.")],
    tag: TagOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write what was kept to a file: .txt (texts), .csv, .json or .jsonl (with all that makes each one again)."""
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.files import bounds
    from charrnn_tui.prompt import exporting

    path = bounds.typed(file)
    if problem := exporting.format_problem(path):
        raise WrongUse(problem)
    if path.exists() and not force:
        raise WrongUse(f"{path} is there already; --force writes over it.")
    kept = _kept(tag)
    exporting.export(kept, path, force=force)
    remark(f"{len(kept)} written to {path}.")
