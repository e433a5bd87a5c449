"""A one-line input that never sends a control character to the terminal, wherever its value came from."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input

from charrnn_tui.text import visible


def _one(character: str) -> str:
    """One column's worth of text for one character, so that the cursor stands where it should."""
    shown = visible(character)
    return shown if len(shown) == 1 else "\N{REPLACEMENT CHARACTER}"


class LineInput(Input):
    """An Input whose value is shown with its control characters visible; the value itself stays as it is."""

    @property
    def _value(self) -> Text:
        if visible(self.value) == self.value:
            return super()._value
        return Text("".join(map(_one, self.value)), no_wrap=True, overflow="ignore", end="")
