"""Reading text files: UTF-8 with or without BOM, LF or CRLF, in Unicode's composed form (NFC)."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from charrnn_tui.text.safe import visible


class TextError(ValueError):
    """A text cannot be used; the message says what is wrong, where, and what to do."""


def shown(path: Path | str) -> str:
    """A path as it may stand in a message: control characters visible."""
    return visible(str(path))


def expand(path: str) -> Path:
    """A path with `~` and `~user` replaced. Raises TextError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise TextError(
            f"{shown(path)} names the home folder of a user that is not known here; check the path."
        ) from error


def check_file(path: Path) -> None:
    """Raise TextError unless `path` is a file that can be opened."""
    if not path.exists():
        raise TextError(f"there is no file {shown(path)}; check the path.")
    if path.is_dir():
        raise TextError(f"{shown(path)} is a folder; give a text file.")
    if not path.is_file():
        # Opening a pipe would wait for somebody to write into it.
        raise TextError(f"{shown(path)} is no regular file; save the text to one.")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be read: {error.strerror or error}.") from error


def utf8_error(path: Path | str, data: bytes, error: UnicodeDecodeError, lines_before: int = 0) -> TextError:
    """The sentence for a byte that is not UTF-8: the line and the column (both from 1) where it stands."""
    before = data[: error.start]
    line = lines_before + before.count(b"\n") + 1
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return TextError(
        f"{shown(path)} is not UTF-8: line {line}, column {column} holds the byte 0x{data[error.start]:02x}; "
        "save the file as UTF-8 and try again."
    )


def normalise(text: str) -> str:
    """LF line ends and composed characters (NFC)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def decode_utf8(data: bytes, path: Path | str) -> str:
    """The whole bytes of a file as they are, but for a byte order mark: settings and JSON, not a text to learn from.

    Raises TextError naming line and column of a byte that is not UTF-8.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise utf8_error(path, data, error) from error


def decode_text(data: bytes, path: Path | str) -> str:
    """Decode the whole bytes of a text file. Raises TextError naming line and column of a byte that is not UTF-8."""
    return normalise(decode_utf8(data, path))


def read_text(path: Path) -> str:
    """The text of a file. Raises TextError where the file is missing, unreadable or not UTF-8."""
    check_file(path)
    return decode_text(path.read_bytes(), path)
