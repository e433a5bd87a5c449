"""Paths as people type them: anything may be typed, and looking never raises."""

from __future__ import annotations

import contextlib
from pathlib import Path


def typed_path(text: str) -> Path:
    """The path, `~` expanded where there is such a user."""
    path = Path(text.strip())
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def is_folder(path: Path) -> bool:
    """Whether a folder is there; no where that cannot be told (a name too long, a folder that is locked)."""
    with contextlib.suppress(OSError, ValueError):
        return path.is_dir()
    return False


def is_there(path: Path) -> bool:
    """Whether something is there; no where that cannot be told."""
    with contextlib.suppress(OSError, ValueError):
        return path.exists()
    return False
