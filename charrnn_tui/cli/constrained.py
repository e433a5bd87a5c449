"""What items must be: the options of `sample` and `top`, and how constrained draws are printed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli.errors import FAILED, WrongUse, complain, from_options, remark

if TYPE_CHECKING:
    from charrnn_tui.prompt.typed_constraint import TypedConstraint
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
) -> TypedConstraint:
    """What the options ask for; the neutral value for nothing. Raises WrongUse."""
    from charrnn_tui.prompt.typed_constraint import NOTHING, TypedConstraint

    lengths = NOTHING.length
    if length is not None:
        from charrnn_tui.sampling.constraints import parse_length

        with from_options():
            lengths = parse_length(length)
    return TypedConstraint(match, lengths, unique, new, tuple(map(str, avoid or ())), tuple(ban or ()))


def compiled(typed: TypedConstraint) -> Constraint:
    """What it means. Raises WrongUse, and TextError for a file to avoid."""
    from charrnn_tui.sampling.patterns import ConstraintError

    try:
        return typed.constraint()
    except ConstraintError as error:
        raise WrongUse(str(error)) from error


def check_company(prefix: str, device: str) -> None:
    """Raise WrongUse for other options that mean nothing beside a constraint."""
    if prefix == "-":
        raise WrongUse("what items must be is asked of one prefix; give it in place of -.")
    if device not in ("cpu", "auto"):
        raise WrongUse("items that must fulfil something are searched on the CPU; leave out --device.")


def write(
    draws: ConstrainedDraws, n: int, put: Callable[[int, str, str], None], *, first: int = 0, as_json: bool, top: str
) -> int:
    """Print up to `n` draws, then how probable such items are and, where there are fewer, why; the exit code.

    `put` writes one item: its number, the prefix, its text. `first`: the draws before this one are left out. `top`:
    the command to propose where the search gives up.
    """
    from charrnn_tui.cells import blas
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine

    blas.set_threads(blas.idle_cores())
    quiet = output.to_terminal()
    with ProgressLine(n) as progress:
        for number, text in enumerate(islice(draws, first, first + n), first):
            put(number, draws.prefix, text)
            if not quiet:
                progress.update(number - first)
    probability = draws.probability
    few = draws.given < first + n
    if as_json:
        row = {
            "probability": probability._asdict() | {"exact": probability.exact},
            "given": max(0, draws.given - first),
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
    return FAILED if few and (draws.given_up or draws.given <= first) else 0
