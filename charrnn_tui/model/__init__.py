"""A trained model: its folder, what stands in it, and what one can do with it once it is open.

A folder holds `model.safetensors` (weights), `model.json` (everything else), `history.jsonl` (a row an
evaluation), `samples.jsonl` (what it said then), `lines.safetensors` (hashes of the items it learnt from) and, while
unfinished, `checkpoint.safetensors`. Nothing is unpickled; shapes are checked before anything is allocated.
"""

from typing import TYPE_CHECKING

from charrnn_tui.lazy import exports

if TYPE_CHECKING:
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
    from charrnn_tui.model.evaluation import Evaluation
    from charrnn_tui.model.history import History
    from charrnn_tui.model.library import DEFAULT_MODEL, Library
    from charrnn_tui.model.model import Model
    from charrnn_tui.model.style import Style, StyleError, StyleLike
    from charrnn_tui.model.tensors import read_tensors, read_weights, refuse_pickle

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
    "History",
    "Library",
    "Model",
    "ModelError",
    "ModelInfo",
    "Style",
    "StyleError",
    "StyleLike",
    "read_info",
    "read_tensors",
    "read_weights",
    "refuse_pickle",
    "write_info",
]

__getattr__, __dir__ = exports(
    __name__,
    {
        "CARD": "charrnn_tui.model.description",
        "CHECKPOINT": "charrnn_tui.model.description",
        "DEFAULT_MODEL": "charrnn_tui.model.library",
        "DESCRIPTION": "charrnn_tui.model.description",
        "Evaluation": "charrnn_tui.model.evaluation",
        "History": "charrnn_tui.model.history",
        "FORMAT": "charrnn_tui.model.description",
        "HISTORY": "charrnn_tui.model.description",
        "LARGEST_DESCRIPTION": "charrnn_tui.model.description",
        "LINES": "charrnn_tui.model.description",
        "Library": "charrnn_tui.model.library",
        "Model": "charrnn_tui.model.model",
        "ModelError": "charrnn_tui.model.description",
        "ModelInfo": "charrnn_tui.model.description",
        "Style": "charrnn_tui.model.style",
        "StyleError": "charrnn_tui.model.style",
        "StyleLike": "charrnn_tui.model.style",
        "WEIGHTS": "charrnn_tui.model.description",
        "read_info": "charrnn_tui.model.description",
        "read_tensors": "charrnn_tui.model.tensors",
        "read_weights": "charrnn_tui.model.tensors",
        "refuse_pickle": "charrnn_tui.model.tensors",
        "write_info": "charrnn_tui.model.description",
    },
)
