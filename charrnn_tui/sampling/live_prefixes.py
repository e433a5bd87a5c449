"""Best-first search over the prefixes of which an allowed item may still come, many network steps at once.

Every prefix has a key that is no larger than the keys of all that begin with it. Prefixes are read in the order of
their keys, so an item is certain once its key is below those of all prefixes that are left. Two kinds of keys:

*Most probable first*: -log P of the prefix (uniform-cost search, Dijkstra 1959).

*Draws*: think of items as arriving at random moments, each as a Poisson process with its own probability for a rate.
The first arrivals of all items, in order, are a sample without replacement; all arrivals together are independent
draws; and leaving out the arrivals of items that are not allowed leaves the same of those that are. The key of a prefix
is the first arrival of anything that begins with it. Its children share it out from the top: E_c / P(c) with E_c
exponential, shifted so that the least of them is the parent's key, which is exact because exponential variables have
no memory. These are the perturbed log-probabilities of Kool, van Hoof & Welling (2019, arXiv:1903.06059; 2020,
'Ancestral Gumbel-top-k sampling', JMLR 21) on another scale: their Gumbel variable is -log of the arrival.

Subtrees in which nothing is allowed are never entered, so a rare constraint costs no more steps than it has prefixes.
"""

from __future__ import annotations

import heapq
import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell, BatchState
from charrnn_tui.sampling.automaton import Guard
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.places import by_place
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.uniforms import child_keys, item_keys, uniforms
from charrnn_tui.text import BOUNDARY

Order = Literal["draws", "probable"]

_FIRST_BATCH, _LARGEST_BATCH = 16, 256
_FIRST_ROOM = 1_024


class Leaf(NamedTuple):
    """An item that the network can write and the automaton allows."""

    key: float
    """Its first arrival, or -log P."""
    node: int
    """The prefix after which it ends."""
    log_prob: float
    """log P(the rest of it and its end | prefix) under the settings, in nats."""


