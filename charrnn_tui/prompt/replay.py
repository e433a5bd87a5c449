"""Replay a recording: what is due when, at a speed, with long pauses cut; paused, and skipped ahead."""

from __future__ import annotations

from collections.abc import Sequence

from charrnn_tui.files.asciicast import Output
from charrnn_tui.text.terminal_filter import TerminalFilter

SKIP = 5.0
"""Seconds of the recording that one press skips."""


def cut_pauses(outputs: Sequence[Output], idle: float) -> list[Output]:
    """The same outputs, none more than `idle` seconds after the one before (the first: after the start)."""
    cut, at, before = [], 0.0, 0.0
    for output in outputs:
        at += min(output.at - before, idle)
        before = output.at
        cut.append(Output(at, output.text))
    return cut


class Replay:
    """A recording that is played. Time is the caller's: `advance` is told how many seconds passed."""

    def __init__(self, outputs: Sequence[Output], *, speed: float = 1.0, idle: float = 2.0) -> None:
        self._outputs = cut_pauses(outputs, idle)
        self._speed = speed
        self._filter = TerminalFilter()
        self._next = 0
        self.at = 0.0
        """Seconds of the recording that were played, pauses cut."""
        self.paused = False

    @property
    def over(self) -> bool:
        """Whether all was shown."""
        return self._next >= len(self._outputs)

    @property
    def wait(self) -> float | None:
        """Seconds until something is due; None where nothing will be: it is paused, or over."""
        if self.paused or self.over:
            return None
        return max(0.0, (self._outputs[self._next].at - self.at) / self._speed)

    def advance(self, seconds: float) -> str:
        """So many seconds passed: what is to be drawn, harmless to a terminal."""
        return "" if self.paused else self._to(self.at + seconds * self._speed)

    def skip(self, seconds: float = SKIP) -> str:
        """Go ahead so far in the recording, paused or not: what is to be drawn."""
        return self._to(self.at + seconds)

    def toggle(self) -> None:
        """Pause, or go on."""
        self.paused = not self.paused

    def _to(self, at: float) -> str:
        self.at = at
        due: list[str] = []
        while not self.over and self._outputs[self._next].at <= at:
            due.append(self._filter.feed(self._outputs[self._next].text))
            self._next += 1
        return "".join(due)
