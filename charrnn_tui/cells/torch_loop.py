"""The same networks over whole sequences, through torch's fused `nn.RNN`, `nn.GRU` and `nn.LSTM`: what training runs.

On the CPU they take `through_time` instead, which is faster and gives the same, but for a large LSTM.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from charrnn_tui.cells.architecture import Architecture, Family
from charrnn_tui.cells.through_time import Rooms, run_layer
from charrnn_tui.cells.torch_cell import TorchState

_FUSED: dict[Family, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

LSTM_BY_TORCH = 128
"""Units from which on torch's kernel for the LSTM is as fast in float32 and faster in bfloat16 (docs/performance.md).
It has none for the others."""


class CharRNNLoop(nn.Module):
    """Embedding, fused recurrent layers, linear output. Same weights and names as the cells.

    `input_dropout` acts on the embedded input, `dropout` between layers and on the last layer's output, in training
    only (Zaremba et al. 2014, arXiv:1409.2329: never on the recurrent path); on that output the same units are dropped
    at every step (Gal & Ghahramani 2016, arXiv:1512.05287). `weight_dropout` drops recurrent weights, the same ones at
    every step of a batch (Merity et al. 2017, arXiv:1708.02182, section 2). On the CPU a batch's gradients can be asked
    for once: its memory is used again.
    """

    def __init__(
        self,
        architecture: Architecture,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        weight_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.embedding = nn.Embedding(architecture.vocabulary_size, architecture.embedding)
        self.rnn = _FUSED[architecture.family](
            architecture.embedding,
            architecture.hidden,
            architecture.layers,
            dropout=dropout if architecture.layers > 1 else 0.0,
        )
        self.output = nn.Linear(architecture.hidden, architecture.vocabulary_size)
        self.dropout = dropout
        self.input_dropout = nn.Dropout(input_dropout)
        self.weight_dropout = weight_dropout
        self.rooms = [Rooms() for _ in range(architecture.layers)]

    def initial_state(self, batch_size: int) -> TorchState:
        """Zeros for `batch_size` streams, where the weights are."""
        a = self.architecture
        zeros = self.output.weight.new_zeros(a.layers, batch_size, a.hidden)
        return TorchState(zeros, zeros if a.family == "lstm" else None)

    def forward(self, ids: Tensor, state: TorchState | None = None) -> tuple[Tensor, TorchState]:
        """ids [batch, time] -> log P(next) [batch, time, vocabulary] in nats, and the state after the last."""
        out, after = self.states(ids, state)
        mask = self.output_mask(out)
        logits = self.output(out if mask is None else out * mask)
        if logits.dtype == torch.bfloat16:
            logits = logits.float()  # eight bits are too few for a sum of probabilities
        return torch.log_softmax(logits, dim=-1).transpose(0, 1), after

    def states(self, ids: Tensor, state: TorchState | None = None) -> tuple[Tensor, TorchState]:
        """The last layer's states: ids [batch, time] -> [time, batch, hidden], and the state after the last step.

        What is returned first may stand in memory that is used again once its gradients have been asked for.
        """
        if self.written_out():
            return self._through_time(ids.t(), state)
        return self._layers(self.input_dropout(self.embedding(ids.t())), state)

    def output_mask(self, out: Tensor) -> Tensor | None:
        """What the last layer's states are multiplied with before the output layer, [batch, hidden]; None for nothing.

        The same units of a row are dropped at every step: that regularises as well as a fresh mask for each and costs
        a tenth of an update less.
        """
        return self.mask(out[0], self.dropout)

    def mask(self, like: Tensor, share: float) -> Tensor | None:
        """What drops a share of a tensor when it is multiplied with it, in training; None for nothing."""
        return functional.dropout(torch.ones_like(like), share) if self.training and share else None

    @property
    def drops_inputs(self) -> bool:
        """Whether the embedded input is dropped now."""
        return bool(self.training and self.input_dropout.p)

    def written_out(self) -> bool:
        """Whether the recurrent layers run through `through_time` here."""
        a, weight = self.architecture, self.output.weight
        return (
            (a.family != "lstm" or a.hidden < LSTM_BY_TORCH)
            and weight.device.type == "cpu"
            and weight.dtype == torch.float32
            and not torch.compiler.is_compiling()
        )

    def _through_time(self, ids: Tensor, state: TorchState | None) -> tuple[Tensor, TorchState]:
        """The recurrent layers: ids [time, batch] -> [time, batch, hidden] and the state after the last."""
        product = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None
        inputs, table = ids, cast(Tensor | None, self.embedding.weight)
        if self.drops_inputs:
            inputs, table = self.input_dropout(self.embedding(ids)), None
        hidden, cells = [], []
        for layer, weights in enumerate(self.rnn.all_weights):
            if layer:
                inputs, table = functional.dropout(inputs, self.dropout, self.training), None
            weight_ih, weight_hh, bias_ih, bias_hh = weights
            inputs, cell = run_layer(
                self.architecture.family,
                inputs,
                table,
                (weight_ih, functional.dropout(weight_hh, self.weight_dropout, self.training), bias_ih, bias_hh),
                None if state is None else state.hidden[layer],
                None if state is None or state.cell is None else state.cell[layer],
                product=product,
                rooms=self.rooms[layer],
            )
            hidden.append(inputs[-1])
            if cell is not None:
                cells.append(cell)
        return inputs, TorchState(torch.stack(hidden), torch.stack(cells) if cells else None)

    def _layers(self, x: Tensor, state: TorchState | None) -> tuple[Tensor, TorchState]:
        """The recurrent layers: x [time, batch, embedding] -> [time, batch, hidden] and the state after the last."""
        is_lstm = self.architecture.family == "lstm"
        if self.training and self.weight_dropout:
            start = state or self.initial_state(x.shape[1])
            weights = [
                functional.dropout(w, self.weight_dropout) if "weight_hh" in name else w
                for name, w in self.rnn.named_parameters()
            ]
            layers, dropout = self.architecture.layers, self.rnn.dropout
            # The functions behind the modules, since a module takes no weights but its own.
            if is_lstm:
                out, h, c = torch.lstm(
                    x, [t for t in start if t is not None], weights, True, layers, dropout, True, False, False
                )
                return out, TorchState(h, c)
            run = torch.gru if self.architecture.family == "gru" else torch.rnn_tanh
            out, h = run(x, start.hidden, weights, True, layers, dropout, True, False, False)
            return out, TorchState(h)
        if is_lstm:
            out, (h, c) = self.rnn(x, None if state is None else (state.hidden, state.cell))
            return out, TorchState(h, c)
        out, h = self.rnn(x, None if state is None else state.hidden)
        return out, TorchState(h)
