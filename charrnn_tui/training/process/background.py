"""Runs that go on after their front end has left: find them again and reconnect.

A run in the background listens on a Unix socket in a folder of its own that only the user may enter; a small file
in `paths.runs()` says where. Whoever connects first hears the story so far, then what happens, and may command.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

from charrnn_tui.files import atomic, paths
from charrnn_tui.model.library import what_is_kept
from charrnn_tui.training.process.event_lines import LINE_LIMIT, read_events
from charrnn_tui.training.process.messages import Command, Event, Failed, Stop, encode


@dataclass(frozen=True)
class BackgroundRun:
    """A run that goes on without a front end. `started` is seconds since the epoch."""

    name: str
    folder: str
    pid: int
    started: float
    socket: str


def register(run: BackgroundRun) -> Path:
    """Note a run, so that the next start finds it; the note's path. Raises OSError."""
    path = paths.runs() / f"{run.name}.json"
    atomic.write_json(path, asdict(run))
    return path


def find_runs() -> list[BackgroundRun]:
    """The runs that are alive, by name; notes of dead ones are cleared away."""
    found = []
    for path in sorted(paths.runs().glob("*.json")):
        try:
            run = BackgroundRun(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            run = None
        if run is not None and _alive(run):
            found.append(run)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return found


def _alive(run: BackgroundRun) -> bool:
    """Whether somebody listens; a process id alone may have gone to another process."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            os.kill(run.pid, 0)
            probe.connect(run.socket)
        except OSError:
            return False
    return True


class AttachedClient:
    """A TrainingClient on a run in the background."""

    def __init__(self, run: BackgroundRun, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.run = run
        self._reader, self._writer = reader, writer

    async def send(self, command: Command) -> None:
        """Send a command; silently nothing where the run is over."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(encode(command).encode("ascii") + b"\n")
            await self._writer.drain()

    async def events(self) -> AsyncIterator[Event]:
        """What happened so far (Started, evaluations, samples), then what happens; ends after Finished or Failed."""
        async for event, last in read_events(self._reader):
            yield event
            if last:
                return
        if not self._writer.is_closing():
            kept = what_is_kept(Path(self.run.folder))
            yield Failed(f"the training process ended unexpectedly; {kept}.")

    async def detach(self) -> None:
        """Leave again; the run goes on."""
        self._writer.close()

    async def close(self, grace: float = 5.0) -> None:
        """Ask the run to stop and wait until it has, at most `grace` seconds. Safe to call twice."""
        if self._writer.is_closing():
            return
        await self.send(Stop())
        with contextlib.suppress(TimeoutError, ConnectionError, RuntimeError):  # another task may be reading
            async with asyncio.timeout(grace):
                while await self._reader.read(1 << 16):
                    pass
        self._writer.close()


async def attach(run: BackgroundRun) -> AttachedClient:
    """Connect to a run. Raises OSError where it has just ended."""
    reader, writer = await asyncio.open_unix_connection(run.socket, limit=LINE_LIMIT)
    return AttachedClient(run, reader, writer)
