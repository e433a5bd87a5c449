"""The list of slash commands that what is typed may become, over the prompt."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from charrnn_tui.text import visible
from charrnn_tui.tui.wrapping import fitted

MOST_ROWS = 8


class Completions(Widget):
    """Rows of (line, what it does); one is under the bar. Hidden while empty."""

    COMPONENT_CLASSES = {"completions--row", "completions--summary", "completions--chosen"}
    ALLOW_SELECT = False

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[tuple[str, str, str]] = []
        """Line to put in, as it is shown, what it does."""
        self.at = 0
        self.most = MOST_ROWS
        self.display = False

    def show(self, rows: list[tuple[str, str, str]]) -> None:
        """Other rows; the first is chosen."""
        if rows == self.rows:
            return
        self.rows = rows
        self.at = 0
        self.display = bool(rows)
        self.styles.height = min(len(rows), self.most)
        self.refresh()

    @property
    def line(self) -> str | None:
        """The line under the bar."""
        return self.rows[self.at][0] if self.rows else None

    def move(self, by: int) -> bool:
        """Move the bar; False where nothing is shown."""
        if not self.rows:
            return False
        self.at = (self.at + by) % len(self.rows)
        self.refresh()
        return True

    @property
    def _top(self) -> int:
        return max(0, min(self.at - self.most + 1, len(self.rows) - self.most))

    def render_line(self, y: int) -> Strip:
        """One row."""
        base, width = self.rich_style, self.size.width
        number = y + self._top
        if number >= len(self.rows):
            return Strip.blank(width, base)
        _, shown, summary = self.rows[number]
        first = min(max(len(row[1]) for row in self.rows) + 2, 28)
        chosen = number == self.at
        row = self.get_component_rich_style("completions--chosen" if chosen else "completions--row")
        faint = row if chosen else self.get_component_rich_style("completions--summary")
        segments = [
            Segment(f" {visible(shown)}".ljust(first + 1), base + row),
            Segment(fitted(visible(summary), width - first - 2), base + faint),
        ]
        return Strip(segments).adjust_cell_length(width, base + row if chosen else base)

    def on_click(self, event: events.Click) -> None:
        """Take the row."""
        number = event.y + self._top
        if number < len(self.rows):
            self.post_message(self.Picked(self.rows[number][0]))
