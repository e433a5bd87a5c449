"""A slider over the evaluations of a run: bars of the loss, and a handle to move through time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from charrnn_tui.tui.widgets.length_histogram import bars


class Slider(Widget, can_focus=True):
    """`position` is a place in `values`, of which there is at least one; lower values are drawn lower."""

    position: reactive[int] = reactive(0)

    BINDINGS = [
        Binding("left", "move(-1)", "Earlier", id="slider.earlier", tooltip="The evaluation before"),
        Binding("right", "move(1)", "Later", id="slider.later", tooltip="The evaluation after"),
        Binding("pageup", "move(-10)", "Ten earlier", show=False, id="slider.ten_earlier", tooltip="Ten earlier"),
        Binding("pagedown", "move(10)", "Ten later", show=False, id="slider.ten_later", tooltip="Ten later"),
        Binding("home", "first", "First", id="slider.first", tooltip="The first evaluation"),
        Binding("end", "last", "Last", id="slider.last", tooltip="The last evaluation"),
        Binding("b", "best", "Best", id="slider.best", tooltip="The evaluation with the lowest loss"),
    ]

    DEFAULT_CSS = """
    Slider { height: 4; width: 1fr; color: $primary 50%; text-wrap: nowrap; }
    Slider:focus { color: $primary; }
    """

    class Moved(Message):
        """The handle stands at another position."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    def __init__(self, values: Sequence[float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.values = list(values)
        self.set_reactive(Slider.position, len(self.values) - 1)
        self._held = False

    def validate_position(self, position: int) -> int:
        """Between the first and the last."""
        return max(0, min(len(self.values) - 1, position))

    def watch_position(self, position: int) -> None:
        """Tell the screen."""
        self.post_message(self.Moved(position))

    def _column(self, position: int) -> int:
        width = max(1, self.content_size.width)
        last = len(self.values) - 1
        return 0 if last == 0 else round(position * (width - 1) / last)

    def _position(self, column: int) -> int:
        last = len(self.values) - 1
        return round(column * last / max(1, self.content_size.width - 1))

    def render(self) -> Content:
        """Bars with the handle's column lit, over the track."""
        width, height = self.content_size
        if width < 2 or height < 1:
            return Content("")
        at = self._column(self.position)
        finite = [value for value in self.values if math.isfinite(value)]
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        spread = (high - low) or 1.0
        heights = []
        for column in range(width):
            value = self.values[self._position(column)]
            heights.append(0.08 + (value - low) / spread if math.isfinite(value) else 0.0)
        drawn = bars([1.08, *heights], height - 1) if height > 1 else []
        lines = [Content(line[1:]).stylize("$accent", at, at + 1) for line in drawn]
        track = Content("━" * at + "●" + "─" * (width - at - 1)).stylize("bold $accent", at, at + 1)
        return Content("\n").join([*lines, track])

    def action_move(self, by: int) -> None:
        """Some evaluations later, or earlier."""
        self.position += by

    def action_first(self) -> None:
        """The first evaluation."""
        self.position = 0

    def action_last(self) -> None:
        """The last evaluation."""
        self.position = len(self.values) - 1

    def action_best(self) -> None:
        """The evaluation with the lowest loss."""
        finite = [i for i, value in enumerate(self.values) if math.isfinite(value)]
        if finite:
            self.position = min(finite, key=self.values.__getitem__)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take the handle there."""
        self._held = True
        self.capture_mouse()
        self.position = self._position(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag."""
        if self._held:
            self.position = self._position(event.x)

    def on_mouse_up(self) -> None:
        """Let go."""
        self._held = False
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Earlier."""
        event.stop()
        self.position -= 1

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Later."""
        event.stop()
        self.position += 1
