"""Lets generations run at a pace: so many characters a second, each at its time, whatever the screen does."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from charrnn_tui.tui.generation import Generation

_BUDGET = 0.008
"""Seconds of stepping a tick when there is no pace: half of a frame is left to paint."""
_LONGEST_TICK = 0.03
"""Seconds after which a tick gives the screen a turn, also where more is due: a thousand texts at once take long."""
_LONGEST_CATCH_UP = 0.25
"""Seconds of text that may come at once after the screen was held up."""


class Player:
    """Steps what runs. `clock` gives seconds; `pace` is in characters a second, 0 for as fast as possible."""

    def __init__(self, clock: Callable[[], float], pace: float) -> None:
        self.clock = clock
        self.pace = pace
        self.running: list[Generation] = []
        self._before = 0.0

    def start(self, generation: Generation) -> None:
        """Let a generation run."""
        if not self.running:
            self._before = self.clock()
        if generation.running:
            self.running.append(generation)

    def tick(self) -> list[Generation]:
        """Write what is due; the generations that changed."""
        now = self.clock()
        passed = now - self._before
        self._before = now
        changed: list[Generation] = []
        if self.pace == 0:
            until = perf_counter() + _BUDGET
            going = list(self.running)
            while going and perf_counter() < until:
                for generation in list(going):
                    generation.step()
                    if not generation.running:
                        going.remove(generation)
            changed = list(self.running)
        else:
            until = perf_counter() + _LONGEST_TICK
            most = max(1.0, _LONGEST_CATCH_UP * self.pace)
            for generation in self.running:
                generation.credit = min(generation.credit + passed * self.pace, most)
                stepped = False
                while generation.credit >= 1 and generation.running and not (stepped and perf_counter() > until):
                    generation.credit -= 1
                    generation.step()
                    stepped = True
                if stepped:
                    changed.append(generation)
        self.running = [g for g in self.running if g.running]
        return changed

    def stop(self) -> list[Generation]:
        """Stop all; what ran keeps its text."""
        stopped, self.running = self.running, []
        for generation in stopped:
            generation.stop()
        return stopped
