"""One running text from several files, packed files, other encodings or a column: written once, as UTF-8.

A text that is one file of UTF-8 already is read where it stands. What else there is stands in the cache, under a hash
of all that decides it, so that a second start finds it, and everyone behind has one file to read. Of too much, what was
not used for longest goes (`files.cache`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from charrnn_tui.files import atomic, cache, paths
from charrnn_tui.text.decoding import decoded_blocks, is_packed, marked_encoding
from charrnn_tui.text.encoded import content_hash
from charrnn_tui.text.reading import TextError, check_file, shown
from charrnn_tui.text.source import Source
from charrnn_tui.text.tables import Table

_RULE = "1"
"""Changed with the rule by which texts are put together."""


def running_text(files: Sequence[Path], source: Source) -> Path:
    """The file of UTF-8 that holds the text of some files, an empty line between two of them. Raises TextError."""
    for path in files:
        check_file(path)
    if len(files) == 1 and is_as_it_stands(files[0], source):
        return files[0]
    try:
        parts = [content_hash(path) for path in files]
    except OSError as error:
        raise TextError(f"{shown(files[0])} cannot be read: {error.strerror or error}.") from error
    rule = [_RULE, repr((source.column, source.encoding, source.errors)), *parts]
    key = hashlib.sha256("\n".join(rule).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    target = paths.cache() / "corpora" / f"{key}.txt"
    if target.exists():
        cache.touch(target)
        return target

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            for text in _texts(files, source):
                file.write(text)

    try:
        atomic.write_with(target, write)
    except OSError as error:
        raise TextError(
            f"the text cannot be put together in {shown(target.parent)}: {error.strerror or error}; make room there or "
            "set XDG_CACHE_HOME to another folder."
        ) from error
    cache.bound(target.parent)
    return target


def is_as_it_stands(path: Path, source: Source) -> bool:
    """Whether a file is one of UTF-8 that can be read where it stands."""
    if source.column is not None or not source.decoding.is_plain:
        return False
    try:
        with path.open("rb") as file:
            return not is_packed(path) and marked_encoding(file.read(4)) in (None, "utf-8")
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be read: {error.strerror or error}.") from error


def _texts(files: Sequence[Path], source: Source) -> Iterator[str]:
    for number, path in enumerate(files):
        if source.column is None:
            blocks = decoded_blocks(path, source.decoding)
        else:
            values = (value for _, value, _ in Table(path, source.decoding).values(source.column))
            blocks = (f"{value}\n" for value in values if value)
        last = ""
        for block in blocks:
            if number and not last and source.column is None:
                yield "\n"
            yield block
            last = block[-1:]
        if last not in ("", "\n"):
            yield "\n"
