"""What a corpus holds: how it is read and why, counts, lengths, symbols and some of its items.

A front end that shows this while a name is being typed looks at the beginning of a large file only.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.text.corpus import Corpus, Kind, facts
from charrnn_tui.text.decoding import is_packed, marked_encoding, written
from charrnn_tui.text.encoded import text_blocks
from charrnn_tui.text.files import find_files
from charrnn_tui.text.loading import load_beginning, load_corpus
from charrnn_tui.text.reading import TextError, check_file, shown
from charrnn_tui.text.records import column_names
from charrnn_tui.text.source import Source
from charrnn_tui.text.tables import Column, Table

READ_AT_MOST = 8 << 20
"""Characters looked at. A larger text is told by its beginning, and the summary says so."""

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
    source: Source
    """What it is read from and how, a column that was told included."""
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
    files: tuple[Path, ...] = ()
    encoding: str = "UTF-8"
    columns: tuple[Column, ...] = ()
    """Those of a table, or of a list whose lines look like records."""
    labels: tuple[tuple[str, int], ...] = ()
    """Each label and how many items have it, the most frequent first."""
    notes: tuple[str, ...] = ()
    """Sentences on what was left out."""

    @property
    def where(self) -> str:
        """The file, or the names of what it is read from."""
        return str(self.files[0]) if len(self.files) == 1 else self.source.words

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
    source: Source | str,
    kind: Kind | None = None,
    separator: str | None = None,
    *,
    read_at_most: int | None = READ_AT_MOST,
    samples: int = SAMPLES,
    seed: int | None = None,
) -> CorpusSummary:
    """Look at a corpus, at its first `read_at_most` characters (None: all of it, in flat memory where it is running
    text). It is named, or a source says what it is read from and how.

    `samples` items are spread evenly over a list, or lines in a row of running text; with a `seed` they are drawn at
    random, each with the same chance. Raises TextError with a sentence, ColumnError for a table.
    """
    if isinstance(source, str):
        source = Source((source,), kind, separator)
    found = find_files(source.names)
    try:
        for path in found.files:
            check_file(path)
        size = sum(path.stat().st_size for path in found.files)
        packed = any(map(is_packed, found.files))
        if read_at_most is None or (size <= read_at_most and not packed):
            corpus, partial = load_corpus(source), False
            text_of = corpus.path if corpus.kind == "stream" else None
            blocks: Iterable[str] = () if text_of is None else map(_decoded, text_blocks(text_of))
            start = 0 if text_of is None else text_of.stat().st_size // 5
        else:
            corpus, text, partial = load_beginning(source, read_at_most)
            blocks, start = [text], len(text) // 3
        told = _summary(corpus, size, partial, blocks, start, samples, seed)
        assert corpus.source is not None
        return replace(
            told, files=found.files, encoding=_encoding(found.files, source), columns=_columns(corpus, found.files[0])
        )
    except OSError as error:
        raise TextError(f"{shown(source.words)} cannot be read: {error.strerror or error}.") from error


def _columns(corpus: Corpus, file: Path) -> tuple[Column, ...]:
    """The columns of a table; also those of a list whose lines are plainly records, which may be wanted instead."""
    assert corpus.source is not None
    if corpus.source.column is not None:
        return Table(file, corpus.source.decoding).preview()
    if not column_names(corpus.items):
        return ()
    try:
        return Table(file, corpus.source.decoding).preview()
    except TextError:
        return ()


def _encoding(files: Sequence[Path], source: Source) -> str:
    """The encoding in which files are read, as it stands in a sentence."""
    if source.encoding is not None:
        return written(source.encoding)
    with files[0].open("rb") as file:
        return written(marked_encoding(file.read(4)) or "utf-8")


def _decoded(block: bytes | str) -> str:
    return block.decode("ascii") if isinstance(block, bytes) else block


def _summary(
    corpus: Corpus, size: int, partial: bool, blocks: Iterable[str], start: int, samples: int, seed: int | None
) -> CorpusSummary:
    assert corpus.source is not None
    told = CorpusSummary(
        corpus.name, corpus.source, corpus.kind, corpus.reason, size, partial, 0, 0, 0, (), 0, "", (), ()
    )
    told = (
        _of_items(told, corpus.items, samples, seed)
        if corpus.kind == "lines"
        else _of_text(told, blocks, start, samples, seed)
    )
    if not told.longest:
        raise TextError(f"{shown(corpus.source.words)} holds no text: every line is empty.")
    labels = Counter(label for label in corpus.labels or () if label)
    return replace(told, labels=tuple(labels.most_common()), notes=corpus.notes)


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
