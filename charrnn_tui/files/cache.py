"""Folders of files that can be made again, kept from growing without end."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

MOST = 2 << 30
"""Bytes that a folder of the cache holds; one text alone may have as many."""

IN_USE = 3600.0
"""Seconds for which a file is surely kept: who was given its path may be about to open it."""


def touch(*files: Path) -> None:
    """Say that files of the cache are used; those that were not for longest go first."""
    for file in files:
        with suppress(OSError):
            os.utime(file)


def bound(folder: Path, most: int | None = None) -> None:
    """Remove files that were not used for longest until what is left has `most` bytes (`MOST`). What was used within
    the last hour stays, whatever its size. A file that cannot be removed is left alone."""
    found = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False):
                    facts = entry.stat(follow_symlinks=False)
                    found.append((facts.st_mtime, facts.st_size, entry.path))
    left = sum(size for _, size, _ in found)
    for used, size, path in sorted(found):
        if left <= (MOST if most is None else most) or used > time.time() - IN_USE:
            return
        with suppress(OSError):
            Path(path).unlink()
            left -= size
