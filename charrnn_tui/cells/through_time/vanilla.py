"""The vanilla layer: h' = tanh(a), a = x + W h.

tanh(a) = 2 s(2a) - 1 with the logistic function s, which takes torch a sixth of the time of tanh itself.
"""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.products import add_product, plus_product
from charrnn_tui.cells.through_time.slopes import through_tanh
from charrnn_tui.cells.through_time.workspace import Room


def forward(room: Room, time: int, recurrent: Tensor, carried: bool) -> None:
    """Fill `states` from 1 on.

    State 0 is other than zero if `carried`. `gates` [time, rows, hidden] holds 2x; recurrent [hidden, hidden]: 2W,
    transposed.
    """
    size = recurrent.shape[1]
    gates, states = room.steps("gates", 0, size), room.steps("states", 0, size)
    for t in range(time):
        if t or carried:
            add_product(gates[t], states[t], recurrent)
        torch.add(room.minus_one, gates[t].sigmoid_(), alpha=2, out=states[t + 1])


def backward(room: Room, time: int, by_states: Tensor, weight: Tensor, carried: bool) -> Tensor | None:
    """Overwrite `gates` with the gradients of a; return the starting state's if `carried`. weight: W."""
    size = weight.shape[1]
    by_gates, states, by_state = room.steps("gates", 0, size), room.steps("states", 0, size), by_states.unbind()
    through_tanh(by_state[-1], states[time], by_gates[time - 1])
    for t in range(time - 2, -1, -1):
        through_tanh(plus_product(by_state[t], by_gates[t + 1], weight, by_gates[t]), states[t + 1], by_gates[t])
    return add_product(torch.zeros_like(by_gates[0]), by_gates[0], weight) if carried else None
