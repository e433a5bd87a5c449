"""One long text as a memory-mapped file of ids: encoded once, by NumPy, in flat memory however large it is.

Two passes over the file in blocks. The first checks UTF-8, collects the symbols and hashes the content; the second
writes ids through a look-up table. The result lies in the cache under the content's hash, so a second start only
hashes. Ids take one byte where the vocabulary allows, two otherwise.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.files import atomic, paths
from charrnn_tui.files.cache import bound, touch
from charrnn_tui.text.decoding import utf8_error
from charrnn_tui.text.reading import TextError, check_file, shown
from charrnn_tui.text.symbols import PAD, UnknownSymbolsError
from charrnn_tui.text.vocabulary import Vocabulary

BLOCK = 1 << 20
"""Bytes read at once; the memory of larger ones is given back and fetched anew, which takes longer than the work."""
_BOM = b"\xef\xbb\xbf"
_VERSION = 1
_POINTS = 0x110000
# A composed character may continue over a block's end; a block is cut at a line's end where there is one,
# or else before a character that cannot combine with what stands before it.
_LONGEST_TAIL = 1 << 16


@dataclass(frozen=True)
class EncodedText:
    """Ids of a whole text [characters], in a file mapped into memory, and the vocabulary they mean."""

    ids: NDArray[np.integer]
    vocabulary: Vocabulary
    content: str
    """Hash of the file's bytes, for telling whether a text has changed."""


def _raw_blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file in blocks that end at a line's end (or at a safe ASCII character), without BOM."""
    with path.open("rb") as file:
        carried = file.read(3).removeprefix(_BOM)
        while True:
            data = file.read(BLOCK)
            if not data:
                if carried:
                    yield carried
                return
            data = carried + data
            cut = data.rfind(b"\n", max(0, len(data) - _LONGEST_TAIL)) + 1
            cut = cut or data.rfind(b" ", max(0, len(data) - _LONGEST_TAIL)) + 1
            cut = cut or _safe_cut(data)
            carried = data[cut:]
            yield data[:cut]


def _safe_cut(data: bytes) -> int:
    """Where the last whole character begins that cannot combine with what stands before it."""
    end = len(data)
    while end > 0 and len(data) - end < _LONGEST_TAIL:
        start = _character_start(data, end)
        if start == 0:
            return 0  # one character so far, which what follows may join
        if start == end:
            break
        character = data[start:end].decode("utf-8", "replace")
        if character != "\ufffd" and not _combines(character):
            return start
        end = start
    return _character_start(data, len(data))


def _character_start(data: bytes, end: int) -> int:
    """Where the last UTF-8 character before `end` begins, which may be incomplete."""
    for back in range(1, min(4, end) + 1):
        if data[end - back] & 0xC0 != 0x80:
            return end - back
    return end


def _combines(character: str) -> bool:
    """Whether a character may be composed with the one before it: a mark, or a vowel or final of Hangul."""
    return unicodedata.category(character).startswith("M") or "\u1160" <= character <= "\u11ff"


def text_blocks(path: Path) -> Iterator[bytes | str]:
    """Blocks of text: bytes where they are pure ASCII (no decoding needed), str otherwise; line ends are LF."""
    read = 0
    for block in _raw_blocks(path):
        size = len(block)
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if block.isascii():
            yield block
        else:
            try:
                text = block.decode("utf-8")
            except UnicodeDecodeError as error:
                raise utf8_error(path, block, error, _newlines(path, read)) from error
            if not unicodedata.is_normalized("NFC", text):
                text = unicodedata.normalize("NFC", text)
            yield text
        read += size


def _newlines(path: Path, size: int) -> int:
    """Line feeds in the blocks that hold the first `size` bytes; counted only where an error needs them."""
    count = 0
    for block in _raw_blocks(path):
        if size <= 0:
            break
        count += block.count(b"\n")
        size -= len(block)
    return count


def _points(block: bytes | str) -> NDArray[np.unsignedinteger]:
    """Code points of a block [characters]."""
    if isinstance(block, bytes):
        return np.frombuffer(block, dtype=np.uint8)
    return np.frombuffer(block.encode("utf-32-le"), dtype="<u4")


