"""A batch's gradients without autograd, where all layers are written out.

What autograd keeps account of takes a network of 64 units a seventh of its time (docs/performance.md). Masks are drawn
in the order in which `CharRNNLoop` draws them, so both ways drop the same.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.through_time import LayerPass, Workspaces, looked_up_once
from charrnn_tui.cells.through_time.loss import inputs_of
from charrnn_tui.cells.through_time.output_layer import OutputPass
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop


@torch.no_grad()
def loss_and_gradients(
    network: CharRNNLoop,
    ids: Tensor,
    state: TorchState | None,
    mixture: Tensor | None,
    grad_loss: Tensor,
    product_dtype: torch.dtype,
    workspaces: Workspaces,
    *,
    carry: bool,
) -> tuple[Tensor, TorchState | None]:
    """Set `grad` of every parameter to its gradient of the loss times `grad_loss`.

    ids [batch, time + 1]; mixture [batch, labels], None where the network has no labels. Returns the loss, summed over
    the next characters in nats, and the state after the last input where it is to be carried on. `product_dtype`: the
    type in which products are made. `workspaces`: memory for the output layer.
    """
    symbols, table = inputs_of(ids).t(), network.embedding.weight
    embedded = network.drops_inputs or not looked_up_once(table, symbols)
    inputs, input_mask = symbols, None
    if embedded:
        inputs, input_mask = _dropped(network, functional.embedding(symbols, table), network.input_dropout.p)
    style = network.style(mixture)
    passes = []
    for layer, (weight_ih, weight_hh, bias_ih, bias_hh) in enumerate(network.rnn.all_weights):
        between = None
        if layer:
            inputs, between = _dropped(network, inputs, network.dropout)
        kept, weight_mask = _dropped(network, weight_hh, network.weight_dropout)
        layer_pass = LayerPass(
            network.architecture.family,
            inputs,
            None if layer or embedded else table,
            (weight_ih, kept, bias_ih, bias_hh),
            None if state is None else state.hidden[layer],
            None if state is None or state.cell is None else state.cell[layer],
            None if layer else style,
            product_dtype,
            network.workspaces[layer],
        )
        passes.append((layer_pass, between, weight_mask))
        inputs = layer_pass.states
    after = None
    if carry:
        cells = [done.last_cell for done, *_ in passes if done.last_cell is not None]
        hidden = torch.stack([done.states[-1] for done, *_ in passes])
        after = TorchState(hidden, torch.stack(cells) if cells else None)
    output = network.output
    output_pass = OutputPass(
        inputs, network.output_mask(inputs), output.weight, output.bias, ids[:, 1:].t(), product_dtype, workspaces
    )
    grad_states, grad_weight, grad_bias = output_pass.gradients(grad_loss)
    _set(output.weight, grad_weight)
    _set(output.bias, grad_bias)
    for weights, (layer_pass, between, weight_mask) in zip(
        reversed(network.rnn.all_weights), reversed(passes), strict=True
    ):
        grads = layer_pass.gradients(grad_states)
        _set(weights[0], grads.weight_ih)
        _set(weights[1], grads.weight_hh if weight_mask is None else grads.weight_hh.mul_(weight_mask))
        _set(weights[2], grads.bias_ih)
        _set(weights[3], grads.bias_hh)
        if grads.style is not None and mixture is not None:
            _set(network.labels.weight, mixture.t() @ grads.style)
        if grads.inputs is not None:
            grad_states = grads.inputs if between is None else grads.inputs.mul_(between)
    grad_table = grads.table
    if grad_table is None:
        if input_mask is not None:
            grad_states.mul_(input_mask)
        grad_table = torch.zeros_like(table).index_add_(0, symbols.flatten(), grad_states.flatten(0, 1))
    _set(table, grad_table)
    return output_pass.loss, after


def _dropped(network: CharRNNLoop, x: Tensor, share: float) -> tuple[Tensor, Tensor | None]:
    """x with a share of it dropped, and the mask it was multiplied with; x itself and None where nothing is."""
    mask = network.mask(x, share)
    return (x, None) if mask is None else (x * mask, mask)


def _set(parameter: Tensor, gradient: Tensor) -> None:
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad.copy_(gradient)
