"""Texts as they may stand on the screen."""

from __future__ import annotations

from textual.content import Content

from charrnn_tui.prompt import words
from charrnn_tui.prompt.probability import symbol_name
from charrnn_tui.text import in_one_row, visible


def plain(text: object, *, keep_newlines: bool = False) -> Content:
    """Text that came from a file or a network, as it may be shown: no markup, control characters visible."""
    return Content(visible(str(text), keep_newlines=keep_newlines))


def row_of(text: str) -> Content:
    """The same in one row, lines' ends marked."""
    return Content(in_one_row(text))


def sentence(error: object) -> str:
    """An error's message as a sentence of its own: a capital first."""
    return words.capitalised(str(error))


__all__ = ["plain", "row_of", "sentence", "symbol_name"]
