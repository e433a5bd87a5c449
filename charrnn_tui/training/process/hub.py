"""Where a run's events go: to the front end that started it, and, once that has left, to whoever connects."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from charrnn_tui.training.process import background
from charrnn_tui.training.process.messages import (
    EVENTS,
    Command,
    Detached,
    Evaluated,
    Event,
    Failed,
    Finished,
    MessageError,
    Paused,
    Progress,
    Resumed,
    Sampled,
    Started,
    decode_command,
    encode,
)
from charrnn_tui.training.run import record as history


class Hub:
    """Takes events from the trainer and hands them on in a thread, so that no step waits for a pipe."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._listeners: list[IO[bytes]] = [stream]
        self._story: list[Event] = []
        self._paused: Paused | None = None
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._server: socket.socket | None = None
        self._home: Path | None = None
        self._note: Path | None = None
        self._thread = threading.Thread(target=self._serve, name="reporter", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Report an event."""
        self._queue.put(event)

    def close(self) -> None:
        """Hand on what is left and stop listening."""
        self._queue.put(None)
        self._thread.join(timeout=5)
        with self._lock:
            if self._note is not None:
                self._note.unlink(missing_ok=True)
            if self._server is not None:
                self._server.close()
            if self._home is not None:
                shutil.rmtree(self._home, ignore_errors=True)

    @property
    def detached(self) -> bool:
        """Whether the run goes on in the background."""
        return self._server is not None

    def detach(self, name: str, folder: Path, obey: Callable[[Command], None]) -> None:
        """Listen on a socket from now on; commands that come there go to `obey`. Raises OSError."""
        if self._server is not None:
            return
        # A short path in a private folder: socket paths are limited to some 100 bytes.
        self._home = Path(tempfile.mkdtemp(prefix="charrnn-"))
        path = self._home / "run"
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(path))
        server.listen()
        self._note = background.register(
            background.BackgroundRun(name, str(folder), os.getpid(), time.time(), str(path))
        )
        self._server = server
        threading.Thread(target=self._accept, args=(server, obey), name="socket", daemon=True).start()
        self.put(Detached(name))

    def _accept(self, server: socket.socket, obey: Callable[[Command], None]) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(connection, obey), name="attended", daemon=True).start()

    def _attend(self, connection: socket.socket, obey: Callable[[Command], None]) -> None:
        stream = cast("IO[bytes]", connection.makefile("rwb"))
        with self._lock:
            story = [*self._story, *([self._paused] if self._paused else [])]
            if not self._send(stream, story):
                return
            self._listeners.append(stream)
        try:
            for line in stream:
                try:
                    obey(decode_command(line.decode("utf-8", "replace")))
                except MessageError:
                    continue
        except OSError:
            pass
        finally:
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(stream)

    @staticmethod
    def _send(stream: IO[bytes], events: list[Event]) -> bool:
        try:
            stream.write(b"".join(encode(event).encode("ascii") + b"\n" for event in events))
            stream.flush()
        except (OSError, ValueError):
            return False  # nobody listens there any more; the run itself goes on until it is stopped
        return True

    def _remember(self, event: Event) -> None:
        """Keep what somebody who connects later has to hear."""
        if isinstance(event, Started):
            self._story = [event, *_earlier(Path(event.folder), event.step)]
        elif isinstance(event, Evaluated | Sampled | Finished | Failed):
            self._story.append(event)
        elif isinstance(event, Paused):
            self._paused = event
        elif isinstance(event, Resumed | Progress):
            self._paused = None

    def _serve(self) -> None:
        while (event := self._queue.get()) is not None:
            with self._lock:
                self._remember(event)
                self._listeners = [s for s in self._listeners if self._send(s, [event])]
                if isinstance(event, Detached):
                    self._listeners.clear()  # the front end that leaves hears that it may


def _earlier(folder: Path, step: int) -> list[Event]:
    """The evaluations and samples of a run before it was taken up again, in order."""
    rows = [*history.read_history(folder), *history.read_samples(folder)]
    rows.sort(key=lambda row: int(row["step"]))
    events: list[Event] = []
    for row in rows:
        values = dict(row)
        cls = EVENTS.get(str(values.pop("type", "")))
        if cls in (Evaluated, Sampled) and int(row["step"]) <= step:
            with contextlib.suppress(TypeError):
                events.append(cls(**values))
    return events
