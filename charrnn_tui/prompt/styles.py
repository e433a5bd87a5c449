"""Styles at a prompt: what is typed behind `/style`, and a dial between two of them that keys turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from charrnn_tui.model.style import Style
from charrnn_tui.text import visible

NO_STYLE = "none"
"""What is typed to write without a style."""
STEPS = 10
"""Of a dial from one end to the other."""
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
        return f"{visible(model)} has learnt no labels, so it has no styles"
    more = f" and {len(labels) - _LISTED:,} more" if len(labels) > _LISTED else ""
    return f"{said(style)}; there are {', '.join(map(visible, labels[:_LISTED]))}{more}"


def no_dial(labels: Sequence[str]) -> str:
    """Why there is nothing to turn, and what to do."""
    if not labels:
        return "this model has learnt no labels, so there are no styles to turn between."
    pair = ", ".join(map(visible, labels[:2]))
    return f"say between which styles to turn: /style {pair}."


@dataclass(frozen=True)
class Dial:
    """Between two styles: at 0 all of the first, at `STEPS` all of the second. A first of None is no style."""

    first: str | None
    second: str
    at: int

    @classmethod
    def of(cls, style: Style) -> Dial | None:
        """The dial that stands nearest to a style of one label or two; None for no style and for more labels."""
        match style.weights:
            case [(label, weight)]:
                return cls(None, label, round(min(1.0, weight) * STEPS))
            case [(first, one), (second, other)]:
                return cls(first, second, round(other / (one + other) * STEPS))
        return None

    def turned(self, steps: int) -> Dial:
        """The dial so many steps further, up to its ends."""
        return replace(self, at=min(STEPS, max(0, self.at + steps)))

    @property
    def style(self) -> Style:
        """The style where it stands."""
        share = self.at / STEPS
        first = () if self.first is None else ((self.first, round(1 - share, 3)),)
        return Style((*first, (self.second, share)))

    def words(self) -> str:
        """The dial as a row says it: 'finnish ━━━●─────── japanese'."""
        bar = "━" * self.at + "●" + "─" * (STEPS - self.at)
        return f"{'no style' if self.first is None else visible(self.first)} {bar} {visible(self.second)}"
