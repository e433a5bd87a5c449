"""Whose turn it is to train: of the sessions of a server, one at a time.

The server names a lock file in the environment of its sessions. Who begins a run locks it, and the training process
inherits the lock: it is free again when that process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from charrnn_tui.files import bounds

LOCK = "CHARRNN_TUI_TRAINING_LOCK"
"""The environment variable with the path of the lock file; without it everybody may train."""

_TRIES = 5


class NotYourTurnError(ValueError):
    """Another session trains; the message says so."""


@dataclass(frozen=True)
class Turn:
    """Who trains: a session, and the id of the process that does."""

    session: str
    pid: int


def begin(start: Callable[[tuple[int, ...]], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a training process when it is this session's turn. `start` gets the descriptors that the process has to
    inherit. Raises NotYourTurnError, OSError."""
    path = os.environ.get(LOCK)
    if not path:
        return start(())
    with _locked(Path(path)) as lock:
        if lock is None:
            raise NotYourTurnError("another visitor is training; this server trains one network at a time. Try later.")
        os.ftruncate(lock, 0)
        process = start((lock,))
        os.pwrite(lock, f"{process.pid} {bounds.session()}".encode(), 0)
        return process


def holder(path: Path) -> Turn | None:
    """Who trains; None where nobody does."""
    if not path.exists():
        return None
    with _locked(path, tries=1) as lock:
        if lock is not None:
            return None
    with contextlib.suppress(OSError, ValueError):
        pid, session = path.read_text(encoding="utf-8").split(" ", 1)
        return Turn(session, int(pid))
    return Turn("", 0)  # it is just beginning


@contextlib.contextmanager
def _locked(path: Path, tries: int = _TRIES) -> Iterator[int | None]:
    """A descriptor of the locked file; None where another process has the lock."""
    import fcntl  # only where there is a server: not every system has it

    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for at in range(tries):  # who only looks has the lock for a moment
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if at + 1 < tries:
                    time.sleep(0.02)
            else:
                yield lock
                return
        yield None
    finally:
        os.close(lock)  # the lock goes with the last descriptor, which may be the training process's
