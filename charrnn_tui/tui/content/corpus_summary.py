"""What a corpus holds, told quickly enough to be shown while its name is being typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.text import Corpus, Kind, TextError, facts, tell_kind
from charrnn_tui.text.corpus import LARGEST_LIST
from charrnn_tui.text.reading import check_file, decode_text, shown
from charrnn_tui.text.shipped import find_corpus, shipped_corpora
from charrnn_tui.training.plan.prepare import PYTHON_STDLIB, python_stdlib

READ_AT_MOST = 8 << 20
"""Bytes looked at. A larger file is told by its beginning, and the summary says so."""

SAMPLES = 40


@dataclass(frozen=True)
class CorpusSummary:
    """Facts of a corpus, or of its beginning where `partial`. Of a stream, `items` are its lines.

    `histogram` has (length, items of that length) from the shortest to the longest; `samples` are items from all
    over a list, or a passage of a stream.
    """

    name: str
    path: Path
    kind: Kind
    reason: str
    size: int
    partial: bool
    items: int
    distinct: int
    characters: int
    symbols: tuple[str, ...]
    longest: int
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


def corpus_names() -> list[str]:
    """Names that stand for a corpus: the shipped ones, and the long text that every Python brings."""
    return [*shipped_corpora(), PYTHON_STDLIB]


def summarise(name_or_path: str, kind: Kind | None = None, separator: str | None = None) -> CorpusSummary:
    """Look at a shipped corpus or a file. Reads `READ_AT_MOST` bytes. Raises TextError with a sentence."""
    if name_or_path == PYTHON_STDLIB:
        found = _look_into(python_stdlib(), kind or "stream", separator)
        reason = found.reason if kind else "the source of Python's library"
        return replace(found, name=PYTHON_STDLIB, reason=reason)
    path = _find(name_or_path)
    if path in shipped_corpora().values() and kind is None and separator is None:
        return replace(_look_into(path, "lines", None), reason="a shipped list")
    return _look_into(path, kind, separator)


def _look_into(path: Path, kind: Kind | None, separator: str | None) -> CorpusSummary:
    try:
        size = path.stat().st_size
        if size <= READ_AT_MOST:
            return _whole(path, kind, separator, size)
        return _beginning(path, kind, separator, size)
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be read: {error.strerror or error}.") from error


def _find(name_or_path: str) -> Path:
    try:
        path = find_corpus(name_or_path)
        if path.exists() and not path.is_file() and not path.is_dir():
            # Opening a pipe would wait for somebody to write into it.
            raise TextError(f"{shown(path)} is no regular file; save the text to one.")
        check_file(path)
    except OSError as error:
        raise TextError(f"{shown(name_or_path[:200])} cannot be read: {error.strerror or error}.") from error
    except RuntimeError as error:
        raise TextError(f"{shown(name_or_path[:200])} leads to no home folder; check the name after the ~.") from error
    return path


def _whole(path: Path, kind: Kind | None, separator: str | None, size: int) -> CorpusSummary:
    corpus = Corpus.from_file(path, kind=kind, separator=separator)
    text = decode_text(path.read_bytes(), path) if corpus.kind == "stream" else ""
    return _summary(path, corpus.kind, corpus.reason, size, False, corpus.items, text)


def _beginning(path: Path, kind: Kind | None, separator: str | None, size: int) -> CorpusSummary:
    with path.open("rb") as file:
        data = file.read(READ_AT_MOST)
    # Cut where no character is split: at a line's end, or else before an unfinished UTF-8 sequence.
    end = data.rfind(b"\n") + 1
    if not end:
        end = next((i for i in range(len(data) - 1, len(data) - 5, -1) if data[i] & 0xC0 != 0x80), len(data))
    text = decode_text(data[:end], path)
    reason = "as asked"
    if kind is None:
        if separator is not None:
            kind, reason = "lines", "items between separators"
        elif size > LARGEST_LIST:
            kind, reason = "stream", "too large for a list"
        else:
            kind, reason = tell_kind(text[: 1 << 20])
    if kind == "lines" and size > LARGEST_LIST:
        raise TextError(
            f"{shown(path)} has {size >> 20} MiB, too much for a list of items "
            f"({LARGEST_LIST >> 20} MiB at most); train on it as one running text."
        )
    parts = text.split(separator or "\n")
    items = tuple(item for part in parts if (item := part.strip("\n"))) if kind == "lines" else ()
    return _summary(path, kind, reason, size, True, items, text)


def _summary(
    path: Path, kind: Kind, reason: str, size: int, partial: bool, items: tuple[str, ...], text: str
) -> CorpusSummary:
    if kind == "lines":
        step = max(1, len(items) // SAMPLES)
        samples = items[::step][:SAMPLES]
        symbols, characters = set[str](), 0
        for item in items:
            symbols.update(item)
    else:
        lines = text.split("\n")
        items = tuple(line for line in lines if line)
        start = len(lines) // 3
        samples = tuple(lines[start : start + SAMPLES])
        symbols, characters = set(text), len(text)
    if not items:
        raise TextError(f"{shown(path)} holds no text: every line is empty.")
    found = facts(items)
    return CorpusSummary(
        name=path.stem,
        path=path,
        kind=kind,
        reason=reason,
        size=size,
        partial=partial,
        items=found.items,
        distinct=found.distinct,
        characters=characters or found.characters,
        symbols=tuple(sorted(symbols)),
        longest=found.longest,
        histogram=found.histogram,
        samples=samples,
    )
