"""How far back networks look: bits a character over the number of known characters, a line and a mark a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from textual_plot import AxisFormatter, HiResMode, NumericAxisFormatter

from charrnn_tui.prompt.text_curves import mark
from charrnn_tui.tui.content.curves import curve_colour, even_axis
from charrnn_tui.tui.widgets.chart import Chart

if TYPE_CHECKING:
    from charrnn_tui.insight.context import ContextCurve


class _Known(AxisFormatter):
    """The numbers of known characters, at even distances: 0, 1, 2, 4, … stand side by side."""

    def __init__(self, known: Sequence[int]) -> None:
        self.known = known

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """One a number."""
        return [float(at) for at in range(len(self.known)) if min_ <= at <= max_]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The numbers themselves."""
        return [str(self.known[round(tick)]) for tick in ticks]


class ContextChart(Chart, can_focus=False):
    """Curves of some networks over each other; each has the mark of its number."""

    DEFAULT_CSS = """
    ContextChart { height: 1fr; min-height: 4; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._curves: Mapping[int, ContextCurve] = {}
        self.set_y_formatter(NumericAxisFormatter())

    def show(self, curves: Mapping[int, ContextCurve], front: int | None = None) -> None:
        """Draw curves by their numbers; the one in front is drawn last."""
        self._curves = curves
        self.clear()
        # Marks over all lines, so that a line never hides the mark of another.
        order = sorted(curves, key=lambda number: number == front)
        for number in order:
            x, y = self._points(curves[number])
            self.plot(x, y, line_style=self.colour(curve_colour(number)), hires_mode=HiResMode.BRAILLE)
        for number in order:
            x, y = self._points(curves[number])
            self.scatter(x, y, marker=mark(number), marker_style=f"bold {self.colour(curve_colour(number))}")
        self.fit()

    @property
    def _known(self) -> list[int]:
        """All numbers of known characters that any curve has."""
        return sorted({point.known for curve in self._curves.values() for point in curve.points})

    def _points(self, curve: ContextCurve) -> tuple[np.ndarray, np.ndarray]:
        at = {known: float(number) for number, known in enumerate(self._known)}
        return np.array([at[p.known] for p in curve.points]), np.array([p.bits for p in curve.points])

    def fit_axes(self, columns: int, rows: int) -> None:
        """A cell of air on either side, a tick for as many numbers as have room."""
        known = self._known
        if not known:
            return
        self.set_x_formatter(_Known(known))
        beyond = 0.03 * max(1, len(known) - 1)
        self.set_xlimits(-beyond, len(known) - 1 + beyond)
        every = max(1, -(-len(known) * 5 // max(1, columns)))
        self.set_xticks([float(at) for at in range(0, len(known), every)])
        bits = [point.bits for curve in self._curves.values() for point in curve.points]
        low, high, ticks = even_axis(min(bits), max(bits), rows)
        self.set_ylimits(low, high)
        self.set_yticks(ticks)
