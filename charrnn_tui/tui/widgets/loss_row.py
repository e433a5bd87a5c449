"""One row about the training run, for terminals too narrow for the panel: a sparkline, the loss, the time left."""

from __future__ import annotations

import math

from textual.content import Content
from textual.widgets import Static

from charrnn_tui.prompt.words import duration
from charrnn_tui.text import visible
from charrnn_tui.tui.runs import Run, thinned

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float], width: int) -> str:
    """Block characters, one a value, the greatest full."""
    values = [v for v in values if math.isfinite(v)]
    if not values:
        return ""
    points = [v for _, v in thinned([(0.0, v) for v in values], width)][-width:]
    low, high = min(points), max(points)
    spread = (high - low) or 1.0
    return "".join(_BLOCKS[round((v - low) / spread * (len(_BLOCKS) - 1))] for v in points)


class LossRow(Static):
    """Sparkline of the training loss and what else fits."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def show(self, run: Run) -> None:
        """Draw a run."""
        facts = []
        if run.evaluations:
            facts.append(f"{run.evaluations[-1].validation_loss:.2f} nats")
        elif run.training:
            facts.append(f"{run.training[-1][1]:.2f} nats")
        if run.state == "failed":
            facts = [run.failure]
        elif run.state == "paused":
            facts.append("paused")
        elif run.active:
            facts.append(f"{run.share:.0%}")
            if run.progress is not None:
                facts.append(f"{duration(run.progress.seconds_left)} left")
            else:
                facts = ["training starts …"]
        else:
            facts.append("done")
        text = visible(" · ".join(facts))
        width = self.size.width or 40
        room = min(24, width - len(text) - 2)
        line = sparkline([loss for _, loss in run.training], room) if room > 3 else ""
        content = Content.assemble((line, "$primary"), "  " if line else "", (text[:width], "$foreground 65%"))
        self.update(content, layout=False)
