"""AdamW with clipped gradients (Loshchilov & Hutter 2019, arXiv:1711.05101), on the CPU over all parameters at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.update.network import all_finite, optimised, parts_of

KINDS = ("momentum", "variance", "count")
"""What is kept of the past for each parameter, as a checkpoint calls it."""
EPSILON = 1e-8


class Optimiser:
    """The rule by which gradients change a network's parameters.

    On the CPU the parameters become views of one tensor, and their gradients of another, which stays. The arithmetic
    is torch's own kernel behind `torch.optim.AdamW(fused=True)`, with the clipping in it; that class takes longer to
    reach the kernel than a small network's update lasts in it (docs/performance.md).
    """

    def __init__(self, network: nn.Module, recipe: Recipe, device: torch.device) -> None:
        self._recipe = recipe
        self._named = dict(network.named_parameters())
        self.parameters = optimised(network)
        self._values = [p.detach() for p in self.parameters]
        self._in_one_piece = device.type == "cpu"
        if self._in_one_piece:
            self.parameters[0].grad = torch.zeros_like(self._values[0])
            for parameter, part in zip(self._named.values(), self._parts(self.parameters[0].grad), strict=True):
                parameter.grad = part
        self._momentum = [torch.zeros_like(v) for v in self._values]
        self._variance = [torch.zeros_like(v) for v in self._values]
        self._count = [torch.zeros((), device=device) for _ in self._values]
        self._scale: Tensor | None = None

    def _parts(self, whole: Tensor) -> list[Tensor]:
        return parts_of(whole, list(self._named.values()))

    @torch.no_grad()
    def clip(self) -> Tensor:
        """Scale the gradients down where the norm of all together is above the recipe's; returns that norm."""
        gradients = self._gradients()
        norms = gradients if len(gradients) == 1 else [torch.stack(torch._foreach_norm(gradients))]
        norm: Tensor = torch.linalg.vector_norm(norms[0])
        scale = (norm / self._recipe.clip).clamp_(min=1)
        # The kernel of `step` divides by it, in the pass that it makes anyway; that for MPS passes over `grad_scale`.
        self._scale = scale if norm.device.type in ("cpu", "cuda") else None
        if self._scale is None:
            torch._foreach_div_(gradients, scale)
        return norm

    def _gradients(self) -> list[Tensor]:
        return [p.grad for p in self.parameters if p.grad is not None]

    @torch.no_grad()
    def step(self, lr: float) -> None:
        """Change the parameters by their gradients, clipped where `clip` was called; forget the gradients."""
        gradients, scale, self._scale = self._gradients(), self._scale, None
        torch._foreach_add_(self._count, 1)
        torch._fused_adamw_(
            self._values,
            gradients,
            self._momentum,
            self._variance,
            [],
            self._count,
            lr=lr,
            beta1=self._recipe.beta1,
            beta2=self._recipe.beta2,
            weight_decay=self._recipe.weight_decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
            grad_scale=scale,
        )
        if self._in_one_piece:
            gradients[0].zero_()
        else:
            for parameter in self.parameters:
                parameter.grad = None

    def all_finite(self) -> bool:
        """Whether no parameter is NaN or infinite."""
        return all_finite(self.parameters)

    def moments(self) -> dict[str, Tensor]:
        """What is kept of the past, as 'KIND/NAME' for each parameter; nothing before the first step."""
        if not float(self._count[0]):
            return {}
        found: dict[str, Tensor] = {}
        for kind, kept in zip(KINDS, (self._momentum, self._variance, self._count), strict=True):
            parts: Sequence[Tensor] = kept
            if self._in_one_piece:
                parts = kept * len(self._named) if kind == "count" else self._parts(kept[0])
            found |= {f"{kind}/{name}": part for name, part in zip(self._named, parts, strict=True)}
        return found

    def restore(self, moments: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Take back what `moments` gave, by kind and name; nothing where the run had not begun."""
        if not moments["count"]:
            return
        for kind, kept in zip(KINDS, (self._momentum, self._variance, self._count), strict=True):
            parts = [moments[kind][name] for name in self._named]
            whole = kept if not self._in_one_piece or kind == "count" else self._parts(kept[0])
            for old, part in zip(whole, parts, strict=False):
                old.copy_(part)
