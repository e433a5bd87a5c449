"""The most probable items, exactly: best-first search over prefixes, with a proof of what was left out.

The probability of a prefix bounds that of everything that begins with it. So a complete item that is at least as
probable as every prefix not looked into is the most probable of those left (uniform-cost search on -log P: Dijkstra
1959, 'A note on two problems in connexion with graphs'). Prefixes are looked into a batch at a time, the best first;
looking into more of them than needed costs time and changes nothing. Memory is bounded as in Russell 1992, 'Efficient
memory-bounded search methods': the least probable prefixes are forgotten, and the best that was forgotten is
remembered as a bound.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell, BatchState
from charrnn_tui.sampling.constraints import Gate
from charrnn_tui.sampling.frontier import Frontier
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.text import BOUNDARY, Vocabulary
from charrnn_tui.text.arguments import check_max_length, check_whole

Floats = NDArray[np.float64]

MEMORY = 256 << 20
"""Bytes that a search holds at most, where the caller leaves it open."""

_FIRST_BATCH = 16
_LARGEST_BATCH = 256
"""Prefixes looked into side by side; few at first, so that the first items come soon."""

_ITEM_BYTES = 300
"""A complete item that waits for its turn: its text and its place in the queue."""

StopReason = Literal["count", "all", "memory", "steps", "stopped"]
"""Why a search is over: as many items as wanted, nothing left, memory, number of steps, or somebody stopped it."""


class ProbableItem(NamedTuple):
    """An item and log P(the rest of it | prefix), in nats.

    `ended`: the network ends the item here, and its end is part of the probability. Otherwise the item was cut at
    the limit, and `log_prob` is that of all items together that begin so and go on.
    """

    text: str
    log_prob: float
    ended: bool = True


@dataclass(frozen=True)
class ProbableItems:
    """What a search found: `items`, the most probable first, and the proof that goes with them."""

    items: tuple[ProbableItem, ...]
    covered: float
    """How much of all probability the items have together, 0 to 1."""
    bound: float
    """Nothing that is not listed has a log-probability above this (nats); -inf where everything is listed."""
    reason: StopReason | None
    """Why the search ended; None where it can go on."""
    expanded: int
    """Prefixes that were looked into: steps of the network."""
    memory: int
    """The most bytes that the search held at once."""


class Search(Iterator[ProbableItem]):
    """Gives the items that begin with a prefix, the most probable first.

    `items`, `covered` and `bound` hold at any time. `count`: how many are wanted (None: as many as are asked for);
    knowing it saves memory. `max_length` counts new characters. `memory` limits the bytes that are held, `max_steps`
    the steps of the network. `gate` leaves out what does not fulfil a constraint, and what is cut at the limit.
    `progress` is called after each batch with the search itself.

    Raises UnknownSymbolsError, ValueError.
    """

    def __init__(
        self,
        cell: BatchCell,
        vocabulary: Vocabulary,
        prefix: str = "",
        *,
        count: int | None = None,
        max_length: int = 100,
        memory: int = MEMORY,
        max_steps: int | None = None,
        gate: Gate | None = None,
        progress: Callable[[Search], object] | None = None,
    ) -> None:
        if count is not None:
            count = check_whole(count, "the number of items to find", 1)
        max_length, memory = check_max_length(max_length), check_whole(memory, "the memory in bytes")
        self.items: list[ProbableItem] = []
        self.reason: StopReason | None = None
        self.expanded = 0
        self.peak_memory = 0
        self._cell, self._symbols = cell, ("", *vocabulary.symbols)
        self._count, self._max_steps, self._progress, self._gate = count, max_steps, progress, gate
        self._cancelled = False
        # Complete items that wait until nothing else can be more probable, and the best `count` of all so far.
        self._complete: list[tuple[float, str, bool]] = []
        self._most_complete = max(1000, memory // 4 // _ITEM_BYTES)
        self._best: list[float] = []
        self._frontier = Frontier(cell.initial_state(1), vocabulary.size, memory - memory // 4)
        self._batch = min(_FIRST_BATCH, self._frontier.largest_batch)
        self._root = clean_prefix(prefix, vocabulary, "lines")
        self._longest = len(self._root) + max_length
        state, log_probs = cell.read(prefix_ids(prefix, vocabulary, "lines"), cell.initial_state(1))
        self._add([self._root], np.zeros(1), log_probs, state)

    @property
    def covered(self) -> float:
        """How much of all probability the items given so far have together."""
        return min(1.0, math.fsum(math.exp(item.log_prob) for item in self.items))

    @property
    def bound(self) -> float:
        """Nothing that was not given yet has a log-probability above this (nats)."""
        waiting = -self._complete[0][0] if self._complete else -math.inf
        return max(waiting, self._frontier.best, self._frontier.forgotten)

    @property
    def memory(self) -> int:
        """Bytes held now, roughly: states, queues and waiting items."""
        return self._frontier.bytes + len(self._complete) * _ITEM_BYTES

    def cancel(self) -> None:
        """Stop after the batch that is being computed; may be called from another thread."""
        self._cancelled = True

    def run(self) -> ProbableItems:
        """Search to the end, or until `count` items are found; what was found."""
        for _ in self:
            pass
        return self.result()

    def result(self) -> ProbableItems:
        """What was found so far."""
        return ProbableItems(tuple(self.items), self.covered, self.bound, self.reason, self.expanded, self.peak_memory)

    def __next__(self) -> ProbableItem:
        bound = self.bound
        try:
            while self.reason is None:
                item = self._advance()
                if item is not None:
                    return item
        except BaseException:
            # An interrupt (Ctrl-C) may have lost prefixes that were taken from the frontier.
            self._frontier.forget(bound)
            self.reason = "stopped"
            raise
        raise StopIteration

    def _advance(self) -> ProbableItem | None:
        """The next item, where it is certain; otherwise a batch of prefixes is looked into, or the search ends."""
        frontier = self._frontier
        if self._count is not None and len(self.items) >= self._count:
            self.reason = "count"
        elif self._cancelled:
            self.reason = "stopped"
        elif self._complete and -self._complete[0][0] >= max(frontier.best, frontier.forgotten):
            cost, text, ended = heapq.heappop(self._complete)
            item = ProbableItem(text, -cost, ended)
            self.items.append(item)
            return item
        elif frontier.best <= frontier.forgotten:
            # Whatever is still found may be less probable than something that was forgotten.
            self.reason = "all" if frontier.forgotten == -math.inf else "memory"
        else:
            self._expand()
            if self._progress is not None:
                self._progress(self)
        return None

    def _expand(self) -> None:
        """Look into the most probable prefixes: what may follow each."""
        wanted = self._batch
        if self._max_steps is not None:
            wanted = min(wanted, self._max_steps - self.expanded)
            if wanted <= 0:
                self.reason = "steps"
                return
        self._batch = min(2 * self._batch, _LARGEST_BATCH, self._frontier.largest_batch)
        taken = self._frontier.take(wanted, self._floor)
        if taken.texts:
            state, log_probs = self._cell.step(taken.ids, taken.state)
            self.expanded += len(taken.texts)
            texts = [text + self._symbols[i] for text, i in zip(taken.texts, taken.ids.tolist(), strict=True)]
            self._add(texts, taken.scores, log_probs, state)

    @property
    def _floor(self) -> float:
        """What is less probable than this is not among the `count` best."""
        return self._best[0] if self._count is not None and len(self._best) == self._count else -math.inf

    def _add(self, texts: list[str], scores: Floats, log_probs: NDArray[np.float32], state: BatchState) -> None:
        """Prefixes that were read: their log P [rows], log P of what comes next [rows, vocabulary] and their state."""
        following = scores[:, None] + log_probs.astype(np.float64)
        if self._gate is not None:
            following[~self._gate.allowed(texts)] = -np.inf
        for text, score in zip(texts, following[:, BOUNDARY].tolist(), strict=True):
            self._wait(score, text, True)
        full = np.array([len(text) >= self._longest for text in texts])
        for row in np.flatnonzero(full).tolist() if self._gate is None else ():
            self._wait(float(np.logaddexp.reduce(following[row, BOUNDARY + 1 :])), texts[row], False)
        if full.any():
            rows = np.flatnonzero(~full)
            texts, following, state = [texts[row] for row in rows], following[rows], state.select(rows)
        if texts:
            self._frontier.add(texts, following[:, BOUNDARY + 1 :], state, self._floor)
        self.peak_memory = max(self.peak_memory, self.memory)

    def _wait(self, score: float, text: str, ended: bool) -> None:
        """Put a complete item in the queue, unless it cannot be among those wanted."""
        if score == -math.inf or (self._gate is not None and self._gate.refuses(text)):
            return
        if score < self._floor:
            self._frontier.forget(score)
            return
        if self._count is not None:
            (heapq.heappush if len(self._best) < self._count else heapq.heappushpop)(self._best, score)
        heapq.heappush(self._complete, (-score, text, ended))
        if len(self._complete) > self._most_complete:
            self._complete.sort()
            half = len(self._complete) // 2
            self._frontier.forget(-self._complete[half][0])
            del self._complete[half:]


def most_probable(
    cell: BatchCell,
    vocabulary: Vocabulary,
    prefix: str = "",
    *,
    count: int | None = None,
    max_length: int = 100,
    memory: int = MEMORY,
    max_steps: int | None = None,
    gate: Gate | None = None,
    progress: Callable[[Search], object] | None = None,
) -> Search:
    """The most probable items that begin with the prefix, for a network of lines; see `Search`."""
    return Search(
        cell,
        vocabulary,
        prefix,
        count=count,
        max_length=max_length,
        memory=memory,
        max_steps=max_steps,
        gate=gate,
        progress=progress,
    )
