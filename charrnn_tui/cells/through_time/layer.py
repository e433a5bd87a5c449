"""One recurrent layer over time: the input's product, the steps, and all gradients.

A gate's pre-activation is kept where the gate will be. What goes into a tanh is kept twice as large, since the
families take their tanh from the logistic function.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.through_time import gru, lstm, vanilla
from charrnn_tui.cells.through_time.products import gradient_product, plus_product
from charrnn_tui.cells.through_time.workspace import Room, Rooms, still_held


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


class LayerPass:
    """A batch on its way through a layer, to be asked for its gradients afterwards. Autograd has no part in it.

    inputs: ids [time, batch] to be looked up in `table` [vocabulary, features], or [time, batch, features] with no
    table. weights: weight_ih, weight_hh, bias_ih, bias_hh as torch has them. hidden, cell [batch, hidden]: where to
    start, at zero if None. `product`: the type in which products are made; all else stays in the weights'. `rooms`:
    where the layer's memory is kept; `states` [time, batch, hidden] and `last_cell` then stand in it and are good until
    the gradients have been asked for, which can be done once.
    """

    def __init__(
        self,
        family: Family,
        inputs: Tensor,
        table: Tensor | None,
        weights: tuple[Tensor, Tensor, Tensor, Tensor],
        hidden: Tensor | None,
        cell: Tensor | None,
        product: torch.dtype,
        rooms: Rooms | None,
    ) -> None:
        weight_ih, weight_hh, bias_ih, bias_hh = weights
        time, rows, size = len(inputs), inputs.shape[1], weight_hh.shape[1]
        room = rooms.take(weight_hh, time, rows) if rooms else Room(weight_hh, time, rows)
        carried = hidden is not None
        _fill_gates(family, room, size, inputs, table, weight_ih, bias_ih, bias_hh, product)
        states = room.tensor("states", size, time + 1)
        states[0] = 0 if hidden is None else hidden
        recurrent = _recurrent(family, weight_hh).t().to(product)
        self.last_cell: Tensor | None = None
        if family == "lstm":
            cells = room.tensor("cells", size, time + 1)
            cells[0] = 0 if cell is None else cell
            lstm.forward(room, time, recurrent, carried)
            self.last_cell = cells[time]
        else:
            (gru if family == "gru" else vanilla).forward(room, time, recurrent, carried)
        self.states = states[1:]
        self._family, self._time, self._size, self._product, self._carried = family, time, size, product, carried
        self._inputs, self._table, self._weight_ih, self._weight_hh = inputs, table, weight_ih, weight_hh
        self._room: Room | None = room
        self._rooms = rooms

    def gradients(
        self, by_states: Tensor, by_last_cell: Tensor | None = None, *, of_inputs: bool = True, of_start: bool = False
    ) -> LayerGradients:
        """The gradients of all that the layer was given, from that of `states` and, of an LSTM, `last_cell`."""
        family, time, size, product, room = self._family, self._time, self._size, self._product, still_held(self._room)
        recurrent, by_cell = self._weight_hh.to(product), None
        if family == "lstm":
            by_hidden, by_cell = lstm.backward(room, time, by_states, by_last_cell, recurrent, of_start)
        else:
            by_hidden = (gru if family == "gru" else vanilla).backward(room, time, by_states, recurrent, of_start)
        by_gates = room.tensor("gates" if family == "rnn" else "by_gates", _width(family, size), time).flatten(0, 1)
        before = room.tensor("states", size, time).flatten(0, 1)
        first = 0 if self._carried else room.rows  # a state of zeros teaches the weights nothing
        rows = len(self._weight_hh)
        by_weight_hh = gradient_product(by_gates[first:, :rows], before[first:], product)
        if self._table is not None:
            # Characters of one symbol had one product, so their gradients are added up before all else.
            by_symbols = by_gates.new_zeros(len(self._table), by_gates.shape[1])
            by_gates = by_symbols.index_add_(0, self._inputs.flatten(), by_gates)
            features, product = self._table, by_gates.dtype
        else:
            features = self._inputs.flatten(0, 1)
        sums = by_gates.sum(0)
        of_input = _without_sum(family, by_gates, size)
        by_weight_ih = gradient_product(of_input, features, product)
        by_inputs, by_table = None, None
        if of_inputs:
            by_features = torch.mm(of_input.to(product), self._weight_ih.to(product)).to(of_input.dtype)
            if self._table is None:
                by_inputs = by_features.view(self._inputs.shape)
            else:
                by_table = by_features
        if self._rooms is not None:
            self._rooms.give_back(room)
            self._room = None
        return LayerGradients(
            by_inputs,
            by_table,
            by_weight_ih,
            by_weight_hh,
            _without_sum(family, sums, size),
            sums[:rows],
            by_hidden,
            by_cell if of_start else None,
        )


def run_layer(
    family: Family,
    inputs: Tensor,
    table: Tensor | None,
    weights: tuple[Tensor, Tensor, Tensor, Tensor],
    hidden: Tensor | None = None,
    cell: Tensor | None = None,
    *,
    product: torch.dtype | None = None,
    rooms: Rooms | None = None,
) -> tuple[Tensor, Tensor | None]:
    """(states [time, batch, hidden], last cell [batch, hidden] or None) of what `nn.RNN`, `nn.GRU`, `nn.LSTM` compute,
    as one operation for autograd. What it takes is described at `LayerPass`; `product` is the weights' type if None.
    """
    if table is not None and not looked_up_once(table, inputs):
        inputs, table = functional.embedding(inputs, table), None
    if not torch.is_grad_enabled():
        rooms = None  # nothing would give the room back
    product = product or weights[0].dtype
    # Products choose their type themselves; entering `autocast` only to turn it off would cost a small layer's step.
    off = torch.autocast("cpu", enabled=False) if torch.is_autocast_enabled("cpu") else nullcontext()
    with off:
        return _Layer.apply(family, inputs, table, *weights, hidden, cell, product, rooms)  # type: ignore[no-untyped-call,no-any-return]


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
        product: torch.dtype,
        rooms: Rooms | None,
    ) -> tuple[Tensor, Tensor | None]:
        ctx.set_materialize_grads(False)
        weights = (weight_ih, weight_hh, bias_ih, bias_hh)
        done = LayerPass(family, inputs, table, weights, hidden, cell, product, rooms)
        states, last = done.states, done.last_cell
        del done.states, done.last_cell  # what is returned must not hold on to itself
        ctx.done, ctx.shape, ctx.like = done, states.shape, weight_hh
        return states, last

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Any, ...]:
        by_states, by_last = gradients
        if by_states is None:
            by_states = ctx.like.new_zeros(ctx.shape)
        _, inputs, table, *_, hidden, cell, _, _ = ctx.needs_input_grad
        found = ctx.done.gradients(by_states, by_last, of_inputs=inputs or table, of_start=hidden or cell)
        found = found._replace(
            bias_hh=found.bias_hh.clone(),  # autograd may keep both biases' as they are, so they must not be one
            hidden=found.hidden if hidden else None,
            cell=found.cell if cell else None,
        )
        return (None, *found, None, None)


def _width(family: Family, size: int) -> int:
    """Columns of `gates`: the GRU's has the product with the state apart, before that of the input."""
    return size if family == "rnn" else 4 * size


