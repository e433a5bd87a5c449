"""Cells in torch, written out by hand: one step at a time, for learning how they work and for training.

Weights carry the names of `torch.nn.RNN/GRU/LSTM`, so a cell takes the state dict of a `CharRNNLoop` as it is.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn

from charrnn_tui.cells.architecture import Architecture, Family
from charrnn_tui.cells.batch_cell import wrong_streams


class TorchState(NamedTuple):
    """Hidden and, for LSTM, cell vectors of `batch` streams, [layers, batch, hidden] each."""

    hidden: Tensor
    cell: Tensor | None = None

    def __repr__(self) -> str:
        shapes = [f"{name}={list(part.shape)}" for name, part in self._asdict().items() if part is not None]
        return f"TorchState({', '.join(shapes)})"


class _Weights(nn.Module):
    """The weights of the recurrent layers, under the names of the fused modules."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        bound = 1 / math.sqrt(architecture.hidden)
        for name, shape in architecture.shapes().items():
            if name.startswith("rnn."):
                weight = torch.empty(shape).uniform_(-bound, bound)
                self.register_parameter(name.removeprefix("rnn."), nn.Parameter(weight))

    def extra_repr(self) -> str:
        """For `print`: the name and shape of each weight."""
        return "\n".join(f"{name} {list(weight.shape)}" for name, weight in self.named_parameters())

    def layer(self, layer: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return (
            getattr(self, f"weight_ih_l{layer}"),
            getattr(self, f"weight_hh_l{layer}"),
            getattr(self, f"bias_ih_l{layer}"),
            getattr(self, f"bias_hh_l{layer}"),
        )


class TorchCell(nn.Module):
    """What all families share: embedding, layers one after the other, linear output, log-softmax.

    `labels`: how many labels it knows, 0 for none. `style`: what is added to the embedded input, [embedding] or
    [batch, embedding]; None for nothing (see `styled`).
    """

    family: Family
    style: Tensor | None = None

    def __init__(
        self, vocabulary_size: int, embedding: int = 16, hidden: int = 64, layers: int = 1, labels: int = 0
    ) -> None:
        super().__init__()
        self.architecture = Architecture(self.family, vocabulary_size, embedding, hidden, layers, labels=labels)
        self.embedding = nn.Embedding(vocabulary_size, embedding)
        self.rnn = _Weights(self.architecture)
        self.output = nn.Linear(hidden, vocabulary_size)
        if labels:
            self.labels = nn.Embedding(labels, embedding)

    def extra_repr(self) -> str:
        """For `print`: the network in words."""
        return f"{self.architecture.describe()}, {self.architecture.parameters:,} parameters"

    def styled(self, mixture: Tensor | None) -> Self:
        """The same network, weights shared, that writes under a mixture of its labels.

        mixture: the weight of each label, [labels] or one row a stream, [batch, labels]; zeros, or None, are no label.
        """
        cell = copy.copy(self)
        cell.style = None if mixture is None else mixture @ self.labels.weight
        return cell

    def initial_state(self, batch_size: int) -> TorchState:
        """Zeros for `batch_size` streams, where the weights are."""
        like = self.output.weight
        zeros = like.new_zeros(self.architecture.layers, batch_size, self.architecture.hidden)
        return TorchState(zeros, zeros if self.architecture.has_cell else None)

    def step(self, ids: Tensor, state: TorchState) -> tuple[TorchState, Tensor]:
        """Read ids [batch]; the new state and log P(next | so far) [batch, vocabulary] in nats.

        Raises ArgumentError for a state of another number of streams.
        """
        if ids.shape != state.hidden.shape[1:2]:
            raise wrong_streams(ids.shape, state.hidden.shape[1])
        x = self.embedding(ids)
        if self.style is not None:
            x = x + self.style
        hidden, cell = [], []
        for layer in range(self.architecture.layers):
            c = None if state.cell is None else state.cell[layer]
            x, c = self.layer_step(layer, x, state.hidden[layer], c)
            hidden.append(x)
            if c is not None:
                cell.append(c)
        after = TorchState(torch.stack(hidden), torch.stack(cell) if cell else None)
        if self.architecture.boundary == "reset":
            keep = (ids != 0).to(x.dtype)[:, None]
            x = x * keep
            after = TorchState(after.hidden * keep, None if after.cell is None else after.cell * keep)
        return after, torch.log_softmax(self.output(x), dim=-1)

    def forward(self, ids: Tensor, state: TorchState) -> tuple[TorchState, Tensor]:
        """The same as `step`."""
        return self.step(ids, state)

    def layer_step(self, layer: int, x: Tensor, h: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """One layer: input [batch, width], hidden (and cell) [batch, hidden] -> new hidden (and cell)."""
        raise NotImplementedError


class CharRNNCell(TorchCell):
    """The vanilla recurrent cell (Elman 1990, 'Finding Structure in Time'): h' = tanh(W [x; h] + b)."""

    family = "rnn"

    def layer_step(self, layer: int, x: Tensor, h: Tensor, c: Tensor | None) -> tuple[Tensor, None]:
        w_ih, w_hh, b_ih, b_hh = self.rnn.layer(layer)
        x_and_h = torch.cat([x, h], dim=-1)
        return torch.tanh(nn.functional.linear(x_and_h, torch.cat([w_ih, w_hh], dim=1), b_ih + b_hh)), None


class CharGRUCell(TorchCell):
    """The gated recurrent unit (Cho et al. 2014, arXiv:1406.1078, section 2.3).

    As in cuDNN and torch, the reset gate acts after the recurrent product: n = tanh(W x + r * (U h + b)).
    """

    family = "gru"

    def layer_step(self, layer: int, x: Tensor, h: Tensor, c: Tensor | None) -> tuple[Tensor, None]:
        w_ih, w_hh, b_ih, b_hh = self.rnn.layer(layer)
        x_r, x_z, x_n = nn.functional.linear(x, w_ih, b_ih).chunk(3, dim=-1)
        h_r, h_z, h_n = nn.functional.linear(h, w_hh, b_hh).chunk(3, dim=-1)
        reset, update = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        new = torch.tanh(x_n + reset * h_n)
        return (1 - update) * new + update * h, None


class CharLSTMCell(TorchCell):
    """Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""

    family = "lstm"

    def layer_step(self, layer: int, x: Tensor, h: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor]:
        assert c is not None
        w_ih, w_hh, b_ih, b_hh = self.rnn.layer(layer)
        gates = nn.functional.linear(torch.cat([x, h], dim=-1), torch.cat([w_ih, w_hh], dim=1), b_ih + b_hh)
        i, f, g, o = gates.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


CELLS: dict[Family, type[TorchCell]] = {"rnn": CharRNNCell, "gru": CharGRUCell, "lstm": CharLSTMCell}


def make_cell(architecture: Architecture) -> TorchCell:
    """The hand-written cell of an architecture, with fresh weights."""
    a = architecture
    cell = CELLS[a.family](a.vocabulary_size, a.embedding, a.hidden, a.layers, a.labels)
    cell.architecture = a
    return cell


def rnn_loop(cell: TorchCell, ids: Tensor, state: TorchState | None = None) -> Tensor:
    """Run a cell over time: ids [batch, time] -> log P(next) [batch, time, vocabulary].

    Position t holds the distribution of the symbol at t + 1, having read the symbols up to and including t.
    """
    if state is None:
        state = cell.initial_state(ids.shape[0])
    out = []
    for t in range(ids.shape[1]):
        state, log_probs = cell.step(ids[:, t], state)
        out.append(log_probs)
    return torch.stack(out, dim=1)
