"""Corpora: a list of items (names, molecules, poems) or one long text.

Two shapes. *lines*: each line (or each block between separators) is one item with a start and an end.
*stream*: one running text, of which a network sees windows. Which one a file is, is told from the file and
can be set.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from charrnn_tui.text.arguments import check_texts
from charrnn_tui.text.reading import TextError, normalise
from charrnn_tui.text.safe import visible
from charrnn_tui.text.symbols import half_a_character

if TYPE_CHECKING:
    from charrnn_tui.text.source import Source

Kind = Literal["lines", "stream"]

LARGEST_LIST = 256 << 20
"""A file larger than this (bytes) is always a stream: a list is held in memory as Python strings."""


@dataclass(frozen=True)
class Corpus:
    """A text to learn from.

    `items` holds the items of a list and is empty for a stream, whose text stays in `path`.
    `reason` says in a few words why it is taken as a list or as a stream. `path`: the file of a list where it is one
    alone, or one file of UTF-8 with the whole running text. `labels` stand beside the items of a table, one each, ''
    where an item has none; None where the corpus has no labels at all. `source` says what it was read from and how;
    `notes` are sentences on what was left out.
    """

    name: str
    kind: Kind
    items: tuple[str, ...]
    path: Path | None
    reason: str
    separator: str = "\n"
    labels: tuple[str, ...] | None = None
    source: Source | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_lines(cls, lines: Iterable[str], name: str = "lines") -> Corpus:
        """A list held in memory. Empty items are left out; raises TextError where nothing is left."""
        items = without_start(tuple(normalise(line) for line in check_texts(lines, "the items") if line))
        for number, item in enumerate(items, start=1):
            if half := half_a_character(item):
                raise TextError(
                    f"item {number} of {name} ({visible(item[:30])}) holds {half}, "
                    "which stands in no text; take it out, or decode the text it came from as what it is."
                )
        if not items:
            raise TextError(f"{name} holds no items: every line is empty.")
        return cls(name, "lines", items, None, "given as a list")

    @classmethod
    def from_file(
        cls,
        path: Path | str,
        *,
        kind: Kind | None = None,
        separator: str | None = None,
        name: str | None = None,
    ) -> Corpus:
        """A corpus in a text file (UTF-8).

        `kind` overrides what the file looks like; `separator` makes each block between separators an item
        (`"\\n\\n"`: blank lines). Raises TextError with a sentence where the file cannot be used.
        """
        from charrnn_tui.text.files import Found
        from charrnn_tui.text.loading import read_files
        from charrnn_tui.text.source import Source, title_of

        path = Path(path)
        return read_files(Found((path,)), Source((str(path),), kind, separator), name or title_of(str(path)))


def split_items(text: str, separator: str | None = None, *, keep_start: bool = False) -> tuple[str, ...]:
    """The items of a text: its lines, or the blocks between separators; empty ones are left out.

    `keep_start`: as they stand, where more items belong to the same list (see `without_start`).
    """
    items = tuple(item for part in text.split(separator or "\n") if (item := part.strip("\n")))
    return items if keep_start else without_start(items)


def without_start(items: tuple[str, ...]) -> tuple[str, ...]:
    """The items without a space that each of them begins with: it is no part of them, but the start token of the
    tutorials that keep it in their files."""
    if all(map(_spaced, items)) and len(items) > 1:
        return tuple(item[1:] for item in items)
    return items


def _spaced(item: str) -> bool:
    """Whether an item begins with one space, and with no more of them."""
    return item[:1] == " " and item[1:2].strip() != ""


def tell_kind(text: str) -> tuple[Kind, str]:
    """Whether a text looks like a list of items or like one running text, and why in a few words."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    full = [line for line in lines if line.strip()]
    if len(full) < 2:
        return "stream", "a single line"
    if all(map(_spaced, full)):
        full = [line[1:] for line in full]  # see `without_start`
    median = statistics.median(len(line) for line in full)
    blank = 1 - len(full) / len(lines)
    indented = sum(line[0] in " \t" for line in full) / len(full)
    distinct = len(set(full)) / len(full)
    lower = sum(line[0].islower() for line in full) / len(full)
    if max(len(line) for line in full) > 2000:
        return "stream", "very long lines"
    if median > 90:
        return "stream", f"median line of {median:.0f} characters"
    if blank > 0.02:
        return "stream", f"{blank:.0%} blank lines"
    if indented > 0.05:
        return "stream", f"{indented:.0%} indented lines"
    if distinct < 0.5 and median < 60 and indented > 0:
        return "stream", "many repeated lines"
    if median > 40 and 0.2 < lower < 0.95 and sum(" " in line for line in full) > 0.9 * len(full):
        return "stream", "wrapped prose"
    return "lines", f"short lines, median {median:.0f} characters, {distinct:.0%} distinct"


@dataclass(frozen=True)
class CorpusFacts:
    """What `corpora show` prints: counts in items and characters, and a histogram of lengths."""

    items: int
    distinct: int
    characters: int
    symbols: int
    longest: int
    longest_item: str
    histogram: tuple[tuple[int, int], ...]
    """(length, items of that length), by length, every length from the shortest to the longest."""


def facts(items: Sequence[str]) -> CorpusFacts:
    """Count a list's items. `items` must not be empty."""
    lengths = Counter(map(len, items))
    longest_item = max(items, key=len)
    symbols: set[str] = set()
    for item in items:
        symbols.update(item)
    return CorpusFacts(
        items=len(items),
        distinct=len(set(items)),
        characters=sum(length * count for length, count in lengths.items()),
        symbols=len(symbols),
        longest=len(longest_item),
        longest_item=longest_item,
        histogram=tuple((n, lengths.get(n, 0)) for n in range(min(lengths), max(lengths) + 1)),
    )
