"""Watch a training run at the prompt: a progress bar at the foot, losses and samples above it."""

from __future__ import annotations

import math
import time

from charrnn_tui.prompt import run_words, words
from charrnn_tui.prompt.runs import TrainingRun, TrainingRuns
from charrnn_tui.prompt.words import duration
from charrnn_tui.repl.console import Console, Live
from charrnn_tui.repl.fragments import Fragments, cells, cut, wrapped
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Evaluated, Event, References, Sampled, Started

_EVERY = 1.0
"""Seconds between two reports at least, so that a small corpus does not fill the scrollback."""
_REDRAW = 0.25


class TrainingView:
    """Shows the active run and writes what it says, not more often than one can read.

    Samples are those of the temperature nearest to the given one. `handle` is to be given every event meanwhile.
    """

    def __init__(self, run: TrainingRun, runs: TrainingRuns, console: Console, temperature: float) -> None:
        self._run = run
        self._runs = runs
        self._console = console
        self._temperature = temperature
        self._live: Live | None = None
        self._evaluated: Evaluated | None = None
        self._sampled: Sampled | None = None
        self._last = -math.inf

    async def watch(self) -> None:
        """Until the run is over, is paused by Ctrl+C, or is left to itself by Escape or by typing a line."""
        run, stopping = self._run, False

        def status(width: int) -> Fragments:
            return [("class:status", bar(run, width, stopping=stopping))]

        async with self._console.live(status, data=False) as live:
            self._live = live
            if run.started is not None:
                self.handle(run.started)
            if run.paused:
                await self._runs.resume()
            while run.active and not live.left and (stopping or not live.waiting):
                if live.stopped and not stopping:
                    stopping = True
                    live.stopped = False
                    await self._runs.pause()
                elif live.stopped:
                    break  # a second Ctrl+C does not wait for an answer
                if stopping and run.paused:
                    break
                await live.wait(_REDRAW)
            self._finish()
            live.write(wrapped(_farewell(run, left=not stopping), self._console.columns))
            self._live = None

    def handle(self, event: Event) -> None:
        """Note an event and write what is due."""
        live = self._live
        if live is None:
            return
        if isinstance(event, Started):
            notes = [visible(words.capitalised(note)) for note in event.notes]
            hint = " ".join([describe(event), *notes, self._console.watch_keys])
            live.write([*wrapped([("class:hint", hint)], self._console.columns), ("", "\n")])
        elif isinstance(event, References):
            said = f"To compare with: {run_words.references(event.losses)} nats a character."
            live.write([*wrapped([("class:hint", said)], self._console.columns), ("", "\n")])
        elif isinstance(event, Evaluated):
            if time.monotonic() - self._last >= _EVERY:
                self._finish()
            self._evaluated = event
        elif isinstance(event, Sampled):
            self._sampled = event
            if time.monotonic() - self._last >= _EVERY:
                self._finish()

    def _finish(self) -> None:
        """Write what was held back."""
        width, live = self._console.columns, self._live
        assert live is not None
        if self._evaluated is not None:
            live.write([("", cut(losses(self._evaluated, width), width) + "\n")])
        if self._sampled is not None:
            line = run_words.samples(self._sampled, self._temperature)
            if line:
                live.write([("class:prefix", cut("  " + line, width) + "\n")])
        if self._evaluated is not None or self._sampled is not None:
            self._last = time.monotonic()
        self._evaluated = self._sampled = None


def describe(event: Started) -> str:
    """What is trained on what."""
    return f"Training {visible(event.name)} on {run_words.corpus(event)}: {run_words.network(event)}."


def losses(event: Evaluated, width: int) -> str:
    """One evaluation in one row; losses in nats a character."""
    mark = " *" if event.improved else ""
    if width < 40:
        return f"{event.epoch:.1f}: {event.validation_loss:.3f}{mark}"
    return (
        f"epoch {event.epoch:5.1f}   training {event.training_loss:.3f}   validation {event.validation_loss:.3f}"
        f" nats{mark}"
    )


def bar(run: TrainingRun, width: int, *, stopping: bool = False) -> str:
    """The progress bar with what fits beside it: share, loss, speed, time left."""
    if run.started is None and run.progress is None:
        return cut(" pausing…" if stopping else " starting the training…", width)
    progress = run.progress
    facts = [f"{run.share:4.0%}"]
    if progress is not None:
        loss = run.evaluations[-1].validation_loss if run.evaluations else progress.training_loss
        more = [
            f"{loss:.3f}",
            f"{duration(progress.seconds_left)} left",
            f"{progress.characters_per_second:,.0f} ch/s",
        ]
        for fact in more:
            if sum(map(cells, [*facts, fact])) + 2 * len(facts) + 12 <= width:
                facts.append(fact)
    if stopping:
        facts = [facts[0], "pausing…"]
    words = "  ".join(facts)
    room = width - cells(words) - 3
    if room < 4:
        return cut(" " + words, width)
    length = min(room, 40)
    filled = run.share * length
    blocks = "█" * int(filled) + ("▌" if filled % 1 >= 0.5 else "")
    return f" {blocks}{'░' * (length - len(blocks))} {words}"


def _farewell(run: TrainingRun, *, left: bool) -> Fragments:
    if not run.active:
        wrong = run.state == "failed" or (run.finished is not None and run.finished.reason == "diverged")
        return [("class:error" if wrong else "", run_words.ending_of(run))]
    if left:
        return [("class:hint", "The training goes on; /train shows it again.")]
    if run.paused:
        return [("class:hint", f"Paused at step {run.step:,} ({run.share:.0%}). /train goes on.")]
    return [("class:hint", "The training will pause; /train goes on.")]
