"""What mattered to a character: how its probability changes when an earlier one had not stood there.

Two questions, both answered exactly, by reading the text again for each answer ("leave one out", or occlusion: Zeiler
& Fergus 2014, arXiv:1311.2901; for text Li, Monroe & Jurafsky 2016, arXiv:1612.08220):

- *left out*: the text without the character at place i;
- *replaced*: the character at place i is drawn anew from what the network expected there, all others stay. This is the
  mean of P over that distribution, P(x_t | …) = sum over v of P(v at i | before i) P(x_t | …, v, …), every symbol v
  weighed. The end of an item is no replacement, so the shares of the others are raised to 1. The distribution
  is that given what stands *before* i: what comes after is not used to guess the character.

The change is log P(as it stands) - log P(without), in nats: above 0 where the character helped, below where it misled.

All variants are rows of one batch. A row is not stepped before it differs from the text: until then it *is* the text.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import log_softmax
from charrnn_tui.cells.blas import idle_cores
from charrnn_tui.insight.activations import MOST_CORES
from charrnn_tui.insight.reading import InsightError, Reading
from charrnn_tui.model import Model

_FEWEST_SHARED = 24
"""Places from which on it is worth while to use several cores."""
_MOST_ROWS = 8192
"""Rows of one batch at most; where more are needed, places are taken in groups."""


@dataclass(frozen=True)
class WhatMattered:
    """For each of some places before the character at `at`, how much it mattered."""

    at: int
    log_prob: float
    """log P of the character at `at`, as the text stands, in nats."""
    places: NDArray[np.int64]
    """[places], in order."""
    left_out: NDArray[np.float64] | None
    """[places], nats lost (below 0: gained) when the character is not there; None where not asked for."""
    replaced: NDArray[np.float64] | None
    """[places], nats lost when it is drawn anew."""

    @property
    def symbols_before(self) -> int:
        """How many places were tried."""
        return len(self.places)


def what_mattered(
    model: Model,
    reading: Reading,
    at: int,
    *,
    window: int = 100,
    left_out: bool = True,
    replaced: bool = True,
) -> WhatMattered:
    """How much each of the `window` characters before place `at` mattered to what stands there.

    `at` may be the length of an item: what mattered to its end. Raises InsightError for a place with no character
    and for running text behind its last one.
    """
    at = reading.check(at)
    target = reading.actual(at)
    if target is None:
        raise InsightError("nothing stands behind the last character of running text; give the place of a character.")
    if window < 1:
        raise InsightError(f"the window is one character or more, not {window}.")
    places = np.arange(max(0, at - window), at, dtype=np.int64)
    actual = float(reading.log_probs[at, target])
    without, anew = np.zeros(len(places)), np.zeros(len(places))
    at_once = max(1, _MOST_ROWS // max(1, (model.vocabulary.size - 1) * replaced + left_out))

    def fill(group: slice) -> None:
        without[group], anew[group] = _variants(model, reading, at, target, places[group], left_out, replaced)

    cores = min(MOST_CORES, idle_cores()) if len(places) >= _FEWEST_SHARED else 1
    groups = _groups(at - places, at_once, cores)
    if cores == 1:
        for group in groups:
            fill(group)
    else:
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(fill, groups))
    return WhatMattered(at, actual, places, actual - without if left_out else None, actual - anew if replaced else None)


def _groups(steps: NDArray[np.int64], at_once: int, cores: int) -> list[slice]:
    """Places in groups of at most `at_once`, about the same work for each core. steps: what each place's rows take."""
    shares = np.cumsum(steps) / max(1, steps.sum())
    cuts = np.searchsorted(shares, np.arange(1, cores) / cores, side="right")
    edges = sorted({0, *cuts.tolist(), len(steps)})
    return [
        slice(first, min(first + at_once, end))
        for begin, end in pairwise(edges)
        for first in range(begin, end, at_once)
    ]


def _variants(
    model: Model,
    reading: Reading,
    at: int,
    target: int,
    places: NDArray[np.int64],
    left_out: bool,
    replaced: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """log P of the target without each place, and with each drawn anew, [places] each."""
    cell = model.cell
    symbols = np.arange(1, model.vocabulary.size)
    ids = reading.read  # number 0 is the start symbol, so the character at place p is number p + 1
    begin = int(places[0]) + 1
    state, answer = reading.states[begin - 1], reading.log_probs[begin - 1][None]
    without, weights = np.full(len(places), -np.inf), []
    # Row 0 is the text as it stands, which new rows are copies of. A row that lacks a character is one symbol ahead.
    lacking = np.zeros(1, dtype=bool)
    for number in range(begin, at + 1):
        which = number - begin
        kept = np.arange(len(lacking))
        if number == at:
            # Those that lack a character have read everything; the one that lacks the last is the text before it.
            done = answer[lacking, target].tolist() + [answer[0, target]] * (which < len(places))
            if left_out:
                without[: len(done)] = done
            kept = np.flatnonzero(~lacking)
        reads = np.where(lacking[kept], ids[min(number + 1, at)], ids[number])
        lacking = lacking[kept]
        if which < len(places):
            if left_out and number < at:
                kept, reads = np.append(kept, 0), np.append(reads, ids[number + 1])
                lacking = np.append(lacking, True)
            if replaced:
                kept, reads = np.append(kept, np.zeros_like(symbols)), np.append(reads, symbols)
                lacking = np.append(lacking, np.zeros(len(symbols), dtype=bool))
                weights.append(log_softmax(reading.log_probs[number - 1, 1:].astype(np.float64)))
        # Only the last two answers are asked for; that of the text as it stands is at hand.
        if number >= at - 1:
            state, answer = cell.step(reads, state.select(kept))
        else:
            state = cell.advance(reads, state.select(kept))
    if not replaced:
        return without, without
    drawn = answer[1:, target].astype(np.float64).reshape(len(places), len(symbols))
    return without, np.logaddexp.reduce(np.array(weights) + drawn, axis=1)
