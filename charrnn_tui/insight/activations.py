"""What the units of a network do along a text: hidden and cell vectors and gates. For a corpus see `passages`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Family, NumpyCell, NumpyState, join_states
from charrnn_tui.insight.reading import InsightError, Reading
from charrnn_tui.model import Model
from charrnn_tui.text import visible

Floats32 = NDArray[np.float32]

MOST_CORES = 4
"""Cores that one question takes at most."""

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
