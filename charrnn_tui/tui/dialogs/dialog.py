"""The frame that all secondary screens share: a box over the app, Escape leaves without effect."""

from __future__ import annotations

import contextlib
from typing import TypeVar

from textual import on
from textual.binding import Binding
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from charrnn_tui.tui.content.shown import plain

_SCROLLED = 0.4
"""Seconds until what has the focus was scrolled into view."""

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT]):
    """A modal screen whose result is None where the user leaves it with Escape.

    Classes for the stylesheets: `-narrow`, `-medium`, `-wide` by columns, `-low` or `-tall` by rows, and `-typing-low`
    while one types into the lower half.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (56, "-medium"), (92, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-middling"), (22, "-tall")]
    BINDINGS = [Binding("escape", "cancel", "Close", id="dialog.cancel", tooltip="Leave without any change")]

    def __init__(self) -> None:
        super().__init__()
        # Textual sets these classes at the first resize, after every widget was styled without them;
        # here they cost nothing and the first frame is right.
        with contextlib.suppress(RuntimeError):  # made outside an app
            width, height = self.app.size
            for limits, extent in ((self.HORIZONTAL_BREAKPOINTS, width), (self.VERTICAL_BREAKPOINTS, height)):
                self.add_class(max(limit for limit in limits or [] if limit[0] <= extent)[1], update=False)

    def title_line(self, title: str) -> Static:
        """The title; the frame of the box carries none, so that small terminals lose no row to it."""
        return Static(plain(title), classes="title")

    @on(DescendantFocus)
    def _field_changed(self) -> None:
        self.call_after_refresh(self._place_notices)
        self.set_timer(_SCROLLED, self._place_notices)

    def _place_notices(self) -> None:
        """Keep notices off what one types into: on the last rows, or on the first where that is there."""
        field = self.focused
        low = isinstance(field, Input) and field.region.bottom > self.size.height // 2
        self.set_class(low, "-typing-low")
        title = next((title for title in self.query(".title") if title.display and title.region.height), None)
        for rack in self.query("ToastRack"):
            if low and title is not None:  # below the title, wherever the box stands; a notice has a row above it
                rack.styles.margin = (max(0, title.region.bottom - 1), 0, 0, 2)
            else:
                rack.styles.clear_rule("margin")

    def action_cancel(self) -> None:
        """Leave without effect."""
        self.dismiss(None)

    @on(Button.Pressed, ".cancel")
    def _cancel_pressed(self) -> None:
        self.action_cancel()
