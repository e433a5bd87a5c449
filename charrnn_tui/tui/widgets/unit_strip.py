"""The units at a place as a heat strip: a part of a layer a row, a unit a cell."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from charrnn_tui.tui.content.lens_channels import glyph
from charrnn_tui.tui.widgets.painting import Painted, joined

MOST_ROWS = 6
_SENTENCE_ROWS = 3


class UnitStrip(Painted, can_focus=True):
    """Rows of values, and the unit that is chosen: (row, number)."""

    BINDING_GROUP_TITLE = "Units"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Unit before", show=False, id="units.left", tooltip="The unit before"),
        Binding("right", "step(1)", "Unit after", show=False, id="units.right", tooltip="The unit after"),
        Binding("up", "row(-1)", "Row above", show=False, id="units.up", tooltip="The vector above"),
        Binding("down", "row(1)", "Row below", show=False, id="units.down", tooltip="The vector below"),
        Binding("home", "step(-99999)", "First unit", show=False, id="units.first", tooltip="The first unit"),
        Binding("end", "step(99999)", "Last unit", show=False, id="units.last", tooltip="The last unit"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"units--label", "units--below", "units--above", "units--chosen"}
    ALLOW_SELECT = False

    @dataclass
    class Chosen(Message):
        """A unit was chosen."""

        row: int
        number: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._labels: Sequence[str] = ()
        self._rows: Sequence[Sequence[float]] = ()
        self._sentence = ""
        self.row = 0
        self.number = 0
        self._top = 0

    def show(self, labels: Sequence[str], rows: Sequence[Sequence[float]], row: int, number: int) -> None:
        """Show vectors, and which unit is chosen."""
        if len(rows) != len(self._rows):
            self.styles.max_height = 1 + min(MOST_ROWS, len(rows))
        self._labels, self._rows, self._sentence = labels, rows, ""
        self.row, self.number = row, number
        self._to_row()
        self.refresh()

    def _to_row(self) -> None:
        """Keep the chosen row in view, and no room empty."""
        shown = self._shown_rows
        if not self._top <= self.row < self._top + shown:
            self._top = self.row - shown + 1 if self.row >= self._top + shown else self.row
        self._top = max(0, min(self._top, len(self._rows) - shown))

    @property
    def _shown_rows(self) -> int:
        return max(1, min(MOST_ROWS, self.size.height - 1 if self.size.height > 1 else MOST_ROWS))

    def on_resize(self) -> None:
        """There may be room for more rows, or for fewer."""
        self._to_row()
        self.refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence instead."""
        self._rows, self._sentence = (), sentence
        self.styles.max_height = _SENTENCE_ROWS
        self.refresh()

    @property
    def _label_cells(self) -> int:
        return max((len(label) for label in self._labels), default=0) + 1

    def window(self) -> tuple[int, int]:
        """The units that are in view: a part around the chosen one where not all have room."""
        count = len(self._rows[0]) if self._rows else 0
        room = max(1, self.size.width - self._label_cells)
        first = max(0, min(self.number - room // 2, count - room))
        return first, min(count, first + room)

    def render_line(self, y: int) -> Strip:
        """A heading, then a row a vector."""
        base, width = self.look(), self.size.width
        label = base + self.look("units--label")
        if self._sentence:
            lines = textwrap.wrap(self._sentence, max(1, width))
            said = lines[y] if y < len(lines) else ""
            return Strip([Segment(said, label)]).adjust_cell_length(width, base)
        if y == 0:
            return Strip([Segment(self._heading(), label)]).adjust_cell_length(width, base)
        at = y - 1 + self._top
        if at >= len(self._rows):
            return Strip.blank(width, base)
        below, above = (base + self.look(f"units--{name}") for name in ("below", "above"))
        name = self._labels[at]
        segments = [Segment(name.ljust(self._label_cells), label + (Style(bold=True) if at == self.row else Style()))]
        row = self._rows[at]
        largest = max(1.0, max(row), -min(row)) if row else 1.0
        first, last = self.window()
        at_cursor = self.number - first if at == self.row else -1
        chosen = self.look("units--chosen")
        inks = [below if value < 0 else above for value in row[first:last]]
        if 0 <= at_cursor < len(inks):
            inks[at_cursor] += chosen
        pieces = zip((glyph(value / largest) for value in row[first:last]), inks, strict=True)
        return Strip([*segments, *joined(pieces)]).adjust_cell_length(width, base)

    def _heading(self) -> str:
        if not self._rows:
            return ""
        first, last = self.window()
        count = len(self._rows[0])
        value = self._rows[self.row][self.number]
        part = f" ({first}–{last - 1} of {count})" if last - first < count else f" of {count}"
        rows = len(self._rows) - self._shown_rows
        more = f"  ↕ {rows} more row{'' if rows == 1 else 's'}" if rows > 0 else ""
        return f"unit {self._labels[self.row]}:{self.number}{part} = {value:+.2f}{more}"

    def action_step(self, by: int) -> None:
        """Another unit of the vector."""
        if self._rows:
            self._choose(self.row, self.number + by)

    def action_row(self, by: int) -> None:
        """The same unit of another vector."""
        if self._rows:
            self._choose(self.row + by, self.number)

    def _choose(self, row: int, number: int) -> None:
        row = max(0, min(row, len(self._rows) - 1))
        self.post_message(self.Chosen(row, max(0, min(number, len(self._rows[row]) - 1))))

    def on_click(self, event: events.Click) -> None:
        """Choose the unit under the pointer."""
        first, last = self.window()
        row, number = event.y - 1 + self._top, first + event.x - self._label_cells
        if self._top <= row < len(self._rows) and first <= number < last:
            self._choose(row, number)
