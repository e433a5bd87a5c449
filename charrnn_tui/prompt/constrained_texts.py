"""Texts of which something is asked, drawn for a front end: what it draws, what is known of them, why they ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.prompt.options import CommandError
from charrnn_tui.prompt.words import capitalised

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.typed_constraint import TypedConstraint
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.sampling.constrained import ConstrainedDraws
    from charrnn_tui.sampling.constraints import Constraint

HOW_TO_FREE = "/free takes back what is asked."


class Wanted(NamedTuple):
    """One text that is wanted: its prefix, how characters are drawn, its place among the draws of the seed."""

    prefix: str
    settings: SamplingSettings
    item: int


def wanted(prefixes: Sequence[str], settings: Sequence[SamplingSettings], items: Sequence[int] | None) -> list[Wanted]:
    """What a generation wants. Without `items`, equal prefixes with equal settings follow each other from 0 on."""
    counters: dict[tuple[str, SamplingSettings], count[int]] = {}
    found = []
    for at, (prefix, one) in enumerate(zip(prefixes, settings, strict=True)):
        item = next(counters.setdefault((prefix, one), count())) if items is None else items[at]
        found.append(Wanted(prefix, one, item))
    return found


@dataclass(frozen=True)
class ConstrainedTexts:
    """What was drawn: the texts that are there, and what is known of them."""

    texts: tuple[tuple[Wanted, str], ...]
    probability: str
    """How probable an item is that fulfils what is asked, in words; of the first prefix and its settings."""
    short: str
    """The same in two or three words."""
    why: str
    """Why there are fewer than were wanted, a sentence; empty where there are as many."""


def compiled(constraint: TypedConstraint) -> Constraint:
    """What is asked, its files read. Raises CommandError."""
    from charrnn_tui.sampling.patterns import ConstraintError
    from charrnn_tui.text import TextError

    try:
        return constraint.constraint()
    except (ConstraintError, TextError) as error:
        raise CommandError(f"{error} {HOW_TO_FREE}") from error
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be read: {error.strerror}. {HOW_TO_FREE}") from error


def draws_of(
    model: Model,
    constraint: TypedConstraint,
    prefix: str,
    settings: SamplingSettings,
    *,
    seed: int,
    limit: int,
    stop: Callable[[], bool] | None = None,
) -> ConstrainedDraws:
    """The draws of one prefix. Raises CommandError with a sentence, UnknownSymbolsError."""
    from charrnn_tui.model import ModelError
    from charrnn_tui.sampling.patterns import ConstraintError

    try:
        return model.draws(compiled(constraint), prefix, settings=settings, seed=seed, max_length=limit, stop=stop)
    except (ConstraintError, ModelError) as error:
        raise CommandError(f"{error} {HOW_TO_FREE}") from error


def why_fewer(draws: ConstrainedDraws, prefix: str, *, stopped: bool) -> str:
    """Why the draws ended, with what to do: a sentence."""
    if stopped or not draws.why:
        return f"The search was stopped with {draws.given:,}."
    advice = f" /top {prefix}".rstrip() + " lists the most probable ones, with proof." if draws.given_up else ""
    return capitalised(draws.why) + advice


def draw_texts(
    model: Model,
    constraint: TypedConstraint,
    texts: Sequence[Wanted],
    *,
    seed: int,
    limit: int,
    stop: Callable[[], bool] | None = None,
) -> ConstrainedTexts:
    """Search the texts that are wanted, as long as it takes. Raises CommandError with a sentence, UnknownSymbolsError.

    `limit`: new characters at most; `stop` is asked now and then whether to end with what there is.
    """
    found: dict[Wanted, str] = {}
    said, short, why = "", "", ""
    for prefix, settings in dict.fromkeys((text.prefix, text.settings) for text in texts):
        places = {text.item for text in texts if (text.prefix, text.settings) == (prefix, settings)}
        draws = draws_of(model, constraint, prefix, settings, seed=seed, limit=limit, stop=stop)
        for item in range(max(places) + 1):
            drawn = next(draws, None)
            if drawn is None:
                why = why or why_fewer(draws, prefix, stopped=stop is not None and stop())
                break
            if item in places:
                found[Wanted(prefix, settings, item)] = drawn
        if not said:
            probability = draws.probability
            said, short = str(probability), probability.short
    there = tuple((text, found[text]) for text in texts if text in found)
    return ConstrainedTexts(there, said, short, why)
