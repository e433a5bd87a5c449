"""AdamW with clipped gradients (Loshchilov & Hutter 2019, arXiv:1711.05101), on the CPU over all parameters at once."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from charrnn_tui.training.network import all_finite, optimised
from charrnn_tui.training.recipe import Recipe

_MOMENTS = {"momentum": "exp_avg", "variance": "exp_avg_sq", "count": "step"}
"""What a checkpoint calls them, and torch."""


class Optimiser:
    """The rule by which gradients change a network's parameters.

    On the CPU the parameters become views of one tensor, and their gradients of another, which stays.
    """

    def __init__(self, network: nn.Module, recipe: Recipe, device: torch.device) -> None:
        self._named = dict(network.named_parameters())
        self._clip = recipe.clip
        self.parameters = optimised(network)
        self._in_one_piece = device.type == "cpu"
        if self._in_one_piece:
            whole = self.parameters[0]
            whole.grad = torch.zeros_like(whole)
            for parameter, part in zip(self._named.values(), self._parts(whole.grad), strict=True):
                parameter.grad = part
        self._adamw = torch.optim.AdamW(
            self.parameters,
            lr=recipe.learning_rate,
            betas=(recipe.beta1, recipe.beta2),
            weight_decay=recipe.weight_decay,
            fused=device.type in ("cpu", "cuda"),
        )

    def _parts(self, whole: Tensor) -> list[Tensor]:
        """The pieces of a tensor over all parameters, in their order and shapes."""
        pieces = torch.split(whole, [p.numel() for p in self._named.values()])
        return [piece.view(p.shape) for piece, p in zip(pieces, self._named.values(), strict=True)]

    def step(self, rate: float) -> Tensor:
        """Clip the gradients, change the parameters, forget the gradients. Returns the norm before it was clipped."""
        norm = nn.utils.clip_grad_norm_(self.parameters, self._clip, foreach=True)
        for group in self._adamw.param_groups:
            group["lr"] = rate
        self._adamw.step()
        self._adamw.zero_grad(set_to_none=not self._in_one_piece)
        return norm

    def all_finite(self) -> bool:
        """Whether no parameter is NaN or infinite."""
        return all_finite(self.parameters)

    def moments(self) -> dict[str, Tensor]:
        """What AdamW keeps of the past, as 'momentum/NAME', 'variance/NAME' and 'count/NAME' for each parameter."""
        found: dict[str, Tensor] = {}
        for kind, key in _MOMENTS.items():
            kept = [self._adamw.state[p][key] for p in self.parameters if p in self._adamw.state]
            if self._in_one_piece and kept:
                kept = self._parts(kept[0]) if kept[0].ndim else kept * len(self._named)
            found |= {f"{kind}/{name}": part for name, part in zip(self._named, kept, strict=False)}
        return found

    def restore(self, moments: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Take back what `moments` gave, by kind and name; nothing where the run had not begun."""
        if not moments["count"]:
            return
        by_kind = {kind: [moments[kind][name] for name in self._named] for kind in _MOMENTS}
        if self._in_one_piece:
            by_kind = {
                kind: [torch.cat([p.flatten() for p in parts])] if parts[0].ndim else parts[:1]
                for kind, parts in by_kind.items()
            }
        for i, parameter in enumerate(self.parameters):
            self._adamw.state[parameter] = {
                key: by_kind[kind][i].to(parameter.device, copy=True) for kind, key in _MOMENTS.items()
            }
