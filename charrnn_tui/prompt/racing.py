"""Carry out a race with the runs of a sitting: one begins when the one before is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from charrnn_tui.prompt.actions import Race as Asked
from charrnn_tui.prompt.race import Race, recipes_of
from charrnn_tui.prompt.race_results import measure_all
from charrnn_tui.prompt.runs import TrainingRun, TrainingRuns


def race_for(asked: Asked, runs: TrainingRuns) -> Race:
    """The queue that was asked for; reads the corpus, so for a thread. Raises RecipeError, TextError, ModelError."""
    from charrnn_tui.training.plan.typed_settings import read_typed

    changes = read_typed(asked.settings)
    preset = changes.pop("preset", None)
    target = None if asked.target is None else asked.target
    return Race(recipes_of(asked.entrants, target, runs.library, preset=preset, changes=changes))


async def hold(
    race: Race,
    runs: TrainingRuns,
    began: Callable[[TrainingRun], Awaitable[None]],
    changed: Callable[[], None] = lambda: None,
) -> None:
    """Run all who wait, in the order in which they stand when their turn comes, then measure those who are done.

    `began` is told of each run before it is followed, `changed` of everything else in the queue. One that cannot begin
    is passed over, with its problem noted. A run that goes on in the background ends the race.
    """
    while (entrant := race.next()) is not None:
        try:
            run = entrant.run = await runs.start(entrant.recipe)
        except (ValueError, OSError) as error:
            entrant.problem = str(error)
            changed()
            continue
        await began(run)
        changed()
        await runs.follow(run)
        if run.state == "background":
            race.cancel()
            race.over = True
            return
    changed()
    await asyncio.to_thread(measure_all, race, runs.library)
    race.over = True
    changed()
