"""The record of a run beside its weights: a row an evaluation, and what the network said then (JSON lines)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from charrnn_tui.files import atomic
from charrnn_tui.model import HISTORY
from charrnn_tui.model.history import rows_in
from charrnn_tui.training.process.messages import Evaluated, Inside, Sampled, to_dict

SAMPLES = "samples.jsonl"
INSIDE = "inside.jsonl"
_FILES: dict[type, str] = {Evaluated: HISTORY, Sampled: SAMPLES, Inside: INSIDE}


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file that are whole; a row cut short by a crash is passed over."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return rows_in(text)


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The evaluations of a model, oldest first, with the fields of `messages.Evaluated`."""
    return _rows(folder / HISTORY)


def read_samples(folder: Path) -> list[dict[str, Any]]:
    """What the network said at each evaluation, oldest first, with the fields of `messages.Sampled`."""
    return _rows(folder / SAMPLES)


def read_inside(folder: Path) -> list[dict[str, Any]]:
    """What went on inside the network, oldest first, with the fields of `messages.Inside`."""
    return _rows(folder / INSIDE)


def append(folder: Path, event: Evaluated | Sampled | Inside) -> None:
    """Add a row. Raises OSError."""
    with (folder / _FILES[type(event)]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(to_dict(event)) + "\n")


def cut_back(folder: Path, step: int) -> None:
    """Drop the rows after a step: a run that is taken up again will write them anew. Raises OSError."""
    for name in _FILES.values():
        path = folder / name
        if path.exists():
            kept = [row for row in _rows(path) if row["step"] <= step]
            atomic.write_text(path, "".join(json.dumps(row) + "\n" for row in kept))
