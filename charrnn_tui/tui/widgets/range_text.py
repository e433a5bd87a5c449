"""The text under the lens with a range: from an anchor to the cursor, drawn with Shift and arrows or the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from charrnn_tui.tui.widgets.lens_text import LensText

_INSIDE = Style(reverse=True)


class RangeText(LensText):
    """One place is a range as well; a move without Shift begins a new one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "shift+left",
            "extend('move', -1)",
            "Range back",
            show=False,
            id="range.left",
            tooltip="The range a character back",
        ),
        Binding(
            "shift+right",
            "extend('move', 1)",
            "Range on",
            show=False,
            id="range.right",
            tooltip="The range a character on",
        ),
        Binding("shift+up", "extend('row', -1)", "Range up", show=False, id="range.up", tooltip="The range a line up"),
        Binding(
            "shift+down", "extend('row', 1)", "Range down", show=False, id="range.down", tooltip="The range a line down"
        ),
        Binding(
            "shift+home",
            "extend('first')",
            "Range to the beginning",
            show=False,
            id="range.first",
            tooltip="The range to the beginning",
        ),
        Binding(
            "shift+end",
            "extend('last')",
            "Range to the end",
            show=False,
            id="range.last",
            tooltip="The range to the end",
        ),
    ]

    @dataclass
    class RangeChanged(Message):
        """Another range is chosen."""

        first: int
        last: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._anchor: int | None = None
        """Where the range begins that the cursor ends; None: at the cursor."""
        self._extending = False

    @property
    def range(self) -> tuple[int, int]:
        """First and last place, both inside; the cursor alone where nothing is drawn. The end is in none."""
        anchor = self.place if self._anchor is None else self._anchor
        first, last = sorted((anchor, self.place))
        most = max(0, len(self.text) - 1)
        return min(first, most), min(last, most)

    def choose(self, first: int, last: int) -> None:
        """Draw a range."""
        self._anchor = max(0, min(first, len(self.text)))
        self._go(last)

    def _go(self, place: int) -> None:
        self._extending = True
        self.place = place
        self._extending = False

    def mark_of(self, place: int) -> Style:
        """Ink and ground of a range are exchanged."""
        first, last = self.range
        inside = self._anchor is not None and first <= place <= last
        return _INSIDE if inside else super().mark_of(place)

    def _over(self) -> object:
        return None if self._anchor is None else self.range

    def watch_place(self, place: int) -> None:
        """A move without Shift lets the range go."""
        if not self._extending:
            self._anchor = None
        super().watch_place(place)
        self.post_message(self.RangeChanged(*self.range))

    def action_extend(self, how: str, by: int = 0) -> None:
        """Move the cursor and leave the anchor where it is."""
        if self._anchor is None:
            self._anchor = self.place
        self._extending = True
        match how:
            case "move":
                self.action_move(by)
            case "row":
                self.action_row(by)
            case "first":
                self.action_first()
            case _:
                self.action_last()
        self._extending = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A range begins under the pointer."""
        place = self.under(event)
        if place is not None:
            self.place = place
            self._anchor = place
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """It goes to the pointer while the button is held."""
        place = self.under(event) if self.app.mouse_captured is self else None
        if place is not None and place != self.place:
            self._go(place)

    def on_mouse_up(self) -> None:
        """It stays."""
        self.release_mouse()
        if self._anchor == self.place:
            self._anchor = None

    def on_click(self, event: events.Click) -> None:
        """Nothing more: the button did it."""
        event.prevent_default()
