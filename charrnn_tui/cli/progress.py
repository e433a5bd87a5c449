"""A progress line on stderr, drawn only where stderr is a terminal."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from charrnn_tui.cli.output import cut, width_of
from charrnn_tui.prompt.words import duration

_EVERY = 0.1
_LONGEST_BAR = 30


class ProgressLine:
    """One line that is drawn over and over; a context manager that wipes it at the end."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._live = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._began = time.monotonic()
        self._drawn = 0.0
        self.shown = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.wipe()

    def update(self, done: int, words: str = "") -> None:
        """Show how much is done; `words` instead of the time left. Drawn ten times a second at most."""
        now = time.monotonic()
        if self._live and now - self._drawn >= _EVERY:
            self._drawn = now
            self.draw(done, words or self._time_left(done, now))

    def _time_left(self, done: int, now: float) -> str:
        spent = now - self._began
        return f"{duration(spent / done * (self.total - done))} left" if done and spent > 0.5 else ""

    def say(self, words: str) -> None:
        """Show words alone, now."""
        if self._live:
            self._put(f"\r{words}\x1b[K")
            self.shown = True

    def draw(self, done: int, words: str) -> None:
        """Draw the line now."""
        if not self._live:
            return
        share = min(1.0, done / max(1, self.total))
        try:
            columns = os.get_terminal_size(sys.stderr.fileno()).columns
        except (OSError, ValueError):
            columns = 80
        text = f"{share:4.0%}  {words}".rstrip()
        room = min(_LONGEST_BAR, columns - width_of(text) - 2)
        line = f"{_bar(share, room)} {text}" if room >= 6 else cut(text, columns - 1)
        self._put(f"\r{line}\x1b[K")
        self.shown = True

    def wipe(self) -> None:
        """Leave an empty line, for something else to be written."""
        if self.shown:
            self._put("\r\x1b[K")
            self.shown = False
            self._drawn = 0.0

    def _put(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._live = False


def _bar(share: float, width: int) -> str:
    full, rest = "━", "─"
    try:
        (full + rest).encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        full, rest = "#", "-"
    filled = round(share * width)
    return full * filled + rest * (width - filled)
