"""Bytes in, text out: packed files (gzip), encodings, and what to propose where a file is in another than was said."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from charrnn_tui.text.reading import TextError, check_file, normalise, shown
from charrnn_tui.text.safe import visible

Errors = Literal["strict", "replace"]
"""What becomes of bytes that are not of the encoding: a sentence, or U+FFFD in their place."""

ERRORS: tuple[Errors, ...] = ("strict", "replace")

LARGEST_UNPACKED = 2 << 30
"""Bytes that a packed file may hold. One of a few megabytes can hold terabytes."""

BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
_MAGIC = {
    b"PK\x03\x04": "a ZIP archive (as spreadsheets and word processors write them): save the text, or a table as CSV",
    b"%PDF": "a PDF: save its text",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"BZh": "packed by bzip2: unpack it",
    b"\xfd7zXZ": "packed by xz: unpack it",
    b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database: write a table of it to a CSV file",
}
_LOOKED_AT = 1 << 16
"""Bytes that tell an encoding."""


@dataclass(frozen=True)
class Decoding:
    """How bytes become text. `encoding` None: as a byte order mark says, and UTF-8 without one."""

    encoding: str | None = None
    errors: Errors = "strict"

    def __post_init__(self) -> None:
        if self.encoding is not None:
            object.__setattr__(self, "encoding", encoding_named(self.encoding))
        if self.errors not in ERRORS:
            raise TextError(f"errors are strict or replace, not {visible(repr(self.errors))}.")

    @property
    def is_plain(self) -> bool:
        """Whether it is UTF-8 (or what a mark says), every byte of it."""
        return self.encoding in (None, "utf-8") and self.errors == "strict"


PLAIN = Decoding()


class NotDecodedError(TextError):
    """Bytes that are not of the encoding.

    `found` is the sentence without `advice`, which speaks of the command line's options. `proposal` is the encoding
    that they look like, None where they look like none.
    """

    def __init__(self, found: str, proposal: str | None, advice: str = "") -> None:
        super().__init__(f"{found} {advice}".strip())
        self.found, self.proposal = found, proposal

    def among(self, count: int) -> NotDecodedError:
        """The same of one file of several, which may well be the only one that is written so."""
        if count == 1 or not self.proposal:
            return self
        advice = (
            f"Say so where all {count:,} files are so (--encoding {self.proposal}), pass over such bytes "
            "(--errors replace), or save it as UTF-8."
        )
        return NotDecodedError(self.found, self.proposal, advice)


class TooLongError(TextError):
    """A text has more characters than it may have here."""


def encoding_named(name: str) -> str:
    """The usual name of an encoding of text. Raises TextError where there is none of that name."""
    try:
        if not isinstance(name, str):
            raise LookupError
        found = codecs.lookup(name)
        if not found._is_text_encoding or found.incrementaldecoder is None or found.name in _NO_FILE:
            raise LookupError
    except (LookupError, ValueError) as error:
        raise TextError(
            f"there is no encoding {visible(str(name))!r}; common ones are utf-8, utf-16, cp1252 (Western Europe), "
            "cp1250, cp1251, latin-1, koi8-r, shift_jis, gb18030 and big5."
        ) from error
    return {"iso8859-1": "latin-1"}.get(found.name, found.name)


_NO_FILE = {"idna", "punycode", "undefined", "unicode-escape", "unicode_escape", "raw-unicode-escape"}
_NO_FILE |= {"raw_unicode_escape", "utf-7"}


def byte_blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file in blocks, unpacked where it is packed by gzip. Raises TextError."""
    check_file(path)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            if not packed:
                while block := file.read(BLOCK):
                    yield block
                return
            total = 0
            with gzip.GzipFile(fileobj=file) as unpacked:
                while block := unpacked.read(BLOCK):
                    total += len(block)
                    if total > LARGEST_UNPACKED:
                        raise TextError(
                            f"{shown(path)} unpacks to more than {LARGEST_UNPACKED >> 30} GiB, which is the most that "
                            "is unpacked here; unpack it yourself, if it is what you think, and train on that."
                        )
                    yield block
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise TextError(f"{shown(path)} is damaged and cannot be unpacked: {str(error).rstrip('.')}.") from error
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be read: {error.strerror or error}.") from error


