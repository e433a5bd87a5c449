"""A trained model: its folder, what stands in it, and what one can do with it once it is open.

A folder holds `model.safetensors` (weights), `model.json` (everything else), `history.jsonl` (a row an
evaluation), `samples.jsonl` (what it said then), `lines.safetensors` (hashes of the items it learnt from) and, while
unfinished, `checkpoint.safetensors`. Nothing is unpickled; shapes are checked before anything is allocated.
"""

from charrnn_tui.model.description import (
    CARD,
    CHECKPOINT,
    DESCRIPTION,
    FORMAT,
    HISTORY,
    LARGEST_DESCRIPTION,
    LINES,
    WEIGHTS,
    ModelError,
    ModelInfo,
    read_info,
    write_info,
)
from charrnn_tui.model.library import DEFAULT_MODEL, Library
from charrnn_tui.model.model import Evaluation, Model
from charrnn_tui.model.tensors import read_tensors, refuse_pickle

__all__ = [
    "CARD",
    "CHECKPOINT",
    "DEFAULT_MODEL",
    "DESCRIPTION",
    "FORMAT",
    "HISTORY",
    "LARGEST_DESCRIPTION",
    "LINES",
    "WEIGHTS",
    "Evaluation",
    "Library",
    "Model",
    "ModelError",
    "ModelInfo",
    "read_info",
    "read_tensors",
    "refuse_pickle",
    "write_info",
]
