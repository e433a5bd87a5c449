"""The rows of the training panel that hold a race: its queue, to be clicked, and its table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.widgets import Static

from charrnn_tui.prompt import commands
from charrnn_tui.prompt.runs import TrainingRun, TrainingRuns
from charrnn_tui.tui.messages import Over, Refused, Said, TrainingBegan
from charrnn_tui.tui.widgets.painting import update_in_place

if TYPE_CHECKING:
    from charrnn_tui.prompt.race import Race

_READING = "the race starts …"


class RaceRow(Static):
    """Begins a race and holds it. `show` shows a run that has begun, `mark` says that there is something to draw."""

    def __init__(self, runs: TrainingRuns, show: Callable[[], Awaitable[None]], mark: Callable[[], None]) -> None:
        super().__init__("", id="training-race", markup=False)
        self.display = False
        self.race: Race | None = None
        self._runs, self._show, self._mark = runs, show, mark

    @property
    def goes_on(self) -> bool:
        """Whether a race is held now."""
        return self.race is not None and not self.race.over

    def begin(self, asked: commands.Race, line: str) -> None:
        """Hold a race, or end the one that is held; what is wrong is posted (`Refused`)."""
        if not asked.entrants:
            self.run_worker(self.action_end())
        elif self.goes_on or (why := self._runs.why_not()):
            self.post_message(Refused("a race is held; /race stop ends it." if self.goes_on else why, line))
        else:
            self.post_message(Said(_READING))
            self.run_worker(self._hold(asked, line))

    async def _hold(self, asked: commands.Race, line: str) -> None:
        from charrnn_tui.prompt.racing import hold, race_for

        try:
            race = await asyncio.to_thread(race_for, asked, self._runs)
        except (ValueError, OSError) as error:
            self.post_message(Over(_READING))
            self.post_message(Refused(str(error), line))
            return
        self.race = race
        await hold(race, self._runs, self._began, self._mark)
        self.post_message(Said(f"the race is over. {race.summary()}"))

    async def _began(self, run: TrainingRun) -> None:
        self.post_message(TrainingBegan())
        await self._show()

    def draw(self, width: int) -> None:
        """Draw the queue, or the table."""
        self.display = self.race is not None
        if self.race is not None:
            from charrnn_tui.tui.content.race_rows import rows

            update_in_place(self, rows(self.race, width))

    def action_up(self, number: int) -> None:
        """One who waits comes a place earlier."""
        if self.race is not None and self.race.move(number):
            self._mark()

    def action_out(self, number: int) -> None:
        """One who waits is taken out."""
        if self.race is not None and self.race.take_out(number):
            self._mark()

    async def action_end(self) -> None:
        """Nobody begins any more, and the present run stops."""
        if self.race is None or self.race.over:
            self.post_message(Said("no race is held"))
            return
        self.race.cancel()
        self._mark()
        self.post_message(Said("the race ends; stopping after this step …"))
        await self._runs.stop()
