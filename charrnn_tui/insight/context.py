"""How far back a network looks: bits a character when only the last k characters are known.

For each place the network starts from the zero state, reads the last k symbols and is asked for what follows
(Khandelwal et al. 2018, arXiv:1805.04623, truncate the context of language models in this way). The start symbol
of an item counts as one of the symbols, so in a list k = 1 knows it at the first place only. With k = 0 nothing is
read: it is what the network says from its zero state. Where the curve lies flat, what stands further back makes no
difference.

The same places are asked at every k, spread evenly over the text, all of them rows of one batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell
from charrnn_tui.insight.reading import Ids, InsightError, symbols_of
from charrnn_tui.model import Model
from charrnn_tui.sampling.prefix import start_ids

LENGTHS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256)
MOST_PLACES = 1000
_ROWS = 128


class Point(NamedTuple):
    """What a network knows with so many symbols."""

    known: int
    bits: float
    """Mean bits a character."""
    error: float
    """Standard error of that mean, over places."""


@dataclass(frozen=True)
class ContextCurve:
    """Bits a character by how much is known."""

    model: str
    points: tuple[Point, ...]
    places: int
    """How many characters were asked for."""
    longest: int
    """The most symbols that stand before any of them: more than that no k can know."""

    def enough(self, within: float = 0.01) -> int:
        """The least k that comes within so many bits of the best."""
        best = min(point.bits for point in self.points)
        return next(point.known for point in self.points if point.bits <= best + within)

    def stays_within(self, share: float = 0.01) -> int:
        """The least k from which on, for all larger ones too, the bits stay within such a share of the best."""
        most = min(point.bits for point in self.points) * (1 + share)
        found = self.points[-1].known
        for point in reversed(self.points):
            if point.bits > most:
                break
            found = point.known
        return found


def context_curve(
    model: Model,
    texts: Sequence[str],
    lengths: Sequence[int] = LENGTHS,
    *,
    places: int = MOST_PLACES,
    progress: Callable[[int, int], None] | None = None,
) -> ContextCurve:
    """The curve of a model over items (their ends counted) or one running text (a sequence of one string).

    `progress` is told how many steps of how many are done. Raises InsightError, UnknownSymbolsError.
    """
    cell = model.cell
    if not lengths or any(k < 0 for k in lengths):
        raise InsightError("the numbers of known characters are whole numbers from 0.")
    if places < 1:
        raise InsightError(f"at least one place is asked for, not {places}.")
    ids, history = _flat(model, texts)
    targets = np.flatnonzero(history > 0)
    if not len(targets):
        raise InsightError("there is no character to predict; give a longer text.")
    chosen = targets[np.linspace(0, len(targets) - 1, min(places, len(targets))).round().astype(np.int64)]
    wanted = sorted(set(lengths))
    longest = int(history[chosen].max())
    # Beyond what stands before any place, nothing changes.
    steps = [min(k, longest) for k in wanted]
    batches = -(-len(chosen) // _ROWS)
    total = batches * sum(dict.fromkeys(steps))
    done = 0
    known: dict[int, NDArray[np.float64]] = {}
    for k in dict.fromkeys(steps):
        rows = []
        for first in range(0, len(chosen), _ROWS):
            rows.append(_log_probs(cell, ids, history, chosen[first : first + _ROWS], k))
            done += k
            if progress is not None:
                progress(done, total)
        known[k] = -np.concatenate(rows) / math.log(2)
    points = tuple(
        Point(k, float(known[step].mean()), float(known[step].std() / math.sqrt(len(chosen))))
        for k, step in zip(wanted, steps, strict=True)
    )
    return ContextCurve(model.name, points, len(chosen), longest)


def _flat(model: Model, texts: Sequence[str]) -> tuple[Ids, Ids]:
    """All symbols one after the other, start symbols included, and how many stand before each in its text."""
    if model.info.kind == "stream":
        texts = ["".join(texts)]
    start = start_ids(model.vocabulary, model.info.kind)
    parts = [np.concatenate([start, symbols_of(model, text)]).astype(np.int64) for text in texts]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(parts), np.concatenate([np.arange(len(part)) for part in parts])


def _log_probs(cell: BatchCell, ids: Ids, history: Ids, at: Ids, k: int) -> NDArray[np.float64]:
    """log P [places] of the symbols at some places, the last k before each known (all, where there are fewer)."""
    known = np.minimum(k, history[at])
    order = np.argsort(-known, kind="stable")
    at, known = at[order], known[order]
    # Rows begin when as many symbols are left to read as they know: those that know most stand first.
    state = cell.initial_state(len(at))
    for left in range(k, 0, -1):
        reading = int(np.searchsorted(-known, -left, side="right"))
        if not reading:
            continue
        some = cell.advance(ids[at[:reading] - left], state.select(slice(0, reading)))
        state = some if reading == len(at) else state.merge(np.arange(reading), some)
    answer = cell.answer(state)
    log_probs = np.empty(len(at))
    log_probs[order] = answer[np.arange(len(at)), ids[at]]
    return log_probs
