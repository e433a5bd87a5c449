"""One row about the training run, for terminals too narrow for the panel: a sparkline, the loss, the time left."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Sparkline, Static

from charrnn_tui.prompt import run_words, words
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.text import visible

_WIDEST = 24
_NARROWEST = 4


class LossRow(Horizontal):
    """Sparkline of the training loss and what else fits."""

    line = getters.query_one("#loss-line", Sparkline)
    facts = getters.query_one("#loss-facts", Static)

    def compose(self) -> ComposeResult:
        """The curve, and the facts beside it."""
        yield Sparkline([], summary_function=_mean, id="loss-line")
        yield Static("", id="loss-facts", markup=False)

    def show(self, run: TrainingRun) -> None:
        """Draw a run."""
        text = visible(" · ".join(_facts(run)))
        room = min(_WIDEST, (self.size.width or 40) - len(text) - 2)
        losses = [loss for _, loss in run.training if math.isfinite(loss)]
        self.line.display = bool(losses) and room >= _NARROWEST
        self.line.styles.width = max(1, min(room, len(losses)))
        self.line.data = losses
        self.facts.update(text)


def _facts(run: TrainingRun) -> list[str]:
    if run.state == "failed":
        return [run.failure]
    facts = []
    if run.evaluations:
        facts.append(f"{run.evaluations[-1].validation_loss:.2f} nats")
    elif run.training:
        facts.append(f"{run.training[-1][1]:.2f} nats")
    if run.paused or not run.active:
        return [*facts, run_words.state(run)]
    if run.progress is None:
        return ["training starts …"]
    return [*facts, f"{run.share:.0%}", f"{words.duration(run.progress.seconds_left)} left"]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
