"""A model as one safetensors file: the weights, and everything else in the metadata of its header."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.numpy import save_file

from charrnn_tui.files import atomic
from charrnn_tui.model import CARD, WEIGHTS, ModelError, read_info, read_weights
from charrnn_tui.text import visible

DESCRIPTION_KEY = "charrnn-tui"
"""Metadata: the text of `model.json`."""
CARD_KEY = "card"
"""Metadata: the text of the card, where there is one."""


def export_safetensors(folder: Path, target: Path) -> None:
    """Write the model in a folder to one file, which `import_model` reads. An existing file is written over.

    The hashes of the lines it learnt from stay behind. Raises ModelError where the model is damaged or the file
    cannot be written.
    """
    info = read_info(folder)
    weights = read_weights(folder / WEIGHTS, info.architecture)
    metadata = {DESCRIPTION_KEY: json.dumps(info.to_dict(), ensure_ascii=False), "format": "pt"}
    card = folder / CARD
    if card.is_file():
        metadata[CARD_KEY] = card.read_text(encoding="utf-8", errors="replace")
    try:
        atomic.write_with(target, lambda temporary: save_file(weights, temporary, metadata))
    except OSError as error:
        raise cannot_write(target, error) from error


def cannot_write(target: Path, error: OSError) -> ModelError:
    """The sentence for a file that could not be written."""
    return ModelError(f"{visible(str(target))} cannot be written: {error.strerror or error}.")
