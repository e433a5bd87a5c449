"""Drive a training run in a child process over JSON lines, from asyncio.

The child is `python -m charrnn_tui.training.process.worker`. The screen stays smooth, a crash in torch cannot take it
down, and closing never hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from charrnn_tui.files import paths
from charrnn_tui.model.library import what_is_kept
from charrnn_tui.training.process import turn
from charrnn_tui.training.process.event_lines import LINE_LIMIT, read_events
from charrnn_tui.training.process.messages import Command, Detach, Detached, Event, Failed, Start, Started, Stop, encode

_LOG_LIMIT = 1 << 20


class TrainingClient(Protocol):
    """What a front end needs of a training run; tests give it a fake one."""

    async def send(self, command: Command) -> None:
        """Send a command; silently nothing where the run is over."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Events in order; ends after Finished, Failed or Detached. Iterate once."""
        ...

    async def detach(self) -> None:
        """Leave; the run goes on in the background. Raises TimeoutError where it does not answer."""
        ...

    async def close(self, grace: float = 5.0) -> None:
        """Ask the run to stop, wait `grace` seconds, then kill it. Safe to call twice."""
        ...


class WorkerClient:
    """A TrainingClient on a real child process. `Start` is the first command to send."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        log: Path,
    ) -> None:
        self._process = process
        self._reader, self._writer = reader, writer
        self._log = log
        self._folder: Path | None = None
        self._detached = asyncio.Event()

    @classmethod
    async def spawn(cls) -> WorkerClient:
        """Start the child. Its stderr goes to a log file, never to the terminal.

        Raises OSError, and NotYourTurnError where another session of a server trains.
        """
        log = paths.logs() / "worker.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        mode = "ab" if log.exists() and log.stat().st_size < _LOG_LIMIT else "wb"
        # Not asyncio's own subprocess: its transport kills the child when the loop is closed, and a run that was
        # left in the background has to outlive this process.
        with log.open(mode) as file:
            process = turn.begin(
                lambda inherited: subprocess.Popen(
                    # -P: the child takes its modules from where this process has them, not from the current folder.
                    [sys.executable, "-P", "-m", "charrnn_tui.training.process.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    start_new_session=True,  # Ctrl-C in the terminal is the front end's to handle
                    pass_fds=inherited,
                )
            )
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LINE_LIMIT)
        protocol = asyncio.StreamReaderProtocol(reader)
        await loop.connect_read_pipe(lambda: protocol, process.stdout)
        transport, writing = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, process.stdin)
        return cls(process, reader, asyncio.StreamWriter(transport, writing, None, loop), log)

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    async def send(self, command: Command) -> None:
        """Send a command; silently nothing where the run is over."""
        if self._writer.is_closing():
            return
        if isinstance(command, Start):
            self._folder = Path(command.models, str(command.recipe.get("name")))
        with contextlib.suppress(ConnectionError):
            self._writer.write(encode(command).encode("ascii") + b"\n")
            await self._writer.drain()

    async def events(self) -> AsyncIterator[Event]:
        """Events in order, to the last one. A child that dies gives a Failed with a sentence."""
        async for event, last in read_events(self._reader):
            if isinstance(event, Started):
                self._folder = Path(event.folder)
            elif isinstance(event, Detached):
                self._detached.set()
            yield event
            if last:
                return
        code = await self._ended()
        kept = "it had saved nothing" if self._folder is None else what_is_kept(self._folder)
        yield Failed(
            f"the training process ended unexpectedly ({_cause(code)}); {kept}. Its last words are in {self._log}."
        )

    async def detach(self) -> None:
        """Leave; the run goes on in the background. `events` has to be read meanwhile. Raises TimeoutError."""
        await self.send(Detach())
        async with asyncio.timeout(10):
            await self._detached.wait()
        self._writer.close()

    async def close(self, grace: float = 5.0) -> None:
        """Ask the run to stop, wait `grace` seconds, then kill it. Safe to call twice."""
        if self._detached.is_set():
            return
        await self.send(Stop())
        self._writer.close()
        try:
            async with asyncio.timeout(grace):
                await self._drain()
        except TimeoutError:
            self._process.kill()
        await self._ended()

    async def _drain(self) -> None:
        """Read what is left, so that a full pipe cannot keep the child from ending."""
        with contextlib.suppress(RuntimeError, ConnectionError):  # another task may be reading
            while await self._reader.read(1 << 16):
                pass
        await self._ended()

    async def _ended(self) -> int:
        """The child's exit code, once it has ended."""
        while (code := self._process.poll()) is None:
            await asyncio.sleep(0.01)
        return code


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
