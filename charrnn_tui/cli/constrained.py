"""What items must be: the options of `sample` and `top`, and how constrained draws are printed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli.errors import FAILED, WrongUse, complain, from_options, remark

if TYPE_CHECKING:
    from charrnn_tui.sampling.constrained import ConstrainedDraws
    from charrnn_tui.sampling.constraints import Constraint

MatchOption = Annotated[
    str | None,
    typer.Option(
        "--match", metavar="PATTERN", help="Items like 'El*iel' (* any text, ? one character), or '/a regex/', whole."
    ),
]
LengthOption = Annotated[
    str | None, typer.Option("--length", metavar="MIN:MAX", help="Characters of an item, the prefix included.")
]
UniqueOption = Annotated[bool, typer.Option("--unique", help="Each item once: drawn without replacement.")]
NewOption = Annotated[bool, typer.Option("--new", help="Only items that stand nowhere in what the model learnt from.")]
AvoidOption = Annotated[
    list[Path] | None, typer.Option("--avoid", metavar="FILE", help="None of the lines of a file (repeatable).")
]
BanOption = Annotated[
    list[str] | None,
    typer.Option("--ban", metavar="TEXT", help="Nothing that contains TEXT, in capitals or not (repeatable)."),
]


def read(
    match: str | None, length: str | None, *, unique: bool, new: bool, avoid: list[Path] | None, ban: list[str] | None
) -> Constraint | None:
    """What the options ask for; None for nothing. Raises WrongUse, and TextError for a file to avoid."""
    if not (match is not None or length is not None or unique or new or avoid or ban):
        return None
    from charrnn_tui.sampling.constraints import Constraint, avoided, parse_length
    from charrnn_tui.text import read_text

    texts = [read_text(path) for path in avoid or ()]
    with from_options():
        return Constraint(
            match=match,
            length=(0, None) if length is None else parse_length(length),
            ban=tuple(ban or ()),
            avoid=avoided(texts),
            new=new,
            unique=unique,
        )


def check_company(prefix: str, item: int, device: str) -> None:
    """Raise WrongUse for other options that mean nothing beside a constraint."""
    if prefix == "-":
        raise WrongUse("what items must be is asked of one prefix; give it in place of -.")
    if item:
        raise WrongUse("--item counts plain items; leave it out where items must fulfil something.")
    if device not in ("cpu", "auto"):
        raise WrongUse("items that must fulfil something are searched on the CPU; leave out --device.")


def proposal(prefix: str, model: str, n: int, constraint: Constraint, avoid: list[Path] | None) -> str:
    """The command that lists the most probable items of the same kind."""
    import shlex

    shortest, longest = constraint.length
    words = ["charrnn-tui", "top", *([prefix] if prefix else []), "-m", model, "-n", str(n)]
    if constraint.match is not None:
        words += ["--match", constraint.match]
    if constraint.length != (0, None):
        words += ["--length", f"{shortest}:{'' if longest is None else longest}"]
    words += ["--new"] if constraint.new else []
    for name, values in (("--avoid", map(str, avoid or ())), ("--ban", constraint.ban)):
        for value in values:
            words += [name, value]
    return shlex.join(words)


def write(draws: ConstrainedDraws, n: int, put: Callable[[int, str, str], None], *, as_json: bool, top: str) -> int:
    """Print up to `n` draws, then how probable such items are and, where there are fewer, why; the exit code.

    `put` writes one item: its number, the prefix, its text. `top`: the command to propose where the search gives up.
    """
    from charrnn_tui.cells import blas
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine

    blas.set_threads(blas.idle_cores())
    quiet = output.to_terminal()
    with ProgressLine(n) as progress:
        for number, text in enumerate(islice(draws, n)):
            put(number, draws.prefix, text)
            if not quiet:
                progress.update(number)
    probability = draws.probability
    few = draws.given < n
    if as_json:
        row = {
            "probability": probability._asdict() | {"exact": probability.exact},
            "given": draws.given,
            "wanted": n,
            "steps": draws.steps,
            "why": draws.why if few else "",
        }
        output.write_json(row, indent=None)
    else:
        remark(f"The probability that an item is so: {probability}.")
    if few:
        complain(draws.why)
    if few and draws.given_up:
        remark(f"The most probable ones, with proof: {top}")
    return FAILED if few and (draws.given_up or not draws.given) else 0
