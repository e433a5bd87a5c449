"""One visitor's session: the program in a process of its own, in a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from charrnn_tui.files import bounds, paths
from charrnn_tui.training.process import turn

MOST_CELLS = 1000
"""Columns or rows of a screen at most: each of them is painted."""

_GRACE = 5.0
_TRIES = 20
_XDG = ("DATA", "CONFIG", "STATE", "CACHE")


@dataclass(frozen=True)
class Limits:
    """What visitors may do.

    sessions: at once. idle: minutes without a key, and without training, after which a session is ended. allow_files:
    the user's own files and models are theirs, too. keep: the folder of a session stays when it ends.
    """

    sessions: int = 4
    idle: float = 30.0
    allow_files: bool = False
    keep: bool = False


def lock_file() -> Path:
    """The lock of the one session that trains."""
    return paths.served() / "training.lock"


def cells(value: object) -> int:
    """A number of columns or rows as a page says it. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a size is a whole number.")
    return max(1, min(MOST_CELLS, value))


class Session(AppService):
    """A process that runs the program, and the folder that it may use.

    `write_bytes`, `write_str` and `close` reach the browser. `last_key` is when the visitor did something, by the clock
    of the event loop.
    """

    def __init__(
        self,
        limits: Limits,
        downloads: DownloadManager,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            "", write_bytes=write_bytes, write_str=write_str, close=close, download_manager=downloads, debug=False
        )
        self._limits = limits
        paths.served().mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = Path(tempfile.mkdtemp(prefix="session-", dir=paths.served()))
        self.last_key = asyncio.get_running_loop().time()

    @property
    def name(self) -> str:
        """What it is known by: the name of its folder."""
        return self.folder.name

    @property
    def trains(self) -> bool:
        """Whether a network is being trained in it."""
        now = turn.holder(lock_file())
        return now is not None and now.session == self.name

    # --- what textual-serve asks for ---------------------------------------------------------------------------

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        environment |= {turn.LOCK: str(lock_file()), bounds.SESSION: self.name}
        if not self._limits.allow_files:
            environment |= {bounds.ROOT: str(self.folder), "HOME": str(self.folder)}
            environment |= {f"XDG_{what}_HOME": str(self.folder / f".{what.lower()}") for what in _XDG}
        return environment

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # No shell; and what the program says on stderr is never shown on the server's terminal: it may hold anything.
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "charrnn_tui.web.visitor",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=self._build_environment(width, height),
            cwd=None if self._limits.allow_files else self.folder,
            start_new_session=True,
        )  # fmt: skip
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        assert process.stdin is not None
        self._stdin = process.stdin
        return process

    async def send_bytes(self, data: bytes) -> bool:
        """Send what was typed."""
        self.last_key = asyncio.get_running_loop().time()
        return await super().send_bytes(data)

    async def set_terminal_size(self, width: object, height: object) -> None:
        """Tell the program how large the page is. Raises ValueError."""
        await super().set_terminal_size(cells(width), cells(height))

    async def run(self) -> None:
        """Pass on what the program draws until it ends."""
        await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """End the program and its training, and take its folder away. Safe to call twice."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(super().stop(), _GRACE)
        if self._process is not None:
            if self._stdin is not None:
                self._stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1)
            if self._process.returncode is None:
                _end(self._process.pid, signal.SIGKILL, group=True)
                await self._process.wait()
        if self._limits.allow_files:
            shutil.rmtree(self.folder, ignore_errors=True)  # nothing is in it; a run may go on in the background
            return
        await self._end_training()
        if not self._limits.keep:
            await asyncio.to_thread(shutil.rmtree, self.folder, True)

    async def _end_training(self) -> None:
        """A run has nobody to come back to, and its folder goes."""
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            for _ in range(_TRIES):
                now = turn.holder(lock_file())
                if now is None or now.session != self.name:
                    return
                if number is not None:
                    _end(now.pid, number)
                    number = None
                await asyncio.sleep(0.1)


def _end(pid: int, number: signal.Signals, group: bool = False) -> None:
    with contextlib.suppress(OSError):
        (os.killpg if group else os.kill)(pid, number)
