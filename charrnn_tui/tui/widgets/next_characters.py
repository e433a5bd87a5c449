"""A row under the prompt: the characters that may come next and how probable each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from charrnn_tui.text import visible
from charrnn_tui.tui.content.shown import symbol_name
from charrnn_tui.tui.content.wrapping import Wrap, fitted

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 8
"""Cells of a bar that stands for certainty."""
_ROOM = 24
"""Cells that what stands at the end of the row leaves to the characters."""
MOST_LINES = 4
"""Lines of a sentence about trouble."""


class NextCharacters(Widget):
    """The most probable next characters with bars, as many as fit; or a sentence where there are none."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "next--character",
        "next--bar",
        "next--share",
        "next--trouble",
        "next--hint",
    }
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shares: Sequence[tuple[str, float]] = ()
        self.aside = ""
        """What stands at the end of the row where there is room."""
        self.sentence = ""
        self.trouble = False
        self._lines: list[str] = []
        self._wrapped_at = 0

    def show(self, shares: Sequence[tuple[str, float]], aside: str = "") -> None:
        """Symbols (empty for the end of the item) and their probabilities, the greatest first.

        `aside` stands at the end of the row, before the less probable of them.
        """
        self.shares, self.aside, self.sentence = shares, aside, ""
        self._set_lines([])

    def say(self, sentence: str, *, trouble: bool = False) -> None:
        """Show a sentence instead."""
        self.shares, self.aside, self.sentence, self.trouble = (), "", sentence, trouble
        text = visible(sentence)
        wrap = Wrap(self.size.width or 80)
        wrap.extend(text)
        lines = [text[slice(*wrap.span(i))] for i in range(len(wrap.starts))]
        if not trouble:
            lines = [fitted(text, wrap.width)]
        elif len(lines) > MOST_LINES:
            rest = text[wrap.starts[MOST_LINES - 1] :]
            lines = [*lines[: MOST_LINES - 1], fitted(rest, wrap.width)]
        self._set_lines(lines)

    def _set_lines(self, lines: list[str]) -> None:
        """Rows of a sentence; the row grows for a long one, and only then is the screen laid out anew."""
        if (len(lines) or 1) != (len(self._lines) or 1):
            self.styles.height = len(lines) or 1
        self._lines = lines
        self.refresh()

    def on_resize(self) -> None:
        """Wrap anew."""
        if self.sentence and self._wrapped_at != self.size.width:
            self._wrapped_at = self.size.width
            self.say(self.sentence, trouble=self.trouble)

    def render_line(self, y: int) -> Strip:
        """The row."""
        base = self.rich_style
        width = self.size.width

        def style(name: str) -> Style:
            return base + self.get_component_rich_style(f"next--{name}")

        segments: list[Segment] = []
        used = 0
        aside = self.aside if self.aside and width - len(self.aside) >= _ROOM else ""
        room = width - len(aside)
        if y < len(self._lines):
            segments.append(Segment(self._lines[y], style("trouble" if self.trouble else "hint")))
        for symbol, share in self.shares:
            name = symbol_name(symbol)
            eighths = max(1, round(share * _BAR * 8))
            bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
            percent = f" {share:.0%}" if share >= 0.01 else " <1%"
            cells = len(name) + 1 + len(bar) + len(percent) + 2
            if used + cells > room + (0 if aside else 2):
                break
            used += cells
            segments += [
                Segment(name + " ", style("character")),
                Segment(bar, style("bar")),
                Segment(percent + "  ", style("share")),
            ]
        if aside and not self._lines:
            segments.append(Segment(aside.rjust(width - used), style("hint")))
        return Strip(segments).adjust_cell_length(width, base)
