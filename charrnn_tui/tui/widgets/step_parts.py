"""The list of a step's parts: Up and Down choose one, Left and Right walk along the text."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from charrnn_tui.tui.widgets.browse_list import BrowseList


def _key(key: str, action: str, description: str, tooltip: str, id: str) -> Binding:
    return Binding(key, action, description, id=f"step.{id}", tooltip=tooltip)


class StepParts(BrowseList):
    """A part a row. The keys that a scrolled list would take are the screen's."""

    BINDING_GROUP_TITLE = "Steps"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left", "screen.walk(-1)", "Back", "The step before: the character to the left is read", "back"),
        _key("right", "screen.walk(1)", "On", "The next step: the character to the right is read", "on"),
        _key("enter", "select", "Read what is drawn", "Go on with the drawn character, as a text is written", "read"),
    ]
