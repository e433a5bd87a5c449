"""A row under the prompt: the characters that may come next and how probable each is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from charrnn_tui.text import visible
from charrnn_tui.tui.wrapping import fitted

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 8
"""Cells of a bar that stands for certainty."""


class NextCharacters(Widget):
    """The most probable next characters with bars, as many as fit; or a sentence where there are none."""

    COMPONENT_CLASSES = {"next--character", "next--bar", "next--share", "next--trouble", "next--hint"}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shares: Sequence[tuple[str, float]] = ()
        self.sentence = ""
        self.trouble = False

    def show(self, shares: Sequence[tuple[str, float]]) -> None:
        """Symbols (empty for the end of the item) and their probabilities, the greatest first."""
        self.shares, self.sentence = shares, ""
        self.refresh()

    def say(self, sentence: str, *, trouble: bool = False) -> None:
        """Show a sentence instead."""
        self.shares, self.sentence, self.trouble = (), sentence, trouble
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row."""
        base = self.rich_style
        width = self.size.width

        def style(name: str) -> Style:
            return base + self.get_component_rich_style(f"next--{name}")

        segments: list[Segment] = []
        used = 0
        if self.sentence:
            text = fitted(visible(self.sentence), width)
            segments.append(Segment(text, style("trouble" if self.trouble else "hint")))
        for symbol, share in self.shares:
            name = symbol_name(symbol)
            eighths = max(1, round(share * _BAR * 8))
            bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
            percent = f" {share:.0%}" if share >= 0.01 else " <1%"
            cells = len(name) + 1 + len(bar) + len(percent) + 2
            if used + cells > width + 2:
                break
            used += cells
            segments += [
                Segment(name + " ", style("character")),
                Segment(bar, style("bar")),
                Segment(percent + "  ", style("share")),
            ]
        return Strip(segments).adjust_cell_length(width, base)


def symbol_name(symbol: str) -> str:
    """A symbol as it can be read in a row: the end of an item, a space and a line's end have pictures."""
    return {"": "end", " ": "␣", "\n": "↵"}.get(symbol) or visible(symbol)
