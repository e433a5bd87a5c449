"""`charrnn-tui top`: the most probable items that begin with a prefix, found exactly, with what they prove."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Annotated, Any, assert_never

import typer

from charrnn_tui.cli import constrained, options
from charrnn_tui.cli.errors import INTERRUPTED, WrongUse, remark
from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.prompt import words

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import ProbableItem, Search
    from charrnn_tui.sampling.constraints import Constraint


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "top",
        short_help="List the most probable items, exactly.",
        epilog="""Examples:

\b
  charrnn-tui top De                 the ten most probable names that begin with De
  charrnn-tui top -n 3 -m towns      the three most probable of all
  charrnn-tui top El --match '*iel'  those that end in iel
  charrnn-tui top De --json
  charrnn-tui top De --tree          what may follow, as a tree
""",
    )(top)


def top(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How the items begin.")] = "",
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, max=LARGEST_WHOLE, help="How many.")] = 10,
    model: options.ModelOption = None,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    max_length: options.MaxLengthOption = None,
    style: options.StyleOption = None,
    match: constrained.MatchOption = None,
    length: constrained.LengthOption = None,
    new: constrained.NewOption = False,
    avoid: constrained.AvoidOption = None,
    ban: constrained.BanOption = None,
    memory: Annotated[
        int, typer.Option("--memory", metavar="MB", min=1, help="Megabytes that the search may hold.")
    ] = 256,
    tree: Annotated[bool, typer.Option("--tree", help="A tree of the most probable continuations instead.")] = False,
    depth: Annotated[int | None, typer.Option("--depth", metavar="D", min=1, help="Symbols deep (3).")] = None,
    width: Annotated[int | None, typer.Option("--width", metavar="W", min=1, help="Branches at each (4).")] = None,
    as_json: options.JsonOption = False,
) -> None:
    """List the most probable items that begin with a prefix, the most probable first.

    Nothing is drawn: a best-first search finds them exactly. The probability is that of the rest and its end, given
    the prefix. Said too, on stderr: how much of all probability the items cover together, and the bound above which
    nothing lies that is not listed. An item that goes on at the maximum length ends with …
    """
    from charrnn_tui.cli import output
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    if not tree and (depth is not None or width is not None):
        raise WrongUse("--depth and --width belong to a tree: give --tree too.")
    typed = constrained.read(match, length, unique=False, new=new, avoid=avoid, ban=ban)
    constraint = constrained.compiled(typed) if typed else None
    if tree and constraint is not None:
        raise WrongUse("a tree shows everything that may follow; leave out --match and what else items must be.")
    config = load_config()
    opened = options.open_model(Library(), model, config, mix, blend, style)
    if tree:
        from charrnn_tui.prompt.probable_tree import DEPTH, WIDTH, tree_lines

        root = opened.probability_tree(prefix, depth=depth or DEPTH, width=width or WIDTH)
        if as_json:
            output.write_json(root.to_dict())
        else:
            for line in tree_lines(root, output.shown):
                print(line)
        return
    longest = options.choose_max_length(max_length, config, opened)
    _list(opened, prefix, n, longest, memory * 1_000_000, as_json, constraint)


def _list(
    model: Model, prefix: str, n: int, max_length: int, memory: int, as_json: bool, constraint: Constraint | None
) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine

    with ProgressLine(n) as line:

        def progress(search: Search) -> None:
            line.update(len(search.items), f"{search.expanded:,} prefixes looked into, {words.size(search.memory)}")

        search = model.most_probable(
            prefix, count=n, max_length=max_length, constraint=constraint, memory=memory, progress=progress
        )
        with contextlib.suppress(KeyboardInterrupt):  # what was found, and its bound, hold all the same
            for item in search:
                if not as_json:
                    line.wipe()
                    print(_row(model, item))
    if as_json:
        output.write_json(_to_dict(model, search))
    else:
        remark(_proof(search, memory))
    if search.reason == "stopped":
        raise typer.Exit(INTERRUPTED)


def _row(model: Model, item: ProbableItem) -> str:
    from charrnn_tui.cli import output
    from charrnn_tui.prompt.generations import EMPTY_ITEM, NEW, is_new

    mark = output.dim(NEW) if output.to_terminal() and is_new(model, item.text, ended=item.ended) else ""
    text = output.shown(item.text) if item.text or not item.ended else EMPTY_ITEM
    return f"{_share(math.exp(item.log_prob)):>8}  {text}{mark if item.ended else '…'}"


def _share(probability: float) -> str:
    """In per cent; a tiny one, as constraints have it, as a power of ten."""
    return f"{probability:.1e}" if 0 < probability < 1e-6 else f"{probability:.4%}"


def _to_dict(model: Model, search: Search) -> dict[str, Any]:
    from charrnn_tui.prompt.generations import is_new

    bound = search.bound
    return {
        "items": [
            {
                "text": i.text,
                "log_prob": i.log_prob,
                "probability": math.exp(i.log_prob),
                "ended": i.ended,
                "new": is_new(model, i.text, ended=i.ended),
            }
            for i in search.items
        ],
        "covered": search.covered,
        "bound": math.exp(bound),
        "bound_log_prob": bound if math.isfinite(bound) else None,
        "reason": search.reason,
        "expanded": search.expanded,
        "memory": search.peak_memory,
    }


def _proof(search: Search, memory: int) -> str:
    """What is known of everything that is not listed, in a sentence."""

    count = len(search.items)
    if search.bound == -math.inf:
        rest = "nothing else is possible"
    else:
        rest = f"nothing that is not listed is more probable than {_share(math.exp(search.bound))}"
    covered = _share(search.covered) if search.covered < 0.0005 else f"{search.covered:.2%}"
    what = "the item listed covers" if count == 1 else f"the {count:,} items listed cover"
    known = f"{what} {covered} of all probability; {rest}." if count else f"{rest}."
    match search.reason:
        case "memory":
            return f"the search ended early, for want of memory ({words.size(memory)}; --memory gives more): {known}"
        case "stopped" | "steps":
            return f"the search was stopped early: {known}"
        case "count" | "all" | None:
            return known
        case _:
            assert_never(search.reason)
