"""The LSTM layer: i, f, o = s(x + W h); g = tanh(x_g + W_g h); c' = f c + i g; h' = o tanh(c')."""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.products import add_product, plus_product
from charrnn_tui.cells.through_time.slopes import through_sigmoid, through_tanh
from charrnn_tui.cells.through_time.workspace import Room


def forward(room: Room, time: int, recurrent: Tensor, carried: bool) -> None:
    """Fill `states` and `cells` from 1 on, `gates` [time, rows, 4 hidden] with i, f, g, o and `tanh` with tanh(c').

    State 0 is other than zero if `carried`. `gates` holds x before, twice x_g; recurrent [hidden, 4 hidden]: W, twice
    W_g, transposed.
    """
    size = recurrent.shape[0]
    room.tensor("tanh", size, time)
    states, cells, gates, tanhs = (
        room.steps("states", 0, size),
        room.steps("cells", 0, size),
        room.steps("gates", 0, 4 * size),
        room.steps("tanh", 0, size),
    )
    inputs, forgets, news, outputs = (room.steps("gates", k * size, (k + 1) * size) for k in range(4))
    for t in range(time):
        if t or carried:
            add_product(gates[t], states[t], recurrent)
        gates[t].sigmoid_()
        new = torch.add(room.minus_one, news[t], alpha=2, out=news[t])
        cell = torch.mul(forgets[t], cells[t], out=cells[t + 1]).addcmul_(inputs[t], new)
        tanh = torch.add(cell, cell, out=tanhs[t]).sigmoid_()
        torch.add(room.minus_one, tanh, alpha=2, out=tanh)
        torch.mul(outputs[t], tanh, out=states[t + 1])


def backward(
    room: Room, time: int, by_states: Tensor, by_last_cell: Tensor | None, weight: Tensor, carried: bool
) -> tuple[Tensor | None, Tensor]:
    """Fill `by_gates` with the gradients of what the gates' functions act on; return the starting state's, if
    `carried`, and cell's.

    weight: W [4 hidden, hidden].
    """
    size = weight.shape[1]
    gates, tanh = room.tensor("gates", 4 * size, time), room.tensor("tanh", size, time)
    to_cell, by_gate = room.tensor("to_cell", size, time), room.tensor("by_gates", 4 * size, time)
    gate_in, forget, new, gate_out = gates.chunk(4, dim=-1)
    by_in, by_forget, by_new, by_out = by_gate.chunk(4, dim=-1)
    # How the cell (i, f, g) and the state (o, c') change with each, for all steps at once, where the gradients will be.
    through_sigmoid(new, gate_in, by_in)
    through_sigmoid(room.tensor("cells", size, time), forget, by_forget)
    through_tanh(gate_in, new, by_new)
    through_sigmoid(tanh, gate_out, by_out)
    through_tanh(gate_out, tanh, to_cell)
    by_gates, by_outs = room.steps("by_gates", 0, 4 * size), room.steps("by_gates", 3 * size, 4 * size)
    by_threes = by_gate.view(time, -1, 4, size)[:, :, :3].unbind()
    forgets, to_cells = room.steps("gates", size, 2 * size), room.steps("to_cell", 0, size)
    by_state = by_states.unbind()
    by_cell = torch.zeros_like(by_state[0]) if by_last_cell is None else by_last_cell.clone()
    flowing = torch.empty_like(by_cell)
    for t in range(time - 1, -1, -1):
        of_state = by_state[t] if t == time - 1 else plus_product(by_state[t], by_gates[t + 1], weight, flowing)
        by_cell.addcmul_(of_state, to_cells[t])
        by_threes[t].mul_(by_cell[:, None])
        by_outs[t].mul_(of_state)
        by_cell.mul_(forgets[t])
    return (add_product(flowing.zero_(), by_gates[0], weight) if carried else None), by_cell
