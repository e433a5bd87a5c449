"""The output layer and its loss over a batch in memory that is kept."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.through_time.operations import plus_product, weight_gradient
from charrnn_tui.cells.through_time.workspace import Workspace, Workspaces, still_held
from charrnn_tui.text import PAD

_nll_loss_backward = torch.ops.aten.nll_loss_backward.grad_input
_log_softmax_backward = torch.ops.aten._log_softmax_backward_data.out
_SUM = 2
"""torch's number for this reduction."""


class OutputPass:
    """A batch's states before the output layer and the loss behind it, to be asked for its gradients afterwards.

    states [time, batch, hidden], mask [batch, hidden] or None to multiply them with, weight [vocabulary, hidden],
    targets [time, batch]; PAD among them counts nothing. `loss`: the sum of -log softmax(weight (states mask) + bias)
    at the targets, in nats. `product_dtype`: the type in which products are made. The gradients can be asked for once.
    """

    def __init__(
        self,
        states: Tensor,
        mask: Tensor | None,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        product_dtype: torch.dtype,
        workspaces: Workspaces,
    ) -> None:
        (time, rows, hidden), symbols = states.shape, len(weight)
        workspace = workspaces.acquire(weight, time, rows)
        self._read = states if mask is None else torch.mul(states, mask, out=workspace.tensor("read", hidden, time))
        logits = workspace.tensor("logits", symbols, time).flatten(0, 1)
        plus_product(bias, self._read.flatten(0, 1).to(product_dtype), weight.t().to(product_dtype), logits)
        self._log_probs = torch.log_softmax(logits, 1, out=workspace.tensor("log_probs", symbols, time).flatten(0, 1))
        self._targets = targets.reshape(-1)
        self.loss = functional.nll_loss(self._log_probs, self._targets, ignore_index=PAD, reduction="sum")
        self._mask, self._weight, self._product_dtype, self._type = mask, weight, product_dtype, states.dtype
        self._workspace: Workspace | None = workspace
        self._workspaces = workspaces

    def gradients(self, grad_loss: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Those of states, weight and bias, from that of the loss."""
        workspace, product_dtype, weight = still_held(self._workspace), self._product_dtype, self._weight
        shape = self._read.shape
        grad_logits = workspace.tensor("logits", len(weight), shape[0]).flatten(0, 1)
        _nll_loss_backward(
            grad_loss, self._log_probs, self._targets, None, _SUM, PAD, grad_loss, grad_input=grad_logits
        )
        _log_softmax_backward(grad_logits, self._log_probs, 1, weight.dtype, out=grad_logits)
        grad_weight = weight_gradient(grad_logits, self._read.flatten(0, 1), product_dtype)
        grad_states = torch.mm(grad_logits.to(product_dtype), weight.to(product_dtype)).to(self._type).view(shape)
        if self._mask is not None:
            grad_states.mul_(self._mask)
        grad_bias = grad_logits.sum(0)
        self._workspaces.release(workspace)
        self._workspace = None
        return grad_states, grad_weight, grad_bias


def output_loss(
    states: Tensor,
    mask: Tensor | None,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    *,
    product_dtype: torch.dtype | None = None,
    workspaces: Workspaces,
) -> Tensor:
    """The loss of an `OutputPass` as one operation for autograd; `product_dtype` is the weight's type if None."""
    loss: Tensor = _OutputLoss.apply(states, mask, weight, bias, targets, product_dtype or weight.dtype, workspaces)  # type: ignore[no-untyped-call]
    return loss


class _OutputLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *given: Any) -> Tensor:
        output_pass = OutputPass(*given)
        loss = output_pass.loss
        del output_pass.loss  # what is returned must not hold on to itself
        ctx.output_pass = output_pass
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        grad_states, grad_weight, grad_bias = ctx.output_pass.gradients(gradients[0])
        return grad_states, None, grad_weight, grad_bias, None, None, None
