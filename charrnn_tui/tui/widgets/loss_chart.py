"""The live chart of training and validation loss, for one run or several laid over each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from textual_plot import HiResMode, NumericAxisFormatter

from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.training.process.messages import Evaluated
from charrnn_tui.tui.content.curves import (
    Point,
    even_axis,
    last_part,
    overlay_colour,
    smoothed,
    step_label,
    step_ticks,
    thinned,
)
from charrnn_tui.tui.widgets.chart import Chart


class _LossFormatter(NumericAxisFormatter):
    """Labels of losses; on a logarithmic axis the ticks are their logarithms."""

    def __init__(self, log: bool) -> None:
        self.log = log

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The losses themselves, with as many digits as tell them apart."""
        return super().get_labels_for_ticks([math.exp(t) for t in ticks] if self.log else ticks)


class _StepFormatter(NumericAxisFormatter):
    """Thousands as k."""

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """1500 as 1.5k."""
        return [step_label(t) for t in ticks]


class LossChart(Chart, can_focus=False):
    """Loss in nats a character over training steps: training faint, validation strong, the best point marked."""

    DEFAULT_CSS = """
    LossChart { height: 1fr; min-height: 5; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_x_formatter(_StepFormatter())
        self.drawn = 0
        """Series drawn last; nothing is shown while there is none."""
        self.display = False
        self._shown: list[Point] = []
        self._log = False

    def show(self, runs: Sequence[TrainingRun], *, log: bool, smooth: bool, part: float = 1.0) -> None:
        """Draw the curves of the runs, the last one in front. `part`: the last share of the steps that is shown."""
        series, best = self._series(runs, smooth)
        most = max(40, 2 * self.size.width)
        scale = math.log if log else float
        lines = [
            ([(x, scale(y)) for x, y in thinned(last_part(points, part), most)], colour)
            for points, colour in series
            if len(points) > 1
        ]
        self.clear()
        self.set_y_formatter(_LossFormatter(log))
        for points, colour in lines:
            x, y = np.array(points).T
            self.plot(x, y, line_style=colour, hires_mode=HiResMode.BRAILLE)
        self.drawn = len(lines)
        self.display = bool(lines)
        if not lines:
            return
        shown = [point for points, _ in lines for point in points]
        first = min(x for x, _ in shown)
        if best is not None and best.step >= first:
            at = np.array([float(best.step)]), np.array([scale(best.validation_loss)])
            self.scatter(*at, marker="●", marker_style=self.colour("accent"))
        self._shown, self._log = shown, log
        self.fit()

    def _series(
        self, runs: Sequence[TrainingRun], smooth: bool
    ) -> tuple[list[tuple[list[Point], str]], Evaluated | None]:
        """The curves with their colours, and the best point of the last run."""
        series: list[tuple[list[Point], str]] = []
        best: Evaluated | None = None
        for number, run in enumerate(runs):
            validation = [(float(e.step), e.validation_loss) for e in run.evaluations if e.validation_loss > 0]
            if run is runs[-1]:
                training = [p for p in run.training if math.isfinite(p[1]) and p[1] > 0]
                series.append((smoothed(training) if smooth else training, self.faint))
                series.append((validation, self.colour("primary")))
                best = run.best
            else:
                series.append((validation, self.colour(overlay_colour(number))))
        return series, best

    def fit_axes(self, columns: int, rows: int) -> None:
        """Limits a little beyond the points, so that nothing is drawn over the frame; ticks that stand evenly."""
        if not self._shown:
            return
        xs, ys = [x for x, _ in self._shown], [y for _, y in self._shown]
        low, high = min(xs), max(xs) + 0.04 * ((max(xs) - min(xs)) or 1.0)
        self.set_xlimits(low, high)
        self.set_xticks(step_ticks(low, high, columns))
        if self._log:
            # Round losses, at their places on the axis: these cannot stand evenly.
            beyond = 0.06 * ((max(ys) - min(ys)) or 0.1)
            low, high = min(ys) - beyond, max(ys) + beyond
            losses = even_axis(math.exp(low), math.exp(high), rows).ticks
            ticks = [math.log(t) for t in losses if t > 0]
        else:
            low, high, ticks = even_axis(min(ys), max(ys), rows)
        self.set_ylimits(low, high)
        self.set_yticks(ticks)
