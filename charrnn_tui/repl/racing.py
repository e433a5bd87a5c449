"""A race at the inline prompt: each run is watched in turn, and a table ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from charrnn_tui.prompt.race import Race
from charrnn_tui.prompt.race_results import EXPLAINED, HEADING, table
from charrnn_tui.prompt.racing import hold
from charrnn_tui.prompt.runs import TrainingRun, TrainingRuns
from charrnn_tui.repl.console import Console
from charrnn_tui.repl.fragments import cells


class Racing:
    """Holds one race. `watch` watches a run until it is over or left."""

    def __init__(
        self, console: Console, runs: TrainingRuns, watch: Callable[[TrainingRun], Awaitable[None]], race: Race
    ) -> None:
        self.race = race
        self._console, self._runs, self._watch = console, runs, watch
        self._begun: asyncio.Queue[TrainingRun | None] = asyncio.Queue()
        self._watched = True
        self.task = asyncio.create_task(self._hold())
        """Goes on whether or not somebody watches."""

    async def _hold(self) -> None:
        async def began(run: TrainingRun) -> None:
            self._begun.put_nowait(run)

        try:
            await hold(self.race, self._runs, began)
        finally:
            self._begun.put_nowait(None)
        if not self._watched and not self.race.cancelled:
            self._console.announce(f"the race is over. {self.race.summary()}")

    async def show(self) -> None:
        """Watch one run after the other, and then tell the table; until one is paused or left to itself."""
        while (run := await self._begun.get()) is not None:
            await self._watch(run)
            if run.active:
                self._watched = False
                self._console.say("The race goes on when this run does; /race stop ends it.")
                return
        self.tell()

    def tell(self) -> None:
        """Who could not run, and the table."""
        for one in self.race.entrants:
            if one.problem:
                self._console.complain(f"{one.title}: {one.problem}")
        found = table(self.race)
        if found:
            rows = [HEADING, *found]
            wide = [max(cells(row[column]) for row in rows) for column in range(len(HEADING))]
            for row in rows:
                room = [" " * (width - cells(cell)) for cell, width in zip(row, wide, strict=True)]
                numbers = [space + cell for cell, space in zip(row[1:], room[1:], strict=True)]
                self._console.say("  ".join([row[0] + room[0], *numbers]))
            self._console.say(*([("class:hint", line)] for line in EXPLAINED))
