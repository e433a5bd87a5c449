"""A corpus as a network reads it: many passages side by side, each beginning that several share read once.

Items of a list are passages of their own. They are read in the order of a dictionary, group by group; within a group
the items make a tree of their beginnings (a trie, Fredkin 1960), and a state is computed once for each of its nodes:
"Anna", "Anne" and "Annie" read "Ann" together. That is exact, and halves the work for a list of names. A running text
is cut into lanes, which share nothing; each begins `WARM_UP` characters early, so that its states are those of a
network that has read on for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import NumpyCell, NumpyState
from charrnn_tui.cells.blas import idle_cores
from charrnn_tui.insight.activations import GATES, MOST_CORES, Floats32, Unit, numpy_cell
from charrnn_tui.insight.reading import Ids
from charrnn_tui.model import Model
from charrnn_tui.sampling.prefix import start_ids

ResultT = TypeVar("ResultT")

WARM_UP = 256
"""Characters of a running text that are read before a lane's own ones."""
LANES = 96
"""Lanes of a running text."""
LANES_AT_ONCE = 48
ITEMS_AT_ONCE = 256
"""Items of a group: with more of them a step's states leave the processor's cache, with fewer less is shared."""
STEPS_AT_ONCE = 64
"""Steps whose activations are handed on together: one large product is faster than many small ones."""
MOST_KEPT = 256 << 20
"""Bytes of vectors that `Kept` holds at most."""


class Plan(NamedTuple):
    """In which order passages are read, and what they share. A node is a beginning that is read once."""

    groups: tuple[Ids, ...]
    """Numbers of passages that are read side by side, those of a list in the order of a dictionary."""
    shared: NDArray[np.int64]
    """[passages], how many characters a passage shares with the one before it in its group."""
    node_of: NDArray[np.int64]
    """[characters], the node that ends with each character; nodes are numbered as they are read."""
    first: NDArray[np.int64]
    """[groups + 1], each group's first node; the last is their number."""

    @property
    def nodes(self) -> int:
        """How many there are."""
        return int(self.first[-1])


@dataclass(frozen=True)
class Passages:
    """A corpus, or a part of it, as the network reads it.

    `ids` [characters] holds all passages one after the other; passage p is `ids[starts[p] : starts[p] + lengths[p]]`,
    and before it `warm_up[p]` ids are read that belong to the passage before and are not looked at.
    """

    ids: Ids
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    warm_up: NDArray[np.int64]
    lists: bool
    """Whether each passage is an item; otherwise together they are one running text."""

    @property
    def characters(self) -> int:
        """How many are looked at."""
        return len(self.ids)

    @classmethod
    def of_items(cls, items: Sequence[str], model: Model) -> Passages:
        """Items of a list. Raises UnknownSymbolsError."""
        lengths = np.fromiter(map(len, items), dtype=np.int64, count=len(items))
        ids = model.vocabulary.encode("".join(items)).astype(np.int64)
        return cls(ids, np.cumsum(lengths) - lengths, lengths, np.zeros_like(lengths), True)

    @classmethod
    def of_text(cls, ids: NDArray[np.integer], lanes: int = LANES) -> Passages:
        """One running text, cut into lanes."""
        lanes = max(1, min(lanes, len(ids) // WARM_UP))
        ends = np.linspace(0, len(ids), lanes + 1).astype(np.int64)
        starts = ends[:-1]
        return cls(np.asarray(ids, dtype=np.int64), starts, np.diff(ends), np.minimum(starts, WARM_UP), False)

    @cached_property
    def plan(self) -> Plan:
        """How they are read."""
        count, at_once = len(self.starts), ITEMS_AT_ONCE if self.lists else LANES_AT_ONCE
        order = np.arange(count)
        if self.lists:
            order = np.array(sorted(range(count), key=self._ordered_by()), dtype=np.int64)
        groups = tuple(order[at : at + at_once] for at in range(0, count, at_once))
        shared = np.zeros(count, dtype=np.int64)
        if self.lists:
            shared[order[1:]] = self._common(order[:-1], order[1:])
            shared[[group[0] for group in groups]] = 0
        node_of = np.zeros(len(self.ids), dtype=np.int64)
        first = [0]
        for group in groups:
            node, begins = first[-1], self.starts[group]
            for at, new, on in self._levels(group, shared[group]):
                own = on & (at >= self.warm_up[group])
                node_of[begins[own] - self.warm_up[group][own] + at] = node + (np.cumsum(new & own) - 1)[own]
                node += int(np.count_nonzero(new & own))
            first.append(node)
        return Plan(groups, shared, node_of, np.array(first, dtype=np.int64))

    def _ordered_by(self) -> Callable[[int], bytes]:
        raw, width = self.ids.astype(">u4").tobytes(), 4
        starts, ends = self.starts.tolist(), (self.starts + self.lengths).tolist()
        return lambda p: raw[starts[p] * width : ends[p] * width]

    def _common(self, these: Ids, others: Ids) -> NDArray[np.int64]:
        """How many characters each passage and another one have in common at their beginnings."""
        most = np.minimum(self.lengths[these], self.lengths[others])
        common = np.zeros(len(these), dtype=np.int64)
        going = np.flatnonzero(most > 0)
        at = 0
        while len(going):
            same = self.ids[self.starts[these[going]] + at] == self.ids[self.starts[others[going]] + at]
            going = going[same]
            at += 1
            common[going] = at
            going = going[most[going] > at]
        return common

    def _levels(
        self, group: Ids, shared: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.bool_]]]:
        """(step, which of a group's passages have a node of their own there, which have a character there)."""
        lengths = self.lengths[group] + self.warm_up[group]
        for at in range(int(lengths.max(initial=0))):
            on = lengths > at
            yield at, on & (shared <= at), on


