"""How a block of the pane is laid out in lines: header, texts, actions. Plain values; the widget paints them.

`Block` is what all kinds share; `DrawnBlock` shows texts that a network drew, `ProbableBlock` the most probable items.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import ClassVar, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from rich.cells import cell_len

from charrnn_tui.tui.content.probable import Entry
from charrnn_tui.tui.content.wrapping import Wrap, cell_width

GenerationAct: TypeAlias = Literal[
    "again", "next_seed", "temperatures", "look", "copy_text", "copy_command", "keep", "unkeep"
]
"""What can be done with a block."""
ACTIONS: dict[GenerationAct, tuple[str, str]] = {
    "again": ("↻", "again"),
    "next_seed": ("→", "next seed"),
    "temperatures": ("≋", "compare"),
    "look": ("◎", "look"),
    "copy_text": ("❐", "copy"),
    "copy_command": ("$", "command"),
    "keep": ("★", "keep"),
    "unkeep": ("☆", "unkeep"),
}
"""Their signs and names, in the order in which they are shown."""
INDENT = 2
KEPT = " ★"
"""The mark of a text that is among the favourites."""
CHOSEN = "▸ "
"""The mark before the chosen line of a block, as wide as `INDENT`."""
EntryT = TypeVar("EntryT", bound=Entry)


class Piece(NamedTuple):
    """Some text in one style. `style` names a component class of the widget; `action` is what a click does.

    `of` is the place of the text that it shows, None where it shows none.
    """

    text: str
    style: str
    action: str = ""
    of: int | None = None


class Span(NamedTuple):
    """A part of a line that shows characters `start` to `end` of a text, from a column (cell) on."""

    text: int
    column: int
    start: int
    end: int
    last: bool
    """Whether the text ends here."""


class Block(Generic[EntryT]):
    """The lines of one entry at one width.

    `bare` leaves header and spacing out (for very low terminals); `chosen` adds the row of actions; `at` is the place
    of the one text that is chosen. Below, `number` is the number of a line among those of the texts.
    """

    actions: ClassVar[Sequence[GenerationAct]] = ()

    def __init__(self, entry: EntryT) -> None:
        self.entry = entry
        self._wraps: list[Wrap] = []
        self._ends: list[int] = []
        self._width = 0
        self._version = -1

    # --- what each kind says ---

    def facts(self) -> Iterator[str]:
        """The facts of the header, the most important first."""
        raise NotImplementedError

    def _characters(self, at: int) -> Sequence[str]:
        """The characters of a text, one entry each."""
        raise NotImplementedError

    def _label(self, at: int) -> str:
        """What stands before the first line of a text."""
        raise NotImplementedError

    @property
    def _label_cells(self) -> int:
        """Cells before each text, a space included; 0 for none."""
        raise NotImplementedError

    def _pieces(self, span: Span, colour: bool) -> Iterator[Piece]:
        """One line of one text."""
        raise NotImplementedError

    # --- layout ---

    @property
    def _count(self) -> int:
        return len(self.entry.texts)

    def _text_width(self, width: int) -> int:
        """Cells for one line of a text."""
        return width - INDENT - self._label_cells

    def _wrap(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._wraps = [Wrap(self._text_width(width)) for _ in range(self._count)]
            self._version = -1
        if self._version != self.entry.version:
            self._ends = self._heights([wrap.extend(self._characters(at)) for at, wrap in enumerate(self._wraps)])
            self._version = self.entry.version

    def _heights(self, heights: list[int]) -> list[int]:
        """Where each text ends, in lines."""
        return list(accumulate(heights))

    @property
    def _body(self) -> int:
        return self._ends[-1] if self._ends else 0

    def height(self, width: int, *, bare: bool = False, chosen: bool = False) -> int:
        """Number of lines."""
        self._wrap(width)
        return self._body if bare else self._body + 2 + (1 if chosen else 0)

    def kept_words(self) -> Iterator[str]:
        """How much of it is among the favourites, where anything is."""
        if kept := len(self.entry.kept):
            yield "★ kept" if kept == self._count else f"★ {kept} kept"

    def title(self, width: int = 1_000) -> str:
        """The header: as many facts as fit."""
        parts = list(self.facts())
        text = parts[0]
        for part in parts[1:]:
            if cell_len(text) + 3 + cell_len(part) <= width:
                text += f" · {part}"
        return text

    def line(
        self, number: int, width: int, *, bare: bool, chosen: bool, colour: bool, at: int | None = None
    ) -> list[Piece]:
        """The pieces of a line of the block."""
        self._wrap(width)
        if not bare:
            if number == 0:
                return [Piece(" " * INDENT, ""), Piece(self.title(width - INDENT), "header")]
            number -= 1
        if number < self._body:
            return list(self._line(number, colour, at))
        if chosen and number == self._body:
            return self._actions(width, at)
        return []

    def rows_of(self, at: int, width: int, *, bare: bool) -> tuple[int, int]:
        """The first line of a text among those of the block, and the one behind its last."""
        self._wrap(width)
        head = 0 if bare else 1
        if len(self._ends) < self._count:  # beside each other
            return head, head + self._body
        return head + (self._ends[at - 1] if at else 0), head + self._ends[at]

    def _line(self, number: int, colour: bool, at: int | None) -> Iterator[Piece]:
        for span in self._spans(number):
            yield Piece(CHOSEN if span.text == at and span.start == 0 else " " * INDENT, "mark", of=span.text)
            if self._label_cells:
                label = self._label(span.text) if span.start == 0 else ""
                yield Piece(label.rjust(self._label_cells - 1) + " ", "label", of=span.text)
            for piece in self._pieces(span, colour):
                yield piece._replace(of=span.text)
            if span.last and self._count > 1 and span.text in self.entry.kept:
                yield Piece(KEPT, "new", of=span.text)

    def _spans(self, number: int) -> list[Span]:
        """What a line shows of the texts: here one below the other."""
        at = bisect_right(self._ends, number)
        wrap = self._wraps[at]
        line = number - (self._ends[at - 1] if at else 0)
        start, end = wrap.span(line)
        return [Span(at, INDENT + self._label_cells, start, end, line == len(wrap.starts) - 1)]

    def _actions(self, width: int, at: int | None) -> list[Piece]:
        kept = self.entry.kept.issuperset(range(self._count) if at is None else [at])
        actions = [name for name in self.actions if name != ("keep" if kept else "unkeep")]
        head = "" if at is None else f"{at + 1}: "
        pieces = [Piece(" " * INDENT, ""), Piece(head, "label")]
        for name, text in zip(actions, self._fitting(actions, width - INDENT - len(head)), strict=True):
            pieces += [Piece(text, "action", name), Piece("  ", "")]
        return pieces

    @staticmethod
    def _fitting(actions: Sequence[GenerationAct], room: int) -> list[str]:
        """The names of the actions, with signs or without, or the signs alone: what fits."""
        for form in ("{} {}", "{1}", "{0}"):
            names = [form.format(*ACTIONS[name]) for name in actions]
            if sum(map(cell_len, names)) + 2 * (len(names) - 1) <= room:
                break
        return names

    # --- copying ---

    def copied(self, number: int, start: int, end: int | None, width: int, *, bare: bool) -> str:
        """The characters of the texts between two columns of a line (None: to its end), and nothing else.

        What was wrapped is joined again: a line's end is only there where the text has one, or ends.
        """
        self._wrap(width)
        number -= 0 if bare else 1
        if not 0 <= number < self._body:
            return ""
        parts, ends = [], False
        for span in self._spans(number):
            part, column = "", span.column
            characters = self._characters(span.text)
            for i in range(span.start, span.end):
                cells = 0 if characters[i] == "\n" else cell_width(characters[i])
                if (end is None or column < end) and column + max(1, cells) > start:
                    part += characters[i]
                column += cells
            if part:
                parts.append(part)
                ends = ends or (span.last and (end is None or column < end))
        return "\t".join(parts) + ("\n" if ends or len(parts) > 1 else "")
