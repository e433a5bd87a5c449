"""Lets generations run at a pace: so many characters a second, each at its time, whatever the screen does."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from charrnn_tui.prompt.pace import STEP_BUDGET
from charrnn_tui.tui.content.generation import Generation

_LONGEST_TICK = 0.03
"""Seconds after which a tick gives the screen a turn, also where more is due: a thousand texts at once take long."""


class Player:
    """Steps what runs. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.running: list[Generation] = []
        self._before = 0.0

    def start(self, generation: Generation) -> None:
        """Let a generation run."""
        if not self.running:
            self._before = self.clock()
        if generation.running:
            self.running.append(generation)

    def tick(self, pace: float) -> list[Generation]:
        """Write what is due at a pace in characters a second (0: as fast as possible); what changed."""
        now = self.clock()
        passed, self._before = now - self._before, now
        changed = self._hurry() if pace == 0 else self._keep_pace(passed, pace)
        self.running = [g for g in self.running if g.running]
        return changed

    def _hurry(self) -> list[Generation]:
        until = perf_counter() + STEP_BUDGET
        going = list(self.running)
        while going and perf_counter() < until:
            for generation in list(going):
                generation.step()
                if not generation.running:
                    going.remove(generation)
        return list(self.running)

    def _keep_pace(self, passed: float, pace: float) -> list[Generation]:
        until = perf_counter() + _LONGEST_TICK
        changed: list[Generation] = []
        for generation in self.running:
            generation.credit.add(passed, pace)
            stepped = False
            while generation.running and not (stepped and perf_counter() > until) and generation.credit.take():
                generation.step()
                stepped = True
            if stepped:
                changed.append(generation)
        return changed

    def stop(self) -> list[Generation]:
        """Stop all; what ran keeps its text."""
        stopped, self.running = self.running, []
        for generation in stopped:
            generation.stop()
        return stopped
