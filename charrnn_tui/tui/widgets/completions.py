"""The list of lines that what is typed may become, over the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from charrnn_tui.prompt.choices import Choice
from charrnn_tui.text import visible
from charrnn_tui.tui.content.wrapping import fitted
from charrnn_tui.tui.messages import Picked

MOST_ROWS = 8
_WIDEST = 28
"""Cells of the first column, where summaries follow."""


class Completions(Widget):
    """Shows what the prompt proposes, one row under the bar. Hidden while empty."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"completions--row", "completions--summary", "completions--chosen"}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Choice] = ()
        self.at = 0
        self.most = MOST_ROWS
        self.display = False

    def show(self, rows: Sequence[Choice], at: int = 0) -> None:
        """Other rows, or another one under the bar."""
        self.rows, self.at = rows, at
        self.display = bool(rows)
        if rows:
            self.styles.height = min(len(rows), self.most)
        self.refresh()

    @property
    def _top(self) -> int:
        return max(0, min(self.at - self.most + 1, len(self.rows) - self.most))

    def render_line(self, y: int) -> Strip:
        """One row."""
        base, width = self.rich_style, self.size.width
        number = y + self._top
        if number >= len(self.rows):
            return Strip.blank(width, base)
        choice, chosen = self.rows[number], number == self.at
        row = self.get_component_rich_style("completions--chosen" if chosen else "completions--row")
        faint = row if chosen else self.get_component_rich_style("completions--summary")
        first = max(len(choice.shown) for choice in self.rows) + 2
        if choice.summary:
            first = min(first, _WIDEST)
        segments = [
            Segment(f" {visible(choice.shown)}".ljust(first + 1), base + row),
            Segment(fitted(visible(choice.summary), width - first - 2), base + faint),
        ]
        return Strip(segments).adjust_cell_length(width, base + row if chosen else base)

    def on_click(self, event: events.Click) -> None:
        """Take the row."""
        number = event.y + self._top
        if number < len(self.rows):
            self.post_message(Picked(self.rows[number].line))
