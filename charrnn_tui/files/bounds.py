"""How far typed paths reach. A user's own session: everywhere. A visitor's, in a browser: the session's own folder, and
what comes with the program to read.

The server says so in the environment of a session's process. Every path that a person types goes through `typed`, and
every file that is read or written for them through `check`.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from charrnn_tui.files import paths

ROOT = "CHARRNN_TUI_ROOT"
"""The environment variable with the folder that a session may use; without it, it may use all."""

SESSION = "CHARRNN_TUI_SESSION"
"""The environment variable with the name of a session in a browser."""

_WHY = "beyond the folder of this session, which is all that a visitor may use"


class BeyondError(PermissionError):
    """A path leads beyond what this session may use."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(errno.EACCES, _WHY, str(path))

    def __str__(self) -> str:
        return f"{_WHY}: {self.filename}."  # the reason first: there may be no room for a long path


def session() -> str:
    """The name of this session in a browser; '' where this is none."""
    return os.environ.get(SESSION, "")


def root() -> Path | None:
    """The folder that this session may use; None where it may use all."""
    folder = os.environ.get(ROOT)
    return Path(folder) if folder else None


def check(path: Path, *, write: bool = False) -> Path:
    """The path itself, where this session may use it once links are followed. Raises BeyondError.

    What comes with the program may be read, not written.
    """
    folder = root()
    if folder is None:
        return path
    try:
        place = path.resolve()
        allowed = [folder, *(() if write else (paths.shipped_data(), paths.shipped_models()))]
        inside = any(place.is_relative_to(each.resolve()) for each in allowed)
    except (OSError, RuntimeError, ValueError):  # a circle of links, a zero byte
        inside = False
    if not inside:
        raise BeyondError(path)
    return path


def is_within(path: Path) -> bool:
    """Whether this session may read what a path leads to."""
    try:
        check(path)
    except BeyondError:
        return False
    return True


def check_typed(path: Path, *, write: bool = False) -> Path:
    """As `check`; and what the program keeps for itself in a session's folder (hidden folders: settings, notes of runs)
    is beyond, too: it must not be made of what a visitor types."""
    folder, place = root(), check(path, write=write)
    if folder is None or not (place := place.resolve()).is_relative_to(folder.resolve()):
        return path
    if any(part.startswith(".") for part in place.relative_to(folder.resolve()).parts):
        raise BeyondError(path)
    return path


def typed(text: str | os.PathLike[str]) -> Path:
    """The path that a person typed, `~` and `~user` replaced.

    Raises BeyondError, and RuntimeError where there is no such user.
    """
    return check_typed(Path(text).expanduser())
