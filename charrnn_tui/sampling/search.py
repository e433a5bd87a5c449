"""The most probable items, exactly: best-first search over prefixes.

The probability of a prefix bounds that of everything that begins with it, so the first complete item that leaves
the queue is the most probable of all (uniform-cost search, Dijkstra 1959, on -log P). No sampling is involved.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from charrnn_tui.cells import NumpyCell, NumpyState
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.text import BOUNDARY, Vocabulary


class Found(NamedTuple):
    """A complete item and log P(the rest of it and its end | prefix), in nats."""

    text: str
    log_prob: float


def most_probable(
    cell: NumpyCell,
    vocabulary: Vocabulary,
    prefix: str = "",
    *,
    max_length: int = 40,
    max_steps: int = 5_000,
) -> Iterator[Found]:
    """Complete items that begin with the prefix, the most probable first, for a network of lines.

    Stops after `max_steps` network steps, so that a flat distribution cannot run for ever; what was yielded before
    is exact. `max_length` counts new characters. Raises UnknownSymbolsError.
    """
    state = cell.initial_state(1)
    ids = prefix_ids(prefix, vocabulary, "lines")
    for i in ids[:-1]:
        state, _ = cell.step_logits([int(i)], state)
    # (-log P, tie-break, text, the last id read or None where the item is complete, the state before it)
    heap: list[tuple[float, int, str, int | None, NumpyState]] = [
        (0.0, 0, clean_prefix(prefix, vocabulary, "lines"), int(ids[-1]), state)
    ]
    counter = 1
    start = len(heap[0][2])
    steps = 0
    while heap:
        cost, _, text, last, before = heapq.heappop(heap)
        if last is None:
            yield Found(text, -cost)
            continue
        if steps >= max_steps:
            return
        steps += 1
        after, log_probs = cell.step([last], before)
        costs = cost - log_probs[0].astype(np.float64)
        full = len(text) - start >= max_length
        for id_ in range(1 if full else vocabulary.size):
            symbol = vocabulary.symbol(id_)
            entry = (float(costs[id_]), counter, text + symbol, None if id_ == BOUNDARY else id_, after)
            heapq.heappush(heap, entry)
            counter += 1
