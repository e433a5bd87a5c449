"""Presenting to a class: one class on the main screen says so, and `presenting.tcss` does nearly all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charrnn_tui.prompt.keys import said
from charrnn_tui.tui.messages import Said

if TYPE_CHECKING:
    from charrnn_tui.tui.screens.main import MainScreen

PRESENTING = "-presenting"
"""The class of the main screen while one presents."""


def turn_over(screen: MainScreen) -> None:
    """Present, or no longer; what goes on goes on."""
    on = not screen.has_class(PRESENTING)
    screen.set_class(on, PRESENTING)
    screen.conversation.writer.generations.roomy = on
    screen.panel.presenting = on
    screen.panel.mark()
    keys = [
        key
        for active in screen.app.active_bindings.values()
        if active.binding.id == "present"
        for key in [active.binding.key]
    ]
    back = f"; {said(keys[0])} or /present goes back" if keys else "; /present goes back"
    screen.post_message(Said(f"presenting{back}" if on else "no longer presenting"))
