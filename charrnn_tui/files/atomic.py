"""Write a file so that a reader sees the old one or the new one, never half of one, even after a power cut."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from charrnn_tui.files import bounds


def write_with(path: Path, write: Callable[[Path], None], mode: int | None = None) -> None:
    """Let `write` fill a temporary file in the same folder, flush it to disk and rename it to `path`.

    The folder is made where it is missing. `mode` is its permissions; None: those of any new file. On any error the
    old file stays as it was. Raises OSError, also where this session may not write
    there (see `bounds`).
    """
    bounds.check(path, write=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~umask() if mode is None else mode)
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write bytes atomically."""
    write_with(path, lambda temporary: _fill(temporary, data), mode)


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Write UTF-8 atomically."""
    write_bytes(path, text.encode("utf-8"), mode)


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON atomically. A lone surrogate (a byte of a file's name that is not UTF-8) is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    write_bytes(path, text.encode("utf-8", "backslashreplace"))  # what it writes for one is JSON's own escape


def _fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def umask() -> int:
    """Which permissions new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
