"""Models into the library: a file of our own, or a state dict from elsewhere and the symbols that its ids mean."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from charrnn_tui.cells import Family
from charrnn_tui.files import atomic
from charrnn_tui.model import CARD, WEIGHTS, Model, ModelError, ModelInfo, read_tensors, write_info
from charrnn_tui.model.elsewhere import model_of
from charrnn_tui.model.library import Library, NameTakenError
from charrnn_tui.model.one_file import CARD_KEY, DESCRIPTION_KEY, check_finite, read_file, read_header
from charrnn_tui.text import Kind, visible


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
    metadata, shapes = read_header(source)
    if DESCRIPTION_KEY in metadata:
        info, weights = read_file(source, metadata)
    else:
        shown = visible(str(source))
        symbols = symbols if symbols is not None else metadata.get("symbols") or metadata.get("vocabulary")
        info, weights, _ = model_of(shapes, lambda: read_tensors(source), symbols, kind, family, shown)
        check_finite(weights, shown)
        info = replace(info, corpus={"name": source.stem})
    target = library.claim(name)
    try:
        _write(target, replace(info, name=name), weights, metadata.get(CARD_KEY))
    finally:
        library.release(name)  # only where nothing was written
    return target


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
