"""Watch a training run at the prompt: a progress bar at the foot, losses and samples above it."""

from __future__ import annotations

import math
import time

from charrnn_tui.prompt.words import duration
from charrnn_tui.repl.console import Console, Live
from charrnn_tui.repl.fragments import Fragments, cells, cut, wrapped
from charrnn_tui.repl.run import TrainingRun
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Evaluated, Event, Failed, Finished, Sampled, Started

_EVERY = 1.0
"""Seconds between two reports at least, so that a small corpus does not fill the scrollback."""
_REDRAW = 0.25


async def watch(run: TrainingRun, console: Console, temperature: float) -> None:
    """Show a run until it is over, is paused by Ctrl-C, or is left to itself by Escape or by typing a line.

    Samples are those of the temperature nearest to the given one.
    """
    report = _Report(console, temperature)
    stopping = False
    async with console.live(lambda width: [("class:status", bar(run, width, stopping=stopping))], data=False) as live:
        report.live = live
        if run.started is not None:
            report.take(run.started)
        run.listener = report.take
        try:
            if run.paused:
                await run.resume()
            while run.ended is None and not live.left and (stopping or not live.waiting):
                if live.stopped and not stopping:
                    stopping = True
                    live.stopped = False
                    await run.pause()
                elif live.stopped:
                    break  # a second Ctrl-C does not wait for an answer
                if stopping and run.paused:
                    break
                await live.wait(_REDRAW)
        finally:
            run.listener = None
        report.finish()
        live.write(wrapped(_farewell(run, left=not stopping), console.columns))


class _Report:
    """Writes what a run says, and not more often than one can read."""

    def __init__(self, console: Console, temperature: float) -> None:
        self.live: Live
        self._console = console
        self._temperature = temperature
        self._evaluated: Evaluated | None = None
        self._sampled: Sampled | None = None
        self._last = -math.inf

    def take(self, event: Event) -> None:
        """Note an event and write what is due."""
        if isinstance(event, Started):
            width = self._console.columns
            self.live.write(
                [*wrapped([("class:hint", f"{describe(event)} {self._console.watch_keys}")], width), ("", "\n")]
            )
        elif isinstance(event, Evaluated):
            if time.monotonic() - self._last >= _EVERY:
                self.finish()
            self._evaluated = event
        elif isinstance(event, Sampled):
            self._sampled = event
            if time.monotonic() - self._last >= _EVERY:
                self.finish()

    def finish(self) -> None:
        """Write what was held back."""
        width = self._console.columns
        if self._evaluated is not None:
            self.live.write([("", cut(losses(self._evaluated, width), width) + "\n")])
        if self._sampled is not None:
            line = samples(self._sampled, self._temperature)
            if line:
                self.live.write([("class:prefix", cut("  " + line, width) + "\n")])
        if self._evaluated is not None or self._sampled is not None:
            self._last = time.monotonic()
        self._evaluated = self._sampled = None


def describe(event: Started) -> str:
    """What is trained on what."""
    unit = "items" if event.kind == "lines" else "characters"
    network = f"{event.layers} × " if event.layers > 1 else ""
    return (
        f"Training {visible(event.name)} on {visible(event.corpus)} ({event.training_items:,} {unit}): "
        f"{network}{event.family.upper()} {event.hidden}, {event.parameters:,} parameters."
    )


def losses(event: Evaluated, width: int) -> str:
    """One evaluation in one row; losses in nats a character."""
    mark = " *" if event.improved else ""
    if width < 40:
        return f"{event.epoch:.1f}: {event.validation_loss:.3f}{mark}"
    return (
        f"epoch {event.epoch:5.1f}   training {event.training_loss:.3f}   validation {event.validation_loss:.3f}"
        f" nats{mark}"
    )


def samples(event: Sampled, temperature: float) -> str:
    """What the network says at the temperature nearest to the one asked for, in one row."""
    sets = [s for s in event.samples if isinstance(s.get("temperature"), int | float) and s.get("texts")]
    if not sets:
        return ""
    nearest = min(sets, key=lambda s: abs(s["temperature"] - temperature))
    return " · ".join(visible(str(text)) for text in nearest["texts"])


def bar(run: TrainingRun, width: int, *, stopping: bool = False) -> str:
    """The progress bar with what fits beside it: share, loss, speed, time left."""
    if run.started is None and run.progress is None:
        return cut(" pausing…" if stopping else " starting the training…", width)
    progress = run.progress
    facts = [f"{run.share:4.0%}"]
    if progress is not None:
        loss = run.evaluated.validation_loss if run.evaluated else progress.training_loss
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
    if run.ended is not None:
        return ending(run)
    if left:
        return [("class:hint", "The training goes on; /train shows it again.")]
    if run.paused:
        return [("class:hint", f"Paused at step {run.step:,} ({run.share:.0%}). /train goes on.")]
    return [("class:hint", "The training will pause; /train goes on.")]


def ending(run: TrainingRun) -> Fragments:
    """How a run ended, in a sentence."""
    ended = run.ended
    if isinstance(ended, Failed):
        return [("class:error", f"Training failed: {visible(ended.message)}")]
    assert isinstance(ended, Finished)
    message = visible(ended.message)
    style = "class:error" if ended.reason == "diverged" else ""
    best = f" Best: {ended.best_loss:.3f} nats a character at step {ended.best_step:,}." if ended.best_step else ""
    return [("class:name", visible(ended.name)), (style, f": {message}{best}")]
