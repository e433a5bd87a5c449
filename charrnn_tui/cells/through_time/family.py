"""What a family of recurrent layers has to say of itself; one subclass a family, in the file of its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor

from charrnn_tui.cells.through_time.operations import plus_product
from charrnn_tui.cells.through_time.workspace import Workspace


class StepGradients(NamedTuple):
    """What the way back through the steps gives.

    gates [time, rows, width]: of the pre-activations; hidden, cell [rows, hidden]: of the state before the first step,
    `hidden` None where it was not asked for, `cell` None where the family has none.
    """

    gates: Tensor
    hidden: Tensor | None
    cell: Tensor | None


class LayerFamily(ABC):
    """The steps of a layer, forwards and backwards, and how its weights feed the `gates` of a workspace.

    `gates` holds each gate's pre-activation first, then the gate. A tanh is taken from the logistic function,
    tanh(a) = 2 s(2a) - 1, which takes torch a sixth of the time; so what goes into a tanh is kept twice as large.
    """

    blocks: int
    """Blocks of `hidden` columns in `gates`."""
    tanh_block: int
    """The block that goes into a tanh, counted from 0."""

    def project_inputs(self, inputs: Tensor, weight: Tensor, bias_ih: Tensor, bias_hh: Tensor, out: Tensor) -> None:
        """out [n, width] = what the inputs [n, features] and the biases give the gates. weight: weight_ih, transposed;
        the product is made in its type."""
        plus_product(bias_ih + bias_hh, inputs, weight, out)
        self._double_tanh(out)

    def _double_tanh(self, gates: Tensor) -> None:
        size = gates.shape[1] // self.blocks
        gates[:, self.tanh_block * size : (self.tanh_block + 1) * size].mul_(2)

    @abstractmethod
    def recurrent(self, weight_hh: Tensor) -> Tensor:
        """weight_hh for the way forwards: what goes straight into a tanh twice as large."""

    def fed_by_inputs(self, grad_gates: Tensor) -> Tensor:
        """The columns of the gates' gradients [..., width] that belong to weight_ih and bias_ih."""
        return grad_gates

    @abstractmethod
    def forward(
        self, workspace: Workspace, time: int, recurrent: Tensor, hidden: Tensor | None, cell: Tensor | None
    ) -> Tensor | None:
        """Fill `states` [time + 1, rows, hidden] and `gates`; returns the last cell, where the family has one.

        recurrent [hidden, …]: what `recurrent` gave, transposed. hidden, cell [rows, hidden]: where to start, at zero
        if None.
        """

    @abstractmethod
    def backward(
        self,
        workspace: Workspace,
        time: int,
        grad_states: Tensor,
        grad_last_cell: Tensor | None,
        weight_hh: Tensor,
        of_start: bool,
    ) -> StepGradients:
        """The way back from the gradients of the states [time, rows, hidden] and, where there is one, the last cell.

        `of_start`: whether the gradient of the hidden state before the first step is wanted.
        """


def begin(workspace: Workspace, name: str, size: int, time: int, start: Tensor | None) -> None:
    """Make a tensor of states whose row 0 is where the layer starts, at zero if None."""
    workspace.tensor(name, size, time + 1)[0] = 0 if start is None else start
