"""State dicts of single cells, as tutorials write them: brought under the names that `nn.RNN/GRU/LSTM` give.

Two layouts besides those: `nn.RNNCell`, `nn.GRUCell` and `nn.LSTMCell`, whose weights have no layer in their names; and
the cell of one linear layer, h' = tanh(W [x; h] + b), whose matrix is cut in two here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]

_CELL = re.compile(r"(?P<name>(?:.*\.)?(?:weight|bias)_(?:ih|hh))")
_STEM = "cell."


@dataclass(frozen=True)
class CellByHand:
    """Which weights of a state dict are those of a single cell.

    `renamed`: their name -> the name with a layer. `joined`: the name of the matrix [hidden, embedding + hidden], and
    `width` the columns of it that belong to the input; '' where the cell is not of this kind.
    """

    renamed: Mapping[str, str]
    joined: str = ""
    width: int = 0

    def shapes(self, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
        """Shapes under the names of the fused modules."""
        out = {self.renamed.get(name, name): shape for name, shape in shapes.items()}
        if self.joined:
            hidden, columns = out.pop(self.joined)
            out[f"{_STEM}weight_ih_l0"] = (hidden, self.width)
            out[f"{_STEM}weight_hh_l0"] = (hidden, columns - self.width)
        return out

    def weights(self, weights: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Weights under the names of the fused modules."""
        out = {self.renamed.get(name, name): weight for name, weight in weights.items()}
        if self.joined:
            matrix = out.pop(self.joined)
            out[f"{_STEM}weight_ih_l0"] = np.ascontiguousarray(matrix[:, : self.width])
            out[f"{_STEM}weight_hh_l0"] = np.ascontiguousarray(matrix[:, self.width :])
        return out


def find_cell(shapes: Mapping[str, Shape]) -> CellByHand | None:
    """The single cell in a state dict, or None where there is none."""
    renamed = {name: f"{name}_l0" for name in shapes if _CELL.fullmatch(name)}
    if renamed:
        return CellByHand(renamed)
    matrices = {name: shape for name, shape in shapes.items() if len(shape) == 2 and name.endswith("weight")}
    if len(matrices) != 3 or any(re.search(r"_l\d+$", name) for name in shapes):
        return None
    for name, (hidden, columns) in matrices.items():
        others = [shape for other, shape in matrices.items() if other != name]
        widths = sorted(shape[1] for shape in others)
        if others[0][0] == others[1][0] and columns > hidden and widths == sorted((hidden, columns - hidden)):
            bias = re.sub("weight$", "bias", name)
            return CellByHand({bias: f"{_STEM}bias_ih_l0"} if bias in shapes else {}, name, columns - hidden)
    return None
