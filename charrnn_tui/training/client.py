"""Drive a training run in a child process over JSON lines, from asyncio.

The child is `python -m charrnn_tui.training.worker`. The screen stays smooth, a crash in torch cannot take it
down, and closing never hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from charrnn_tui import paths
from charrnn_tui.training.messages import (
    Command,
    Event,
    Failed,
    Finished,
    MessageError,
    Stop,
    decode_event,
    encode,
)

_LINE_LIMIT = 1 << 24
_LOG_LIMIT = 1 << 20


class TrainingClient(Protocol):
    """What a front end needs of a training run; tests give it a fake one."""

    async def send(self, command: Command) -> None:
        """Send a command; silently nothing where the run is over."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Events in order; ends after Finished or Failed. Iterate once."""
        ...

    async def close(self, grace: float = 5.0) -> None:
        """Ask the run to stop, wait `grace` seconds, then kill it. Safe to call twice."""
        ...


class WorkerClient:
    """A TrainingClient on a real child process. `Start` is the first command to send."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._over = False

    @classmethod
    async def spawn(cls) -> WorkerClient:
        """Start the child. Its stderr goes to a log file, never to the terminal. Raises OSError."""
        log = paths.logs() / "worker.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        mode = "ab" if log.exists() and log.stat().st_size < _LOG_LIMIT else "wb"
        with log.open(mode) as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "charrnn_tui.training.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
                limit=_LINE_LIMIT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C in the terminal is the front end's to handle
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    async def send(self, command: Command) -> None:
        """Send a command; silently nothing where the run is over."""
        stdin = self._process.stdin
        if stdin is None or stdin.is_closing():
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(encode(command).encode("ascii") + b"\n")
            await stdin.drain()

    async def events(self) -> AsyncIterator[Event]:
        """Events in order; ends after Finished or Failed. A child that dies gives a Failed with a sentence."""
        stdout = self._process.stdout
        assert stdout is not None
        while line := await stdout.readline():
            try:
                event = decode_event(line.decode("utf-8", "replace"))
            except MessageError:
                continue  # something printed to stdout; the log has what matters
            if isinstance(event, Finished | Failed):
                self._over = True
            yield event
            if self._over:
                return
        code = await self._process.wait()
        if not self._over:
            self._over = True
            yield Failed(
                f"the training process ended unexpectedly ({_cause(code)}); what it had saved is kept. "
                f"Its last words are in {self._log}."
            )

    async def close(self, grace: float = 5.0) -> None:
        """Ask the run to stop, wait `grace` seconds, then kill it. Safe to call twice."""
        if self._process.returncode is None:
            await self.send(Stop())
            if self._process.stdin is not None:
                self._process.stdin.close()
            try:
                await asyncio.wait_for(self._drain(), grace)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    async def _drain(self) -> None:
        """Read what is left, so that a full pipe cannot keep the child from ending."""
        stdout = self._process.stdout
        if stdout is not None:
            with contextlib.suppress(RuntimeError):  # another task may be reading
                while await stdout.read(1 << 16):
                    pass
        await self._process.wait()


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
