"""The live chart of training and validation loss, for one run or several laid over each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from textual.color import Color
from textual.reactive import reactive
from textual_hires_canvas import Canvas
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget

from charrnn_tui.training.process.messages import Evaluated
from charrnn_tui.tui.runs import Run, overlay_colour, smoothed, thinned

_THIN = dict(zip("┏┓┗┛━┃┻┳┫┣", "╭╮╰╯─│─┬┤│", strict=True))


class _LogFormatter(NumericAxisFormatter):
    """Labels of losses on an axis that holds their logarithms."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """Even ticks in the loss, at their places on the axis."""
        return [math.log(t) for t in super().get_ticks(math.exp(min_), math.exp(max_), max_ticks) if t > 0]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The losses themselves."""
        return super().get_labels_for_ticks([math.exp(t) for t in ticks])


class _StepFormatter(NumericAxisFormatter):
    """Few ticks, thousands as k: the chart is often narrow."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """Every second tick where they would stand too close."""
        ticks = super().get_ticks(min_, max_, max_ticks)
        return ticks if len(ticks) <= 5 else ticks[::2]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """1500 as 1.5k."""
        return [f"{t / 1000:g}k" if t >= 1000 else f"{t:g}" for t in ticks]


class LossChart(PlotWidget, can_focus=False):
    """Loss in nats a character over training steps: training faint, validation strong, the best point marked."""

    DEFAULT_CSS = """
    LossChart { height: 1fr; min-height: 5; }
    """

    margin_top = reactive(0)
    margin_bottom = reactive(1)
    margin_left = reactive(6)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self.set_x_formatter(_StepFormatter())
        self.drawn = 0
        """Series drawn last."""

    def _render_plot(self) -> None:
        super()._render_plot()
        self._lighten()

    def _lighten(self) -> None:
        """Draw the frame in thin lines: the curves are what one looks at."""
        canvas = self.query_one("#plot", Canvas)
        width, height = canvas.size
        edge = [(x, y) for y in (0, height - 1) for x in range(width)]
        edge += [(x, y) for x in (0, width - 1) for y in range(1, height - 1)]
        for x, y in edge:
            character, style = canvas.get_pixel(x, y)
            if thin := _THIN.get(character):
                canvas.set_pixel(x, y, thin, style)

    def colour(self, name: str) -> str:
        """A colour of the theme, for Rich."""
        value = self.app.theme_variables.get(name, "")
        if value.startswith("ansi_"):
            return value.removeprefix("ansi_")
        return value if value.startswith("#") else "default"

    @property
    def faint(self) -> str:
        """A colour between text and background: what is there but not looked at."""
        variables = self.app.theme_variables
        foreground, background = variables.get("foreground", ""), variables.get("background", "")
        if not (foreground.startswith("#") and background.startswith("#")):
            return "bright_black"
        return Color.parse(foreground).blend(Color.parse(background), 0.5).hex6

    def show(self, runs: Sequence[Run], *, log: bool, smooth: bool) -> None:
        """Draw the curves of the runs that are shown, the last one in front."""
        most = max(40, 2 * self.size.width)
        scale = math.log if log else float
        series: list[tuple[list[tuple[float, float]], str]] = []
        best: Evaluated | None = None
        for number, run in enumerate(runs):
            training = [p for p in run.training if math.isfinite(p[1]) and p[1] > 0]
            validation = [(float(e.step), e.validation_loss) for e in run.evaluations if e.validation_loss > 0]
            if run is runs[-1]:
                series.append((smoothed(training) if smooth else training, self.faint))
                series.append((validation, self.colour("primary")))
                best = run.best
            else:
                series.append((validation, self.colour(overlay_colour(number))))
        lines = [
            ([(x, scale(y)) for x, y in thinned(points, most)], colour) for points, colour in series if len(points) > 1
        ]
        self.clear()
        self.set_y_formatter(_LogFormatter() if log else NumericAxisFormatter())
        for points, colour in lines:
            x, y = np.array(points).T
            self.plot(x, y, line_style=colour, hires_mode=HiResMode.BRAILLE)
        if best is not None:
            at = np.array([float(best.step)]), np.array([scale(best.validation_loss)])
            self.scatter(*at, marker="●", marker_style=self.colour("accent"))
        self.drawn = len(lines)
        self._leave_room([point for points, _ in lines for point in points])

    def _leave_room(self, points: Sequence[tuple[float, float]]) -> None:
        """Limits a little beyond the points: nothing is drawn over the frame."""
        if not points:
            return
        xs, ys = [x for x, _ in points], [y for _, y in points]
        beyond = 0.06 * ((max(ys) - min(ys)) or 0.1)
        self.set_xlimits(min(xs), max(xs) + 0.04 * ((max(xs) - min(xs)) or 1.0))
        self.set_ylimits(min(ys) - beyond, max(ys) + beyond)
