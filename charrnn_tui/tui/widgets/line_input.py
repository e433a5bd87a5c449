"""The one-line input that all screens use: it never sends a control character to the terminal."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input

from charrnn_tui.text import visible


def one_cell(character: str) -> str:
    """One column's worth of text for one character, so that the cursor stands where it acts."""
    shown = visible(character)
    return shown if len(shown) == 1 else "\N{REPLACEMENT CHARACTER}"


class LineInput(Input):
    """An Input whose value is shown with its control characters visible; the value itself stays as it is.

    That keys which arrive in one read are obeyed in order is seen to by the app (see `tui.key_order`).
    """

    @property
    def _value(self) -> Text:
        if visible(self.value) == self.value:
            return super()._value
        return Text("".join(map(one_cell, self.value)), no_wrap=True, overflow="ignore", end="")
