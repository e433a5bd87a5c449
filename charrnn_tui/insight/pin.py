"""Hold a unit at a value and see what the network does then.

A correlation says that a unit goes along with a property; an intervention says whether the network uses it (Lakretz
et al. 2019, arXiv:1903.07435, ablate single units of an LSTM in this way). The pinned network is a `Cell`: whatever
works on any cell works on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from charrnn_tui.cells import BatchCell, NumpyCell, NumpyState
from charrnn_tui.cells.batch_cell import Floats, Ids
from charrnn_tui.insight.activations import GATES, Unit, check_unit, numpy_cell
from charrnn_tui.insight.reading import Continuation, InsightError, Reading, continue_from
from charrnn_tui.insight.scores import Distribution, distribution
from charrnn_tui.model import Model
from charrnn_tui.sampling.places import settings_after
from charrnn_tui.sampling.settings import SamplingSettings


class PinnedCell(BatchCell):
    """A network some of whose units have a fixed value after every step: hidden, cell or gate.

    What depends on the unit sees the fixed value: the next layer and the output in the same step, its own layer in the
    next. A pinned gate acts within its step. Raises InsightError for a unit that the network lacks, or for one value
    that no number is.
    """

    def __init__(self, cell: NumpyCell, pins: Mapping[Unit, float]) -> None:
        for unit, value in pins.items():
            check_unit(unit, cell)
            if not np.isfinite(value):
                raise InsightError(f"a unit is pinned to a number, not to {value}.")
        self.architecture = cell.architecture
        self.cell = cell
        self.pins = dict(pins)

    largest_logit = math.inf
    """No bound on the logits: a unit may be pinned to any number."""

    def initial_state(self, batch_size: int = 1) -> NumpyState:
        """Zeros, and the pinned values."""
        return self.pinned(self.cell.initial_state(batch_size))

    def pinned(self, state: NumpyState) -> NumpyState:
        """A state of the network with the pinned values of its hidden and cell vectors."""
        vectors = {"hidden": [h.copy() for h in state.hidden], "cell": [c.copy() for c in state.cell]}
        for unit, value in self.pins.items():
            if unit.part in vectors:
                vectors[unit.part][unit.layer][:, unit.number] = value
        return NumpyState(tuple(vectors["hidden"]), tuple(vectors["cell"]))

    def answer(self, state: NumpyState) -> Floats:
        """log P of what comes next [batch, vocabulary], from a state alone, its units pinned."""
        return self.cell.answer(self.pinned(state))

    def step_logits(self, ids: Ids, state: NumpyState) -> tuple[NumpyState, Floats]:
        """As `step`; the logits are normalised all the same."""
        family = self.architecture.family
        hidden: list[Floats] = []
        cells: list[Floats] = []
        for layer, before in enumerate(state.hidden):
            projected = self.cell.layer_input(layer, ids, hidden[-1] if hidden else None)
            gates = self.cell.layer_gates(layer, projected, before)
            for name in GATES[family]:
                self._pin(name, layer, gates[name])
            if family == "lstm":
                c = gates["forget"] * state.cell[layer] + gates["input"] * gates["candidate"]
                self._pin("cell", layer, c)
                h: Floats = gates["output"] * np.tanh(c)
                cells.append(c)
            elif family == "gru":
                h = (1 - gates["update"]) * gates["new"] + gates["update"] * before
            else:
                h = gates["new"]
            self._pin("hidden", layer, h)
            hidden.append(h)
        after = NumpyState(tuple(hidden), tuple(cells))
        return after, self.cell.answer(after)

    def _pin(self, part: str, layer: int, values: Floats) -> None:
        for unit, value in self.pins.items():
            if unit.part == part and unit.layer == layer:
                values[:, unit.number] = value


@dataclass(frozen=True)
class Pinned:
    """A place of a text with and without pinned units."""

    before: Distribution
    after: Distribution
    text_before: Continuation
    text_after: Continuation
    """What follows from there, under the same seed."""


def pin(
    model: Model,
    reading: Reading,
    at: int,
    pins: Mapping[Unit, float] | Sequence[tuple[Unit, float]],
    *,
    settings: SamplingSettings | None = None,
    seed: int = 0,
    item: int = 0,
    max_length: int | None = None,
) -> Pinned:
    """Pin units at place `at` of a text: what is expected there, and the text that follows, as it is and pinned.

    The pins hold from the reading of the symbol before that place on; what was read earlier stays as it was read.
    Raises InsightError.
    """
    at = reading.check(at)
    settings = settings or SamplingSettings()
    cell = numpy_cell(model)
    held = PinnedCell(cell, dict(pins))
    earlier = reading.states[at - 1] if at else reading.before
    state, answer = held.step(reading.read[at : at + 1], earlier)
    rows = reading.log_probs[at], answer[0]
    actual = reading.actual(at)
    texts = [
        continue_from(
            one,
            model.vocabulary,
            start,
            row,
            after=int(reading.read[at]),
            kind=model.info.kind,
            settings=settings,
            seed=seed,
            item=item,
            max_length=model.info.default_max_length if max_length is None else max_length,
        )
        for one, start, row in ((cell, reading.states[at], rows[0]), (held, state, rows[1]))
    ]
    here = settings_after(int(reading.read[at]), settings, model.vocabulary)
    before, after = (distribution(row, model, here, actual) for row in rows)
    return Pinned(before, after, texts[0], texts[1])
