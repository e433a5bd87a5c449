"""Find a learning rate: train for a few updates while the rate rises exponentially, and look at the loss.

The learning rate range test of Smith 2017, arXiv:1506.01186, section 3.3. Nothing is saved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.run.setup import prepare_run
from charrnn_tui.training.run.trainer import update

LOWEST, HIGHEST = 1e-5, 1.0
STEPS = 120
SMOOTHING = 0.9
"""Share of the past in the running mean of the losses."""
EXPLODED = 1.5
"""The sweep ends where the running mean is this many times its best."""
MARGIN = 10.0
"""The proposed peak lies this factor below the rate of the lowest loss, at which training is about to fail: with a
higher one a whole run is worse, though these few updates do not show it."""


@dataclass(frozen=True)
class SweepPoint:
    """One update: its learning rate, and the running mean of the loss in nats a character up to it."""

    rate: float
    loss: float


def sweep(
    recipe: Recipe, library: Library, folder: Path, *, base: str | None = None, steps: int = STEPS
) -> Iterator[SweepPoint]:
    """Train `steps` updates at most with rates from 1e-5 to 1; ends early where the loss explodes.

    Raises TextError, RecipeError, ModelError, UnknownSymbolsError or ArchitectureError.
    """
    parts = prepare_run(recipe, folder, library, Ranks(), resume=False, base=base, reserve_core=False)
    torch.set_num_threads(parts.threads)
    mean, best = 0.0, math.inf
    for step, batch in zip(range(steps), parts.batches(), strict=False):
        lr = LOWEST * (HIGHEST / LOWEST) ** (step / max(1, steps - 1))
        loss, _, characters = update(parts, Ranks(), batch, lr)
        mean = SMOOTHING * mean + (1 - SMOOTHING) * float(loss) / max(1, characters)
        smoothed = mean / (1 - SMOOTHING ** (step + 1))
        if not math.isfinite(smoothed):
            return
        yield SweepPoint(lr, smoothed)
        best = min(best, smoothed)
        if smoothed > EXPLODED * best:
            return


def suggest(points: Sequence[SweepPoint]) -> float:
    """The peak to train with: below the rate of the lowest loss by a margin, rounded to two digits.

    Raises ValueError where there are no points.
    """
    if not points:
        raise ValueError("a sweep without points suggests nothing.")
    lowest = min(points, key=lambda point: point.loss)
    return float(f"{lowest.rate / MARGIN:.1e}")
