"""A console that records what is said, and a training run that says what it is told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from charrnn_tui.repl.console import Handlers, Status
from charrnn_tui.repl.fragments import Fragments, plain
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import (
    Command,
    Evaluated,
    Event,
    Failed,
    Finished,
    Pause,
    Paused,
    Progress,
    Resume,
    Resumed,
    Sampled,
    Start,
    Started,
    Stop,
)


class FakeConsole:
    """`keys` are called one after another, one a wait, with the live output: what a person does while text streams.

    One that returns False was not pressed yet, and is tried again at the next wait.
    """

    mark = "> "
    marked = True
    failed = False
    watch_keys = "Ctrl-C pauses."
    columns = 70

    def __init__(self, lines: list[str] | None = None, *, paced: bool = False) -> None:
        self.handlers = Handlers(lambda steps: None, lambda line: None)
        self.paced = paced
        self.lines = deque(lines or [])
        self.said: list[str] = []
        self.streamed = ""
        self.complaints: list[str] = []
        self.announced: list[str] = []
        self.echoed: list[str] = []
        self.copied: list[str] = []
        self.rung = 0
        self.keys: deque[Callable[[FakeLive], object]] = deque()
        self.statuses: list[str] = []

    async def read_line(self) -> str | None:
        await asyncio.sleep(0)
        return self.lines.popleft() if self.lines else None

    def shown(self, text: str, *, keep_newlines: bool = False) -> str:
        return visible(text, keep_newlines=keep_newlines)

    def echo(self, line: str) -> None:
        self.echoed.append(line)

    def say(self, *lines: str | Fragments) -> None:
        self.said += [plain(line) for line in lines]

    def complain(self, message: str) -> None:
        self.complaints.append(message)

    def announce(self, message: str) -> None:
        self.announced.append(message)

    def copy(self, text: str) -> bool:
        self.copied.append(text)
        return True

    def ring(self) -> None:
        self.rung += 1

    def refresh(self) -> None:
        pass

    @asynccontextmanager
    async def live(self, status: Status | None = None, *, data: bool = True) -> AsyncIterator[FakeLive]:
        live = FakeLive(self, status)
        yield live
        self.streamed += "\n"


class FakeLive:
    """Waits no time, and presses the next key instead."""

    def __init__(self, console: FakeConsole, status: Status | None) -> None:
        self.stopped = False
        self.left = False
        self.waiting = False
        self.console = console
        self.status = status
        self.styles: list[str] = []

    def write(self, fragments: Fragments) -> None:
        self.console.streamed += plain(fragments)
        self.styles += [style for style, text in fragments for _ in text]

    async def wait(self, seconds: float) -> None:
        if self.status is not None:
            self.console.statuses.append(plain(self.status(60)))
        await asyncio.sleep(0.001)
        if self.console.keys and self.console.keys[0](self) is not False:
            self.console.keys.popleft()


STARTED = Started(
    "new", "/nowhere/new", "words", "lines", "lstm", 1, 256, 32, 340_000, 54, 900, 100, 0, 1000, 20.0, "cpu", 1, 0
)


def progress(step: int) -> Progress:
    return Progress(step, 1000, step / 50, 2.5, 0.001, 1.0, 50_000.0, 1.0, 65.0)


def evaluated(step: int, loss: float, improved: bool = True) -> Evaluated:
    return Evaluated(step, step / 50, loss - 0.1, loss, loss / 0.69, 0.1, loss, step, improved, 0.001, 1.0, 5e4, 1.0)


def sampled(step: int) -> Sampled:
    sets = [{"temperature": t, "texts": [f"cool{t}", "b\x1b[2Jad"]} for t in (0.5, 0.8, 1.1)]
    return Sampled(step, 1, sets)


class FakeTraining:
    """A TrainingClient. `script` is what it says after Started; then it waits for commands."""

    def __init__(self, script: list[Event] | None = None, started: Started = STARTED) -> None:
        self.commands: list[Command] = []
        self.closed = False
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._script = script or []
        self._started = started
        self.step = 0

    async def spawn(self) -> FakeTraining:
        return self

    def tell(self, event: Event) -> None:
        self._queue.put_nowait(event)

    async def send(self, command: Command) -> None:
        self.commands.append(command)
        if isinstance(command, Start):
            for event in (self._started, *self._script):
                self.tell(event)
        elif isinstance(command, Pause):
            self.tell(Paused(self.step))
        elif isinstance(command, Resume):
            self.tell(Resumed(self.step))
        elif isinstance(command, Stop):
            name = self._started.name
            self.tell(Finished("stopped", name, self._started.folder, 400, 2.0, 350, 9.0, "stopped."))

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self._queue.get()
            yield event
            if isinstance(event, Finished | Failed):
                return

    async def detach(self) -> None:
        raise TimeoutError

    async def close(self, grace: float = 5.0) -> None:
        self.closed = True