class LivePrefixes:
    """The tree of prefixes that were read, and a queue of those that may be read next.

    ids: what the network reads before the first new character; not empty. `opens` [vocabulary] is that of `places`.
    Nothing is random but by `seed`.
    """

    def __init__(
        self,
        cell: BatchCell,
        guard: Guard,
        ids: NDArray[np.integer],
        *,
        begun: int,
        automaton_state: int,
        settings: SamplingSettings,
        opens: NDArray[np.bool_],
        order: Order,
        seed: int = 0,
    ) -> None:
        self._opens = opens
        self._cell, self._guard, self._settings, self._order = cell, guard, settings, order
        self._size = cell.vocabulary_size
        self._batch = _FIRST_BATCH
        self.steps = 0
        self._queue: list[tuple[float, int]] = []
        state = cell.initial_state(1)
        for id_ in ids[:-1]:
            state, _ = cell.step_logits([int(id_)], state)
        self._make_room(state)
        last = np.array([ids[-1]], dtype=np.int64)
        root = item_keys(seed, np.array([0]))
        self._expand(
            last,
            state,
            parents=np.array([-1]),
            # The first arrival of all: at rate 1, since everything begins so.
            keys=-np.log1p(-uniforms(root, np.array([-1]))) if order == "draws" else np.zeros(1),
            log_mass=np.zeros(1),
            automaton=np.array([automaton_state], dtype=np.int32),
            lengths=np.array([begun]),
            streams=root,
        )

    @property
    def bytes_per_step(self) -> int:
        """Memory that one step takes and keeps."""
        return self._node_bytes

    @property
    def horizon(self) -> float:
        """Every item whose key is below this has been found; infinite where the search has ended."""
        return self._queue[0][0] if self._queue else math.inf

    def advance(self, most: int) -> list[Leaf]:
        """Read the next prefixes, at most so many; the items that were met on the way, in no order that matters."""
        wanted = min(self._batch, most)
        self._batch = min(2 * self._batch, _LARGEST_BATCH)
        leaves: list[Leaf] = []
        nodes: list[int] = []
        columns: list[int] = []
        queue, pointers = self._queue, self._pointers
        while queue and len(nodes) < wanted:
            key, node = queue[0]
            at = pointers[node]
            pointers[node] = at + 1
            if at + 1 < self._counts[node]:
                heapq.heapreplace(queue, (float(self._keys[node, at + 1]), node))
            else:
                heapq.heappop(queue)
            if self._ids[node, at] == BOUNDARY:
                leaves.append(Leaf(key, node, float(self._log_mass[node, at])))
            else:
                nodes.append(node)
                columns.append(at)
        if nodes:
            self._read(np.array(nodes), np.array(columns))
        return leaves

    def _read(self, nodes: NDArray[np.int64], columns: NDArray[np.int64]) -> None:
        ids = self._ids[nodes, columns].astype(np.int64)
        self._expand(
            ids,
            self._like.with_arrays(pool[nodes] for pool in self._states),
            parents=nodes,
            keys=self._keys[nodes, columns],
            log_mass=self._log_mass[nodes, columns],
            automaton=self._guard.step(self._automaton[nodes], ids),
            lengths=self._lengths[nodes] + 1,
            streams=child_keys(self._streams[nodes], ids),
        )

    def _expand(
        self,
        ids: NDArray[np.int64],
        before: BatchState,
        *,
        parents: NDArray[np.int64],
        keys: NDArray[np.float64],
        log_mass: NDArray[np.float64],
        automaton: NDArray[np.int32],
        lengths: NDArray[np.integer],
        streams: NDArray[np.uint64],
    ) -> None:
        """Read one id in each of some prefixes and queue what may follow; everything [n], `keys` the nodes' own."""
        first, count = self.steps, len(ids)
        self.steps += count
        while self.steps > len(self._keys):
            self._grow()
        rows = slice(first, self.steps)
        state, logits = self._cell.step_logits(ids, before)
        p = self._shares(logits, ids)
        with np.errstate(divide="ignore"):
            children = log_mass[:, None] + np.log(p)
        probable = self._order == "probable"
        child_order = -children if probable else self._arrivals(p, keys, log_mass, streams)
        child_order[~self._guard.allowed(automaton, lengths) | (p == 0)] = np.inf
        ranked = child_order.argsort(axis=1, kind="stable")
        self._ids[rows] = ranked
        self._keys[rows] = sorted_keys = np.take_along_axis(child_order, ranked, axis=1)
        self._log_mass[rows] = np.take_along_axis(children, ranked, axis=1)
        self._counts[rows] = counts = np.isfinite(sorted_keys).sum(axis=1)
        self._pointers[rows] = 0
        self._parents[rows], self._read_ids[rows] = parents, ids
        self._automaton[rows], self._lengths[rows], self._streams[rows] = automaton, lengths, streams
        for pool, values in zip(self._states, state.arrays, strict=True):
            pool[rows] = values
        least = sorted_keys[:, 0].tolist()
        for row in np.flatnonzero(counts).tolist():
            heapq.heappush(self._queue, (least[row], first + row))

    def _shares(self, logits: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """[n, vocabulary], what is drawn from after `ids` [n]."""
        if not self._settings.varies:
            return probabilities(logits, self._settings)
        p = np.empty(logits.shape)
        for held, rows in by_place(self._settings, self._opens[ids]):
            p[rows] = probabilities(logits[rows], held)
        return p

    @staticmethod
    def _arrivals(
        p: NDArray[np.float64], keys: NDArray[np.float64], log_mass: NDArray[np.float64], streams: NDArray[np.uint64]
    ) -> NDArray[np.float64]:
        """[n, vocabulary], the first arrival below each child, the least of each row being the node's own."""
        exponential = -np.log1p(-uniforms(streams[:, None], np.arange(p.shape[1])))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            waits = exponential / p
            waits[p == 0] = np.inf
            waits -= waits.min(axis=1, keepdims=True)
            waits /= np.exp(log_mass)[:, None]
        waits += keys[:, None]
        return waits

    def ids_of(self, node: int) -> list[int]:
        """The ids that were read since the start."""
        ids = []
        while node > 0:
            ids.append(int(self._read_ids[node]))
            node = int(self._parents[node])
        return ids[::-1]

    def mass_left(self) -> float:
        """P of everything that has not been read or met: what the constraint's probability may lack at most."""
        total = 0.0
        for first in range(0, self.steps, _FIRST_ROOM):
            rows = slice(first, min(first + _FIRST_ROOM, self.steps))
            ranks = np.arange(self._size)
            left = (ranks >= self._pointers[rows, None]) & (ranks < self._counts[rows, None])
            total += float(np.exp(self._log_mass[rows][left]).sum())
        return total

    def _make_room(self, state: BatchState) -> None:
        room, size = _FIRST_ROOM, self._size
        self._like = state
        self._states = [np.empty((room, *part.shape[1:]), dtype=part.dtype) for part in state.arrays]
        self._ids = np.empty((room, size), dtype=np.uint16 if size < 1 << 16 else np.int32)
        self._keys = np.empty((room, size))
        self._log_mass = np.empty((room, size))
        self._counts, self._pointers = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
        self._parents, self._read_ids = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
        self._automaton, self._lengths = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
        self._streams = np.empty(room, dtype=np.uint64)
        self._node_bytes = sum(array.nbytes for array in self._arrays()) // room

    def _arrays(self) -> list[NDArray[np.generic]]:
        return [*self._states, *(getattr(self, name) for name in _PER_NODE)]

    def _grow(self) -> None:
        def doubled(array: NDArray[np.generic]) -> NDArray[np.generic]:
            out = np.empty((2 * len(array), *array.shape[1:]), dtype=array.dtype)
            out[: len(array)] = array
            return out

        self._states = [doubled(pool) for pool in self._states]
        for name in _PER_NODE:
            setattr(self, name, doubled(getattr(self, name)))


_PER_NODE = (
    "_ids",
    "_keys",
    "_log_mass",
    "_counts",
    "_pointers",
    "_parents",
    "_read_ids",
    "_automaton",
    "_lengths",
    "_streams",
)