def _recurrent(family: Family, weight_hh: Tensor) -> Tensor:
    """weight_hh for the way forwards: what goes straight into a tanh twice as large."""
    if family == "rnn":
        return 2 * weight_hh
    if family == "gru":  # the reset gate stands between
        return weight_hh
    size = weight_hh.shape[1]
    copy = weight_hh.clone()
    copy[2 * size : 3 * size].mul_(2)
    return copy


def _without_sum(family: Family, by_gates: Tensor, size: int) -> Tensor:
    """The columns that the input feeds: of the GRU's all but the third block, which the state feeds."""
    if family != "gru":
        return by_gates
    return torch.cat([by_gates[..., : 2 * size], by_gates[..., 3 * size :]], dim=-1)


def _fill_gates(
    family: Family,
    room: Room,
    size: int,
    inputs: Tensor,
    table: Tensor | None,
    weight_ih: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    product: torch.dtype,
) -> None:
    """The input's product and the biases."""
    time, width = len(inputs), _width(family, size)
    gates, bias = room.tensor("gates", width, time).flatten(0, 1), bias_ih + bias_hh
    if family == "gru":
        bias = torch.cat([bias[: 2 * size], bias_hh[2 * size :], bias_ih[2 * size :]])
    if table is not None:
        products = table.new_empty(len(table), width)
        _input_product(family, products, bias, table, weight_ih.t())
        _double_tanh(family, products, size)
        torch.index_select(products, 0, inputs.flatten(), out=gates)
    else:
        _input_product(family, gates, bias, inputs.flatten(0, 1).to(product), weight_ih.t().to(product))
        _double_tanh(family, gates, size)


def _input_product(family: Family, gates: Tensor, bias: Tensor, inputs: Tensor, weight: Tensor) -> None:
    """gates [n, width] = bias + inputs @ weight; of the GRU's third block, which the state feeds, the bias alone."""
    if family != "gru":
        plus_product(bias, inputs, weight, gates)
        return
    size = weight.shape[1] // 3
    plus_product(bias[: 2 * size], inputs, weight[:, : 2 * size], gates[:, : 2 * size])
    gates[:, 2 * size : 3 * size] = bias[2 * size : 3 * size]
    plus_product(bias[3 * size :], inputs, weight[:, 2 * size :], gates[:, 3 * size :])


def _double_tanh(family: Family, gates: Tensor, size: int) -> None:
    """Double what goes into a tanh: of the GRU's columns the last block, of the LSTM's the third."""
    block = {"rnn": 0, "gru": 3, "lstm": 2}[family]
    gates[:, block * size : (block + 1) * size].mul_(2)
