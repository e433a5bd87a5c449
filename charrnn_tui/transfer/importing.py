"""Models into the library: a file of our own, or a state dict from elsewhere and the symbols that its ids mean."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from charrnn_tui.cells import ArchitectureError, Family, stored_cell
from charrnn_tui.cells.architecture import Boundary
from charrnn_tui.files import atomic
from charrnn_tui.model import (
    CARD,
    WEIGHTS,
    Model,
    ModelError,
    ModelInfo,
    read_tensors,
    read_weights,
    refuse_pickle,
    write_info,
)
from charrnn_tui.model.library import Library, NameTakenError
from charrnn_tui.text import Kind, Vocabulary, visible
from charrnn_tui.transfer.cells_by_hand import find_cell
from charrnn_tui.transfer.exporting import CARD_KEY, DESCRIPTION_KEY
from charrnn_tui.transfer.state_dict import Shape, StateDict, recognise

_NEVER = -1e4
"""Output bias of a boundary that the imported network does not know: it is never drawn."""

_FLOATS = ("F16", "F32", "F64")


def import_model(
    source: Path,
    library: Library,
    name: str,
    *,
    symbols: str | None = None,
    kind: Kind | None = None,
    family: Family | None = None,
) -> Path:
    """Make a model of the user's from a safetensors file; its folder.

    A file that `export_safetensors` wrote needs nothing else. For a state dict of `nn.RNN` (tanh), `nn.GRU` or
    `nn.LSTM` with an embedding and a linear output, `symbols` holds the characters in the order of their ids (a line
    end after the last one is taken for the file's own). One symbol fewer than the network has ids: id 0 starts and
    ends items. As many: the network writes running text, which begins from the zero state (and there with a line end,
    where it knows one), or, with `kind` "lines", items that a line end starts and ends, or else a space. The tutorial's
    `CharRNNCell`, `CharLSTMCell` and `CharRNNLoop` are known by their layers' names, and write lines unless `kind`
    says otherwise. Names, shapes and sizes are checked from the file's header before anything is read.

    Raises ModelError with a sentence for a pickle, a damaged or foreign file, weights that make no such network,
    symbols that do not fit, and a name that is impossible or taken.
    """
    if library.folder_for(name).exists():
        raise NameTakenError(f"there is already a model {name!r}; delete it first or choose another name.")
    metadata, shapes = _read_header(source)
    if DESCRIPTION_KEY in metadata:
        info, weights = _own(source, metadata[DESCRIPTION_KEY])
    else:
        info, weights = _foreign(source, metadata, shapes, symbols, kind, family)
    for weight_name, weight in weights.items():
        if not np.isfinite(weight).all():
            raise ModelError(f"{visible(str(source))}: {weight_name} holds NaN or infinite numbers.")
    target = library.claim(name)
    try:
        _write(target, replace(info, name=name), weights, metadata.get(CARD_KEY))
    finally:
        library.release(name)  # only where nothing was written
    return target


def _read_header(source: Path) -> tuple[Mapping[str, str], dict[str, Shape]]:
    """Metadata and shapes, from the file's header alone."""
    refuse_pickle(source)
    try:
        with safe_open(source, framework="numpy") as opened:
            shapes = {}
            for name in opened.keys():  # noqa: SIM118 (no mapping)
                part = opened.get_slice(name)
                if part.get_dtype() not in _FLOATS and DESCRIPTION_KEY not in (opened.metadata() or {}):
                    raise ModelError(
                        f"{visible(str(source))}: {name!r} holds {part.get_dtype()}; weights are {', '.join(_FLOATS)}."
                    )
                shapes[name] = tuple(part.get_shape())
            return opened.metadata() or {}, shapes
    except (SafetensorError, OSError, TypeError) as error:
        raise ModelError(f"{visible(str(source))} is no readable safetensors file ({error}).") from error


def _own(source: Path, description: str) -> tuple[ModelInfo, dict[str, NDArray[np.float32]]]:
    try:
        values = json.loads(description)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{visible(str(source))}: its description is not JSON: {error}.") from error
    info = ModelInfo.from_dict(values, visible(str(source)))
    weights = read_weights(source, info.architecture)
    whole = info.architecture.whole_arrays
    try:
        stored_cell(info.architecture, weights)
    except ArchitectureError as error:
        raise ModelError(f"{visible(str(source))}: {error}") from error
    return info, {name: w if name in whole else w.astype(np.float32) for name, w in weights.items()}


def _foreign(
    source: Path,
    metadata: Mapping[str, str],
    shapes: Mapping[str, Shape],
    symbols: str | None,
    kind: Kind | None,
    family: Family | None,
) -> tuple[ModelInfo, dict[str, NDArray[np.float32]]]:
    cell = find_cell(shapes)
    try:
        found = recognise(shapes if cell is None else cell.shapes(shapes), family)
    except ModelError as error:
        raise ModelError(f"{visible(str(source))}: {error}") from error
    ids = found.architecture.vocabulary_size
    if symbols is None:
        symbols = metadata.get("symbols") or metadata.get("vocabulary")
    if symbols is None:
        raise ModelError(
            f"{visible(str(source))} does not say what its {ids} ids mean; give the symbols in the order of their ids."
        )
    vocabulary, kind, old_ids = _meaning(symbols, ids, kind, found.space_is_boundary)
    boundary: Boundary = "symbol" if old_ids[0] is not None else "reset"
    architecture = replace(found.architecture, vocabulary_size=vocabulary.size, boundary=boundary)
    theirs = read_tensors(source)
    weights = _weights(found, theirs if cell is None else cell.weights(theirs), old_ids)
    architecture.check_weights({name: weight.shape for name, weight in weights.items()})
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return ModelInfo("", architecture, vocabulary, kind, corpus={"name": source.stem}, created=created), weights


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


def _write(target: Path, info: ModelInfo, weights: dict[str, NDArray[np.float32]], card: str | None) -> None:
    """Write the folder beside its place, open it once, and move it there."""
    temporary = target.with_name(f".importing-{target.name}")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        atomic.write_with(temporary / WEIGHTS, lambda path: save_file(weights, path))
        write_info(temporary, info)
        if card is not None:
            atomic.write_text(temporary / CARD, card)
        Model.open(temporary)
        temporary.rename(target)
    except OSError as error:
        raise ModelError(f"{visible(str(target))} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
