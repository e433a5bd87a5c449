"""The run that is pinned: its curve lies under that of every later run, in this sitting and in the next ones."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from charrnn_tui.files import atomic, paths
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.training.process.messages import Evaluated

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library

_LARGEST = 10_000


def remember(name: str | None) -> None:
    """Keep the name of the model whose run is pinned; None: none is. Raises OSError."""
    if name is None:
        paths.pinned_run().unlink(missing_ok=True)
    else:
        atomic.write_json(paths.pinned_run(), {"model": name})


def recall(library: Library) -> TrainingRun | None:
    """The pinned run with its curve; None where there is none, or where its model or its record is gone."""
    from charrnn_tui.training.run.record import read_history

    try:
        with paths.pinned_run().open("rb") as file:
            name = json.loads(file.read(_LARGEST))["model"]
        rows = read_history(library.find(name)) if isinstance(name, str) else []
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    evaluations = [each for each in map(_evaluation, rows) if each is not None]
    return TrainingRun(name, state="over", evaluations=evaluations) if evaluations else None


def with_pinned(
    runs: Sequence[TrainingRun], pinned: TrainingRun | None
) -> tuple[list[TrainingRun], TrainingRun | None]:
    """The runs without the pinned one, and the pinned one; None for the latter where it is itself the last run."""
    if pinned is None or not runs or runs[-1].name == pinned.name:
        return list(runs), None
    return [run for run in runs if run.name != pinned.name], pinned


def _evaluation(row: dict[str, Any]) -> Evaluated | None:
    """A row of a record; None for one whose losses are no numbers."""
    names = ("epoch", "training_loss", "validation_loss", "elapsed")
    values = [row.get(name) for name in names]
    if not all(isinstance(value, int | float) and abs(value) < 1e12 for value in values):
        return None
    epoch, training, validation, elapsed = (float(value) for value in values if value is not None)
    return Evaluated(
        step=row["step"],
        epoch=epoch,
        training_loss=training,
        validation_loss=validation,
        bits_per_char=validation / math.log(2),
        gap=validation - training,
        best_loss=validation,
        best_step=row["step"],
        improved=False,
        learning_rate=math.nan,
        gradient_norm=math.nan,
        characters_per_second=math.nan,
        elapsed=elapsed,
        early=row.get("early") is True,
    )
