"""Curves drawn with characters, one mark a curve, so that several can be told apart without any colour."""

from __future__ import annotations

from collections.abc import Sequence

MARKS = "●▲■◆○△□◇"


def mark(number: int, *, ascii_only: bool = False) -> str:
    """The mark of a curve: a shape, or a letter where shapes cannot be shown."""
    return chr(ord("a") + number % 26) if ascii_only else MARKS[number % len(MARKS)]


def text_curves(
    series: Sequence[Sequence[float]],
    labels: Sequence[str],
    height: int = 12,
    column: int = 7,
    *,
    ascii_only: bool = False,
) -> list[str]:
    """Curves over shared columns as lines of text; the scale of values stands on the left.

    series: [curves] of one value a label. Where curves meet, the first one's mark stands.
    """
    values = [value for one in series for value in one]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    grid = [[" "] * (column * len(labels)) for _ in range(height)]
    for number in range(len(series) - 1, -1, -1):
        for at, value in enumerate(series[number]):
            row = round((high - value) / span * (height - 1))
            grid[row][at * column + column // 2] = mark(number, ascii_only=ascii_only)
    edge, corner, floor = ("|", "+", "-") if ascii_only else ("│", "└", "─")
    lines = []
    for row, cells in enumerate(grid):
        value = high - row / max(1, height - 1) * span
        scale = f"{value:8.2f}" if row % 3 == 0 or row == height - 1 else " " * 8
        lines.append(f"{scale} {edge}{''.join(cells)}".rstrip())
    lines.append(" " * 9 + corner + floor * (column * len(labels)))
    lines.append(" " * 10 + "".join(label.center(column) for label in labels).rstrip())
    return lines
