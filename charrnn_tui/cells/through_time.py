"""The vanilla and the GRU layer over time, with their gradients written out: what the CPU runs.

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


def _add_product(into: Tensor, left: Tensor, right: Tensor, factor: float = 1) -> Tensor:
    """into += factor left @ right, the product in the type of `right` (float32 or bfloat16), the sum in float32."""
    if right.dtype == into.dtype:
        return into.addmm_(left, right, alpha=factor)
    return into.add_(torch.mm(left.to(right.dtype), right), alpha=factor)


def _weight_gradient(by_gate: Tensor, before: Tensor, product: torch.dtype) -> Tensor:
    """Of W in gate = W h: by_gate [steps, gates], before [steps, hidden] -> [gates, hidden] in float32."""
    return (by_gate.to(product).t() @ before.to(product)).to(before.dtype)


class _VanillaLayer(torch.autograd.Function):
    """h' = tanh(x / 2 + W h): x [time, batch, hidden] holds twice the input's product and biases; it is used up."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, start: Tensor, product: torch.dtype) -> Tensor:
        states = x.new_empty(len(x) + 1, *start.shape)
        states[0] = start
        before, doubled, minus_one = states.unbind(), (2 * weight).t().to(product), x.new_full((), -1.0)
        for t, gate in enumerate(x.detach().unbind()):
            _add_product(gate, before[t], doubled).sigmoid_()
            torch.add(minus_one, gate, alpha=2, out=before[t + 1])
        ctx.save_for_backward(states, weight)
        ctx.product = product
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        (gradient,) = gradients
        states, weight = ctx.saved_tensors
        weight = weight.to(ctx.product)
        slope = torch.addcmul(states.new_full((), 0.5), states[1:], states[1:], value=-0.5)
        by_x = gradient.clone(memory_format=torch.contiguous_format)
        by_xs, slopes = by_x.unbind(), slope.unbind()
        by_xs[-1].mul_(slopes[-1])
        for t in range(len(by_xs) - 2, -1, -1):
            _add_product(by_xs[t], by_xs[t + 1], weight, 2).mul_(slopes[t])
        by_weight = _weight_gradient(by_x.flatten(0, 1), states[:-1].flatten(0, 1), ctx.product)
        return by_x, by_weight.mul_(2), _add_product(torch.zeros_like(by_xs[0]), by_xs[0], weight, 2), None


class _GRULayer(torch.autograd.Function):
    """r, z = s(x_rz + W_rz h); n = tanh(x_n / 2 + r (W_n h + b_n)); h' = (1 - z) n + z h.

    x [time, batch, 3 hidden] holds the input's product and all biases but b_n, twice the sum for n; it is used up.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, start: Tensor, product: torch.dtype) -> Tensor:
        size = start.shape[-1]
        states = x.new_empty(len(x) + 1, *start.shape)
        states[0] = start
        x = x.detach()
        recurrent = (2 * bias).repeat(*x.shape[:2], 1)
        by_gates, by_new = weight[: 2 * size].t().to(product), (2 * weight[2 * size :]).t().to(product)
        minus_one = x.new_full((), -1.0)
        before, both, recurrents = states.unbind(), x[..., : 2 * size].unbind(), recurrent.unbind()
        resets, updates, news = (part.unbind() for part in x.chunk(3, dim=-1))
        for t, h in enumerate(before[:-1]):
            narrow = h.to(product)
            _add_product(both[t], narrow, by_gates).sigmoid_()
            _add_product(recurrents[t], narrow, by_new)
            new = news[t].addcmul_(resets[t], recurrents[t]).sigmoid_()
            torch.add(minus_one, new, alpha=2, out=new)
            torch.lerp(new, h, updates[t], out=before[t + 1])
        ctx.save_for_backward(states, x, recurrent, weight)
        ctx.product = product
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, None]:
        (gradient,) = gradients
        states, gates, recurrent, weight = ctx.saved_tensors
        weight = weight.to(ctx.product)
        size = states.shape[-1]
        reset, update, new = gates.chunk(3, dim=-1)
        # How the new state changes with x, for all steps at once; `recurrent` holds 2 (W_n h + b_n).
        rest = 1 - update
        to_new = torch.addcmul(new.new_full((), 0.5), new, new, value=-0.5).mul_(rest)
        to_update = torch.sub(states[:-1], new).mul_(update).mul_(rest)
        to_reset = recurrent * reset
        to_reset.addcmul_(to_reset, reset, value=-1)
        by_x = torch.empty_like(gates)
        by_recurrent = torch.empty_like(recurrent)  # half of it, as of x_n
        by_gates, of_gates, of_new = by_x[..., : 2 * size], weight[: 2 * size], weight[2 * size :]
        parts = (gradient, *by_x.chunk(3, dim=-1), by_gates, by_recurrent, to_new, to_update, to_reset, reset, update)
        steps = list(zip(*(part.unbind() for part in parts), strict=True))
        flowing = torch.zeros_like(states[0])
        for of_state, by_reset, by_update, by_new, by_both, by_r, n, z, r, through, keep in reversed(steps):
            flowing.add_(of_state)
            torch.mul(flowing, z, out=by_update)
            torch.mul(flowing, n, out=by_new)
            torch.mul(by_new, r, out=by_reset)
            torch.mul(by_new, through, out=by_r)
            _add_product(_add_product(flowing.mul_(keep), by_both, of_gates), by_r, of_new, 2)
        before = states[:-1].flatten(0, 1)
        by_weight = torch.cat(
            [
                _weight_gradient(by_gates.flatten(0, 1), before, ctx.product),
                _weight_gradient(by_recurrent.flatten(0, 1), before, ctx.product).mul_(2),
            ]
        )
        return by_x, by_weight, by_recurrent.sum((0, 1)).mul_(2), flowing, None


def input_weights(family: Family, weight_ih: Tensor, bias_ih: Tensor, bias_hh: Tensor) -> tuple[Tensor, Tensor]:
    """Weight and bias of the product that `run_layer` takes: biases together, what goes into a tanh doubled."""
    if family == "rnn":
        return 2 * weight_ih, 2 * (bias_ih + bias_hh)
    size = len(bias_ih) // 3
    factor = weight_ih.new_ones(3, 1)
    factor[2] = 2
    factor = factor.repeat_interleave(size, dim=0)
    bias = torch.cat([bias_ih[: 2 * size] + bias_hh[: 2 * size], 2 * bias_ih[2 * size :]])
    return weight_ih * factor, bias


def run_layer(
    family: Family,
    x: Tensor,
    weight_hh: Tensor,
    bias_hh: Tensor,
    start: Tensor,
    product: torch.dtype | None = None,
) -> Tensor:
    """One layer over time: its states [time, batch, hidden].

    x [time, batch, gates x hidden] is the input's product by `input_weights`. It is written over, so it must not be
    used again; what made it must not need it for a gradient (a linear map or a look-up does not). start: [batch,
    hidden]. `product`: the type in which products with `weight_hh` are made, x's if None; all else stays in x's.
    """
    product = product or x.dtype
    if family == "rnn":
        return _VanillaLayer.apply(x, weight_hh, start, product)  # type: ignore[no-untyped-call,no-any-return]
    return _GRULayer.apply(x, weight_hh, bias_hh[2 * start.shape[-1] :], start, product)  # type: ignore[no-untyped-call,no-any-return]
