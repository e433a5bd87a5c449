"""What a person, or a program, is told of a training run in the foreground."""

from __future__ import annotations

import math
import shlex
import sys
import time

from charrnn_tui.cli import output
from charrnn_tui.cli.errors import complain, remark
from charrnn_tui.cli.progress import ProgressLine
from charrnn_tui.prompt import run_words
from charrnn_tui.prompt.words import duration
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Progress,
    References,
    Sampled,
    Started,
    encode,
)

_SAMPLES_EVERY = 5.0
"""Seconds between two rows of samples at least: a small corpus is evaluated many times a second."""
_PREFERRED_TEMPERATURE = 0.8


class JsonReport:
    """Every event as one JSON object a line on stdout."""

    def take(self, event: Event) -> None:
        """Write the event. Raises BrokenPipeError where nobody reads."""
        sys.stdout.write(encode(event) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is left to do."""

    @property
    def draws(self) -> bool:
        """Nothing is drawn."""
        return False


class TextReport:
    """A row an evaluation and samples now and then on stdout; a progress line on stderr at a terminal."""

    def __init__(self) -> None:
        self._bar = ProgressLine(1)
        self._started: Started | None = None
        self._evaluated: Evaluated | None = None
        self._sampled: Sampled | None = None
        self._last_samples = -math.inf
        self._bar.say("Starting torch…")

    def take(self, event: Event) -> None:
        """Tell an event. Raises BrokenPipeError where nobody reads."""
        if isinstance(event, Started):
            self._begin(event)
        elif isinstance(event, References):
            self._say(output.dim(f"to compare with: {run_words.references(event.losses)} nats a character"))
            self._say(output.dim(_ROW.format("epoch", "step", "training", "validation", "bits", "ch/s", "").rstrip()))
        elif isinstance(event, Progress):
            self._bar.update(event.step, self._words(event))
        elif isinstance(event, Evaluated):
            self._evaluation(event)
        elif isinstance(event, Sampled):
            self._sampled = event
            if time.monotonic() - self._last_samples >= _SAMPLES_EVERY:
                self._samples()
        elif isinstance(event, Finished):
            self._end(event)
        elif isinstance(event, Failed):
            self._bar.wipe()
            complain(event.message)

    def close(self) -> None:
        """Leave the terminal tidy."""
        self._bar.wipe()

    @property
    def draws(self) -> bool:
        """Whether the progress line stands on the terminal."""
        return self._bar.shown

    def _say(self, line: str) -> None:
        self._bar.wipe()
        print(line, flush=True)

    def _begin(self, event: Started) -> None:
        self._started = event
        self._bar.total = event.total_steps
        what = f"{run_words.network(event)}, on {run_words.corpus(event)}"
        self._say(f"{output.bold(visible(event.name))}: {what}")
        self._say(output.dim(run_words.plan(event)))
        for note in event.notes:
            remark(f"Note: {note}")
        self._bar.draw(event.step, "")

    def _words(self, event: Progress) -> str:
        loss = event.training_loss
        return (
            f"{loss:.3f} nats  {loss / math.log(2):.3f} bits  {event.characters_per_second:,.0f} ch/s  "
            f"{duration(event.seconds_left)} left"
        )

    def _evaluation(self, event: Evaluated) -> None:
        self._evaluated = event
        mark = "best" if event.improved else "few items" if event.early else ""
        self._say(
            _ROW.format(
                f"{event.epoch:.1f}",
                f"{event.step:,}",
                f"{event.training_loss:.4f}",
                f"{event.validation_loss:.4f}",
                f"{event.bits_per_char:.4f}",
                f"{event.characters_per_second:,.0f}",
                mark,
            ).rstrip()
        )

    def _samples(self) -> None:
        """A row of what the network says, at the temperature most people use."""
        line = "" if self._sampled is None else run_words.samples(self._sampled, _PREFERRED_TEMPERATURE)
        self._sampled = None
        if line:
            self._last_samples = time.monotonic()
            self._say(output.dim("        " + output.cut(line, output.terminal_width(100) - 8)))

    def _end(self, event: Finished) -> None:
        self._samples()
        self._bar.wipe()
        if event.reason == "diverged":
            complain(event.message)
            return
        if best := run_words.best(event):
            self._say(f"{output.bold(visible(event.name))}: {best}, after {duration(event.elapsed)}")
        if event.reason != "stopped":
            remark(f"Done: {event.message}\n  charrnn-tui sample --model {shlex.quote(visible(event.name))}")


_ROW = "{:>7} {:>8} {:>10} {:>11} {:>8} {:>11}  {}"
