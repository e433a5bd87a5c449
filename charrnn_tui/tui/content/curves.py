"""What a chart makes of the points of a curve: smoothing, thinning, colours, and axes whose ticks stand evenly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]

_OVERLAYS = ("secondary", "success", "error")
"""Colours of the theme that neither the run in front (primary) nor its best point (accent) has."""
PINNED_COLOUR = "warning"
"""The theme's colour of the pinned run."""
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_FEWEST_TICKS, _MOST_TICKS = 2, 6
_FEWEST_CELLS = 6
_CELLS_OF_A_STEP = 7
"""Cells that the label of a step needs, with what stands between two."""


def overlay_colour(number: int) -> str:
    """The theme's colour for the curve of an earlier run, by its place in the list."""
    return _OVERLAYS[number % len(_OVERLAYS)]


def curve_colour(number: int) -> str:
    """The theme's colour for one of several curves of equal rank."""
    return ("primary", "accent", *_OVERLAYS)[number % (2 + len(_OVERLAYS))]


def smoothed(points: Sequence[Point], weight: float = 0.9) -> list[Point]:
    """Exponential moving average, corrected for its start (as in Adam), so that the first points are not drawn down."""
    out, mean, mass = [], 0.0, 0.0
    for x, y in points:
        mean = weight * mean + (1 - weight) * y
        mass = weight * mass + (1 - weight)
        out.append((x, mean / mass))
    return out


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most about `most` points, the last one always among them."""
    if len(points) <= most:
        return list(points)
    step = -(-len(points) // most)
    kept = list(points[::step])
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def last_part(points: Sequence[Point], share: float) -> list[Point]:
    """The points of the last share of the x axis, with the one before so that the line comes in from the left."""
    if share >= 1 or not points:
        return list(points)
    start = points[-1][0] - share * (points[-1][0] - points[0][0])
    first = next(i for i, (x, _) in enumerate(points) if x >= start)
    return list(points[max(0, first - 1) :])


class Axis(NamedTuple):
    """Limits of an axis and its ticks."""

    low: float
    high: float
    ticks: list[float]


def _nice(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5, 10, … that is at least so large."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in _NICE if n * power >= least * (1 - 1e-9))


def even_axis(low: float, high: float, cells: int) -> Axis:
    """Limits around low and high so that round ticks stand a whole number of cells apart.

    `cells`: length of the axis. Of all such axes it is the one that shows the least beyond the values.
    """
    spread = (high - low) or abs(high) * 0.1 or 0.1
    if cells < _FEWEST_CELLS:  # no room to choose: the values fill the axis, and a tick or two tell where they lie
        low, total, interval = low - 0.1 * spread, 1.2 * spread, _nice(0.6 * spread)
        first = math.ceil(low / interval)
        return Axis(low, low + total, [i * interval for i in range(first, math.floor((low + total) / interval) + 1)])
    best: tuple[float, float, int] | None = None
    for apart in range(max(1, -(-cells // _MOST_TICKS)), max(2, cells // _FEWEST_TICKS + 1)):
        # One and a half cells are for the alignment, so that low and high are always inside.
        interval = _nice(apart * spread / max(0.5, cells - 1.5))
        total = interval / apart * cells
        if best is None or total < best[0]:
            best = (total, interval, apart)
    assert best is not None
    total, interval, apart = best
    cell = interval / apart
    middle = (low + high) / 2 - total / 2
    # A tick in the middle of its cell: rounding cannot move it.
    start = (math.floor(middle / cell + 0.5) - 0.5) * cell
    first = math.ceil(start / interval)
    count = math.floor((start + total) / interval) - first + 1
    return Axis(start, start + total, [(first + i) * interval for i in range(count)])


def step_ticks(low: float, high: float, cells: int) -> list[float]:
    """Round ticks of an axis of steps, few enough that their labels (`step_label`) have room, none cut at the end."""
    if high <= low:
        return []
    most = max(1, min(5, cells // _CELLS_OF_A_STEP))
    interval = max(1.0, _nice((high - low) / most))
    interval = 5.0 if interval == 2.5 else interval  # steps are whole
    first, ticks = math.ceil(low / interval), []
    for i in range(most + 2):
        tick = (first + i) * interval
        if tick + (high - low) * (len(step_label(tick)) / 2) / max(1, cells) <= high:
            ticks.append(tick)
    return ticks


def step_label(step: float) -> str:
    """1500 as 1.5k: the chart is often narrow."""
    return f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"
