"""The vanilla layer (Elman 1990, 'Finding Structure in Time'): h' = tanh(a), a = x + W h."""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.family import LayerFamily, StepGradients, begin
from charrnn_tui.cells.through_time.operations import add_product, plus_product, tanh_backward
from charrnn_tui.cells.through_time.workspace import Workspace


class VanillaLayer(LayerFamily):
    """`gates` [time, rows, hidden] holds 2x, then 2a, then, on the way back, the gradients of a."""

    blocks = 1
    tanh_block = 0

    def recurrent(self, weight_hh: Tensor) -> Tensor:
        return 2 * weight_hh

    def forward(
        self, workspace: Workspace, time: int, recurrent: Tensor, hidden: Tensor | None, cell: Tensor | None
    ) -> None:
        size = recurrent.shape[1]
        begin(workspace, "states", size, time, hidden)
        gates, states = workspace.steps("gates", 0, size), workspace.steps("states", 0, size)
        for t in range(time):
            if t or hidden is not None:
                add_product(gates[t], states[t], recurrent)
            torch.add(workspace.minus_one, gates[t].sigmoid_(), alpha=2, out=states[t + 1])

    def backward(
        self,
        workspace: Workspace,
        time: int,
        grad_states: Tensor,
        grad_last_cell: Tensor | None,
        weight_hh: Tensor,
        of_start: bool,
    ) -> StepGradients:
        size = weight_hh.shape[1]
        grad_gates, states = workspace.steps("gates", 0, size), workspace.steps("states", 0, size)
        grad_state = grad_states.unbind()
        tanh_backward(grad_state[-1], states[time], grad_gates[time - 1])
        for t in range(time - 2, -1, -1):
            flowing = plus_product(grad_state[t], grad_gates[t + 1], weight_hh, grad_gates[t])
            tanh_backward(flowing, states[t + 1], grad_gates[t])
        grad_hidden = None
        if of_start:
            grad_hidden = add_product(torch.zeros_like(grad_gates[0]), grad_gates[0], weight_hh)
        return StepGradients(workspace.tensor("gates", size, time), grad_hidden, None)