class Step(NamedTuple):
    """One step of a group of passages."""

    nodes: slice
    """What the rows that are looked at have just read."""
    rows: NDArray[np.int64] | slice
    """The rows of the batch that they stand in."""
    ids: Ids
    """[batch], what was read."""
    before: NumpyState
    after: NumpyState


def walk(model: Model, passages: Passages, group: int) -> Iterator[Step]:
    """Read one of the plan's groups; each of its nodes is in exactly one step, in order."""
    cell, plan = numpy_cell(model), passages.plan
    chosen = plan.groups[group]
    warm_up, begins = passages.warm_up[chosen], passages.starts[chosen] - passages.warm_up[chosen]
    start = start_ids(model.vocabulary, model.info.kind)[0]
    state = cell.advance([start], cell.initial_state(1))
    row_of = np.zeros(len(chosen), dtype=np.int64)
    node = int(plan.first[group])
    for at, new, _ in passages._levels(chosen, plan.shared[chosen]):
        which = np.flatnonzero(new)
        ids = passages.ids[begins[which] + at]
        before = state.select(row_of[which])
        state = cell.advance(ids, before)
        # A passage without a node of its own stands where the one before it does.
        row_of = np.cumsum(new) - 1
        looked_at = np.flatnonzero(warm_up[which] <= at)
        if len(looked_at):
            rows = slice(None) if len(looked_at) == len(which) else looked_at
            yield Step(slice(node, node + len(looked_at)), rows, ids, before, state)
        node += len(looked_at)


def each_group(work: Callable[[int], ResultT], passages: Passages) -> Iterator[tuple[int, ResultT]]:
    """(group, what `work` made of it), in order; on as many cores as nothing else is using.

    NumPy lets other threads run while it computes. The order, and so every sum, is the same on any number of cores.
    """
    todo = range(len(passages.plan.groups))
    cores = min(idle_cores(), MOST_CORES, len(todo))
    if cores <= 1:
        yield from ((group, work(group)) for group in todo)
        return
    with ThreadPoolExecutor(cores) as pool:
        try:
            yield from zip(todo, pool.map(work, todo), strict=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def characters_of(passages: Passages, group: int) -> int:
    """How many characters a group has."""
    return int(passages.lengths[passages.plan.groups[group]].sum())


def all_units(cell: NumpyCell, parts: Sequence[str]) -> list[Unit]:
    """The units of some parts, in the order in which `blocks` has them."""
    a = cell.architecture
    return [Unit(part, layer, index) for part in parts for layer in range(a.layers) for index in range(a.hidden)]


class Kept:
    """The hidden and cell vectors of a whole corpus, kept between questions, so that the next one reads nothing again.

    For one model and one corpus; what does not fit into `most` bytes is read anew each time.
    """

    def __init__(self, model: Model, passages: Passages, most: int = MOST_KEPT) -> None:
        architecture = numpy_cell(model).architecture
        self.model, self.passages = model, passages
        self.parts = ("hidden", "cell") if architecture.family == "lstm" else ("hidden",)
        size = 4 * architecture.hidden * architecture.layers * len(self.parts) * passages.plan.nodes
        self.fits = size <= most
        self._groups: dict[int, Floats32] = {}

    def block(self, group: int, parts: Sequence[str]) -> Floats32 | None:
        """[nodes, parts * layers * units], read only; None where they are not at hand."""
        whole = self._groups.get(group)
        if whole is None or not set(parts) <= set(self.parts):
            return None
        if tuple(parts) == self.parts:
            return whole
        width = whole.shape[1] // len(self.parts)
        pieces = [whole[:, at * width : (at + 1) * width] for at in map(self.parts.index, parts)]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    def keep(self, group: int, whole: Floats32) -> None:
        """Keep what was read of a group."""
        self._groups[group] = whole


def blocks(
    model: Model, passages: Passages, group: int, parts: Sequence[str], kept: Kept | None = None
) -> Iterator[tuple[slice, Floats32]]:
    """(nodes, their activations [nodes, parts * layers * units]) of a group; what is yielded is not to be written to.

    What `kept` holds is taken from there, and put there where it has room.
    """
    cell = numpy_cell(model)
    at_hand = kept.block(group, parts) if kept is not None else None
    if at_hand is not None:
        yield slice(int(passages.plan.first[group]), int(passages.plan.first[group + 1])), at_hand
        return
    keeping = kept is not None and kept.fits and set(parts) <= set(kept.parts)
    gathered = kept.parts if kept is not None and keeping else tuple(parts)
    held: list[Floats32] = []
    first = last = int(passages.plan.first[group])
    for step in walk(model, passages, group):
        held.append(_units_of_step(cell, step, gathered))
        last = step.nodes.stop
        if len(held) == STEPS_AT_ONCE and not keeping:
            yield slice(first, last), np.concatenate(held)
            held, first = [], last
    if not held:  # an empty group
        return
    values = np.concatenate(held)
    if kept is not None and keeping:
        kept.keep(group, values)
        values = kept.block(group, parts)  # type: ignore[assignment]  # it has just been put there
    yield slice(first, last), values


def _units_of_step(cell: NumpyCell, step: Step, parts: Sequence[str]) -> Floats32:
    """[looked at, parts * layers * units], in the order of `all_units`."""
    columns: list[Floats32] = []
    gates = cell.gates(step.ids, step.before, step.after) if set(parts) & set(GATES[cell.architecture.family]) else ()
    for part in parts:
        if part == "hidden":
            columns += step.after.hidden
        elif part == "cell":
            columns += step.after.cell
        else:
            columns += [layer[part] for layer in gates]
    return np.concatenate(columns, axis=1)[step.rows] if len(columns) > 1 else columns[0][step.rows]
