"""How a run of `train` is shown: a line on a terminal, a chart in a notebook, nothing elsewhere."""

from __future__ import annotations

import math
import os
import sys
import time
from typing import Any, Protocol

from charrnn_tui.model import History
from charrnn_tui.prompt import run_words
from charrnn_tui.prompt.words import duration
from charrnn_tui.training.process.messages import Evaluated, Event, Finished, Progress, Started, to_dict

_EVERY = 0.1
_EVERY_IN_A_NOTEBOOK = 0.5


class Shown(Protocol):
    """Something that shows the events of a run; a context manager."""

    def __enter__(self) -> Shown:
        """Begin."""
        ...

    def __exit__(self, *error: object) -> None:
        """Finish."""
        ...

    def take(self, event: Event) -> None:
        """Show an event."""
        ...


def progress_for(wanted: bool | None) -> Shown:
    """What shows a run here: as `wanted`, or None where there is a terminal or a notebook to show it."""
    if wanted is not False:
        display = _display()
        if display is not None:
            return Chart(display)
        if wanted or (sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"):
            return Line(sys.stderr)
    return Silent()


def _display() -> Any:
    """IPython's `display`, where a notebook's kernel runs this; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return ipython.display.display if ipython is not None and hasattr(shell, "kernel") else None


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def take(self, event: Event) -> None:
        """Nothing."""


class Told:
    """What has been said so far, in a line."""

    def __init__(self) -> None:
        self.history: list[dict[str, Any]] = []
        self._held_out = ""

    def words(self, event: Event) -> str:
        """An event in a line; '' for what says nothing of how far the run is."""
        match event:
            case Started():
                return f"{run_words.network(event)} on {run_words.corpus(event)}: {run_words.plan(event)}"
            case Evaluated():
                self.history.append(to_dict(event))
                if math.isfinite(event.validation_loss):
                    self._held_out = f", held out {event.validation_loss:.3f}"
                return ""
            case Progress():
                far = f"step {event.step:,} of {event.total_steps:,}: training {event.training_loss:.3f}"
                return f"{far}{self._held_out} nats a character, {duration(event.seconds_left)} left"
            case Finished():
                return run_words.ending(event)
            case _:
                return ""


class Line(Told):
    """A line that is drawn over and over; what the run begins with and ends with stays."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file, self._drawn = file, -math.inf
        self._over = getattr(file, "isatty", lambda: False)()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        self._put("\r\x1b[K" if self._over else "")

    def take(self, event: Event) -> None:
        """Draw the event, ten times a second at most."""
        words = self.words(event)
        if isinstance(event, Started | Finished):
            self._put(f"\r\x1b[K{words}\n" if self._over else f"{words}\n")
        elif words and self._over and time.monotonic() - self._drawn >= _EVERY:
            self._drawn = time.monotonic()
            try:
                columns = os.get_terminal_size(self._file.fileno()).columns
            except (OSError, ValueError):
                columns = 80
            self._put(f"\r{words[: columns - 1]}\x1b[K")

    def _put(self, text: str) -> None:
        try:
            self._file.write(text)
            self._file.flush()
        except (OSError, ValueError):
            self._over = False


class Chart(Told):
    """The curves of the losses with a line under them, drawn anew as the run goes on; the last of them stays."""

    def __init__(self, display: Any) -> None:
        super().__init__()
        self._display, self._handle = display, None
        self._drawn, self._first = -math.inf, ""

    def __enter__(self) -> Chart:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def take(self, event: Event) -> None:
        """Draw the event, twice a second at most."""
        words = self.words(event)
        if isinstance(event, Started):
            self._first = words
        if not words or (isinstance(event, Progress) and time.monotonic() - self._drawn < _EVERY_IN_A_NOTEBOOK):
            return
        self._drawn = time.monotonic()
        history, lines = History(self.history), [self._first, *([] if words == self._first else [words])]
        shown = {"text/plain": "\n".join(lines), "text/html": _html(history, lines)}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)


def _html(history: History, lines: list[str]) -> str:
    import html

    chart = history._repr_html_() if len(history) else ""
    return chart + "".join(f"<div>{html.escape(line)}</div>" for line in lines)
