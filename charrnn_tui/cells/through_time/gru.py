"""The GRU layer: r, z = s(x_rz + W_rz h); q = W_n h + b; n = tanh(x_n + r q); h' = (1 - z) n + z h.

The reset gate acts behind the product, as in torch (Cho et al. 2014, arXiv:1406.1078, has it before).
"""

from __future__ import annotations

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.products import add_product
from charrnn_tui.cells.through_time.slopes import through_sigmoid, through_tanh
from charrnn_tui.cells.through_time.workspace import Room


def forward(room: Room, time: int, recurrent: Tensor, carried: bool) -> None:
    """Fill `states` from 1 on, and `gates` [time, rows, 4 hidden] with r, z, q and n.

    State 0 is other than zero if `carried`. `gates` holds x_r, x_z, b and 2x_n before; recurrent [hidden, 3 hidden]: W,
    transposed.
    """
    size = recurrent.shape[0]
    states, linear, both = (
        room.steps("states", 0, size),
        room.steps("gates", 0, 3 * size),
        room.steps("gates", 0, 2 * size),
    )
    resets, updates, sums, news = (room.steps("gates", k * size, (k + 1) * size) for k in range(4))
    for t in range(time):
        h, new = states[t], news[t]
        if t or carried:
            add_product(linear[t], h, recurrent)
        both[t].sigmoid_()
        new.addcmul_(resets[t], sums[t], value=2).sigmoid_()
        torch.add(room.minus_one, new, alpha=2, out=new)
        torch.lerp(new, h, updates[t], out=states[t + 1])


def backward(room: Room, time: int, by_states: Tensor, weight: Tensor, carried: bool) -> Tensor | None:
    """Fill `by_gates` with the gradients of a_r, a_z, q and a_n, what the functions act on; return the starting
    state's if `carried`. weight: W_r, W_z, W_n [3 hidden, hidden]."""
    size = weight.shape[1]
    reset, update, linear, new = room.tensor("gates", 4 * size, time).chunk(4, dim=-1)
    before = room.tensor("states", size, time)
    rest, to_new, to_update, to_reset = (
        room.tensor(name, size, time) for name in ("rest", "to_new", "to_update", "to_reset")
    )
    # How the new state changes with each, apart from the gradient that flows in: for all steps at once.
    torch.sub(update.new_ones(()), update, out=rest)
    through_tanh(rest, new, to_new)
    through_sigmoid(torch.sub(before, new, out=rest), update, to_update)
    through_sigmoid(linear, reset, to_reset)
    room.tensor("by_gates", 4 * size, time)
    by_resets, by_updates, by_sums, by_news = (room.steps("by_gates", k * size, (k + 1) * size) for k in range(4))
    by_linear, by_state = room.steps("by_gates", 0, 3 * size), by_states.unbind()
    resets, updates = (room.steps("gates", k * size, (k + 1) * size) for k in range(2))
    news, zs, rs = (room.steps(name, 0, size) for name in ("to_new", "to_update", "to_reset"))
    flowing = by_state[-1].clone(memory_format=torch.contiguous_format)
    for t in range(time - 1, -1, -1):
        torch.mul(flowing, zs[t], out=by_updates[t])
        by_new = torch.mul(flowing, news[t], out=by_news[t])
        torch.mul(by_new, rs[t], out=by_resets[t])
        torch.mul(by_new, resets[t], out=by_sums[t])
        if t:
            torch.addcmul(by_state[t - 1], flowing, updates[t], out=flowing)
            add_product(flowing, by_linear[t], weight)
        elif carried:
            add_product(flowing.mul_(updates[t]), by_linear[t], weight)
    return flowing if carried else None
