"""What a corpus holds: how it is read and why, counts, lengths, symbols and some of its items.

A front end that shows this while a name is being typed looks at the beginning of a large file only.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.text.corpus import LARGEST_LIST, Corpus, Kind, facts, split_items, tell_kind
from charrnn_tui.text.decoding import decode_text
from charrnn_tui.text.encoded import text_blocks
from charrnn_tui.text.loading import load_corpus
from charrnn_tui.text.reading import TextError, check_file, shown
from charrnn_tui.text.shipped import find_corpus, known_kind

READ_AT_MOST = 8 << 20
"""Bytes looked at. A larger file is told by its beginning, and the summary says so."""

SAMPLES = 40

_LONGEST_SHOWN = 2000
"""Characters kept of a line of running text, which may be the whole text."""


@dataclass(frozen=True)
class CorpusSummary:
    """Facts of a corpus, or of its beginning where `partial`.

    Of running text, `items`, `distinct` and `longest` tell of lines, empty ones included, and all lines count as
    distinct (to tell would take memory). `histogram` has (length, items of that length) from the shortest to the
    longest; `samples` are items from all over a list, or a passage of running text.
    """

    name: str
    path: Path
    kind: Kind
    reason: str
    size: int
    """Bytes of the whole file."""
    partial: bool
    items: int
    distinct: int
    characters: int
    symbols: tuple[str, ...]
    longest: int
    longest_item: str
    histogram: tuple[tuple[int, int], ...]
    samples: tuple[str, ...]

    @property
    def counted(self) -> str:
        """In a few words: how much there is."""
        least = "over " if self.partial else ""
        what = f"{self.items:,} items" if self.kind == "lines" else f"{self.characters:,} characters"
        return f"{least}{what}, {len(self.symbols):,} symbols"

    @property
    def told(self) -> str:
        """How it is read and why."""
        how = "a list of items" if self.kind == "lines" else "one running text"
        return f"{how}: {self.reason}"


def summarise(
    name_or_path: str,
    kind: Kind | None = None,
    separator: str | None = None,
    *,
    read_at_most: int | None = READ_AT_MOST,
    samples: int = SAMPLES,
    seed: int | None = None,
) -> CorpusSummary:
    """Look at a named corpus or a file, at its first `read_at_most` bytes (None: all of it, in flat memory where it is
    running text).

    `samples` items are spread evenly over a list, or lines in a row of running text; with a `seed` they are drawn at
    random, each with the same chance. Raises TextError with a sentence.
    """
    path = find_corpus(name_or_path)
    check_file(path)
    try:
        size = path.stat().st_size
        if read_at_most is None or size <= read_at_most:
            corpus = load_corpus(name_or_path, kind=kind, separator=separator)
            blocks: Iterable[str] = () if corpus.kind == "lines" else map(_decoded, text_blocks(path))
            return _summary(corpus, size, False, blocks, size // 5, samples, seed)
        corpus, text = _beginning(name_or_path, path, kind, separator, size, read_at_most)
        return _summary(corpus, size, True, [text], len(text) // 3, samples, seed)
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be read: {error.strerror or error}.") from error


def _decoded(block: bytes | str) -> str:
    return block.decode("ascii") if isinstance(block, bytes) else block


def _beginning(
    name_or_path: str, path: Path, kind: Kind | None, separator: str | None, size: int, read_at_most: int
) -> tuple[Corpus, str]:
    """A large file as its beginning tells it, and the text of that."""
    with path.open("rb") as file:
        data = file.read(read_at_most)
    # Cut where no character is split: at a line's end, or else before an unfinished UTF-8 sequence.
    end = data.rfind(b"\n") + 1
    if not end:
        end = next((i for i in range(len(data) - 1, len(data) - 5, -1) if data[i] & 0xC0 != 0x80), len(data))
    text = decode_text(data[:end], path)
    name, reason = path.stem, "as asked"
    if kind is None:
        known = known_kind(name_or_path)
        if separator is not None:
            kind, reason = "lines", "items between separators"
        elif known is not None:
            (kind, reason), name = known, name_or_path
        elif size > LARGEST_LIST:
            kind, reason = "stream", "too large for a list"
        else:
            kind, reason = tell_kind(text[: 1 << 20])
    if kind == "stream":
        return Corpus(name, kind, (), path, reason), text
    if size > LARGEST_LIST:
        raise TextError(
            f"{shown(path)} has {size >> 20} MiB, too much for a list of items "
            f"({LARGEST_LIST >> 20} MiB at most); train on it as one running text."
        )
    return Corpus(name, kind, split_items(text, separator), path, reason, separator or "\n"), text


def _summary(
    corpus: Corpus, size: int, partial: bool, blocks: Iterable[str], start: int, samples: int, seed: int | None
) -> CorpusSummary:
    assert corpus.path is not None
    told = CorpusSummary(
        corpus.name, corpus.path, corpus.kind, corpus.reason, size, partial, 0, 0, 0, (), 0, "", (), ()
    )
    told = (
        _of_items(told, corpus.items, samples, seed)
        if corpus.kind == "lines"
        else _of_text(told, blocks, start, samples, seed)
    )
    if not told.longest:
        raise TextError(f"{shown(corpus.path)} holds no text: every line is empty.")
    return told


def _of_items(told: CorpusSummary, items: tuple[str, ...], samples: int, seed: int | None) -> CorpusSummary:
    if not items:
        return told
    found = facts(items)
    symbols = set[str]()
    for item in items:
        symbols.update(item)
    step = max(1, len(items) // max(1, samples))
    spread = items[::step][:samples]
    drawn = spread if seed is None else tuple(random.Random(seed).sample(items, min(samples, len(items))))
    return replace(
        told,
        items=found.items,
        distinct=found.distinct,
        characters=found.characters,
        symbols=tuple(sorted(symbols)),
        longest=found.longest,
        longest_item=found.longest_item,
        histogram=found.histogram,
        samples=drawn,
    )


def _of_text(told: CorpusSummary, blocks: Iterable[str], start: int, samples: int, seed: int | None) -> CorpusSummary:
    symbols = set[str]()
    lengths: Counter[int] = Counter()
    shown_lines = _Passage(start, samples) if seed is None else _Reservoir(samples, seed)
    characters, longest, longest_line = 0, 0, ""

    def seen() -> Iterator[str]:
        nonlocal characters
        for block in blocks:
            symbols.update(block)
            yield block
            characters += len(block)

    for length, line in _lines(seen()):
        lengths[length] += 1
        if length > longest:
            longest, longest_line = length, line
        shown_lines.take(length, line)
    if not lengths:
        return told
    lines = lengths.total()
    return replace(
        told,
        items=lines,
        distinct=lines,
        characters=characters,
        symbols=tuple(sorted(symbols)),
        longest=longest,
        longest_item=longest_line,
        histogram=tuple((n, lengths[n]) for n in range(min(lengths), longest + 1)),
        samples=tuple(shown_lines.lines),
    )


def _lines(blocks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(Length, beginning) of each line of a text that comes in blocks, in flat memory however long a line is."""
    length, begun = 0, ""
    for block in blocks:
        first, *rest = block.split("\n")
        length, begun = length + len(first), begun + first[: _LONGEST_SHOWN - len(begun)]
        for line in rest:
            yield length, begun
            length, begun = len(line), line[:_LONGEST_SHOWN]
    if length:
        yield length, begun


class _Passage:
    """Lines in a row, from that which holds character `start` on."""

    def __init__(self, start: int, count: int) -> None:
        self.lines: list[str] = []
        self._left, self._count = start, count

    def take(self, length: int, line: str) -> None:
        """The next line."""
        self._left -= length + 1
        if self._left < 0 and len(self.lines) < self._count:
            self.lines.append(line)


class _Reservoir:
    """Lines that are not blank, each with the same chance, whatever their number (Vitter 1985, algorithm R)."""

    def __init__(self, count: int, seed: int) -> None:
        self.lines: list[str] = []
        self._count, self._seen = count, 0
        self._generator = random.Random(seed)

    def take(self, length: int, line: str) -> None:
        """The next line."""
        if not line.strip():
            return
        self._seen += 1
        if len(self.lines) < self._count:
            self.lines.append(line)
        elif (at := self._generator.randrange(self._seen)) < self._count:
            self.lines[at] = line
