"""What the units of a network do along texts: hidden and cell vectors and gates, for one text or for a corpus.

A corpus is read in batches of passages. Items of a list are passages of their own. A running text is cut into lanes
that are read side by side; each begins `WARM_UP` characters early, so that its states are those of a network that has
read on for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Family, NumpyCell, NumpyState, join_states
from charrnn_tui.cells.blas import idle_cores
from charrnn_tui.insight.reading import Ids, InsightError, Reading
from charrnn_tui.model import Model
from charrnn_tui.sampling.prefix import start_ids
from charrnn_tui.text import bucketed_batches, visible

Floats32 = NDArray[np.float32]
ResultT = TypeVar("ResultT")

WARM_UP = 256
"""Characters of a running text that are read before a lane's own ones."""
ROWS = 48
"""Passages read side by side: with many more, a batch leaves the processor's cache and is slower."""
LANES = 96
"""Lanes of a running text."""
MOST_CORES = 4

GATES: dict[Family, tuple[str, ...]] = {
    "rnn": (),
    "gru": ("reset", "update", "new"),
    "lstm": ("input", "forget", "output", "candidate"),
}


def parts_of(family: Family) -> tuple[str, ...]:
    """What a layer of this family shows: the hidden vector, an LSTM's cell vector, the gates."""
    return ("hidden", *(("cell",) if family == "lstm" else ()), *GATES[family])


class Unit(NamedTuple):
    """One number of a network at each step."""

    part: str
    layer: int
    """From 0."""
    number: int
    """From 0."""

    def __str__(self) -> str:
        return f"{self.part}:{self.layer + 1}:{self.number}"


def parse_unit(text: str, cell: NumpyCell) -> Unit:
    """A unit from `12`, `cell:12` or `cell:2:12` (part, layer from 1, number from 0). Raises InsightError."""
    fields = text.split(":")
    part, layer, index = {1: ["hidden", "1", *fields], 2: [fields[0], "1", fields[-1]], 3: fields}.get(
        len(fields), ["", "", ""]
    )
    try:
        unit = Unit(part, int(layer) - 1, int(index))
    except ValueError as error:
        raise InsightError(
            f"a unit is a number, or part:number, or part:layer:number, as in cell:1:12; not {text!r}."
        ) from error
    check_unit(unit, cell)
    return unit


def check_unit(unit: Unit, cell: NumpyCell) -> None:
    """Raise InsightError unless the network has this unit."""
    architecture = cell.architecture
    check_parts([unit.part], cell)
    if not 0 <= unit.layer < architecture.layers:
        raise InsightError(f"the network has the layers 1 to {architecture.layers}, not {unit.layer + 1}.")
    if not 0 <= unit.number < architecture.hidden:
        raise InsightError(f"a layer has the units 0 to {architecture.hidden - 1}, not {unit.number}.")


def check_parts(parts: Sequence[str], cell: NumpyCell) -> tuple[str, ...]:
    """The parts, each once. Raises InsightError for one that the network lacks."""
    known = parts_of(cell.architecture.family)
    for part in parts:
        if part not in known:
            raise InsightError(
                f"the network is a {cell.architecture.describe()} and has the parts {', '.join(known)}, "
                f"not {visible(part)!r}."
            )
    return tuple(dict.fromkeys(parts))


def numpy_cell(model: Model) -> NumpyCell:
    """The cell, where it has units to look at. Raises InsightError for one that has none (an n-gram, a mixture)."""
    cell = model.cell
    if not isinstance(cell, NumpyCell):
        raise InsightError(f"{model.name} is no recurrent network of one kind: it has no units to look at.")
    return cell


@dataclass(frozen=True)
class Activations:
    """Activations of some parts along one text of n characters."""

    values: dict[str, Floats32]
    """Part -> [layers, n + 1, units]: after the start symbol and after each character."""

    def of(self, unit: Unit) -> Floats32:
        """One unit's activation [n + 1]."""
        column: Floats32 = self.values[unit.part][unit.layer, :, unit.number]
        return column


