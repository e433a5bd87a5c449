"""The text under the lens: each character on the ground of its value, and a cursor that walks along it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from charrnn_tui.text import in_one_row
from charrnn_tui.tui.content.lens_channels import CURSOR
from charrnn_tui.tui.content.wrapping import Wrap, cell_width
from charrnn_tui.tui.key_order import ObeysKeys
from charrnn_tui.tui.widgets.painting import Painted, joined

END, OPEN = "∎", "…"
"""What is shown behind the last character: the end of the item, or nothing yet."""
_NOTHING, _COPIED = Style(), Style(underline=True)


class LensText(Painted, ObeysKeys, can_focus=True):
    """Shows n characters and the place behind them; the cursor stands on one of n + 1 places."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Left", show=False, id="lens.left", tooltip="A character back"),
        Binding("right", "move(1)", "Right", show=False, id="lens.right", tooltip="A character on"),
        Binding("up", "row(-1)", "Up", show=False, id="lens.up", tooltip="A line up"),
        Binding("down", "row(1)", "Down", show=False, id="lens.down", tooltip="A line down"),
        Binding("home", "first", "First", show=False, id="lens.first", tooltip="To the first character"),
        Binding("end", "last", "Last", show=False, id="lens.last", tooltip="Behind the last character"),
        Binding("pageup", "row(-10)", "Page up", show=False, id="lens.page_up", tooltip="Ten lines up"),
        Binding("pagedown", "row(10)", "Page down", show=False, id="lens.page_down", tooltip="Ten lines down"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lens-text--prefix", "lens-text--new", "lens-text--mark"}
    ALLOW_SELECT = False

    place: reactive[int] = reactive(0, init=False, repaint=False)
    """Where the cursor stands."""

    @dataclass
    class Moved(Message):
        """The cursor stands at another place."""

        place: int

        def can_replace(self, message: Message) -> bool:
            """Where keys come faster than can be painted, the last place is enough."""
            return isinstance(message, LensText.Moved)

    @dataclass
    class Put(Message):
        """A symbol was typed, to be put at the cursor."""

        symbol: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self._head = 0
        self._ended = False
        self._looks: Sequence[str] = ()
        self._copied = range(0)
        self._marks: Sequence[str] | None = None
        self._wrap = Wrap(10)
        self._top = 0
        self._painted: tuple[object, ...] = ()
        """What the rows were painted from last, but for the cursor."""
        self._painted_place = 0
        self._keys: dict[str, str] = {}
        """The action of each of its own keys."""

    def show(
        self,
        text: str,
        head: int,
        *,
        ended: bool,
        looks: Sequence[str] = (),
        marks: Sequence[str] | None = None,
        copied: range = range(0),
    ) -> None:
        """Show a text whose first `head` characters are the prefix.

        `looks` are styles of its places, '' for none; the places `copied` are underlined. `marks` stand under its
        places, in a row of their own below each line; None for no such rows.
        """
        if text != self.text or (marks is None) != (self._marks is None):
            self._marks = marks
            self.text = text
            lines = self._lines
            self._lay_out()
            if self._lines != lines:
                self.refresh(layout=True)
        self._head, self._ended, self._looks = head, ended, looks
        self._copied, self._marks = copied, marks
        # Nobody moved it: where the text became shorter, the cursor comes along and nothing is told.
        self.set_reactive(LensText.place, min(self.place, len(text)))
        self._to_cursor()
        self._repaint()

    def _repaint(self) -> None:
        """Paint the two places of the cursor where nothing else is new: a move costs two cells and not the whole."""
        before, places = self._painted, {self._painted_place, self.place}
        now = (self.text, self._head, self._ended, self._looks, self._copied, self._marks, self._top, self._over())
        self._painted, self._painted_place = now, self.place
        if now == before:
            self.refresh(*map(self._region, places))
        else:
            self.refresh()

    def _over(self) -> object:
        """What `mark_of` goes by, besides the place."""
        return None

    def _region(self, place: int) -> Region:
        """The cells of a place in the widget."""
        line = self._line_of(place)
        before = sum(map(self._cells, range(self._span(line)[0], place)))
        return Region(before, (line - self._top) * self._rows, self._cells(place), 1)

    def place_at(self, x: int, y: int) -> int | None:
        """The place whose cells are there, None where none is."""
        line = self._top + y // self._rows
        if not 0 <= line < self._lines or x < 0:
            return None
        for place in range(*self._span(line)):
            x -= self._cells(place)
            if x < 0:
                return place
        return None

    # --- layout ---

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the text has."""
        wrap = Wrap(width - 2)
        return wrap.extend(self.text) * self._rows

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay_out()
        self._to_cursor()
        self._painted = ()
        self.refresh()

    def _lay_out(self) -> None:
        # Two cells stay free: a space or a line's end may hang over the edge, and the cursor can stand there.
        self._wrap = Wrap(self.size.width - 2)
        self._wrap.extend(self.text)

    @property
    def _rows(self) -> int:
        """Rows of a line."""
        return 1 if self._marks is None else 2

    @property
    def _seen(self) -> int:
        """Lines that have room."""
        return max(1, self.size.height // self._rows)

    @property
    def _lines(self) -> int:
        return len(self._wrap.starts)

    def _line_of(self, place: int) -> int:
        return bisect_right(self._wrap.starts, place) - 1

    def _span(self, line: int) -> tuple[int, int]:
        """The places of a line, the one behind the text included."""
        start, end = self._wrap.span(line)
        return start, end + (line == self._lines - 1)

    def _shown(self, place: int) -> str:
        if place == len(self.text):
            return END if self._ended else OPEN
        character = self.text[place]
        return in_one_row(character)

    def _cells(self, place: int) -> int:
        return 1 if place == len(self.text) or self.text[place] == "\n" else max(1, cell_width(self.text[place]))

    def _to_cursor(self) -> None:
        line, height = self._line_of(self.place), self._seen
        if not self._top <= line < self._top + height:
            self._top = max(0, line - height // 2)
        self._top = max(0, min(self._top, self._lines - height))

    # --- painting ---

    def render_line(self, y: int) -> Strip:
        """One line of the text."""
        base = self.look()
        line, below = self._top + y // self._rows, y % self._rows
        if not 0 <= line < self._lines:
            return Strip.blank(self.size.width, base)
        prefix, new, mark = (self.look(f"lens-text--{name}", partial=False) for name in ("prefix", "new", "mark"))
        pieces = []
        for place in range(*self._span(line)):
            kind = mark if place == len(self.text) else prefix if place < self._head else new
            look = self._looks[place] if place < len(self._looks) else ""
            style = base + kind + Style.parse(look) if look else base + kind
            if place in self._copied:
                style += _COPIED
            shown = self._shown(place)
            if below and self._marks is not None:
                mark_here = self._marks[place] if place < len(self._marks) else " "
                shown, style = mark_here.ljust(self._cells(place)), base + new
            elif place == self.place:
                # Not on the ground of its value: the cursor is found at a glance, and the value stands in words.
                style = base + kind + Style.parse(CURSOR)
                shown = "␣" if shown == " " else shown
            pieces.append((shown, style + self.mark_of(place)))
        return Strip(joined(pieces)).adjust_cell_length(self.size.width, base)

    def mark_of(self, place: int) -> Style:
        """What is laid over a place besides; nothing here."""
        return _NOTHING

    # --- moving ---

    def validate_place(self, place: int) -> int:
        """Within the text and the place behind it."""
        return max(0, min(place, len(self.text)))

    def watch_place(self, place: int) -> None:
        """Keep the cursor in view and tell of it. It is painted by whoever is told, who calls `show`: once, then, with
        all that depends on it."""
        self._to_cursor()
        self.post_message(self.Moved(place))

    def action_move(self, by: int) -> None:
        """Some characters on or back."""
        self.place += by

    def action_first(self) -> None:
        """To the first character."""
        self.place = 0

    def action_last(self) -> None:
        """Behind the last character."""
        self.place = len(self.text)

    def action_row(self, by: int) -> None:
        """Some lines up or down, to about the same column."""
        line = self._line_of(self.place)
        column = sum(map(self._cells, range(self._span(line)[0], self.place)))
        to = max(0, min(line + by, self._lines - 1))
        if to == line:
            return
        start, end = self._span(to)
        place = start
        while place < end - 1 and column >= self._cells(place):
            column -= self._cells(place)
            place += 1
        self.place = place

    def on_click(self, event: events.Click) -> None:
        """The cursor goes to the character under the pointer."""
        place = self.under(event)
        if place is not None:
            self.place = place

    def under(self, event: events.MouseEvent) -> int | None:
        """The place under the pointer."""
        at = event.get_content_offset(self)
        return None if at is None else self.place_at(at.x, at.y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        self._scroll(1, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        self._scroll(-1, event)

    def _scroll(self, by: int, event: events.MouseEvent) -> None:
        event.stop()
        self._top = max(0, min(self._top + by, self._lines - self._seen))
        self._repaint()

    def on_focus(self) -> None:
        """Which keys are its own, as the settings have them."""
        active = self.screen.active_bindings
        self._keys = {key: found.binding.action for key, found in active.items() if found.node is self}

    async def on_key(self, event: events.Key) -> None:
        """A character that is typed is put at the cursor.

        The keys that move the cursor are obeyed here: on their way up to the app and back, which other bindings take,
        they would cost more than half of what the paint does, 30 times a second while one is held.
        """
        if event.is_printable and event.character:
            self.post_message(self.Put(event.character))
        elif event.key in self._keys:
            await self.run_action(self._keys[event.key])
        else:
            return
        event.stop()
        event.prevent_default()
