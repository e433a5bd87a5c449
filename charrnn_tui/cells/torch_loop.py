"""The same networks over whole sequences, through torch's fused `nn.RNN`, `nn.GRU` and `nn.LSTM`: what training runs.

On the CPU they take `through_time` instead, which is faster and gives the same, but for a large LSTM.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from charrnn_tui.cells.architecture import Architecture, Family
from charrnn_tui.cells.through_time import Workspaces, run_layer
from charrnn_tui.cells.torch_cell import TorchState

_FUSED: dict[Family, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

_FUNCTIONS: dict[Family, Callable[..., tuple[Tensor, ...]]] = {
    "rnn": torch.rnn_tanh,
    "gru": torch.gru,
    "lstm": torch.lstm,
}
"""What the modules call, for weights that are not a module's own."""

LSTM_BY_TORCH = 128
"""Units from which on torch's kernel for the LSTM is as fast in float32 and faster in bfloat16 (docs/performance.md).
It has none for the others."""


@cache
def _lstm_kernel_runs(dtype: torch.dtype) -> bool:
    """Whether torch's kernel for the LSTM makes products of a type on this processor: oneDNN has none in bfloat16
    without AVX-512. Asked by trying, with weights that no random numbers are drawn for."""
    if dtype == torch.float32:
        return True
    one, four, row = torch.zeros(1, 1, 1), torch.zeros(4, 1), torch.zeros(4)
    try:
        with torch.no_grad(), torch.autocast("cpu", dtype):
            torch.lstm(one, (one, one), [four, four, row, row], True, 1, 0.0, False, False, False)
    except RuntimeError:
        return False
    return True


class CharRNNLoop(nn.Module):
    """Embedding, fused recurrent layers, linear output. Same weights and names as the cells.

    `input_dropout` acts on the embedded input, `dropout` between layers and on the last layer's output, in training
    only (Zaremba et al. 2014, arXiv:1409.2329: never on the recurrent path); on that output the same units are dropped
    at every step (Gal & Ghahramani 2016, arXiv:1512.05287). `weight_dropout` drops recurrent weights, the same ones at
    every step of a batch (Merity et al. 2017, arXiv:1708.02182, section 2). On the CPU a batch's gradients can be asked
    for once: its memory is used again.

    A network with labels reads under a `mixture` [batch, labels], the weight of each label in a row: the labels'
    vectors, so weighted, are added to the embedded input at every step (Mikolov & Zweig 2012, 'Context dependent
    recurrent neural network language model', has such a context vector). Zeros, or None, are no label.
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
        if architecture.labels:
            self.labels = nn.Embedding(architecture.labels, architecture.embedding)
        self.dropout = dropout
        self.input_dropout = nn.Dropout(input_dropout)
        self.weight_dropout = weight_dropout
        self.workspaces = [Workspaces() for _ in range(architecture.layers)]

    def initial_state(self, batch_size: int) -> TorchState:
        """Zeros for `batch_size` streams, where the weights are."""
        a = self.architecture
        zeros = self.output.weight.new_zeros(a.layers, batch_size, a.hidden)
        return TorchState(zeros, zeros if a.has_cell else None)

    def forward(
        self, ids: Tensor, state: TorchState | None = None, mixture: Tensor | None = None
    ) -> tuple[Tensor, TorchState]:
        """ids [batch, time] -> log P(next) [batch, time, vocabulary] in nats, and the state after the last."""
        out, after = self.states(ids, state, mixture)
        mask = self.output_mask(out)
        logits = self.output(out if mask is None else out * mask)
        if logits.dtype == torch.bfloat16:
            logits = logits.float()  # eight bits are too few for a sum of probabilities
        return torch.log_softmax(logits, dim=-1).transpose(0, 1), after

    def style(self, mixture: Tensor | None) -> Tensor | None:
        """What is added to the embedded input of each row, [batch, embedding]; None for nothing."""
        if mixture is None:
            return None
        weight = self.labels.weight
        if not torch.is_autocast_enabled(weight.device.type):
            return mixture @ weight
        with torch.autocast(weight.device.type, enabled=False):  # as exact as the embedding, which is looked up
            return mixture @ weight

    def states(
        self, ids: Tensor, state: TorchState | None = None, mixture: Tensor | None = None
    ) -> tuple[Tensor, TorchState]:
        """The last layer's states: ids [batch, time] -> [time, batch, hidden], and the state after the last step.

        What is returned first may stand in memory that is used again once its gradients have been asked for.
        """
        style = self.style(mixture)
        if self.written_out():
            return self._through_time(ids.t(), state, style)
        x = self.input_dropout(self.embedding(ids.t()))
        return self._layers(x if style is None else x + style, state)

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

    def written_out(self, product_dtype: torch.dtype | None = None) -> bool:
        """Whether the layers run through `through_time` here, with products of a type (autocast's if None)."""
        a, weight = self.architecture, self.output.weight
        if weight.device.type != "cpu" or weight.dtype != torch.float32 or torch.compiler.is_compiling():
            return False
        if a.family != "lstm" or a.hidden < LSTM_BY_TORCH:
            return True
        return not _lstm_kernel_runs(product_dtype or _autocast_dtype() or torch.float32)

    def _through_time(self, ids: Tensor, state: TorchState | None, style: Tensor | None) -> tuple[Tensor, TorchState]:
        """The recurrent layers: ids [time, batch] -> [time, batch, hidden] and the state after the last."""
        product_dtype = _autocast_dtype()
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
                None if layer else style,
                product_dtype=product_dtype,
                workspaces=self.workspaces[layer],
            )
            hidden.append(inputs[-1])
            if cell is not None:
                cells.append(cell)
        return inputs, TorchState(torch.stack(hidden), torch.stack(cells) if cells else None)

    def _layers(self, x: Tensor, state: TorchState | None) -> tuple[Tensor, TorchState]:
        """The recurrent layers: x [time, batch, embedding] -> [time, batch, hidden] and the state after the last."""
        start: Any = None
        if state is not None:
            start = state.hidden if state.cell is None else (state.hidden, state.cell)
        if not (self.training and self.weight_dropout):
            out, after = self.rnn(x, start)
            return out, TorchState(*after) if isinstance(after, tuple) else TorchState(after)
        weights = [
            functional.dropout(w, self.weight_dropout) if "weight_hh" in name else w
            for name, w in self.rnn.named_parameters()
        ]
        if start is None:
            hidden, cell = self.initial_state(x.shape[1])
            start = hidden if cell is None else (hidden, cell)
        # The function behind the module, since a module takes no weights but its own.
        function, layers, dropout = _FUNCTIONS[self.architecture.family], self.architecture.layers, self.rnn.dropout
        out, *parts = function(x, start, weights, True, layers, dropout, True, False, False)
        return out, TorchState(*parts)


def _autocast_dtype() -> torch.dtype | None:
    """The type of products where `torch.autocast` has set one for the CPU."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None
