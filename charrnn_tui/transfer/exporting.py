"""A model of a folder as one safetensors file (see `model.one_file`)."""

from __future__ import annotations

from pathlib import Path

from charrnn_tui.model import CARD, WEIGHTS, read_info, read_weights
from charrnn_tui.model.one_file import write_file


def export_safetensors(folder: Path, target: Path) -> None:
    """Write the model in a folder to one file, which `import_model` reads. An existing file is written over.

    The hashes of the lines it learnt from stay behind. Raises ModelError where the model is damaged or the file
    cannot be written.
    """
    info = read_info(folder)
    weights = read_weights(folder / WEIGHTS, info.architecture)
    card = folder / CARD
    write_file(target, info, weights, card.read_text(encoding="utf-8", errors="replace") if card.is_file() else None)