def content_hash(path: Path) -> str:
    """Hash of a file's bytes (SHA-256, which processors have in hardware, cut to 128 bits; hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _scan(path: Path) -> tuple[Vocabulary, int]:
    """The symbols of a text and its number of characters."""
    seen = np.zeros(_POINTS, dtype=bool)
    known = b""
    count = 0
    for block in text_blocks(path):
        if isinstance(block, bytes):
            # Deleting what is known already runs at the memory's speed, and soon leaves nothing to look at.
            known += bytes(set(block.translate(None, known)))
            count += len(block)
        else:
            points = _points(block)
            seen[points] = True
            count += len(points)
    seen[list(known)] = True
    if not count:
        raise TextError(f"{shown(path)} is empty; give a file with text in it.")
    return Vocabulary(map(chr, np.flatnonzero(seen).tolist())), count


def encode_file(path: Path, vocabulary: Vocabulary | None = None, cache: Path | None = None) -> EncodedText:
    """The ids of a text file, from the cache where they are there already.

    `vocabulary`: use this one instead of the text's own (fine-tuning); UnknownSymbolsError names what it lacks.
    Raises TextError with a sentence where the file cannot be used.
    """
    check_file(path)
    folder = (cache or paths.cache()) / "encoded"
    content = content_hash(path)
    key = content if vocabulary is None else f"{content}-{_vocabulary_hash(vocabulary)}"
    description, data = folder / f"{key}.json", folder / f"{key}.ids"
    cached = _cached(description, data, content)
    if cached is not None:
        return cached
    if vocabulary is None:
        vocabulary, count = _scan(path)
    else:
        own, count = _scan(path)
        unknown = [s for s in own.symbols if s not in vocabulary]
        if unknown:
            raise UnknownSymbolsError(unknown[:20], {s: vocabulary.nearest(s) for s in unknown[:20]})
    dtype = np.dtype(np.uint8 if vocabulary.size <= 256 else np.uint16 if vocabulary.size <= 65536 else np.uint32)
    table = np.zeros(_POINTS, dtype=dtype)
    table[[ord(s) for s in vocabulary.symbols]] = np.arange(1, vocabulary.size, dtype=dtype)
    ascii_table = bytes(table[:256].astype(np.uint8)) if dtype == np.uint8 else b""

    def write(temporary: Path) -> None:
        # A block is written while the next one is read and looked up; never more than one waits.
        with temporary.open("wb") as file, ThreadPoolExecutor(1) as beside:
            written: Future[int] | None = None
            for block in text_blocks(path):
                if isinstance(block, bytes) and ascii_table:
                    ids = block.translate(ascii_table)
                else:
                    ids = table[_points(block)].tobytes()
                if written is not None:
                    written.result()
                written = beside.submit(file.write, ids)
            if written is not None:
                written.result()

    try:
        atomic.write_with(data, write)
        atomic.write_json(
            description,
            {
                "version": _VERSION,
                "content": content,
                "characters": count,
                "dtype": dtype.name,
                "vocabulary": "".join(vocabulary.symbols),
            },
        )
    except OSError as error:
        raise TextError(
            f"the encoded text cannot be written to {shown(folder)}: {error.strerror or error}; "
            "make room there or set XDG_CACHE_HOME to another folder."
        ) from error
    bound(folder)
    encoded = _cached(description, data, content)
    if encoded is None:
        raise TextError(f"{shown(path)} changed while it was read; try again.")
    return encoded


def _vocabulary_hash(vocabulary: Vocabulary) -> str:
    return hashlib.blake2b("".join(vocabulary.symbols).encode("utf-32-le"), digest_size=8).hexdigest()


def _cached(description: Path, data: Path, content: str) -> EncodedText | None:
    """What lies in the cache, where it is whole; a damaged entry counts as none."""
    try:
        facts = json.loads(description.read_text(encoding="utf-8"))
        if facts["version"] != _VERSION or facts["content"] != content:
            return None
        dtype = np.dtype(facts["dtype"])
        if data.stat().st_size != facts["characters"] * dtype.itemsize:
            return None
        ids = np.memmap(data, dtype=dtype, mode="r")
        touch(description, data)
        return EncodedText(ids, Vocabulary(facts["vocabulary"]), content)
    except (OSError, ValueError, KeyError, TypeError):
        return None


__all__ = ["PAD", "EncodedText", "content_hash", "encode_file", "text_blocks"]
