"""One stream, stepped with as few NumPy calls as possible: a call costs more than the arithmetic of a small network.

Against a batch of one it saves: vectors instead of matrices with one row; scratch allocated once; and one product a
layer, of the new hidden vector with the layer's recurrent weights (for the next step) and with what follows the
layer (the next layer's input weights, or the output) side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.architecture import GATES
from charrnn_tui.cells.numpy_cell import NumpyCell, NumpyState

Floats: TypeAlias = NDArray[np.float32]
Vectors: TypeAlias = tuple[tuple[Floats, ...], tuple[Floats, ...]]
"""The state of one stream: hidden vectors and, for LSTM, cell vectors, one [hidden] a layer; never written into."""

# NumPy converts a Python number at each call; an array it takes as it is.
_ONE = np.array(1, dtype=np.float32)
_HALF = np.array(0.5, dtype=np.float32)


class NumpyStepper:
    """Steps one stream of a cell. It owns scratch memory, so each stream (and each thread) makes its own.

    The product of the newest state is kept; stepping from an older state (after a rewind) computes it anew.
    """

    def __init__(self, cell: NumpyCell) -> None:
        self.cell = cell
        architecture = cell.architecture
        family = architecture.family
        n = self._n = architecture.hidden
        self._rows, self._products, self._biases, self._bias_of_new = cell.stepper_weights
        width = GATES[family] * n
        out = [np.empty(product.shape[1], dtype=np.float32) for product in self._products]
        self._out = out
        self._recurrent = [o[:width] for o in out]
        self._passed = [o[width:] for o in out]
        self._gates = np.empty(width, dtype=np.float32)
        self._scratch = np.empty(n, dtype=np.float32)
        self._latest: Vectors | None = None
        zeros = np.zeros(n, dtype=np.float32)
        layers = (zeros,) * architecture.layers
        self.start: Vectors = (layers, layers if architecture.has_cell else ())
        """The state before anything was read."""
        advance: dict[str, Callable[[int, Floats, Floats, Floats], tuple[Floats, Floats]]]
        advance = {"rnn": self._rnn, "gru": self._gru, "lstm": self._lstm}
        self._advance = advance[family]
        self._has_cell = architecture.has_cell
        self._resets = architecture.boundary == "reset"
        g = self._gates
        # Views are made once: slicing costs as much as adding.
        if family == "lstm":
            self._sigmoids, self._input, self._forget = g[: 3 * n], g[:n], g[n : 2 * n]
            self._emit, self._candidate = g[2 * n : 3 * n], g[3 * n :]
        elif family == "gru":
            self._sigmoids, self._reset, self._update, self._fresh = g[: 2 * n], g[:n], g[n : 2 * n], g[2 * n :]
            self._recurrent_gates = [r[: 2 * n] for r in self._recurrent]
            self._recurrent_new = [r[2 * n :] for r in self._recurrent]

    def __reduce__(self) -> tuple[type[NumpyStepper], tuple[NumpyCell]]:
        """A copy makes scratch memory of its own: its views would lose the buffers that they look into."""
        return NumpyStepper, (self.cell,)

    def batch_of_one(self, state: Vectors) -> NumpyState:
        """A state as the cell has it, of one stream; views, not copies."""
        hidden, cell = state
        return NumpyState(tuple(h[None] for h in hidden), tuple(c[None] for c in cell))

    def step(self, id_: int, state: Vectors) -> tuple[Vectors, Floats]:
        """Read one id: the new state and the logits [vocabulary] of what comes next, both fresh arrays."""
        hidden, cell = state
        new_hidden: tuple[Floats, ...]
        new_cell: tuple[Floats, ...]
        if id_ == 0 and self._resets:
            return self.start, self._biases[-1].copy()
        known, self._latest = self._latest, None  # an interrupt from here on must not leave half a step behind
        if state is not known:
            for h, product, out in zip(hidden, self._products, self._out, strict=True):
                np.dot(h, product, out)
        before = cell if self._has_cell else hidden
        h, c = self._advance(0, self._rows[id_], hidden[0], before[0])
        np.dot(h, self._products[0], self._out[0])
        new_hidden, new_cell = (h,), (c,)
        for layer in range(1, len(hidden)):
            projected = self._passed[layer - 1]
            np.add(projected, self._biases[layer - 1], projected)
            h, c = self._advance(layer, projected, hidden[layer], before[layer])
            np.dot(h, self._products[layer], self._out[layer])
            new_hidden, new_cell = (*new_hidden, h), (*new_cell, c)
        after = new_hidden, new_cell if self._has_cell else ()
        self._latest = after
        logits: Floats = np.add(self._passed[-1], self._biases[-1])
        return after, logits

    def _rnn(self, layer: int, x: Floats, h: Floats, _: Floats) -> tuple[Floats, Floats]:
        new: Floats = np.add(x, self._recurrent[layer])
        np.tanh(new, new)
        return new, new

    def _gru(self, layer: int, x: Floats, h: Floats, _: Floats) -> tuple[Floats, Floats]:
        n = self._n
        gates = self._sigmoids
        np.add(x[: 2 * n], self._recurrent_gates[layer], gates)
        np.tanh(gates, gates)
        np.add(gates, _ONE, gates)
        np.multiply(gates, _HALF, gates)
        fresh = self._fresh
        np.add(self._recurrent_new[layer], self._bias_of_new[layer], fresh)
        np.multiply(fresh, self._reset, fresh)
        np.add(fresh, x[2 * n :], fresh)
        np.tanh(fresh, fresh)
        # h' = n + z (h - n)
        new: Floats = np.subtract(h, fresh)
        np.multiply(new, self._update, new)
        np.add(new, fresh, new)
        return new, new

    def _lstm(self, layer: int, x: Floats, h: Floats, c: Floats) -> tuple[Floats, Floats]:
        gates, sigmoids, scratch = self._gates, self._sigmoids, self._scratch
        np.add(x, self._recurrent[layer], gates)
        np.tanh(gates, gates)
        np.add(sigmoids, _ONE, sigmoids)
        np.multiply(sigmoids, _HALF, sigmoids)
        new_c: Floats = np.multiply(self._forget, c)
        np.multiply(self._input, self._candidate, scratch)
        np.add(new_c, scratch, new_c)
        np.tanh(new_c, scratch)
        new_h: Floats = np.multiply(self._emit, scratch)
        return new_h, new_c
