"""Bars and curves of characters, for a terminal of any encoding."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def bar(length: float) -> str:
    """A bar to an eighth of a column, at least a sliver where there is anything; # where it cannot be shown."""
    eighths = max(1 if length > 0 else 0, round(length * 8))
    drawn: str = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
    return drawn if _can_show(drawn) else "#" * max(1 if length > 0 else 0, round(length))


def _can_show(symbols: str) -> bool:
    try:
        symbols.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


MARKS = "●▲■◆○△□◇"


def curves(series: Sequence[Sequence[float]], labels: Sequence[str], height: int = 12, column: int = 7) -> list[str]:
    """Curves over shared columns, one mark a curve, as lines of text; the scale of values stands on the left.

    series: [curves] of one value a label. Where curves meet, the first one's mark stands.
    """
    values = [value for one in series for value in one]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    grid = [[" "] * (column * len(labels)) for _ in range(height)]
    for number in range(len(series) - 1, -1, -1):
        for at, value in enumerate(series[number]):
            row = round((high - value) / span * (height - 1))
            grid[row][at * column + column // 2] = mark(number)
    lines = []
    edge = "│" if _can_show("│└─") else "|"
    for row, cells in enumerate(grid):
        value = high - row / max(1, height - 1) * span
        scale = f"{value:8.2f}" if row % 3 == 0 or row == height - 1 else " " * 8
        lines.append(f"{scale} {edge}{''.join(cells)}".rstrip())
    foot = "└" + "─" * (column * len(labels)) if edge == "│" else "+" + "-" * (column * len(labels))
    lines.append(" " * 9 + foot)
    lines.append(" " * 10 + "".join(label.center(column) for label in labels).rstrip())
    return lines


def mark(number: int) -> str:
    """The mark of a curve: a shape, or a letter where shapes cannot be shown."""
    if _can_show(MARKS):
        return MARKS[number % len(MARKS)]
    return chr(ord("a") + number % 26)
