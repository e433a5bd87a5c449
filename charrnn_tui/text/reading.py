"""Files that can be read, and text as it is kept: LF line ends, Unicode's composed form (NFC)."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from charrnn_tui.files import bounds
from charrnn_tui.text.safe import visible


class TextError(ValueError):
    """A text cannot be used; the message says what is wrong, where, and what to do."""


def shown(path: Path | str) -> str:
    """A path as it may stand in a message: control characters visible."""
    return visible(str(path))


def expand(path: str) -> Path:
    """A typed path with `~` and `~user` replaced. Raises TextError where there is no such user, and where this session
    may not use it (see `files.bounds`)."""
    try:
        return bounds.typed(path)
    except bounds.BeyondError as error:
        raise TextError(visible(str(error))) from error
    except RuntimeError as error:
        raise TextError(
            f"{shown(path)} names the home folder of a user that is not known here; check the path."
        ) from error


def check_file(path: Path) -> None:
    """Raise TextError unless `path` is a file that can be opened, and that this session may read."""
    try:
        bounds.check(path)
    except bounds.BeyondError as error:
        raise TextError(visible(str(error))) from error
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


def normalise(text: str) -> str:
    """LF line ends and composed characters (NFC)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
