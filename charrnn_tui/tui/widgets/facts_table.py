"""Rows of a label and what it names, wrapped beneath each other in their own column."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from charrnn_tui.tui.content.rows import Row, lay_out


class FactsTable(Widget):
    """Shows rows, wrapped for whatever width it has."""

    DEFAULT_CSS = """
    FactsTable { height: auto; width: 1fr; text-wrap: nowrap; }
    """

    def __init__(
        self, rows: Sequence[Row] = (), *, label_width: int = 13, label_style: str = "dim", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.rows = tuple(rows)
        self._label_width = label_width
        self._label_style = label_style

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.rows = tuple(rows)
        self.refresh(layout=True)

    def render(self) -> Content:
        """All rows."""
        return lay_out(self.rows, self.content_size.width, self._label_width, self._label_style)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the rows take at this width."""
        return lay_out(self.rows, width, self._label_width, self._label_style).plain.count("\n") + 1 if self.rows else 0