def check_is_text(path: Path, decoding: Decoding = PLAIN) -> None:
    """Raise TextError for a file that cannot be opened or that begins like no text: with zero bytes, unless an encoding
    is given that writes such."""
    data = next(byte_blocks(path), b"")[:_LOOKED_AT]
    if decoding.encoding is not None or marked_encoding(data) not in (None, "utf-8"):
        return
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is not None and (b"\0" in data or not _is_utf8(data)):
        raise NotDecodedError(f"{shown(path)} is no text but {kind}.", None)
    if b"\0" not in data:
        return
    at = data.index(b"\0")
    line = data.count(b"\n", 0, at) + 1
    raise not_decoded(path, "utf-8", data, at, line, at - data.rfind(b"\n", 0, at))


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def is_packed(path: Path) -> bool:
    """Whether a file is packed by gzip. Raises OSError."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning says; None without one."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def decoded_blocks(path: Path, decoding: Decoding = PLAIN) -> Iterator[str]:
    """The text of a file in blocks, with LF line ends and without mark; in flat memory however large it is.

    A composed character may go on in the next block (so NFC is the business of who has the whole of it). Raises
    NotDecodedError with line and column of the first byte that is not of the encoding, TextError.
    """
    blocks = byte_blocks(path)
    first = next(blocks, b"")
    encoding = decoding.encoding or marked_encoding(first) or "utf-8"
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(decoding.errors), translate=True)
    line, column, at_start = 1, 1, True
    block: bytes | None = first
    while block is not None:
        following = next(blocks, None)
        try:
            text = decoder.decode(block, final=following is None)
        except UnicodeError as error:
            raise _not_decoded(path, encoding, error, line, column, block) from error
        if at_start and text:
            text, at_start = text.removeprefix("\ufeff"), False
        breaks = text.count("\n")
        line, column = line + breaks, (len(text) - text.rfind("\n") if breaks else column + len(text))
        if text:
            yield text
        block = following


def _not_decoded(
    path: Path, encoding: str, error: UnicodeError, line: int, column: int, block: bytes
) -> NotDecodedError:
    """The sentence for bytes that are not of an encoding, behind so much text that is."""
    if not isinstance(error, UnicodeDecodeError):
        return NotDecodedError(f"{shown(path)} is not {written(encoding)}: {error}.", propose(block))
    data = error.object
    before = data[: error.start].decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    breaks = before.count("\n")
    line, column = line + breaks, (len(before) - before.rfind("\n") if breaks else column + len(before))
    return not_decoded(path, encoding, data, error.start, line, column)


def not_decoded(path: Path | str, encoding: str, data: bytes, at: int, line: int, column: int) -> NotDecodedError:
    """The sentence for the byte `data[at]` that stands at line and column (from 1) and is not of an encoding."""
    where = f"{shown(path)} is not {written(encoding)}: line {line}, column {column} holds the byte 0x{data[at]:02x}"
    proposal = propose(data, at)
    if proposal is None or proposal == encoding:
        if b"\0" in data[:_LOOKED_AT]:
            return NotDecodedError(f"{where}; it looks like no text at all.", None)
        advice = "Say its encoding (--encoding), pass over such bytes (--errors replace), or save it as UTF-8."
        return NotDecodedError(f"{where}.", None, advice)
    example = _example(data, at, proposal)
    like = f"it looks like {written(proposal)}" + (f" (“{example}”)" if example else "")
    return NotDecodedError(f"{where}; {like}.", proposal, f"Say so (--encoding {proposal}), or save it as UTF-8.")


def written(encoding: str) -> str:
    """An encoding as it stands in a sentence."""
    return encoding.upper() if encoding.startswith(("utf", "koi8", "big5", "gb")) else encoding


def propose(data: bytes, at: int = 0) -> str | None:
    """The encoding that bytes look like, which are not UTF-8 at `at`; None where they look like no text.

    A mark says so; text with zero bytes at every other place is UTF-16; the rest is told by charset-normalizer from the
    lines around.
    """
    marked = marked_encoding(data)
    if marked not in (None, "utf-8"):
        return marked
    begin = data.rfind(b"\n", 0, max(0, at - _LOOKED_AT // 4)) + 1
    sample = data[begin : begin + _LOOKED_AT]
    return _told_by_zeros(data[:_LOOKED_AT]) if b"\0" in sample else _told_by_letters(sample)


def _told_by_zeros(sample: bytes) -> str | None:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) > (even + odd) // 20:
        return None
    name = "utf-16-be" if even > odd else "utf-16-le"
    try:
        text = sample[: len(sample) // 2 * 2].decode(name)
    except UnicodeDecodeError:
        return None
    legible = sum(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return name if len(text) > 3 and legible >= 0.98 * len(text) else None


_USUAL = ("cp1252", "cp1250", "cp1251", "cp932", "gb18030", "cp949", "big5", "koi8_r", "cp1253", "cp1254", "cp1255")
"""What programs write, the most usual first: between encodings that fit equally well, the first of these is proposed.
A few letters fit dozens."""


@lru_cache(maxsize=16)
def _told_by_letters(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    # A byte that begins a character of several may stand at the end.
    matches = from_bytes(sample[: sample.rfind(b"\n") + 1] or sample)
    best = matches.best()
    if best is None or best.encoding in ("utf_8", "ascii"):
        return None
    alike = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    found = {name for match in alike for name in (match.encoding, *match.could_be_from_charset)}
    # UTF-16 without a zero byte is any text of even length.
    others = [match.encoding for match in alike if not match.encoding.startswith(("utf_16", "utf_32"))]
    for name in (*(usual for usual in _USUAL if usual in found), *others):
        try:
            sample.decode(name)
            return encoding_named(name)
        except (UnicodeDecodeError, TextError):
            continue
    return encoding_named(best.encoding)


def _example(data: bytes, at: int, encoding: str) -> str:
    """The words around the first byte that was not understood, as the proposed encoding reads them."""
    if encoding.startswith(("utf-16", "utf-32")):
        text = data[:200].decode(encoding, "ignore").removeprefix("\ufeff")
        return visible(text.split("\n")[0][:30].strip())
    begin = max(data.rfind(b"\n", 0, at) + 1, at - 60)
    end = data.find(b"\n", at)
    line = data[begin : min(end if end >= 0 else len(data), at + 60)]
    before, after = line[: at - begin].decode(encoding, "ignore"), line[at - begin :].decode(encoding, "ignore")
    return visible((before[-15:] + after[:15]).strip())


def _place(data: bytes, at: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1."""
    before = data[:at]
    return before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1


