"""A model as one safetensors file: the weights, and everything else in the metadata of its header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from charrnn_tui.cells import ArchitectureError, stored_cell
from charrnn_tui.files import atomic
from charrnn_tui.model.description import ModelError, ModelInfo
from charrnn_tui.model.tensors import read_weights, refuse_pickle
from charrnn_tui.text import visible

ENDING = ".safetensors"
"""What the name of such a file ends with."""
DESCRIPTION_KEY = "charrnn-tui"
"""Metadata: the text of `model.json`."""
CARD_KEY = "card"
"""Metadata: the text of the card, where there is one."""

_FLOATS = ("F16", "F32", "F64")

Shape = tuple[int, ...]


def write_file(
    target: Path, info: ModelInfo, weights: Mapping[str, NDArray[Any]], card: str | None, *, overwrite: bool = True
) -> None:
    """Write a model to one file, atomically. Raises ModelError where the disk refuses, or, without `overwrite`, where
    something stands there already."""
    if not overwrite and target.exists():
        raise ModelError(f"there is something at {visible(str(target))} already; choose another path.")
    metadata = {DESCRIPTION_KEY: json.dumps(info.to_dict(), ensure_ascii=False), "format": "pt"}
    if card is not None:
        metadata[CARD_KEY] = card
    try:
        atomic.write_with(target, lambda temporary: save_file(dict(weights), temporary, metadata))
    except OSError as error:
        raise cannot_write(target, error) from error


def cannot_write(target: Path, error: OSError) -> ModelError:
    """The sentence for a file that could not be written."""
    return ModelError(f"{visible(str(target))} cannot be written: {error.strerror or error}.")


def read_header(source: Path) -> tuple[Mapping[str, str], dict[str, Shape]]:
    """Metadata and shapes, from the header of any safetensors file alone. Raises ModelError."""
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


def read_file(source: Path, metadata: Mapping[str, str]) -> tuple[ModelInfo, dict[str, NDArray[Any]]]:
    """The model in a file that `write_file` wrote, whose header holds this metadata.

    Raises ModelError with a sentence for a damaged or foreign file.
    """
    shown = visible(str(source))
    if DESCRIPTION_KEY not in metadata:
        raise ModelError(
            f"{shown} holds weights alone; import it with the symbols that its ids mean (charrnn-tui models import "
            "FILE --symbols …, or Model.from_torch)."
        )
    try:
        values = json.loads(metadata[DESCRIPTION_KEY])
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{shown}: its description is not JSON: {error}.") from error
    info = ModelInfo.from_dict(values, shown)
    weights = read_weights(source, info.architecture)
    whole = info.architecture.whole_arrays
    try:
        stored_cell(info.architecture, weights)
    except ArchitectureError as error:
        raise ModelError(f"{shown}: {error}") from error
    weights = {name: w if name in whole else w.astype(np.float32) for name, w in weights.items()}
    check_finite(weights, shown)
    return info, weights


def check_finite(weights: Mapping[str, NDArray[Any]], source: str) -> None:
    """Raise ModelError where a weight is NaN or infinite."""
    for name, weight in weights.items():
        if not np.isfinite(weight).all():
            raise ModelError(f"{source}: {name} holds NaN or infinite numbers.")
