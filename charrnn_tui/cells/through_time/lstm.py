"""The LSTM layer: i, f, o = s(x + W h); g = tanh(x_g + W_g h); c' = f c + i g; h' = o tanh(c').

Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
"""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.family import LayerFamily, StepGradients, begin
from charrnn_tui.cells.through_time.operations import add_product, plus_product, sigmoid_backward, tanh_backward
from charrnn_tui.cells.through_time.workspace import Workspace


class LSTMLayer(LayerFamily):
    """`gates` [time, rows, 4 hidden] holds x, twice x_g, then i, f, g, o; `cells` c and `tanh` tanh(c')."""

    blocks = 4
    tanh_block = 2

    def recurrent(self, weight_hh: Tensor) -> Tensor:
        size = weight_hh.shape[1]
        copy = weight_hh.clone()
        copy[2 * size : 3 * size].mul_(2)
        return copy

    def forward(
        self, workspace: Workspace, time: int, recurrent: Tensor, hidden: Tensor | None, cell: Tensor | None
    ) -> Tensor:
        size = recurrent.shape[0]
        begin(workspace, "states", size, time, hidden)
        begin(workspace, "cells", size, time, cell)
        workspace.tensor("tanh", size, time)
        states, cells, gates, tanhs = (
            workspace.steps("states", 0, size),
            workspace.steps("cells", 0, size),
            workspace.steps("gates", 0, 4 * size),
            workspace.steps("tanh", 0, size),
        )
        inputs, forgets, news, outputs = (workspace.steps("gates", k * size, (k + 1) * size) for k in range(4))
        for t in range(time):
            if t or hidden is not None:
                add_product(gates[t], states[t], recurrent)
            gates[t].sigmoid_()
            new = torch.add(workspace.minus_one, news[t], alpha=2, out=news[t])
            c = torch.mul(forgets[t], cells[t], out=cells[t + 1]).addcmul_(inputs[t], new)
            tanh = torch.add(c, c, out=tanhs[t]).sigmoid_()
            torch.add(workspace.minus_one, tanh, alpha=2, out=tanh)
            torch.mul(outputs[t], tanh, out=states[t + 1])
        return workspace.tensor("cells", size, time + 1)[time]

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
        gates, tanh = workspace.tensor("gates", 4 * size, time), workspace.tensor("tanh", size, time)
        to_cell, grad_gates = workspace.tensor("to_cell", size, time), workspace.tensor("grad_gates", 4 * size, time)
        gate_in, forget, new, gate_out = gates.chunk(4, dim=-1)
        grad_in, grad_forget, grad_new, grad_out = grad_gates.chunk(4, dim=-1)
        # How the cell (i, f, g) and the state (o, c') change with each, for all steps at once, where the gradients
        # will be.
        sigmoid_backward(new, gate_in, grad_in)
        sigmoid_backward(workspace.tensor("cells", size, time), forget, grad_forget)
        tanh_backward(gate_in, new, grad_new)
        sigmoid_backward(tanh, gate_out, grad_out)
        tanh_backward(gate_out, tanh, to_cell)
        of_gates = workspace.steps("grad_gates", 0, 4 * size)
        of_outputs = workspace.steps("grad_gates", 3 * size, 4 * size)
        of_cell_gates = grad_gates.view(time, -1, 4, size)[:, :, :3].unbind()
        forgets, to_cells = workspace.steps("gates", size, 2 * size), workspace.steps("to_cell", 0, size)
        grad_state = grad_states.unbind()
        grad_cell = torch.zeros_like(grad_state[0]) if grad_last_cell is None else grad_last_cell.clone()
        flowing = torch.empty_like(grad_cell)
        for t in range(time - 1, -1, -1):
            grad_hidden = grad_state[t]
            if t < time - 1:
                grad_hidden = plus_product(grad_state[t], of_gates[t + 1], weight_hh, flowing)
            grad_cell.addcmul_(grad_hidden, to_cells[t])
            of_cell_gates[t].mul_(grad_cell[:, None])
            of_outputs[t].mul_(grad_hidden)
            grad_cell.mul_(forgets[t])
        grad_start = add_product(flowing.zero_(), of_gates[0], weight_hh) if of_start else None
        return StepGradients(grad_gates, grad_start, grad_cell)
