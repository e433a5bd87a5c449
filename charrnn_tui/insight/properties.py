"""Properties of each character of a text, as numbers: what a unit might tell.

A property is told from the characters up to and including the one it belongs to, except for a regular expression,
which may look ahead within the item (or, in running text, the line).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.insight.passages import Passages
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.text import Vocabulary, visible

Values = NDArray[np.float64]

VOWELS = frozenset("aeiouаеиоуыэюяіαεηιουωאוי")
"""Base letters, without accents and case; y and w are left out, being either."""
_OPEN, _CLOSE = "([{⟨", ")]}⟩"
_OPEN_QUOTES, _CLOSE_QUOTES, _QUOTE = "“«„", "”»", '"'


@dataclass(frozen=True)
class Lines:
    """A text of characters [n], and where its items (in running text: its lines) begin."""

    text: str
    starts: NDArray[np.int64]
    """Items, or lines with their line feed."""

    @classmethod
    def of(cls, passages: Passages, vocabulary: Vocabulary) -> Lines:
        """The text of passages."""
        text = vocabulary.decode(passages.ids.tolist())
        if passages.lists:
            return cls(text, passages.starts)
        ends = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32) == ord("\n")) + 1
        starts = np.concatenate([[0], ends])
        return cls(text, starts[starts < max(1, len(text))].astype(np.int64))

    @cached_property
    def points(self) -> NDArray[np.uint32]:
        """Code points [n]."""
        return np.frombuffer(self.text.encode("utf-32-le"), dtype=np.uint32)

    @cached_property
    def _symbols(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """The code points that occur, and which of them stands where [n]."""
        points, where = np.unique(self.points, return_inverse=True)
        return points, where

    def table(self, tells: Callable[[str], bool]) -> NDArray[np.bool_]:
        """A property of the character alone [n], told once a symbol."""
        points, where = self._symbols
        told: NDArray[np.bool_] = np.array([tells(chr(p)) for p in points.tolist()], dtype=bool)[where]
        return told

    def place(self) -> NDArray[np.int64]:
        """Place [n] in the item or line, from 1."""
        lengths = np.diff(np.append(self.starts, len(self.text)))
        return 1 + np.arange(len(self.text)) - np.repeat(self.starts, lengths)

    def parts(self) -> Iterator[tuple[int, str]]:
        """(where it begins, the item or the line without its line feed)."""
        for start, end in zip(self.starts.tolist(), [*self.starts[1:].tolist(), len(self.text)], strict=True):
            yield start, self.text[start:end].removesuffix("\n")


def _since(marks: NDArray[np.bool_], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many characters since the last mark within the item, [n]; since its start where there is none."""
    index = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, index, -1))
    return np.minimum(index - last, place)


def _after(marks: NDArray[np.bool_], place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True where the character before, in the same item, is marked."""
    shifted = np.concatenate([[False], marks[:-1]])
    result: NDArray[np.bool_] = shifted & (place > 1)
    return result


def _is_vowel(symbol: str) -> bool:
    return unicodedata.normalize("NFD", symbol)[0].casefold() in VOWELS


def _inside(lines: Lines, opens: str, closes: str, toggles: str) -> NDArray[np.bool_]:
    """True from an opening character to the one before its closing, nested or not.

    Anew at each item; in running text at each empty line, so that one that was never closed spoils a paragraph only.
    """
    marks = np.flatnonzero(lines.table(lambda symbol: symbol in opens + closes + toggles))
    breaks = set(lines.starts.tolist())
    if "\n" in lines.text:
        breaks = {start for start, line in lines.parts() if not line}
    change = np.zeros(len(lines.text) + 1, dtype=np.int64)
    depth, toggled = 0, False
    events = sorted([(int(at), 1) for at in marks.tolist()] + [(at, 0) for at in breaks])
    for at, is_mark in events:
        before = depth + toggled
        if not is_mark:
            depth, toggled = 0, False
        elif (symbol := lines.text[at]) in toggles:
            toggled = not toggled
        else:
            depth = depth + 1 if symbol in opens else max(0, depth - 1)
        change[at] += depth + toggled - before
    inside: NDArray[np.bool_] = np.cumsum(change[:-1]) > 0
    return inside


def _word_place(lines: Lines) -> Values:
    letters = lines.table(str.isalnum)
    return np.where(letters, _since(~letters, lines.place()), 0).astype(np.float64)


PROPERTIES: dict[str, tuple[str, Callable[[Lines], NDArray[np.generic]]]] = {
    "position": ("place in the item, in running text in the line", lambda lines: lines.place()),
    "word position": ("place in the word, 0 between words", _word_place),
    "vowel": ("a vowel", lambda lines: lines.table(_is_vowel)),
    "capital": ("a capital letter", lambda lines: lines.table(str.isupper)),
    "space": ("a space or a line's end", lambda lines: lines.table(str.isspace)),
    "after space": ("the first character after a space", lambda lines: _after(lines.table(str.isspace), lines.place())),
    "digit": ("a digit", lambda lines: lines.table(str.isdigit)),
    "quotes": ("inside quotation marks", lambda lines: _inside(lines, _OPEN_QUOTES, _CLOSE_QUOTES, _QUOTE)),
    "brackets": ("inside brackets", lambda lines: _inside(lines, _OPEN, _CLOSE, "")),
    "line length": ("characters since the last line feed", lambda lines: _line_length(lines)),
}
"""Name -> what it means, and its values [n] along a text."""


def _line_length(lines: Lines) -> NDArray[np.int64]:
    return _since(lines.table(lambda symbol: symbol == "\n"), lines.place())


def matching(pattern: str) -> Callable[[Lines], NDArray[np.generic]]:
    """The property of standing inside a match of a regular expression (Python's `re`), item by item or line by line.

    Raises InsightError for one that is none.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise InsightError(f"{visible(pattern)!r} is no regular expression: {error}.") from error

    def values(lines: Lines) -> NDArray[np.generic]:
        inside = np.zeros(len(lines.text), dtype=bool)
        for start, part in lines.parts():
            for match in compiled.finditer(part):
                inside[start + match.start() : start + match.end()] = True
        return inside

    return values


def property_named(name: str) -> Callable[[Lines], NDArray[np.generic]]:
    """A property by name, or `/pattern/` for a regular expression. Raises InsightError."""
    if len(name) > 2 and name.startswith("/") and name.endswith("/"):
        return matching(name[1:-1])
    wanted = name.replace("-", " ").replace("_", " ").casefold()
    if wanted not in PROPERTIES:
        known = ", ".join(PROPERTIES)
        raise InsightError(
            f"there is no property {visible(name)!r}; there are {known}, and regular expressions between slashes."
        )
    return PROPERTIES[wanted][1]