def activations(model: Model, reading: Reading, parts: Sequence[str] | None = None) -> Activations:
    """What the units did along a text that was read; all parts where none are named. Raises InsightError."""
    cell = numpy_cell(model)
    parts = check_parts(parts or parts_of(cell.architecture.family), cell)
    states = reading.states
    values: dict[str, Floats32] = {}
    if "hidden" in parts:
        values["hidden"] = _stacked([s.hidden for s in states])
    if "cell" in parts:
        values["cell"] = _stacked([s.cell for s in states])
    gates = [part for part in parts if part in GATES[cell.architecture.family]]
    if gates:
        # All steps at once: a step's gates follow from the states around it.
        before, after = _joined([reading.before, *states[:-1]]), _joined(list(states))
        layers = cell.gates(reading.read, before, after)
        values |= {gate: np.stack([layer[gate] for layer in layers]) for gate in gates}
    return Activations({part: values[part] for part in parts})


def _stacked(vectors: list[tuple[Floats32, ...]]) -> Floats32:
    """[layers, steps, units] of one stream's vectors."""
    return np.stack([np.concatenate(layer) for layer in zip(*vectors, strict=True)])


def _joined(states: list[NumpyState]) -> NumpyState:
    """States of one stream as the rows of a batch."""
    return join_states(states)


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


class Step(NamedTuple):
    """One step of a batch of passages."""

    places: NDArray[np.int64]
    """[looked at], indices into `Passages.ids`: what each of those rows has just read."""
    rows: NDArray[np.int64] | slice
    """The rows of the batch that they stand in."""
    ids: Ids
    """[batch], what was read."""
    before: NumpyState
    after: NumpyState


def batches(passages: Passages) -> list[Ids]:
    """Numbers of passages that are read side by side, those of like length together."""
    return [rows.astype(np.int64) for rows in bucketed_batches(passages.lengths + passages.warm_up, ROWS)]


def walk(model: Model, passages: Passages, chosen: Ids) -> Iterator[Step]:
    """Read one of the `batches`; each of its characters is in exactly one step."""
    cell = numpy_cell(model)
    warm_up = passages.warm_up[chosen]
    lengths = passages.lengths[chosen] + warm_up
    begins = passages.starts[chosen] - warm_up
    start = start_ids(model.vocabulary, model.info.kind)[0]
    state, _ = cell.step_logits([start] * len(chosen), cell.initial_state(len(chosen)))
    for t in range(int(lengths.max())):
        # They are sorted by length: those that are over stand first.
        over = int(np.searchsorted(lengths, t, side="right"))
        if over:
            lengths, warm_up, begins = lengths[over:], warm_up[over:], begins[over:]
            state = state.select(slice(over, None))
        ids = passages.ids[begins + t]
        before = state
        state, _ = cell.step_logits(ids, state)
        looked_at = np.flatnonzero(warm_up <= t)
        if len(looked_at) == len(ids):
            yield Step(begins + t, slice(None), ids, before, state)
        elif len(looked_at):
            yield Step(begins[looked_at] + t, looked_at, ids, before, state)


def each_batch(work: Callable[[Ids], ResultT], passages: Passages) -> Iterator[tuple[Ids, ResultT]]:
    """(batch, what `work` made of it), in order; on as many cores as nothing else is using.

    NumPy lets other threads run while it computes. The order, and so every sum, is the same on any number of cores.
    """
    todo = batches(passages)
    cores = min(idle_cores(), MOST_CORES, len(todo))
    if cores <= 1:
        yield from ((chosen, work(chosen)) for chosen in todo)
        return
    with ThreadPoolExecutor(cores) as pool:
        yield from zip(todo, pool.map(work, todo), strict=True)


def units_of_step(cell: NumpyCell, step: Step, parts: Sequence[str]) -> Floats32:
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


def all_units(cell: NumpyCell, parts: Sequence[str]) -> list[Unit]:
    """The units of some parts, in the order of `units_of_step`."""
    a = cell.architecture
    return [Unit(part, layer, index) for part in parts for layer in range(a.layers) for index in range(a.hidden)]
