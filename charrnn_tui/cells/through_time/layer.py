"""One recurrent layer over time: the input's product, the steps, and all gradients. What differs between the families
is asked of their objects (`family.LayerFamily`).
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.through_time.family import LayerFamily
from charrnn_tui.cells.through_time.gru import GRULayer
from charrnn_tui.cells.through_time.lstm import LSTMLayer
from charrnn_tui.cells.through_time.operations import weight_gradient
from charrnn_tui.cells.through_time.vanilla import VanillaLayer
from charrnn_tui.cells.through_time.workspace import Workspace, Workspaces, still_held

LAYER_FAMILIES: dict[Family, LayerFamily] = {"rnn": VanillaLayer(), "gru": GRULayer(), "lstm": LSTMLayer()}


class LayerGradients(NamedTuple):
    """Of what a layer was given; None where there was nothing, or none was wanted."""

    inputs: Tensor | None
    table: Tensor | None
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor
    hidden: Tensor | None
    cell: Tensor | None
    style: Tensor | None


class LayerPass:
    """A batch on its way through a layer, to be asked for its gradients afterwards. Autograd has no part in it.

    inputs: ids [time, batch] to be looked up in `table` [vocabulary, features], or [time, batch, features] with no
    table. weights: weight_ih, weight_hh, bias_ih, bias_hh as torch has them. hidden, cell [batch, hidden]: where to
    start, at zero if None. style [batch, features]: what is added to a row's features at every step, nothing if None;
    its product is made once a row. `product_dtype`: the type in which products are made; all else stays in the
    weights'. `workspaces`: where the layer's memory is kept; `states` [time, batch, hidden] and `last_cell` then stand
    in it and are good until the gradients have been asked for, which can be done once.
    """

    def __init__(
        self,
        family: Family,
        inputs: Tensor,
        table: Tensor | None,
        weights: tuple[Tensor, Tensor, Tensor, Tensor],
        hidden: Tensor | None,
        cell: Tensor | None,
        style: Tensor | None,
        product_dtype: torch.dtype,
        workspaces: Workspaces | None,
    ) -> None:
        weight_ih, weight_hh, bias_ih, bias_hh = weights
        layer = LAYER_FAMILIES[family]
        time, rows, size = len(inputs), inputs.shape[1], weight_hh.shape[1]
        workspace = workspaces.acquire(weight_hh, time, rows) if workspaces else Workspace(weight_hh, time, rows)
        gates = workspace.tensor("gates", layer.blocks * size, time).flatten(0, 1)
        if table is not None:
            symbols = table.new_empty(len(table), gates.shape[1])
            layer.project_inputs(table, weight_ih.t(), bias_ih, bias_hh, symbols)
            torch.index_select(symbols, 0, inputs.flatten(), out=gates)
        else:
            features, weight = inputs.flatten(0, 1).to(product_dtype), weight_ih.t().to(product_dtype)
            layer.project_inputs(features, weight, bias_ih, bias_hh, gates)
        if style is not None:
            shift, zeros = style.new_empty(rows, gates.shape[1]), torch.zeros_like(bias_ih)
            layer.project_inputs(style, weight_ih.t(), zeros, zeros, shift)
            gates.view(time, rows, -1).add_(shift)
        recurrent = layer.recurrent(weight_hh).t().to(product_dtype)
        self.last_cell = layer.forward(workspace, time, recurrent, hidden, cell)
        self.states = workspace.tensor("states", size, time + 1)[1:]
        self._layer, self._product_dtype, self._carried = layer, product_dtype, hidden is not None
        self._inputs, self._table, self._style = inputs, table, style
        self._weight_ih, self._weight_hh = weight_ih, weight_hh
        self._workspace: Workspace | None = workspace
        self._workspaces = workspaces

    def gradients(
        self,
        grad_states: Tensor,
        grad_last_cell: Tensor | None = None,
        *,
        of_inputs: bool = True,
        of_start: bool = False,
    ) -> LayerGradients:
        """The gradients of all that the layer was given, from that of `states` and, of an LSTM, `last_cell`."""
        layer, dtype, workspace = self._layer, self._product_dtype, still_held(self._workspace)
        time, (rows, size) = len(self._inputs), self._weight_hh.shape
        recurrent = self._weight_hh.to(dtype)
        steps = layer.backward(workspace, time, grad_states, grad_last_cell, recurrent, of_start)
        grad_gates = steps.gates.flatten(0, 1)
        before = workspace.tensor("states", size, time).flatten(0, 1)
        first = 0 if self._carried else workspace.rows  # a state of zeros teaches the weights nothing
        grad_weight_hh = weight_gradient(grad_gates[first:, :rows], before[first:], dtype)
        grad_shift = None if self._style is None else layer.fed_by_inputs(steps.gates.sum(0))
        if self._table is not None:
            # Characters of one symbol had one product, so their gradients are added up before all else.
            grad_symbols = grad_gates.new_zeros(len(self._table), grad_gates.shape[1])
            grad_gates = grad_symbols.index_add_(0, self._inputs.flatten(), grad_gates)
            features, dtype = self._table, grad_gates.dtype
        else:
            features = self._inputs.flatten(0, 1)
        grad_biases = grad_gates.sum(0)
        grad_projected = layer.fed_by_inputs(grad_gates)
        grad_weight_ih = weight_gradient(grad_projected, features, dtype)
        grad_inputs, grad_table, grad_style = None, None, None
        if self._style is not None and grad_shift is not None:
            grad_weight_ih += weight_gradient(grad_shift, self._style, grad_shift.dtype)
            grad_style = torch.mm(grad_shift, self._weight_ih)
        if of_inputs:
            grad_features = torch.mm(grad_projected.to(dtype), self._weight_ih.to(dtype)).to(grad_projected.dtype)
            if self._table is None:
                grad_inputs = grad_features.view(self._inputs.shape)
            else:
                grad_table = grad_features
        if self._workspaces is not None:
            self._workspaces.release(workspace)
            self._workspace = None
        return LayerGradients(
            grad_inputs,
            grad_table,
            grad_weight_ih,
            grad_weight_hh,
            layer.fed_by_inputs(grad_biases),
            grad_biases[:rows],
            steps.hidden,
            steps.cell if of_start else None,
            grad_style,
        )


def run_layer(
    family: Family,
    inputs: Tensor,
    table: Tensor | None,
    weights: tuple[Tensor, Tensor, Tensor, Tensor],
    hidden: Tensor | None = None,
    cell: Tensor | None = None,
    style: Tensor | None = None,
    *,
    product_dtype: torch.dtype | None = None,
    workspaces: Workspaces | None = None,
) -> tuple[Tensor, Tensor | None]:
    """(states [time, batch, hidden], last cell [batch, hidden] or None) of what `nn.RNN`, `nn.GRU`, `nn.LSTM` compute,
    as one operation for autograd. Arguments: see `LayerPass`; `product_dtype` is the weights' type if None.
    """
    if table is not None and not looked_up_once(table, inputs):
        inputs, table = functional.embedding(inputs, table), None
    if not torch.is_grad_enabled():
        workspaces = None  # nothing would release it
    product_dtype = product_dtype or weights[0].dtype
    # Products choose their type themselves; entering `autocast` only to turn it off would cost a small layer's step.
    off = torch.autocast("cpu", enabled=False) if torch.is_autocast_enabled("cpu") else nullcontext()
    with off:
        return _Layer.apply(family, inputs, table, *weights, hidden, cell, style, product_dtype, workspaces)  # type: ignore[no-untyped-call,no-any-return]


def looked_up_once(table: Tensor, ids: Tensor) -> bool:
    """Whether the input's product is better made for each symbol than for each character."""
    return len(table) < ids.numel()


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        family: Family,
        inputs: Tensor,
        table: Tensor | None,
        weight_ih: Tensor,
        weight_hh: Tensor,
        bias_ih: Tensor,
        bias_hh: Tensor,
        hidden: Tensor | None,
        cell: Tensor | None,
        style: Tensor | None,
        product_dtype: torch.dtype,
        workspaces: Workspaces | None,
    ) -> tuple[Tensor, Tensor | None]:
        ctx.set_materialize_grads(False)
        weights = (weight_ih, weight_hh, bias_ih, bias_hh)
        layer_pass = LayerPass(family, inputs, table, weights, hidden, cell, style, product_dtype, workspaces)
        states, last = layer_pass.states, layer_pass.last_cell
        del layer_pass.states, layer_pass.last_cell  # what is returned must not hold on to itself
        ctx.layer_pass, ctx.shape, ctx.like = layer_pass, states.shape, weight_hh
        return states, last

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Any, ...]:
        grad_states, grad_last_cell = gradients
        if grad_states is None:
            grad_states = ctx.like.new_zeros(ctx.shape)
        _, inputs, table, *_, hidden, cell, style, _, _ = ctx.needs_input_grad
        grads = ctx.layer_pass.gradients(
            grad_states, grad_last_cell, of_inputs=inputs or table, of_start=hidden or cell
        )
        grads = grads._replace(
            bias_hh=grads.bias_hh.clone(),  # autograd may keep both biases' as they are, so they must not be one
            hidden=grads.hidden if hidden else None,
            cell=grads.cell if cell else None,
            style=grads.style if style else None,
        )
        return (None, *grads, None, None)
