"""Cells in NumPy: one step at a time, for sampling, without torch.

The embedding and the input weights of the first layer are folded into one table, `table[id]`, so that a step is
one look-up and one matrix product a layer. A label's vector is added to what that table is made of, so it becomes a
bias in the table and costs a step nothing.

Arithmetic of the gates: sigmoid(x) = (1 + tanh(x / 2)) / 2. The halves are folded into the weights, so that one
call of tanh serves all gates of a layer; on small networks the number of NumPy calls is what a step costs.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.architecture import Architecture
from charrnn_tui.cells.batch_cell import BatchCell, Floats, Ids, Rows, log_softmax, merge_rows, state_repr
from charrnn_tui.text.arguments import check_whole

_HALF = np.float32(0.5)


class NumpyState(NamedTuple):
    """The state of `batch` streams: hidden vectors and, for LSTM, cell vectors, one [batch, hidden] a layer.

    Nothing writes into these arrays after the step that made them.
    """

    hidden: tuple[Floats, ...]
    cell: tuple[Floats, ...] = ()

    def __repr__(self) -> str:
        return state_repr(self)

    @property
    def batch_size(self) -> int:
        """Number of streams."""
        return int(self.hidden[0].shape[0])

    @property
    def arrays(self) -> tuple[Floats, ...]:
        """Hidden vectors, then cell vectors."""
        return self.hidden + self.cell

    def with_arrays(self, arrays: Iterable[NDArray[Any]]) -> NumpyState:
        """The state that these arrays make, in the order of `arrays`."""
        every, layers = tuple(arrays), len(self.hidden)
        return NumpyState(every[:layers], every[layers:])

    def select(self, rows: Rows) -> NumpyState:
        """The state of some of the streams, in the given order; a row may be given several times (a fork)."""
        return NumpyState(tuple(h[rows] for h in self.hidden), tuple(c[rows] for c in self.cell))

    def merge(self, rows: NDArray[np.integer], other: NumpyState) -> NumpyState:
        """This state with the streams `rows` replaced by those of `other`."""
        return merge_rows(self, rows, other)


class StepperWeights(NamedTuple):
    """A cell's weights for stepping one stream (see `charrnn_tui.cells.numpy_stepper`)."""

    rows: list[Floats]
    """[vocabulary] of [gates * hidden], what reading a symbol adds to the first layer's gates, bias included."""
    products: list[Floats]
    """[layers] of [hidden, gates * hidden + width of what follows], recurrent and onward weights side by side."""
    biases: list[Floats]
    """[layers] of [width of what follows]."""
    bias_of_new: list[Floats]
    """[layers] of [hidden], GRU only: what the reset gate multiplies along with the recurrent product."""


