"""One stream of any cell, stepped in the fastest way there is for its kind."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.mixture import MixtureCell
from charrnn_tui.cells.mixture_stepper import MixtureStepper
from charrnn_tui.cells.numpy_cell import NumpyCell
from charrnn_tui.cells.numpy_stepper import NumpyStepper
from charrnn_tui.cells.protocol import Cell


class Stepper(Protocol):
    """What a stream asks of a cell."""

    cell: Any
    start: Any
    """The state before anything was read."""

    def step(self, id_: int, state: Any) -> tuple[Any, NDArray[np.float32]]:
        """Read one id: the new state and the logits [vocabulary] of what comes next, a fresh array."""
        ...

    def batch_of_one(self, state: Any) -> Any:
        """A state as the cell itself has it, of one stream."""
        ...


class CellStepper:
    """Steps a batch of one with `Cell.step`; log P serves as logits."""

    def __init__(self, cell: Cell[Any]) -> None:
        self.cell = cell
        self.start = cell.initial_state(1)

    def step(self, id_: int, state: Any) -> tuple[Any, NDArray[np.float32]]:
        """Read one id: the new state and log P [vocabulary] of what comes next, a fresh array."""
        state, log_probs = self.cell.step([id_], state)
        return state, np.array(log_probs[0], dtype=np.float32)

    def batch_of_one(self, state: Any) -> Any:
        """The state."""
        return state


def stepper_for(cell: Cell[Any]) -> Stepper:
    """The fastest way there is to step one stream of this cell."""
    if isinstance(cell, NumpyCell):
        return NumpyStepper(cell)
    return MixtureStepper(cell, stepper_for) if isinstance(cell, MixtureCell) else CellStepper(cell)
