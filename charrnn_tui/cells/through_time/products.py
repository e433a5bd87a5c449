"""Matrix products in float32 or bfloat16, and what is added to them in float32."""

from __future__ import annotations

import torch
from torch import Tensor


def add_product(into: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """into += left @ right, the product in the type of `right`."""
    return plus_product(into, left, right, into)


def plus_product(start: Tensor, left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """out = start + left @ right, the product in the type of `right`."""
    if right.dtype == out.dtype:
        return torch.addmm(start, left, right, out=out)
    return torch.add(start, torch.mm(left.to(right.dtype), right), out=out)


def gradient_product(by_out: Tensor, inputs: Tensor, product: torch.dtype) -> Tensor:
    """The gradient [outputs, inputs] of a weight from those of its outputs [n, outputs] and its inputs [n, inputs]."""
    return (by_out.to(product).t() @ inputs.to(product)).to(by_out.dtype)
