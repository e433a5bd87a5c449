"""How long the items of a corpus are, drawn as upright bars."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def bars(values: Sequence[float], rows: int) -> list[str]:
    """Lines of text, topmost first, that draw each value as a column of block characters.

    The largest value fills all rows; a value above zero is never invisible.
    """
    top = max(values, default=0)
    if top <= 0:
        return [" " * len(values)] * rows
    heights = [0 if value <= 0 else max(1, round(value / top * rows * 8)) for value in values]
    return ["".join(_EIGHTHS[min(8, max(0, h - row * 8))] for h in heights) for row in reversed(range(rows))]


def binned(histogram: Sequence[tuple[int, int]], columns: int) -> list[int]:
    """The counts of a histogram (length, count) in at most `columns` bins of equal width."""
    counts = [count for _, count in histogram]
    if len(counts) <= columns:
        return counts
    width = -(-len(counts) // columns)
    return [sum(counts[i : i + width]) for i in range(0, len(counts), width)]


class LengthHistogram(Widget):
    """Bars over an axis with the shortest and the longest length. `histogram` has (length, count) pairs."""

    histogram: reactive[tuple[tuple[int, int], ...]] = reactive(())

    DEFAULT_CSS = """
    LengthHistogram { height: 5; width: 1fr; color: $primary; text-wrap: nowrap; }
    """

    def render(self) -> Content:
        """The bars, and beneath them the ends of the axis."""
        width, height = self.content_size
        if not self.histogram or width < 8 or height < 2:
            return Content("")
        counts = binned(self.histogram, width)
        stretch = max(1, min(3, width // len(counts)))
        lines = bars([count for count in counts for _ in range(stretch)], height - 1)
        first, last = str(self.histogram[0][0]), str(self.histogram[-1][0])
        drawn = len(counts) * stretch
        named = f"{first} to {last} characters" if drawn < len(first) + len(last) + 12 else ""
        axis = named or first + " characters ".center(drawn - len(first) - len(last), "─") + last
        return Content("\n").join([*(Content(line) for line in lines), Content.styled(axis, "$text-muted")])