class NumpyCell(BatchCell):
    """A character network of any family, stepped with NumPy (float32).

    weights: name -> array, as `Architecture.shapes` says. Raises ArchitectureError where they do not fit.
    """

    def __init__(self, architecture: Architecture, weights: Mapping[str, NDArray[np.floating]]) -> None:
        architecture.check_weights({name: w.shape for name, w in weights.items()})
        self.architecture = architecture
        hidden = architecture.hidden
        # Rows whose activation is a sigmoid are halved (see the module's docstring).
        scale = np.ones(architecture.gates * hidden, dtype=np.float64)
        order = np.arange(architecture.gates * hidden)
        if architecture.family == "lstm":
            # i f g o becomes i f o g: the three sigmoids stand side by side.
            order = np.concatenate([order[: 2 * hidden], order[3 * hidden :], order[2 * hidden : 3 * hidden]])
            scale[: 3 * hidden] = 0.5
        elif architecture.family == "gru":
            scale[: 2 * hidden] = 0.5
        folded: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._recurrent: list[Floats] = []
        self._new_bias: list[Floats] = []
        for layer in range(architecture.layers):
            w_ih = weights[f"rnn.weight_ih_l{layer}"][order].astype(np.float64) * scale[:, None]
            w_hh = weights[f"rnn.weight_hh_l{layer}"][order].astype(np.float64) * scale[:, None]
            b_ih = weights[f"rnn.bias_ih_l{layer}"][order].astype(np.float64) * scale
            b_hh = weights[f"rnn.bias_hh_l{layer}"][order].astype(np.float64) * scale
            if architecture.family == "gru":
                # The reset gate multiplies W_hn h + b_hn, so this bias cannot be folded into the input's.
                self._new_bias.append(b_hh[2 * hidden :].astype(np.float32))
                b_hh[2 * hidden :] = 0
            folded.append((w_ih.T, b_ih + b_hh))
            self._recurrent.append(np.ascontiguousarray(w_hh.T, dtype=np.float32))
        first, bias = folded[0]
        table = weights["embedding.weight"].astype(np.float64) @ first + bias
        self._table: Floats = np.ascontiguousarray(table, dtype=np.float32)
        self._inputs = [np.ascontiguousarray(w, dtype=np.float32) for w, _ in folded]
        self._biases = [b.astype(np.float32) for _, b in folded]
        self._label_biases: Floats | None = None
        if architecture.labels:
            # What each label adds to the first layer's gates, whatever symbol is read.
            self._label_biases = (weights["labels.weight"].astype(np.float64) @ first).astype(np.float32)
        self._plain: NumpyCell | None = None
        self._output: Floats = np.ascontiguousarray(weights["output.weight"].T, dtype=np.float32)
        self._output_bias: Floats = weights["output.bias"].astype(np.float32)
        self._layer_step = {"rnn": self._rnn, "gru": self._gru, "lstm": self._lstm}[architecture.family]

    def __getstate__(self) -> dict[str, Any]:
        """For a copy: without what can be computed anew, which holds the weights a second time."""
        return {name: value for name, value in vars(self).items() if name != "stepper_weights"}

    @cached_property
    def stepper_weights(self) -> StepperWeights:
        """The weights as `NumpyStepper` wants them, made when they are first needed."""
        if self._plain is not None:
            return self._plain.stepper_weights._replace(rows=list(self._table))
        following = [*self._inputs[1:], self._output]
        return StepperWeights(
            list(self._table),
            [np.concatenate(pair, axis=1) for pair in zip(self._recurrent, following, strict=True)],
            [*self._biases[1:], self._output_bias],
            self._new_bias,
        )

    def styled(self, mixture: Sequence[float] | NDArray[np.floating] | None) -> NumpyCell:
        """The same network, weights shared, that writes under a mixture of its labels; a step costs the same.

        mixture [labels]: the weight of each label; zeros, or None, are no label. States go from one to the other.
        Raises ValueError where the network has no labels or another number of them.
        """
        plain = self._plain or self
        if mixture is None:
            return plain
        weights = np.asarray(mixture, dtype=np.float64)
        if weights.shape != (self.architecture.labels,) or plain._label_biases is None:
            raise ValueError(f"a mixture weighs the {self.architecture.labels} labels of this network.")
        if not weights.any():
            return plain
        cell = copy.copy(plain)
        cell._plain = plain
        cell._table = plain._table + (weights @ plain._label_biases).astype(np.float32)
        return cell

    @cached_property
    def largest_logit(self) -> float:  # type: ignore[override]  # computed when it is first needed
        """The largest logit lies between minus this and this, whatever was read: hidden units are within -1 and 1.

        Whether or not the boundary (id 0) may be drawn.
        """
        reach = np.abs(self._output).sum(axis=0, dtype=np.float64)
        return float(max((self._output_bias + reach).max(), -(self._output_bias - reach)[1:].max()))

    def initial_state(self, batch_size: int = 1) -> NumpyState:
        """Zeros for `batch_size` streams. Raises ValueError where that is no whole number from 0 upwards."""
        batch_size = check_whole(batch_size, "the number of streams")
        zeros = np.zeros((batch_size, self.architecture.hidden), dtype=np.float32)
        layers = (zeros,) * self.architecture.layers
        return NumpyState(layers, layers if self.architecture.has_cell else ())

    def step_logits(self, ids: Ids, state: NumpyState) -> tuple[NumpyState, Floats]:
        """As `step`, but with unnormalised logits: what sampling needs, one pass cheaper."""
        after = self.advance(ids, state)
        logits: Floats = after.hidden[-1] @ self._output
        logits += self._output_bias
        return after, logits

    def advance(self, ids: Ids, state: NumpyState) -> NumpyState:
        """As `step`, the new state alone: for symbols that nothing is asked about."""
        projected: Floats = self._table.take(ids, axis=0)
        hidden: list[Floats] = []
        cell: list[Floats] = []
        for layer, previous in enumerate(state.hidden):
            if layer:
                projected = hidden[-1] @ self._inputs[layer]
                projected += self._biases[layer]
            h, c = self._layer_step(layer, projected, previous, state.cell[layer] if state.cell else previous)
            hidden.append(h)
            cell.append(c)
        if self.architecture.boundary == "reset":
            rows = np.flatnonzero(np.asarray(ids) == 0)
            for array in (*hidden, *cell):
                array[rows] = 0
        return NumpyState(tuple(hidden), tuple(cell) if state.cell else ())

    # A layer's step takes x, the projected input, which is the caller's fresh array and may be overwritten.

    def _rnn(self, layer: int, x: Floats, h: Floats, _: Floats) -> tuple[Floats, Floats]:
        x += h @ self._recurrent[layer]
        np.tanh(x, out=x)
        return x, x

    def _gru(self, layer: int, x: Floats, h: Floats, _: Floats) -> tuple[Floats, Floats]:
        n = self.architecture.hidden
        recurrent = h @ self._recurrent[layer]
        gates = x[:, : 2 * n]
        gates += recurrent[:, : 2 * n]
        np.tanh(gates, out=gates)
        gates += 1
        gates *= _HALF
        new = recurrent[:, 2 * n :]
        new += self._new_bias[layer]
        new *= gates[:, :n]
        new += x[:, 2 * n :]
        np.tanh(new, out=new)
        # h' = n + z (h - n)
        out: Floats = h - new
        out *= gates[:, n:]
        out += new
        return out, out

    def _lstm(self, layer: int, x: Floats, h: Floats, c: Floats) -> tuple[Floats, Floats]:
        n = self.architecture.hidden
        x += h @ self._recurrent[layer]
        np.tanh(x, out=x)
        candidate = x[:, 3 * n :].copy()
        # The candidate's columns are moved too, for nothing: one whole array is faster than its larger part.
        x += 1
        x *= _HALF
        new_c: Floats = x[:, n : 2 * n] * c
        candidate *= x[:, :n]
        new_c += candidate
        new_h: Floats = np.tanh(new_c)
        new_h *= x[:, 2 * n : 3 * n]
        return new_h, new_c

    # To look inside: what a step computes on its way, at leisure. Nothing here is part of `step`.

    def answer(self, state: NumpyState) -> Floats:
        """log P of what comes next [batch, vocabulary] in nats, from a state alone, also one that no text leads to."""
        logits: Floats = state.hidden[-1] @ self._output
        logits += self._output_bias
        return log_softmax(logits)

    def layer_input(self, layer: int, ids: Ids, below: Floats | None = None) -> Floats:
        """What a layer's gates get from its input, biases included [batch, gates * hidden], a fresh array.

        The first layer reads `ids`, the others the new hidden vector `below` them [batch, hidden].
        """
        if below is None:
            first: Floats = self._table.take(ids, axis=0)
            return first
        projected: Floats = below @ self._inputs[layer]
        projected += self._biases[layer]
        return projected

    def layer_gates(self, layer: int, projected: Floats, hidden: Floats) -> dict[str, Floats]:
        """A layer's activations [batch, hidden] by name, from `layer_input` and the hidden vector before the step.

        LSTM: input, forget, output, candidate; GRU: reset, update, new; vanilla: new, its new hidden vector itself.
        """
        n = self.architecture.hidden
        recurrent = hidden @ self._recurrent[layer]
        if self.architecture.family == "rnn":
            return {"new": np.tanh(projected + recurrent)}
        if self.architecture.family == "lstm":
            sums = np.tanh(projected + recurrent)
            names = ("input", "forget", "output")
            gates = {name: (sums[:, k * n : (k + 1) * n] + 1) * _HALF for k, name in enumerate(names)}
            return gates | {"candidate": sums[:, 3 * n :]}
        sums = (np.tanh(projected[:, : 2 * n] + recurrent[:, : 2 * n]) + 1) * _HALF
        reset, update = sums[:, :n], sums[:, n:]
        new = np.tanh(projected[:, 2 * n :] + reset * (recurrent[:, 2 * n :] + self._new_bias[layer]))
        return {"reset": reset, "update": update, "new": new}

    def gates(self, ids: Ids, before: NumpyState, after: NumpyState) -> tuple[dict[str, Floats], ...]:
        """The gates of a step that led from one state to another by reading ids [batch], a layer each."""
        below = (None, *after.hidden[:-1])
        return tuple(
            self.layer_gates(layer, self.layer_input(layer, ids, below[layer]), hidden)
            for layer, hidden in enumerate(before.hidden)
        )
