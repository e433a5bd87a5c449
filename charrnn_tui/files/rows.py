"""Appending rows to a text file that several programs may write to at once."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def append_row(path: Path, row: str, mode: int = 0o644) -> None:
    """Append one row (no line break in it) as UTF-8; the folder and the file are made where they are missing.

    A row before it that was cut short (a full disk, a crash) does not swallow it. What UTF-8 cannot say (a lone
    surrogate) is written as "?". Raises OSError, also where only a part of the row found room.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One write of one whole row in append mode: two programs at once cannot mix their rows.
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode)
    try:
        _lock(handle)
        size = os.fstat(handle).st_size
        start = "" if size == 0 or _last_byte(handle, size) == b"\n" else "\n"
        whole = (start + row + "\n").encode("utf-8", "replace")
        if os.write(handle, whole) < len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(handle)


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


def _lock(handle: int) -> None:
    """Hold the file until it is closed, so that nobody writes between a look at its end and the row that follows."""
    try:
        import fcntl
    except ImportError:  # Windows: rows are whole all the same, since each is one write
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