def utf8_error(path: Path | str, data: bytes, error: UnicodeDecodeError, lines_before: int = 0) -> NotDecodedError:
    """The sentence for a byte that is not UTF-8, in data that begins with a line behind so many others."""
    line, column = _place(data, error.start)
    return not_decoded(path, "utf-8", data, error.start, lines_before + line, column)


def decode_utf8(data: bytes, path: Path | str) -> str:
    """The whole bytes of a file as they are, but for a byte order mark: settings and JSON, not a text to learn from.

    Raises TextError naming line and column of a byte that is not UTF-8.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        raise TextError(
            f"{shown(path)} is not UTF-8: line {line:,}, column {column:,} holds the byte 0x{data[error.start]:02x}; "
            "save it as UTF-8."
        ) from error


def decode_text(data: bytes, path: Path | str) -> str:
    """The whole bytes of a text to learn from. Raises NotDecodedError naming the place of a byte that is not UTF-8."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise utf8_error(path, data, error) from error
    return normalise(text)


def read_text(path: Path, decoding: Decoding = PLAIN, most: int | None = None) -> str:
    """The text of a file, unpacked and in NFC. `most`: characters that it may have.

    Raises TextError where it is missing, unreadable, too large, or not in its encoding.
    """
    parts: list[str] = []
    total = 0
    for block in decoded_blocks(path, decoding):
        total += len(block)
        if most is not None and total > most:
            raise TooLongError(
                f"{shown(path)} has more than {most >> 20} Mi characters, too much for a list of items; train on it as "
                "a stream."
            )
        parts.append(block)
    return normalise("".join(parts))
