"""The vanilla and the GRU layer over time, with their gradients written out: for small networks on the CPU.

torch's own layers run these two step by step, each step a handful of recorded operations whose gradients are again
recorded operations; at 64 units the calls cost more than the arithmetic. Here a step is two to six operations into
memory that is there already, tanh is taken from the logistic function (2 s(2a) - 1, a quarter of the time in torch),
and the gradient of the recurrent weights is one product over all steps (Werbos 1990, 'Backpropagation through time').
torch's LSTM has a kernel of its own on the CPU, which this does not beat (docs/performance.md).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from charrnn_tui.cells.architecture import Family

WRITTEN_OUT: frozenset[Family] = frozenset({"rnn", "gru"})


class _VanillaLayer(torch.autograd.Function):
    """h' = tanh(x + W h): x [time, batch, hidden] holds the input's product and both biases."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, start: Tensor) -> Tensor:
        states = x.new_empty(len(x) + 1, *start.shape)
        states[0] = start
        before, doubled = states.unbind(), (2 * weight).t()
        minus_one = x.new_full((), -1.0)
        for t, gate in enumerate((2 * x).unbind()):
            gate.addmm_(before[t], doubled).sigmoid_()
            torch.add(minus_one, gate, alpha=2, out=before[t + 1])
        ctx.save_for_backward(states, weight)
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (gradient,) = gradients
        states, weight = ctx.saved_tensors
        slope = torch.addcmul(states.new_ones(()), states[1:], states[1:], value=-1)
        by_gate = torch.empty_like(slope)
        of_state, slopes, gates = gradient.unbind(), slope.unbind(), by_gate.unbind()
        torch.mul(of_state[-1], slopes[-1], out=gates[-1])
        for t in range(len(gates) - 2, -1, -1):
            torch.addmm(of_state[t], gates[t + 1], weight, out=gates[t]).mul_(slopes[t])
        by_weight = by_gate.flatten(0, 1).t() @ states[:-1].flatten(0, 1)
        return by_gate, by_weight, gates[0] @ weight


class _GRULayer(torch.autograd.Function):
    """r, z = s(x_rz + W_rz h); n = tanh(x_n + r (W_n h + b_n)); h' = (1 - z) n + z h.

    x [time, batch, 3 hidden] holds the input's product and all biases but b_n, which the reset gate acts on.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, start: Tensor) -> Tensor:
        size = start.shape[-1]
        states = x.new_empty(len(x) + 1, *start.shape)
        states[0] = start
        gates, new = x[..., : 2 * size].contiguous(), 2 * x[..., 2 * size :]
        recurrent = torch.empty_like(new)
        by_gates, by_new = weight[: 2 * size].t(), (2 * weight[2 * size :]).t()
        doubled = 2 * bias
        minus_one = x.new_full((), -1.0)
        before, both, news, recurrents = states.unbind(), gates.unbind(), new.unbind(), recurrent.unbind()
        resets, updates = (part.unbind() for part in gates.chunk(2, dim=-1))
        for t in range(len(x)):
            both[t].addmm_(before[t], by_gates).sigmoid_()
            torch.addmm(doubled, before[t], by_new, out=recurrents[t])
            news[t].addcmul_(resets[t], recurrents[t]).sigmoid_()
            torch.add(minus_one, news[t], alpha=2, out=news[t])
            torch.lerp(news[t], before[t], updates[t], out=before[t + 1])
        ctx.save_for_backward(states, gates, new, recurrent, weight)
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        (gradient,) = gradients
        states, gates, new, recurrent, weight = ctx.saved_tensors
        reset, update = gates.chunk(2, dim=-1)
        rest = 1 - update
        # What each gate's input changes of the new state, for all steps at once. `recurrent` holds 2 (W_n h + b_n).
        by_new = rest.addcmul(rest * new, new, value=-1)
        by_update = (states[:-1] - new) * update * rest
        by_reset = recurrent * reset
        by_reset = by_reset.addcmul_(by_reset, reset, value=-1).mul_(0.5)
        candidate = torch.empty_like(new)
        products = new.new_empty(*new.shape[:2], 3, new.shape[-1])  # of W h: reset, update, new
        rows = products.flatten(2)
        of_state, keeps = gradient.unbind(), update.unbind()
        parts = [part.unbind() for part in (candidate, *products.unbind(2), rows, by_new, by_update, by_reset, reset)]
        candidates, resets, updates, news, steps, to_new, to_update, to_reset, through = parts
        flowing = torch.zeros_like(of_state[-1])
        for t in range(len(of_state) - 1, -1, -1):
            flowing.add_(of_state[t])
            torch.mul(flowing, to_new[t], out=candidates[t])
            torch.mul(flowing, to_update[t], out=updates[t])
            torch.mul(candidates[t], to_reset[t], out=resets[t])
            torch.mul(candidates[t], through[t], out=news[t])
            flowing.mul_(keeps[t]).addmm_(steps[t], weight)
        by_weight = rows.flatten(0, 1).t() @ states[:-1].flatten(0, 1)
        by_input = torch.cat([products[:, :, 0], products[:, :, 1], candidate], dim=-1)
        return by_input, by_weight, products[:, :, 2].sum((0, 1)), flowing


def fold_biases(family: Family, bias_ih: Tensor, bias_hh: Tensor) -> Tensor:
    """The biases that may be added to the input's product before the first step."""
    if family == "rnn":
        return bias_ih + bias_hh
    reset_and_update = 2 * len(bias_ih) // 3
    return torch.cat([bias_ih[:reset_and_update] + bias_hh[:reset_and_update], bias_ih[reset_and_update:]])


def run_layer(family: Family, x: Tensor, weight_hh: Tensor, bias_hh: Tensor, start: Tensor) -> Tensor:
    """One layer over time: its states [time, batch, hidden].

    x [time, batch, gates x hidden]: the input's product with `weight_ih`, `fold_biases` added; start [batch, hidden].
    """
    if family == "rnn":
        return _VanillaLayer.apply(x, weight_hh, start)  # type: ignore[no-untyped-call,no-any-return]
    return _GRULayer.apply(x, weight_hh, bias_hh[2 * start.shape[-1] :], start)  # type: ignore[no-untyped-call,no-any-return]
