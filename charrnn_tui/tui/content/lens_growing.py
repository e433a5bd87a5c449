"""A branch that grows under the lens, at the prompt's pace."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from charrnn_tui.prompt.pace import STEP_BUDGET, Credit

if TYPE_CHECKING:
    from charrnn_tui.insight.tree import Growth
    from charrnn_tui.sampling import SamplingSettings


class Growing:
    """What grows now, or nothing. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.growth: Growth | None = None
        self._clock = clock
        self._before = 0.0
        self._credit = Credit()

    def begin(self, growth: Growth) -> None:
        """Grow this and nothing else."""
        self.growth = growth
        self._credit, self._before = Credit(), self._clock()

    def stop(self) -> bool:
        """Grow nothing; what was written stays. Whether anything grew."""
        grew = self.growth is not None
        self.growth = None
        return grew

    def turn(self, settings: SamplingSettings) -> None:
        """Draw the next characters so."""
        if self.growth is not None:
            self.growth.settings = settings

    def tick(self, pace: float) -> bool:
        """Write what is due at a pace in characters a second (0: as fast as it goes); whether it came to its end."""
        if self.growth is None:
            return False
        now, until = self._clock(), perf_counter() + STEP_BUDGET
        if pace:
            self._credit.add(now - self._before, pace)
        self._before = now
        while perf_counter() < until and (not pace or self._credit.take()):
            if next(self.growth, None) is None or self.growth.stream.end is not None:
                self.growth = None
                return True
        return False
