"""The GRU layer: r, z = s(x_rz + W_rz h); q = W_n h + b; n = tanh(x_n + r q); h' = (1 - z) n + z h.

The reset gate acts behind the product, as in torch (Cho et al. 2014, arXiv:1406.1078, has it before).
"""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.family import LayerFamily, StepGradients, begin
from charrnn_tui.cells.through_time.operations import add_product, plus_product, sigmoid_backward, tanh_backward
from charrnn_tui.cells.through_time.workspace import Workspace


class GRULayer(LayerFamily):
    """`gates` [time, rows, 4 hidden] holds x_r, x_z, b and 2x_n, then r, z, q and n.

    The product with the state, q, stands apart from that of the input, since the reset gate multiplies only the first;
    so there are four blocks where the weights have three.
    """

    blocks = 4
    tanh_block = 3

    def project_inputs(self, inputs: Tensor, weight: Tensor, bias_ih: Tensor, bias_hh: Tensor, out: Tensor) -> None:
        size = weight.shape[1] // 3
        bias = bias_ih + bias_hh
        plus_product(bias[: 2 * size], inputs, weight[:, : 2 * size], out[:, : 2 * size])
        out[:, 2 * size : 3 * size] = bias_hh[2 * size :]
        plus_product(bias_ih[2 * size :], inputs, weight[:, 2 * size :], out[:, 3 * size :])
        self._double_tanh(out)

    def recurrent(self, weight_hh: Tensor) -> Tensor:
        return weight_hh  # the reset gate stands between the product and the tanh

    def fed_by_inputs(self, grad_gates: Tensor) -> Tensor:
        size = grad_gates.shape[-1] // 4
        return torch.cat([grad_gates[..., : 2 * size], grad_gates[..., 3 * size :]], dim=-1)

    def forward(
        self, workspace: Workspace, time: int, recurrent: Tensor, hidden: Tensor | None, cell: Tensor | None
    ) -> None:
        size = recurrent.shape[0]
        begin(workspace, "states", size, time, hidden)
        states = workspace.steps("states", 0, size)
        linear, both = workspace.steps("gates", 0, 3 * size), workspace.steps("gates", 0, 2 * size)
        resets, updates, sums, news = (workspace.steps("gates", k * size, (k + 1) * size) for k in range(4))
        for t in range(time):
            h, new = states[t], news[t]
            if t or hidden is not None:
                add_product(linear[t], h, recurrent)
            both[t].sigmoid_()
            new.addcmul_(resets[t], sums[t], value=2).sigmoid_()
            torch.add(workspace.minus_one, new, alpha=2, out=new)
            torch.lerp(new, h, updates[t], out=states[t + 1])

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
        reset, update, linear, new = workspace.tensor("gates", 4 * size, time).chunk(4, dim=-1)
        before = workspace.tensor("states", size, time)
        rest, to_new, to_update, to_reset = (
            workspace.tensor(name, size, time) for name in ("rest", "to_new", "to_update", "to_reset")
        )
        # How the new state changes with each, apart from the gradient that flows in: for all steps at once.
        torch.sub(update.new_ones(()), update, out=rest)
        tanh_backward(rest, new, to_new)
        sigmoid_backward(torch.sub(before, new, out=rest), update, to_update)
        sigmoid_backward(linear, reset, to_reset)
        grad_gates = workspace.tensor("grad_gates", 4 * size, time)
        grad_resets, grad_updates, grad_sums, grad_news = (
            workspace.steps("grad_gates", k * size, (k + 1) * size) for k in range(4)
        )
        grad_linear, grad_state = workspace.steps("grad_gates", 0, 3 * size), grad_states.unbind()
        resets, updates = (workspace.steps("gates", k * size, (k + 1) * size) for k in range(2))
        news, zs, rs = (workspace.steps(name, 0, size) for name in ("to_new", "to_update", "to_reset"))
        flowing = grad_state[-1].clone(memory_format=torch.contiguous_format)
        for t in range(time - 1, -1, -1):
            torch.mul(flowing, zs[t], out=grad_updates[t])
            grad_new = torch.mul(flowing, news[t], out=grad_news[t])
            torch.mul(grad_new, rs[t], out=grad_resets[t])
            torch.mul(grad_new, resets[t], out=grad_sums[t])
            if t:
                torch.addcmul(grad_state[t - 1], flowing, updates[t], out=flowing)
                add_product(flowing, grad_linear[t], weight_hh)
            elif of_start:
                add_product(flowing.mul_(updates[t]), grad_linear[t], weight_hh)
        return StepGradients(grad_gates, flowing if of_start else None, None)
