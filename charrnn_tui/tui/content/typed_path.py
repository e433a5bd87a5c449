"""Paths as people type them: anything may be typed, and looking never raises."""

from __future__ import annotations

import contextlib
from pathlib import Path

from charrnn_tui.files import bounds


def typed_path(text: str) -> Path:
    """The path, `~` expanded where there is such a user. It may be one that this session may not use: `beyond`."""
    path = Path(text.strip())
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def beyond(path: Path) -> str:
    """Why this session may not write to a path, in a sentence; '' where it may."""
    try:
        bounds.check_typed(path, write=True)
    except bounds.BeyondError as error:
        return str(error)
    return ""


def is_folder(path: Path) -> bool:
    """Whether a folder is there; no where that cannot be told (a name too long, a folder that is locked, or one that
    this session may not use)."""
    with contextlib.suppress(OSError, ValueError):
        return bounds.check(path).is_dir()
    return False


def is_there(path: Path) -> bool:
    """Whether something is there; no where that cannot be told."""
    with contextlib.suppress(OSError, ValueError):
        return bounds.check(path).exists()
    return False
