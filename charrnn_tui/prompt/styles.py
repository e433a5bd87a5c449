"""Styles at a prompt: what is typed behind `/style`, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

from charrnn_tui.model.style import Style
from charrnn_tui.text import visible

NO_STYLE = "none"
"""What is typed to write without a style."""
_LISTED = 40


def read_style(typed: str, labels: Sequence[str], model: str) -> Style | None:
    """The style that was typed, with the model's spelling of its labels; None where nothing was. Raises StyleError."""
    typed = typed.strip()
    if not typed:
        return None
    if typed.casefold() == NO_STYLE and typed not in labels:
        return Style()
    style = Style.parse(typed, labels).spelled(labels, model)
    style.mixture(labels, model)
    return style


def said(style: Style) -> str:
    """A change of style, in words."""
    return f"in the style {style.words()}" if style else "in no style"


def told(style: Style, labels: Sequence[str], model: str) -> str:
    """The present style and those that there are, in words."""
    if not labels:
        return f"the model {visible(model)} has learnt no labels, so it has no styles"
    more = f" and {len(labels) - _LISTED:,} more" if len(labels) > _LISTED else ""
    return f"{said(style)}; there are {', '.join(map(visible, labels[:_LISTED]))}{more}"


def no_dial(labels: Sequence[str]) -> str:
    """Why there is nothing to turn, and what to do."""
    if not labels:
        return "this model has learnt no labels, so there are no styles to turn between."
    pair = ", ".join(map(visible, labels[:2]))
    return f"say between which styles to turn: /style {pair}."
