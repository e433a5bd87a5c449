"""Find a learning rate: train for a few updates while the rate rises exponentially, and look at the loss.

The learning rate range test of Smith 2017, arXiv:1506.01186, section 3.3. Nothing is saved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.run.data import Batch
from charrnn_tui.training.run.setup import Run, prepare_run
from charrnn_tui.training.update.objective import Objective

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
    run = prepare_run(recipe, folder, library, Ranks(), resume=False, base=base, reserve_core=False)
    torch.set_num_threads(run.threads)
    torch.manual_seed(recipe.seed)
    objective = Objective(run.network, narrow=run.recipe.precision == "bfloat16")
    mean, best = 0.0, math.inf
    for step, batch in zip(range(steps), _batches(run), strict=False):
        rate = LOWEST * (HIGHEST / LOWEST) ** (step / max(1, steps - 1))
        loss = _update(run, objective, batch, rate)
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        smoothed = mean / (1 - SMOOTHING ** (step + 1))
        if not math.isfinite(smoothed):
            return
        yield SweepPoint(rate, smoothed)
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


def _batches(run: Run) -> Iterator[Batch]:
    epoch = 0
    while True:
        yield from run.data.epoch(epoch)
        epoch += 1


def _update(run: Run, objective: Objective, batch: Batch, rate: float) -> float:
    """One update at a rate; the mean loss before it, in nats a character."""
    ids = batch.ids.to(run.device)
    state = run.state
    if batch.keep is not None and state is not None:
        keep = batch.keep.to(run.device)[None, :, None]
        state = TorchState(state.hidden * keep, None if state.cell is None else state.cell * keep)
    share = torch.full((), 1 / max(1, batch.count), device=run.device)
    carry = batch.keep is not None
    loss, after = objective.gradients(ids, state if carry else None, share, carry=carry)
    run.optimiser.step(rate)
    if after is not None:
        run.state = TorchState(after.hidden.detach(), None if after.cell is None else after.cell.detach())
    return float(loss.detach() * share)
