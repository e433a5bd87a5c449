"""A batch's gradients without autograd, where all layers are written out.

What autograd keeps account of takes a network of 64 units a seventh of its time (docs/performance.md). Masks are drawn
in the order in which `CharRNNLoop` draws them, so both ways drop the same.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.through_time import LayerPass, Rooms, looked_up_once
from charrnn_tui.cells.through_time.loss import inputs_of
from charrnn_tui.cells.through_time.output_layer import OutputPass
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop


@torch.no_grad()
def gradients_by_hand(
    network: CharRNNLoop,
    ids: Tensor,
    state: TorchState | None,
    by_loss: Tensor,
    product: torch.dtype,
    rooms: Rooms,
    *,
    carry: bool,
) -> tuple[Tensor, TorchState | None]:
    """Set `grad` of every parameter to its gradient of the loss times `by_loss`.

    ids [batch, time + 1]. Returns the loss, summed over the next characters in nats, and the state after the last
    input where it is to be carried on. `product`: the type in which products are made. `rooms`: memory for the output
    layer.
    """
    symbols, table = inputs_of(ids).t(), network.embedding.weight
    embedded = network.drops_inputs or not looked_up_once(table, symbols)
    inputs, input_mask = symbols, None
    if embedded:
        inputs, input_mask = _dropped(network, functional.embedding(symbols, table), network.input_dropout.p)
    passes = []
    for layer, (weight_ih, weight_hh, bias_ih, bias_hh) in enumerate(network.rnn.all_weights):
        between = None
        if layer:
            inputs, between = _dropped(network, inputs, network.dropout)
        kept, weight_mask = _dropped(network, weight_hh, network.weight_dropout)
        done = LayerPass(
            network.architecture.family,
            inputs,
            None if layer or embedded else table,
            (weight_ih, kept, bias_ih, bias_hh),
            None if state is None else state.hidden[layer],
            None if state is None or state.cell is None else state.cell[layer],
            product,
            network.rooms[layer],
        )
        passes.append((done, between, weight_mask))
        inputs = done.states
    after = None
    if carry:
        cells = [done.last_cell for done, *_ in passes if done.last_cell is not None]
        hidden = torch.stack([done.states[-1] for done, *_ in passes])
        after = TorchState(hidden, torch.stack(cells) if cells else None)
    output = network.output
    answered = OutputPass(
        inputs, network.output_mask(inputs), output.weight, output.bias, ids[:, 1:].t(), product, rooms
    )
    by_states, by_weight, by_bias = answered.gradients(by_loss)
    _set(output.weight, by_weight)
    _set(output.bias, by_bias)
    for weights, (done, between, weight_mask) in zip(reversed(network.rnn.all_weights), reversed(passes), strict=True):
        found = done.gradients(by_states)
        _set(weights[0], found.weight_ih)
        _set(weights[1], found.weight_hh if weight_mask is None else found.weight_hh.mul_(weight_mask))
        _set(weights[2], found.bias_ih)
        _set(weights[3], found.bias_hh)
        if found.inputs is not None:
            by_states = found.inputs if between is None else found.inputs.mul_(between)
    by_table = found.table
    if by_table is None:
        if input_mask is not None:
            by_states.mul_(input_mask)
        by_table = torch.zeros_like(table).index_add_(0, symbols.flatten(), by_states.flatten(0, 1))
    _set(table, by_table)
    return answered.loss, after


def _dropped(network: CharRNNLoop, x: Tensor, share: float) -> tuple[Tensor, Tensor | None]:
    """x with a share of it dropped, and the mask it was multiplied with; x itself and None where nothing is."""
    mask = network.mask(x, share)
    return (x, None) if mask is None else (x * mask, mask)


def _set(parameter: Tensor, gradient: Tensor) -> None:
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad.copy_(gradient)
