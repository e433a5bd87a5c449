"""The row of sliders for styles: one a label, or one dial between two; keys and the mouse turn them."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from charrnn_tui.prompt.sliders import STEPS, Track, Turned
from charrnn_tui.tui.content.wrapping import cell_width, fitted

MOST_ROWS = 3
_WIDEST_LABEL = 18
_GAP = 2


class _Place(NamedTuple):
    """Where a track is drawn: its row, its first cell, and the first and last cell of its bar."""

    row: int
    start: int
    bar: int


class StyleRow(Widget):
    """Shows what is turned; nothing while no style is chosen. Of too many, those near the chosen one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"styles--handle", "styles--track"}

    dial: reactive[Turned | None] = reactive(None, layout=True)

    class Set(Message):
        """A handle was put elsewhere with the mouse, or a slider chosen."""

        def __init__(self, dial: Turned) -> None:
            super().__init__()
            self.dial = dial

    def show(self, dial: Turned | None) -> None:
        """Show other sliders."""
        self.dial = dial
        self.set_class(dial is not None, "-some")

    def _cells(self, track: Track) -> tuple[str, str]:
        """What stands before and behind the bar."""
        mark = ("▸ " if track.chosen else "  ") if self.dial is not None and len(self.dial.tracks) > 1 else ""
        return mark + fitted(track.before, _WIDEST_LABEL) + " ", " " + fitted(track.after, _WIDEST_LABEL)

    def _places(self, width: int) -> list[_Place]:
        """Where each track stands in rows of so many cells."""
        places, row, column = [], 0, 0
        for track in self.dial.tracks if self.dial is not None else ():
            before, after = (sum(map(cell_width, text)) for text in self._cells(track))
            cells = before + STEPS + 1 + after
            if column and column + cells > width:
                row, column = row + 1, 0
            places.append(_Place(row, column, column + before))
            column += cells + _GAP
        return places

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many rows as the sliders take."""
        places = self._places(width)
        return min(MOST_ROWS, places[-1].row + 1) if places else 0

    def _top(self, places: list[_Place]) -> int:
        """The first row that is shown."""
        assert self.dial is not None
        chosen = next(place.row for place, track in zip(places, self.dial.tracks, strict=True) if track.chosen)
        return max(0, chosen - MOST_ROWS + 1)

    def render(self) -> Content:
        """The tracks, the handle of each lit."""
        if self.dial is None:
            return Content("")
        places = self._places(self.content_size.width)
        top, handle, track_style = self._top(places), "styles--handle", "styles--track"
        lit, dim = self.get_visual_style(handle), self.get_visual_style(track_style)
        rows: list[Content] = [Content("") for _ in range(MOST_ROWS)]
        for place, track in zip(places, self.dial.tracks, strict=True):
            if not top <= place.row < top + MOST_ROWS:
                continue
            before, after = self._cells(track)
            name = Content.styled(before, lit) if track.chosen else Content(before)
            bar = Content.styled(track.bar, dim).stylize(lit, track.at, track.at + 1)
            row = rows[place.row - top]
            rows[place.row - top] = Content.assemble(row, " " * (place.start - row.cell_length), name, bar, after)
        return Content("\n").join(rows[: max(1, places[-1].row + 1)])

    def on_click(self, event: events.Click) -> None:
        """Put the handle there; a click on a label chooses its slider."""
        found = self._at(event)
        if found is not None and self.dial is not None:
            number, at = found
            now = self.dial.tracks[number].at
            self.post_message(self.Set(self.dial.set(number, now if at is None else at)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """More of the slider under the pointer."""
        self._scrolled(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Less of it."""
        self._scrolled(event, -1)

    def _scrolled(self, event: events.MouseEvent, by: int) -> None:
        found = self._at(event)
        if found is not None and self.dial is not None:
            event.stop()
            self.post_message(self.Set(self.dial.set(found[0], self.dial.tracks[found[0]].at + by)))

    def _at(self, event: events.MouseEvent) -> tuple[int, int | None] | None:
        """The track under the pointer, and the place on its bar where it is on that."""
        if self.dial is None:
            return None
        offset = event.get_content_offset(self)
        places = self._places(self.content_size.width)
        if offset is None:
            return None
        row = offset.y + self._top(places)
        before = [number for number, place in enumerate(places) if place.row == row and place.start <= offset.x]
        if not before:
            return None
        at = offset.x - places[before[-1]].bar
        return before[-1], at if 0 <= at <= STEPS else None
