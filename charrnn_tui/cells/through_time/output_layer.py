"""The output layer and its loss over a batch in memory that is kept."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.through_time import Room, Rooms, gradient_product, plus_product, still_held
from charrnn_tui.text import PAD

_through_nll_loss = torch.ops.aten.nll_loss_backward.grad_input
_through_log_softmax = torch.ops.aten._log_softmax_backward_data.out
_SUM = 2
"""torch's number for this reduction."""


class OutputPass:
    """A batch's states before the output layer and the loss behind it, to be asked for its gradients afterwards.

    states [time, batch, hidden], mask [batch, hidden] or None to multiply them with, weight [vocabulary, hidden],
    targets [time, batch]; PAD among them counts nothing. `loss`: the sum of -log softmax(weight (states mask) + bias)
    at the targets, in nats. `product`: the type in which products are made. The gradients can be asked for once.
    """

    def __init__(
        self,
        states: Tensor,
        mask: Tensor | None,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        product: torch.dtype,
        rooms: Rooms,
    ) -> None:
        (time, rows, hidden), symbols = states.shape, len(weight)
        room = rooms.take(weight, time, rows)
        self._read = states if mask is None else torch.mul(states, mask, out=room.tensor("read", hidden, time))
        logits = room.tensor("logits", symbols, time).flatten(0, 1)
        plus_product(bias, self._read.flatten(0, 1).to(product), weight.t().to(product), logits)
        self._log_probs = torch.log_softmax(logits, 1, out=room.tensor("log_probs", symbols, time).flatten(0, 1))
        self._targets = targets.reshape(-1)
        self.loss = functional.nll_loss(self._log_probs, self._targets, ignore_index=PAD, reduction="sum")
        self._mask, self._weight, self._product, self._type = mask, weight, product, states.dtype
        self._room: Room | None = room
        self._rooms = rooms

    def gradients(self, by_loss: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Those of states, weight and bias, from that of the loss."""
        room, product, weight, shape = still_held(self._room), self._product, self._weight, self._read.shape
        by_logits = room.tensor("logits", len(weight), shape[0]).flatten(0, 1)
        _through_nll_loss(by_loss, self._log_probs, self._targets, None, _SUM, PAD, by_loss, grad_input=by_logits)
        _through_log_softmax(by_logits, self._log_probs, 1, weight.dtype, out=by_logits)
        by_weight = gradient_product(by_logits, self._read.flatten(0, 1), product)
        by_states = torch.mm(by_logits.to(product), weight.to(product)).to(self._type).view(shape)
        if self._mask is not None:
            by_states.mul_(self._mask)
        by_bias = by_logits.sum(0)
        self._rooms.give_back(room)
        self._room = None
        return by_states, by_weight, by_bias


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
    """The loss of an `OutputPass` as one operation for autograd; `product` is the weight's type if None."""
    loss: Tensor = _OutputLoss.apply(states, mask, weight, bias, targets, product or weight.dtype, rooms)  # type: ignore[no-untyped-call]
    return loss


class _OutputLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *given: Any) -> Tensor:
        done = OutputPass(*given)
        loss = done.loss
        del done.loss  # what is returned must not hold on to itself
        ctx.done = done
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        by_states, by_weight, by_bias = ctx.done.gradients(gradients[0])
        return by_states, None, by_weight, by_bias, None, None, None
