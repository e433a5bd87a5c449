"""The frontier of a best-first search: prefixes that were read, each with its next symbols in order of probability.

A prefix stands in the queue once, with the best of its continuations not looked into yet. So the queue is as long as
there are prefixes, and a state is held once, whatever the size of the vocabulary.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchState

Floats = NDArray[np.float64]

_TEXT_BYTES = 250
"""A prefix as Python holds it: its text, its entry in the queue and in the lists."""
_FIRST_ROWS = 256
_FORGOTTEN_AT_ONCE = 4
"""A full frontier forgets this part of itself: one in four."""


class Continuations(NamedTuple):
    """Some prefixes and the symbol that each is to be continued with: what the network reads next."""

    texts: list[str]
    """[rows], before the symbol."""
    ids: NDArray[np.int64]
    """[rows], the symbols."""
    scores: Floats
    """[rows], log P(text and symbol) in nats."""
    state: BatchState
    """Of the texts."""


class Frontier:
    """Prefixes and their continuations by probability, within a limit of memory.

    What does not fit is forgotten, the least probable first; `forgotten` bounds all of it: no item that begins with
    something forgotten has a higher log-probability. `like`: a state of the kind that is held; `memory`: bytes.
    """

    def __init__(self, like: BatchState, vocabulary_size: int, memory: int) -> None:
        self.forgotten = -math.inf
        self._symbols = vocabulary_size - 1
        self._like = like
        of_state = sum(int(array[0].nbytes) for array in like.arrays)
        self.bytes_of_row = of_state + 12 * self._symbols + _TEXT_BYTES
        self.capacity = max(8, memory // self.bytes_of_row)
        rows = min(_FIRST_ROWS, self.capacity)
        self._states = [np.empty((rows, *array.shape[1:]), dtype=array.dtype) for array in like.arrays]
        self._order = np.empty((rows, self._symbols), dtype=np.int32)
        self._scores = np.empty((rows, self._symbols), dtype=np.float64)
        self._texts = [""] * rows
        self._rank = [0] * rows
        self._free = list(range(rows))
        self._queue: list[tuple[float, int]] = []
        """A heap of (-score of the best continuation left, row)."""

    @property
    def best(self) -> float:
        """Log-probability of the most probable continuation; -inf where there is none."""
        return -self._queue[0][0] if self._queue else -math.inf

    @property
    def bytes(self) -> int:
        """Bytes held, roughly."""
        return len(self._texts) * self.bytes_of_row

    @property
    def largest_batch(self) -> int:
        """How many continuations may be taken at once, so that their successors have room."""
        return self.capacity // _FORGOTTEN_AT_ONCE

    def forget(self, score: float) -> None:
        """Note that something of this log-probability is not looked into any more."""
        self.forgotten = max(self.forgotten, score)

    def add(self, texts: Sequence[str], scores: Floats, state: BatchState, floor: float) -> None:
        """Prefixes that were read. scores: [rows, symbols], log P(text and next symbol).

        Continuations below `floor` are not needed.
        """
        best = scores.max(axis=1)
        needed = np.flatnonzero((best >= floor) & (best > -math.inf))
        if len(needed) < len(texts):
            self.forget(float(np.delete(best, needed).max()))
        if not len(needed):
            return
        self._make_room(len(needed))
        rows = [self._free.pop() for _ in range(len(needed))]
        chosen = scores[needed]
        order = np.argsort(-chosen, axis=1, kind="stable")
        self._order[rows] = order
        self._scores[rows] = np.take_along_axis(chosen, order, axis=1)
        for array, values in zip(self._states, state.arrays, strict=True):
            array[rows] = values[needed]
        for row, at, score in zip(rows, needed.tolist(), best[needed].tolist(), strict=True):
            self._texts[row], self._rank[row] = texts[at], 0
            heapq.heappush(self._queue, (-score, row))

    def take(self, count: int, floor: float) -> Continuations:
        """The `count` most probable continuations, fewer where the others lie below `floor`."""
        rows: list[int] = []
        ids: list[int] = []
        scores: list[float] = []
        finished: list[int] = []
        queue = self._queue
        while queue and len(rows) < count:
            score, row = -queue[0][0], queue[0][1]
            if score < floor:
                self.forget(score)
                finished.extend(row for _, row in queue)
                queue.clear()
                break
            rank = self._rank[row]
            rows.append(row)
            ids.append(int(self._order[row, rank]) + 1)
            scores.append(score)
            self._rank[row] = rank = rank + 1
            following = float(self._scores[row, rank]) if rank < self._symbols else -math.inf
            if following >= floor and following > -math.inf:
                heapq.heapreplace(queue, (-following, row))
            else:
                self.forget(following)
                heapq.heappop(queue)
                finished.append(row)
        state = self._like.with_arrays([array[rows] for array in self._states])
        texts = [self._texts[row] for row in rows]
        self._free.extend(finished)
        return Continuations(texts, np.array(ids, dtype=np.int64), np.array(scores), state)

    def _make_room(self, count: int) -> None:
        """At least `count` free rows."""
        while len(self._free) < count and len(self._texts) < self.capacity:
            self._grow()
        if len(self._free) < count:
            keep = len(self._queue) - max(count, len(self._queue) // _FORGOTTEN_AT_ONCE)
            self._queue.sort()  # a sorted list is a heap
            self.forget(-self._queue[keep][0])
            self._free.extend(row for _, row in self._queue[keep:])
            del self._queue[keep:]

    def _grow(self) -> None:
        old = len(self._texts)
        more = min(old, self.capacity - old)
        self._states = [np.concatenate([a, np.empty((more, *a.shape[1:]), a.dtype)]) for a in self._states]
        self._order = np.concatenate([self._order, np.empty((more, self._symbols), np.int32)])
        self._scores = np.concatenate([self._scores, np.empty((more, self._symbols))])
        self._texts += [""] * more
        self._rank += [0] * more
        self._free.extend(range(old, old + more))
