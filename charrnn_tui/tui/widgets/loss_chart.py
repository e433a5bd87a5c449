"""The live chart of training and validation loss, for one run or several laid over each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from textual_hires_canvas import Canvas
from textual_plot import HiResMode, NumericAxisFormatter

from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.training.process.messages import Evaluated
from charrnn_tui.tui.content.curves import (
    PINNED_COLOUR,
    Point,
    even_axis,
    last_part,
    overlay_colour,
    smoothed,
    step_label,
    step_ticks,
    thinned,
)
from charrnn_tui.tui.content.training_rows import ChartView, Horizontal, at_cursor
from charrnn_tui.tui.widgets.chart import Chart

_BELOW = 0.25
"""Share of the curves' height below them in which a loss to compare with is still drawn."""


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


def horizontal(run: TrainingRun, step: float, unit: Horizontal) -> float:
    """Where a step of a run stands on the axis: steps, epochs, or seconds as they passed between its evaluations."""
    started = run.started
    if unit == "steps" or (started is None and not run.evaluations):
        return step
    if unit == "epochs":
        if started is None:  # a run of an earlier sitting, of which its evaluations are known
            return float(np.interp(step, [e.step for e in run.evaluations], [e.epoch for e in run.evaluations]))
        return step * started.epochs / max(1, started.total_steps)
    passed = [(0.0, 0.0), *((float(e.step), e.elapsed) for e in run.evaluations)]
    if run.progress is not None and run.progress.step > passed[-1][0]:
        passed.append((float(run.progress.step), run.progress.elapsed))
    steps, seconds = zip(*passed, strict=True)
    return float(np.interp(step, steps, seconds))


def _validation(run: TrainingRun, view: ChartView) -> list[Point]:
    losses = [(float(e.step), e.validation_loss) for e in run.evaluations if e.validation_loss > 0]
    return [(horizontal(run, x, view.horizontal), y) for x, y in losses]


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
        self._references: list[tuple[str, float]] = []
        """Losses of models that know less, at their heights on the axis."""

    def show(self, runs: Sequence[TrainingRun], view: ChartView, pinned: TrainingRun | None = None) -> None:
        """Draw the curves of the runs, the last one in front, the pinned one under all."""
        log, part = view.log, view.part
        series, best = self._series(runs, view)
        if pinned is not None:
            series.insert(0, (_validation(pinned, view), self.colour(PINNED_COLOUR)))
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
        last = runs[-1]
        if best is not None and (x := horizontal(last, best.step, view.horizontal)) >= first:
            at = np.array([x]), np.array([scale(best.validation_loss)])
            self.scatter(*at, marker="●", marker_style=self.colour("accent"))
        if (pointed := at_cursor(last, view.cursor)) is not None:
            self.add_v_line(horizontal(last, pointed.step, view.horizontal), self.colour("accent"))
        low, high = min(y for _, y in shown), max(y for _, y in shown)
        # Those that would press the curves together are told below instead.
        self._references = [
            (name, y)
            for name, loss in last.references.items()
            if low - _BELOW * (high - low) <= (y := scale(loss)) <= high
        ]
        self._shown, self._log = [*shown, *((shown[-1][0], y) for _, y in self._references)], log
        self.fit()

    def _lighten(self) -> None:
        super()._lighten()
        canvas = self.query_one("#plot", Canvas)
        width, height = canvas.size
        for name, y in self._references:
            row = self.get_pixel_from_coordinate(self._x_min, y)[1]
            if not 0 < row < height - 1:
                continue
            for x in range(1, width - 1):
                if canvas.get_pixel(x, row)[0] in (" ", "\u2800", ""):
                    canvas.set_pixel(x, row, "┈", self.faint)
            for x, character in enumerate(name, start=max(1, width - 2 - len(name))):
                canvas.set_pixel(x, row, character, self.faint)

    def _series(
        self, runs: Sequence[TrainingRun], view: ChartView
    ) -> tuple[list[tuple[list[Point], str]], Evaluated | None]:
        """The curves with their colours, and the best point of the last run."""
        series: list[tuple[list[Point], str]] = []
        best: Evaluated | None = None
        for number, run in enumerate(runs):
            validation = _validation(run, view)
            if run is runs[-1]:
                losses = [p for p in run.training if math.isfinite(p[1]) and p[1] > 0]
                training = [(horizontal(run, x, view.horizontal), y) for x, y in losses]
                series.append((smoothed(training) if view.smooth else training, self.faint))
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
