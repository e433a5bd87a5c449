"""The output layer and its loss over a batch as one operation for autograd, in memory that is kept."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.through_time import Rooms, gradient_product, plus_product
from charrnn_tui.text import PAD

_through_nll_loss = torch.ops.aten.nll_loss_backward.grad_input
_through_log_softmax = torch.ops.aten._log_softmax_backward_data.out
_SUM = 2
"""torch's number for this reduction."""


def output_loss(
    states: Tensor,
    mask: Tensor | None,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    *,
    product: torch.dtype | None = None,
    rooms: Rooms,
) -> Tensor:
    """Sum of -log softmax(weight (states mask) + bias) at the targets, in nats; PAD among them counts nothing.

    states [time, batch, hidden], mask [batch, hidden] or None, weight [vocabulary, hidden], targets [time, batch].
    `product`: the type in which products are made, the weights' if None. Its gradients can be asked for once.
    """
    loss: Tensor = _OutputLoss.apply(states, mask, weight, bias, targets, product or weight.dtype, rooms)  # type: ignore[no-untyped-call]
    return loss


class _OutputLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        mask: Tensor | None,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        product: torch.dtype,
        rooms: Rooms,
    ) -> Tensor:
        (time, rows, hidden), symbols = states.shape, len(weight)
        room = rooms.take(weight, time, rows)
        read = states if mask is None else torch.mul(states, mask, out=room.tensor("read", hidden, time))
        logits = room.tensor("logits", symbols, time).flatten(0, 1)
        plus_product(bias, read.flatten(0, 1).to(product), weight.t().to(product), logits)
        log_probs = torch.log_softmax(logits, 1, out=room.tensor("log_probs", symbols, time).flatten(0, 1))
        targets = targets.reshape(-1)
        ctx.save_for_backward(read, mask, weight, targets)
        ctx.log_probs, ctx.product, ctx.room, ctx.rooms, ctx.given = log_probs, product, room, rooms, states.dtype
        return functional.nll_loss(log_probs, targets, ignore_index=PAD, reduction="sum")

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        read, mask, weight, targets = ctx.saved_tensors
        (time, rows, hidden), symbols, product, room = read.shape, len(weight), ctx.product, ctx.room
        if room is None:
            raise RuntimeError("the gradients of this batch have been asked for before; its memory is used again.")
        by_logits = room.tensor("logits", symbols, time).flatten(0, 1)
        _through_nll_loss(gradients[0], ctx.log_probs, targets, None, _SUM, PAD, gradients[0], grad_input=by_logits)
        _through_log_softmax(by_logits, ctx.log_probs, 1, weight.dtype, out=by_logits)
        by_weight = gradient_product(by_logits, read.flatten(0, 1), product)
        by_read = torch.mm(by_logits.to(product), weight.to(product)).to(ctx.given).view(time, rows, hidden)
        if mask is not None:
            by_read.mul_(mask)
        ctx.rooms.give_back(room)
        ctx.room = ctx.log_probs = None
        return by_read, None, by_weight, by_logits.sum(0), None, None, None
