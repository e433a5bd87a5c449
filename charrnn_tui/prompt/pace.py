"""How many characters are due: text appears at a pace, each character at its time, whatever the screen does."""

from __future__ import annotations

LONGEST_CATCH_UP = 0.25
"""Seconds of text that may come at once after the screen was held up."""
STEP_BUDGET = 0.008
"""Seconds of stepping between two frames when there is no pace: half of a frame is left to paint."""


class Credit:
    """Characters that one text may write now; the first one is due at once."""

    def __init__(self) -> None:
        self.characters = 1.0

    def add(self, seconds: float, pace: float) -> None:
        """Some time has passed at a pace in characters a second (above 0)."""
        most = 1 + LONGEST_CATCH_UP * pace  # the one that is due, and what may come at once
        self.characters = min(self.characters + seconds * pace, most)

    def take(self) -> bool:
        """Take one character where one is due."""
        if self.characters < 1:
            return False
        self.characters -= 1
        return True

    def seconds_to_next(self, pace: float) -> float:
        """Seconds until the next character is due."""
        return max(0.0, (1 - self.characters) / pace)
