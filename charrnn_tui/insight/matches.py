"""Places in a corpus where the same units are active in the same way as in a stretch of text that was chosen.

After LSTMVis (Strobelt et al. 2018, arXiv:1606.07461): a range of a text and a threshold choose the units that are on
there; the corpus is then searched for stretches of the same length where those units are on. Two things differ: a unit
may be on in either direction (above the threshold or below minus the threshold), and places are ordered by the share
of all conditions that hold, not by the number of units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.insight.activations import Activations, Unit, check_unit, numpy_cell
from charrnn_tui.insight.passages import Kept, Passages, blocks, characters_of, each_group
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model
from charrnn_tui.text import Vocabulary


class Chosen(NamedTuple):
    """A unit that is on throughout a range."""

    unit: Unit
    sign: int
    """1: above the threshold; -1: below minus the threshold."""


@dataclass(frozen=True)
class Pattern:
    """What is looked for: units that are on for so many characters, and off around them where asked for."""

    units: tuple[Chosen, ...]
    length: int
    threshold: float
    off_before: bool
    off_after: bool


class Match(NamedTuple):
    """A place in the corpus."""

    start: int
    """Into `Passages.ids`."""
    share: float
    """Of the pattern's conditions that hold; 1 where all do."""


def select_units(
    shown: Activations,
    first: int,
    last: int,
    threshold: float,
    *,
    part: str = "hidden",
    layer: int = 0,
    off_before: bool = True,
    off_after: bool = False,
) -> Pattern:
    """The units of a layer that are on after each character of places `first` to `last` (inclusive, from 0).

    `off_before`, `off_after`: only those that are not on after the character before, or after the one behind, so that
    units that are always on are left out; a place outside the text counts as off. Raises InsightError.
    """
    if part not in shown.values or not 0 <= layer < len(shown.values[part]):
        raise InsightError(f"there are no activations of {part!r} in layer {layer + 1} at hand.")
    values = shown.values[part][layer]
    n = len(values) - 1
    if not 0 <= first <= last < n:
        raise InsightError(f"a range of places from 0 to {n - 1} is wanted, not {first} to {last}.")
    if not 0 < threshold < np.inf:
        raise InsightError(f"the threshold is a number above 0, not {threshold:g}.")
    # Row t + 1 is what stands after character t.
    inside = values[first + 1 : last + 2]
    chosen = []
    for sign in (1, -1):
        on = (sign * inside >= threshold).all(axis=0)
        if off_before and first > 0:
            on &= sign * values[first] < threshold
        if off_after and last + 1 < n:
            on &= sign * values[last + 2] < threshold
        chosen += [Chosen(Unit(part, layer, index), sign) for index in np.flatnonzero(on).tolist()]
    units = tuple(sorted(chosen, key=lambda c: c.unit.number))
    return Pattern(units, last - first + 1, threshold, off_before, off_after)


def matches(
    model: Model,
    passages: Passages,
    pattern: Pattern,
    n: int = 20,
    *,
    kept: Kept | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Match]:
    """The n places that fit best, the best first (of equals the earlier); no two of them overlap.

    A condition is a unit being on after one of the characters, or off after the one before or behind. What
    `kept` holds of these passages is not read again. Raises InsightError where no unit was chosen.
    """
    on = count_on(model, passages, pattern, kept=kept, progress=progress)
    share = shares(on, passages, pattern)
    found: list[Match] = []
    taken = np.zeros(len(share), dtype=bool)
    for start in np.argsort(-share, kind="stable").tolist():
        if len(found) == n or share[start] <= 0:
            break
        stretch = slice(start, start + pattern.length)
        if not taken[stretch].any():
            taken[stretch] = True
            found.append(Match(start, float(share[start])))
    return found


def count_on(
    model: Model,
    passages: Passages,
    pattern: Pattern,
    *,
    kept: Kept | None = None,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.int64]:
    """How many of the pattern's units are on after each character [characters]. Raises InsightError."""
    if not pattern.units:
        raise InsightError("no unit is on throughout this range; lower the threshold or choose a shorter range.")
    cell = numpy_cell(model)
    for chosen_unit in pattern.units:
        check_unit(chosen_unit.unit, cell)
    part, layer = pattern.units[0].unit.part, pattern.units[0].unit.layer
    index = layer * cell.architecture.hidden + np.array([c.unit.number for c in pattern.units])
    signs = np.array([c.sign for c in pattern.units], dtype=np.float32)
    on = np.zeros(passages.plan.nodes, dtype=np.int64)

    def count(group: int) -> None:
        for nodes, values in blocks(model, passages, group, [part], kept):
            # Groups write to nodes of their own, so threads do not meet.
            on[nodes] = np.count_nonzero(values[:, index] * signs >= pattern.threshold, axis=1)

    done = 0
    for group, _ in each_group(count, passages):
        done += characters_of(passages, group)
        if progress is not None:
            progress(done)
    return on[passages.plan.node_of]


def shares(on: NDArray[np.int64], passages: Passages, pattern: Pattern) -> NDArray[np.float64]:
    """The share of conditions that hold for a stretch that begins at each place [characters]; 0 where it would leave
    its item."""
    units, length = len(pattern.units), pattern.length
    total = np.concatenate([[0], np.cumsum(on)])
    n = len(on)
    held = np.zeros(n)
    count = max(0, n - length + 1)
    held[:count] = total[length:] - total[:count]
    edges = passages.starts if passages.lists else passages.starts[:1]
    first = np.zeros(n + 1, dtype=bool)
    first[edges] = True
    first[n] = True
    if pattern.off_before:
        before = np.concatenate([[0], on])[:n]
        held += units - np.where(first[:n], 0, before)
    if pattern.off_after:
        after = np.concatenate([on, [0]])
        behind = np.minimum(np.arange(n) + length, n)
        held += units - np.where(first[behind], 0, after[behind])
    # An item's last place is followed by a first one (or the end).
    item = np.cumsum(first[:n])
    fits = np.zeros(n, dtype=bool)
    if count:
        fits[:count] = item[length - 1 :] == item[:count]
    conditions = units * (length + pattern.off_before + pattern.off_after)
    share: NDArray[np.float64] = np.where(fits, held / conditions, 0)
    return share


@dataclass(frozen=True)
class Surroundings:
    """A match as it is read: what stands before, the stretch itself, and what stands behind."""

    before: str
    stretch: str
    after: str


def surroundings(
    match: Match, passages: Passages, pattern: Pattern, vocabulary: Vocabulary, width: int = 30
) -> Surroundings:
    """A match with at most `width` characters on either side, within its item."""
    begin, end = 0, passages.characters
    if passages.lists:
        which = int(np.searchsorted(passages.starts, match.start, side="right")) - 1
        begin = int(passages.starts[which])
        end = begin + int(passages.lengths[which])
    stop = match.start + pattern.length
    pieces = (
        (max(begin, match.start - width), match.start),
        (match.start, stop),
        (stop, min(end, stop + width)),
    )
    return Surroundings(*(vocabulary.decode(passages.ids[a:b].tolist()) for a, b in pieces))
