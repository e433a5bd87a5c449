"""`charrnn-tui train --find-lr`: the sweep, its curve in the terminal, and the rate it proposes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from charrnn_tui.cli import output
from charrnn_tui.cli.errors import Failed
from charrnn_tui.cli.progress import ProgressLine

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.run.rate_sweep import SweepPoint

_ROWS = 12
_WIDEST = 76
_MARGIN = 9
"""Columns for the losses beside the curve."""


def find(recipe: Recipe, library: Library, *, base: str | None, as_json: bool) -> int:
    """Sweep, draw and propose; the exit code. Raises Failed where no rate can be told, TextError and the like."""
    with ProgressLine(1) as bar:
        bar.say("Starting torch…")
        from charrnn_tui.training.run.rate_sweep import STEPS, suggest, sweep

        bar.total = STEPS
        points: list[SweepPoint] = []
        for point in sweep(recipe, library, library.folder_for(recipe.name), base=base):
            points.append(point)
            bar.update(len(points), f"rate {point.rate:.1e}  {point.loss:.3f} nats")
    if not points:
        raise Failed("the loss is no number from the first step on; no learning rate can be proposed.")
    proposed = suggest(points)
    if as_json:
        rows = [{"learning_rate": point.rate, "loss": point.loss} for point in points]
        output.write_json({"learning_rate": proposed, "points": rows})
        return 0
    for line in curve(points, proposed, min(_WIDEST, output.terminal_width())):
        print(line)
    print(f"\nTry {output.bold(f'--learning-rate {proposed:g}')}")
    return 0


def curve(points: Sequence[SweepPoint], proposed: float, width: int) -> list[str]:
    """The loss over the learning rate (on a log axis), the proposed rate marked."""
    columns = max(20, width - _MARGIN - 1)
    first, last = math.log10(points[0].rate), math.log10(points[-1].rate)
    span = max(1e-9, last - first)
    low, high = min(p.loss for p in points), max(p.loss for p in points)
    height = max(1e-9, high - low)

    def column(rate: float) -> int:
        return min(columns - 1, max(0, round((math.log10(rate) - first) / span * (columns - 1))))

    grid = [[" "] * columns for _ in range(_ROWS)]
    for row in grid:
        row[column(proposed)] = ":"
    for point in points:
        grid[round((high - point.loss) / height * (_ROWS - 1))][column(point.rate)] = "*"
    lines = [output.dim("nats a character")]
    for number, row in enumerate(grid):
        said = f"{high - height * number / (_ROWS - 1):7.3f}" if number in (0, _ROWS // 2, _ROWS - 1) else " " * 7
        lines.append(f"{said} |{''.join(row)}".rstrip())
    ticks = [" "] * (columns + 8)
    for power in range(math.ceil(first), math.floor(last) + 1):
        label = f"1e{power}"
        at = column(10.0**power)
        ticks[at : at + len(label)] = label
    lines.append(" " * 7 + " +" + "-" * columns)
    lines.append((" " * _MARGIN + "".join(ticks)).rstrip() + output.dim("  learning rate"))
    return lines
