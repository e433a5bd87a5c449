"""Which kind of cell a stored description and its arrays are: a network, or an n-gram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from charrnn_tui.cells.architecture import Architecture
from charrnn_tui.cells.ngram_architecture import NGRAM, NgramArchitecture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charrnn_tui.cells.batch_cell import BatchCell

StoredArchitecture: TypeAlias = Architecture | NgramArchitecture


def stored_architecture(values: Mapping[str, Any]) -> StoredArchitecture:
    """From plain values, as `to_dict` gave them. Raises ArchitectureError."""
    if isinstance(values, Mapping) and values.get("family") == NGRAM:
        return NgramArchitecture.from_dict(values)
    return Architecture.from_dict(values)


def stored_cell(architecture: StoredArchitecture, weights: Mapping[str, NDArray[Any]]) -> BatchCell:
    """The cell of an architecture and its arrays. Raises ArchitectureError where they do not fit."""
    if isinstance(architecture, NgramArchitecture):
        from charrnn_tui.cells.ngram import NgramCell

        return NgramCell(architecture, weights)
    from charrnn_tui.cells.numpy_cell import NumpyCell  # NumPy: a description is read without it

    return NumpyCell(architecture, weights)
