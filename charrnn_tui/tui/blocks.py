"""How a generation is laid out in lines: header, text, actions. Plain values; the widget paints them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len

from charrnn_tui.text import visible
from charrnn_tui.tui.generation import Continuation, Generation
from charrnn_tui.tui.wrapping import Wrap, cell_width


class Piece(NamedTuple):
    """Some text in one style. `style` names a component class of the widget; `action` is what a click does."""

    text: str
    style: str
    action: str = ""


LEVELS = (0.02, 0.1, 0.3, 0.6, 0.9)
"""Probabilities between which the colours change."""

ACTIONS = {
    "again": ("↻", "again"),
    "next_seed": ("→", "next seed"),
    "temperatures": ("≋", "compare"),
    "copy_text": ("❐", "copy"),
    "copy_command": ("$", "command"),
    "keep": ("★", "keep"),
}
"""Action of the screen: its sign, its name."""
INDENT = 2
_GAP = 3
_NARROWEST_COLUMN = 14


def level(probability: float) -> int:
    """Which of the colours a probability gets: 0 for a surprise, len(LEVELS) for a certainty."""
    return bisect_right(LEVELS, probability)


def title(generation: Generation, width: int = 1_000) -> str:
    """The header: model, temperature, seed, length, and whether the network made it up; as many facts as fit."""
    parts = list(_facts(generation))
    text = parts[0]
    for part in parts[1:]:
        if cell_len(text) + 3 + cell_len(part) <= width:
            text += f" · {part}"
    return text


def _facts(generation: Generation) -> Iterator[str]:
    first = generation.texts[0]
    yield visible(generation.model_name)
    if generation.kept:
        yield "★ kept"
    if generation.layout != "beside":
        yield f"T {first.settings.temperature:.2f}"
        yield from filters(first)
    yield f"seed {generation.seed}"
    if generation.layout == "one":
        yield _count(first.length, "character")
        if first.end == "stopped":
            yield "stopped"
        elif first.end == "length":
            yield "cut at the maximum"
        if first.novelty is not None:
            yield "known" if first.novelty else "new ✦"
        return
    done = [text for text in generation.texts if text.end is not None]
    if generation.running:
        yield f"{len(done)} of {len(generation.texts)} done"
    elif generation.layout == "beside":
        yield f"at {len(generation.texts)} temperatures"
    else:
        yield _count(len(done), "text")
    known = [text for text in done if text.novelty is not None]
    if known:
        yield f"{sum(text.novelty == '' for text in known)} new ✦"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def filters(text: Continuation) -> list[str]:
    """The filters that are on, in words."""
    settings = text.settings
    found = []
    if settings.top_k:
        found.append(f"top-k {settings.top_k}")
    if settings.top_p < 1:
        found.append(f"top-p {settings.top_p:g}")
    if settings.min_p:
        found.append(f"min-p {settings.min_p:g}")
    return found


def _fitting(room: int) -> list[str]:
    """The names of the actions, with signs or without, or the signs alone: what fits."""
    for form in ("{} {}", "{1}"):
        names = [form.format(*both) for both in ACTIONS.values()]
        if sum(map(len, names)) + 2 * (len(names) - 1) <= room:
            return names
    return [sign for sign, _ in ACTIONS.values()]


class Block:
    """The lines of one generation at one width.

    `bare` leaves header and spacing out (for very low terminals); `chosen` adds the row of actions.
    """

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._width = 0
        self._wraps: list[Wrap] = []
        self._ends: list[int] = []
        self._version = -1

    def _wrap(self, width: int) -> None:
        generation = self.generation
        if width != self._width:
            self._width = width
            count = len(generation.texts)
            self._beside = generation.layout == "beside" and self._columns_fit(count, width)
            room = self._column_width(count, width) if self._beside else width - INDENT - self._label
            self._wraps = [Wrap(room) for _ in generation.texts]
            self._version = -1
        if self._version != generation.version:
            heights = [wrap.extend(t.characters) for wrap, t in zip(self._wraps, generation.texts, strict=True)]
            self._ends = [max(heights)] if self._beside else list(accumulate(heights))
            self._version = generation.version

    @property
    def _label(self) -> int:
        """Cells before each text of a column: its number, or its temperature."""
        layout = self.generation.layout
        return 0 if layout == "one" else len(str(len(self.generation.texts))) + 1 if layout == "column" else 7

    def _columns_fit(self, count: int, width: int) -> bool:
        return self._column_width(count, width) >= _NARROWEST_COLUMN

    def _column_width(self, count: int, width: int) -> int:
        return (width - INDENT + _GAP) // count - _GAP

    def height(self, width: int, *, bare: bool = False, chosen: bool = False) -> int:
        """Number of lines."""
        self._wrap(width)
        body = self._ends[-1] + (1 if self._beside else 0)
        return body if bare else body + 2 + (1 if chosen else 0)

    def line(self, number: int, width: int, *, bare: bool, chosen: bool, colour: bool) -> list[Piece]:
        """The pieces of a line."""
        self._wrap(width)
        if not bare:
            if number == 0:
                return [Piece(" " * INDENT, ""), Piece(title(self.generation, width - INDENT), "header")]
            number -= 1
        body = self._ends[-1] + (1 if self._beside else 0)
        if number < body:
            if self._beside:
                return list(self._side_by_side(number, width, colour))
            return list(self._one_below_other(number, colour))
        if chosen and number == body:
            return self._actions(width)
        return []

    def _actions(self, width: int) -> list[Piece]:
        pieces = [Piece(" " * INDENT, "")]
        for name, text in zip(ACTIONS, _fitting(width - INDENT), strict=True):
            pieces += [Piece(text, "action", name), Piece("  ", "")]
        return pieces

    def _one_below_other(self, number: int, colour: bool) -> Iterator[Piece]:
        at = bisect_right(self._ends, number)
        text = self.generation.texts[at]
        line = number - (self._ends[at - 1] if at else 0)
        yield Piece(" " * INDENT, "")
        if self._label:
            label = ""
            if line == 0:
                column = self.generation.layout == "column"
                label = str(at + 1) if column else f"T {text.settings.temperature:.2f}"
            yield Piece(label.rjust(self._label - 1) + " ", "label")
        yield from self._text(at, line, colour)
        last = line == len(self._wraps[at].starts) - 1
        if last and text.novelty == "":
            yield Piece(" ✦", "new")

    def _side_by_side(self, number: int, width: int, colour: bool) -> Iterator[Piece]:
        room = self._column_width(len(self.generation.texts), width)
        yield Piece(" " * INDENT, "")
        for at, text in enumerate(self.generation.texts):
            pieces: list[Piece] = []
            if number == 0:
                mark = " ✦" if text.novelty == "" else ""
                pieces = [Piece(f"T {text.settings.temperature:.2f}", "label"), Piece(mark, "new")]
            elif number - 1 < len(self._wraps[at].starts):
                pieces = list(self._text(at, number - 1, colour))
            yield from pieces
            used = sum(cell_width(c) for piece in pieces for c in piece.text)
            yield Piece(" " * (room + _GAP - used), "")

    def _text(self, at: int, line: int, colour: bool) -> Iterator[Piece]:
        """One line of one text, neighbours of the same style joined."""
        text, wrap = self.generation.texts[at], self._wraps[at]
        start, end = wrap.span(line)
        head = len(text.prefix)
        style, run = "", ""
        leading = len(text.prefix) - len(text.prefix.lstrip(" "))
        for i in range(start, end):
            character = text.characters[i]
            if character == "\n":
                continue
            if i < head:
                this = "space" if i < leading else "prefix"
                shown = "·" if i < leading else visible(character)
            else:
                this = f"p{level(text.probabilities[i - head])}" if colour else "new-text"
                shown = visible(character)
            if this != style and run:
                yield Piece(run, style)
                run = ""
            style = this
            run += shown
        if run:
            yield Piece(run, style)
        if line == len(wrap.starts) - 1 and text.end is None and self.generation.running:
            yield Piece("▌", "cursor")
