"""The arithmetic that all layers share: matrix products in float32 or bfloat16, and gradients through activations.

What is added to a product stays in float32. The gradient of an activation is made from what the activation gave, in one
pass, by torch's own kernels.
"""

from __future__ import annotations

import torch
from torch import Tensor

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


def add_product(into: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """into += left @ right, the product in the type of `right`."""
    return plus_product(into, left, right, into)


def plus_product(start: Tensor, left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """out = start + left @ right, the product in the type of `right`."""
    if right.dtype == out.dtype:
        return torch.addmm(start, left, right, out=out)
    return torch.add(start, torch.mm(left.to(right.dtype), right), out=out)


def weight_gradient(grad_output: Tensor, inputs: Tensor, product_dtype: torch.dtype) -> Tensor:
    """The gradient [outputs, inputs] of a weight from those of its outputs [n, outputs] and its inputs [n, inputs]."""
    return (grad_output.to(product_dtype).t() @ inputs.to(product_dtype)).to(grad_output.dtype)


def sigmoid_backward(grad_output: Tensor, output: Tensor, out: Tensor) -> Tensor:
    """out = grad_output output (1 - output)."""
    result: Tensor = _sigmoid_backward(grad_output, output, grad_input=out)
    return result


def tanh_backward(grad_output: Tensor, output: Tensor, out: Tensor) -> Tensor:
    """out = grad_output (1 - output^2)."""
    result: Tensor = _tanh_backward(grad_output, output, grad_input=out)
    return result
