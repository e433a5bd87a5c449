"""Networks made elsewhere, as state dicts: what their ids mean, and their weights as ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Family
from charrnn_tui.cells.architecture import Boundary
from charrnn_tui.model.cells_by_hand import find_cell
from charrnn_tui.model.description import ModelError, ModelInfo
from charrnn_tui.model.state_dict import Shape, StateDict, recognise
from charrnn_tui.text import Kind, Vocabulary

_NEVER = -1e4
"""Output bias of a boundary that the imported network does not know: it is never drawn."""


def model_of(
    shapes: Mapping[str, Shape],
    read: Callable[[], Mapping[str, NDArray[Any]]],
    symbols: str | None,
    kind: Kind | None,
    family: Family | None,
    source: str,
) -> tuple[ModelInfo, dict[str, NDArray[np.float32]], list[int | None]]:
    """A state dict as a model without a name: its description, its weights, and which of the network's ids each of ours
    is (None: the network has no boundary).

    `symbols`: the characters in the order of their ids. One fewer than the network has ids: id 0 starts and ends items.
    As many: the network writes running text, or, with `kind` "lines", items that a line end starts and ends, or else a
    space; the tutorial's networks write lines unless `kind` says otherwise. `read` gives the arrays, after their shapes
    were found to fit. Raises ModelError, naming `source`, where it is no such network or the symbols do not fit.
    """
    cell = find_cell(shapes)
    try:
        found = recognise(shapes if cell is None else cell.shapes(shapes), family)
    except ModelError as error:
        raise ModelError(f"{source}: {error}") from error
    ids = found.architecture.vocabulary_size
    if symbols is None:
        raise ModelError(f"{source} does not say what its {ids} ids mean; give the symbols in the order of their ids.")
    vocabulary, kind, old_ids = _meaning(symbols, ids, kind, found.space_is_boundary)
    boundary: Boundary = "symbol" if old_ids[0] is not None else "reset"
    architecture = replace(found.architecture, vocabulary_size=vocabulary.size, boundary=boundary)
    theirs = read()
    weights = _weights(found, theirs if cell is None else cell.weights(theirs), old_ids)
    architecture.check_weights({name: weight.shape for name, weight in weights.items()})
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return ModelInfo("", architecture, vocabulary, kind, created=created), weights, old_ids


def _meaning(
    symbols: str, ids: int, kind: Kind | None, space_is_boundary: bool
) -> tuple[Vocabulary, Kind, list[int | None]]:
    """Vocabulary, kind, and which of the network's ids each of ours is (None: the network has no boundary)."""
    if symbols.endswith("\n") and len(symbols) - 1 in (ids, ids - 1):
        symbols = symbols[:-1]
    for at, symbol in enumerate(symbols):
        if symbol in symbols[:at]:
            raise ModelError(f"the symbol {symbol!r} stands twice among the symbols.")
    boundary: int | None
    if len(symbols) == ids - 1:
        ids_of = {symbol: i for i, symbol in enumerate(symbols, start=1)}
        boundary, kind = 0, kind or "lines"
    elif len(symbols) == ids:
        ids_of = {symbol: i for i, symbol in enumerate(symbols)}
        ends = next((symbol for symbol in ("\n", " ") if symbol in ids_of), None)
        boundary = None
        if kind is None:
            kind = "lines" if space_is_boundary and ends == " " else "stream"
        if kind == "lines":
            if ends is None:
                raise ModelError(
                    f"a network of lines needs a symbol that ends them: give {ids - 1} symbols (id 0 is the end) or "
                    "have a line end or a space among them."
                )
            boundary = ids_of.pop(ends)
    else:
        raise ModelError(
            f"{len(symbols)} symbols were given, and the network has {ids} ids: {ids} symbols are needed, or {ids - 1} "
            "where id 0 starts and ends items."
        )
    try:
        vocabulary = Vocabulary(ids_of)
    except ValueError as error:
        raise ModelError(str(error)) from error
    return vocabulary, kind, [boundary, *(ids_of[s] for s in vocabulary.symbols)]


def _weights(
    found: StateDict, theirs: Mapping[str, NDArray[Any]], old_ids: list[int | None]
) -> dict[str, NDArray[np.float32]]:
    """Our weights from theirs: rows in the order of our ids; missing biases are zero, a missing embedding one-hot."""
    shapes = found.architecture.shapes()
    weights: dict[str, NDArray[np.float32]] = {}
    for name, shape in shapes.items():
        if name in found.names:
            weights[name] = theirs[found.names[name]].astype(np.float32)
        elif name == "embedding.weight":
            weights[name] = np.eye(*shape, dtype=np.float32)
        else:
            weights[name] = np.zeros(shape, dtype=np.float32)
    rows = [i if i is not None else 0 for i in old_ids]
    for name in ("embedding.weight", "output.weight", "output.bias"):
        weights[name] = weights[name][rows]
    if old_ids[0] is None:
        weights["embedding.weight"][0] = 0
        weights["output.weight"][0] = 0
        weights["output.bias"][0] = _NEVER
    return weights
