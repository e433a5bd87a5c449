"""The prompt without a terminal's tricks: plain lines, for a dumb terminal, a pipe or a file. No escape is sent."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TextIO

from charrnn_tui.prompt.history import History
from charrnn_tui.repl.console import Handlers, Status
from charrnn_tui.repl.fragments import Fragments, plain
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.prompt.walk import Walk

_BLOCK = 1 << 16
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Lines:
    """Lines of a file descriptor: awaited where it can be polled (terminal, pipe), read at once where not (file)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self._whole: deque[bytes] = deque()
        self._end = False
        self._arrived = asyncio.Event()
        self._polled = False

    def open(self) -> None:
        """Begin to listen. Needs a running event loop."""
        try:
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
            self._polled = True
        except (PermissionError, OSError):
            self._polled = False

    def close(self) -> None:
        """Listen no more."""
        if self._polled:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._polled = False

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _BLOCK)
        except OSError:
            data = b""  # the terminal is gone
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._whole.extend(whole)
        if not data:
            self._end = True
            if self._rest:
                self._whole.append(self._rest)
                self._rest = b""
            self.close()
        self._arrived.set()

    def ready(self) -> bytes | None:
        """A line that has arrived already, without its end; None where there is none."""
        return self._whole.popleft() if self._whole else None

    def push_back(self, line: bytes) -> None:
        """Let a line be the next one."""
        self._whole.appendleft(line)
        self._arrived.set()

    async def next(self) -> bytes | None:
        """The next line, without its end; None at the end of the input."""
        while not self._whole:
            if self._end:
                return None
            if not self._polled:
                self._read()
                continue
            self._arrived.clear()
            await self._arrived.wait()
        return self._whole.popleft()


class Plain:
    """A Console of plain lines.

    `watched`: somebody types at a terminal, so there is a prompt, a pace, and Ctrl+C stops a generation. Otherwise
    standard output holds the continuations and nothing else; what is said goes to standard error.
    """

    mark = ""

    def __init__(self, stdin: int, out: TextIO, err: TextIO, *, watched: bool, history: History | None = None) -> None:
        self.handlers = Handlers(lambda steps: None, lambda line: None)
        self.paced = watched
        self.failed = False
        """Whether a line of the input could not be read."""
        self.watch_keys = "Ctrl+C pauses; a line typed goes back to the prompt while it trains." if watched else ""
        self._lines = Lines(stdin)
        self._out, self._err = out, err
        self._watched = watched
        self._history = history
        self._live: PlainLive | None = None
        self._number = 0
        self._to_terminal = out.isatty()
        self.marked = watched and self._to_terminal
        # Data goes to standard output; where that is a terminal, everything may.
        self._talk = out if self._to_terminal else err

    @contextmanager
    def open(self) -> Iterator[None]:
        """Listen to the input and, where somebody watches, to Ctrl+C. Needs a running event loop."""
        loop = asyncio.get_running_loop()
        self._lines.open()
        if self._watched:
            loop.add_signal_handler(signal.SIGINT, self._interrupted)
        try:
            yield
        finally:
            self._lines.close()
            if self._watched:
                loop.remove_signal_handler(signal.SIGINT)

    def _interrupted(self) -> None:
        """Ctrl+C: stops what streams; at the prompt, the terminal has dropped the line already."""
        if self._live is not None:
            self._live.stopped = True
            self._live.woken.set()
        else:
            self._print(self._talk, "\n> ")

    def _print(self, to: TextIO, text: str) -> None:
        encoding = to.encoding or "utf-8"
        to.write(text.encode(encoding, "replace").decode(encoding, "replace"))
        to.flush()

    @property
    def columns(self) -> int:
        """Width in cells."""
        try:
            return os.get_terminal_size(self._talk.fileno()).columns or 80
        except OSError:
            return 80

    async def walk(self, walk: Walk) -> bool:
        """Not without keys: the places are told, and how one is given."""
        self.say(*walk.places(self.columns), "Say the place and a character: /fork 3 n")
        return False

    async def read_line(self) -> str | None:
        """The next line of the input."""
        while True:
            if self._watched:
                self._print(self._talk, "> ")
            line = await self._lines.next()
            if line is None:
                if self._watched:
                    self._print(self._talk, "\n")
                return None
            self._number += 1
            if self._number == 1 and line.startswith(_UTF16_MARKS):
                self.complain("The input is UTF-16 and not UTF-8; convert it first, as with: iconv -f UTF-16 -t UTF-8")
                self.failed = True
                return None
            text = self._decoded(line)
            if text is not None:
                if self._history is not None:
                    self._history.append(text)
                return text

    def _decoded(self, line: bytes) -> str | None:
        try:
            # Where files were joined, each may begin with a byte order mark.
            return line.removesuffix(b"\r").removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError as error:
            self.complain(f"Line {self._number} is not UTF-8 (byte {error.start + 1}); it is passed over.")
            self.failed = True
            return None

    def shown(self, text: str, *, keep_newlines: bool = False) -> str:
        """Safe for a terminal; as it is for a file or a pipe."""
        return visible(text, keep_newlines=keep_newlines) if self._to_terminal else text

    def echo(self, line: str) -> None:
        """The terminal has shown it as it was typed."""

    def say(self, *lines: str | Fragments) -> None:
        """Show lines."""
        for line in lines:
            self._print(self._talk, plain(line) + "\n")

    def complain(self, message: str) -> None:
        """Show what went wrong."""
        self._print(self._err, message + "\n")

    def announce(self, message: str) -> None:
        """Show a message."""
        self.say(message)

    def copy(self, text: str) -> bool:
        """Not without control characters."""
        return False

    def ring(self) -> None:
        """Nothing: a bell is a control character."""

    def refresh(self) -> None:
        """There is no status row."""

    @asynccontextmanager
    async def live(self, status: Status | None = None, *, data: bool = True) -> AsyncIterator[PlainLive]:
        """Output that Ctrl+C stops."""
        self._live = PlainLive(self, self._out if data else self._talk)
        try:
            yield self._live
        finally:
            self._live.close()
            self._live = None


class PlainLive:
    """A Live of plain text: no status row, no keys; a whole line with a setting is obeyed while text streams."""

    def __init__(self, console: Plain, to: TextIO) -> None:
        self.stopped = False
        self.left = False
        self.woken = asyncio.Event()
        self._console = console
        self._to = to
        self._held = False
        """Whether a line waits for its turn: those after it wait as well."""
        self._text: list[str] = []
        self._at_start = True

    @property
    def waiting(self) -> bool:
        """Whether somebody has typed a line that waits for its turn; a script's lines always wait."""
        return self._held

    def write(self, fragments: Fragments) -> None:
        """Append text."""
        self._text.append(plain(fragments))

    async def wait(self, seconds: float) -> None:
        """Show what was written, and obey a line that was typed."""
        self._show()
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), seconds)
        self.woken.clear()
        self._obey()

    def _obey(self) -> None:
        """A line with a setting acts now; another one waits until the text is done."""
        console = self._console
        while console.paced and not self._held and (line := console._lines.ready()) is not None:
            answer = console.handlers.at_once(line.decode("utf-8", "replace"))
            if answer is None:
                console._lines.push_back(line)
                self._held = True
            else:
                # The terminal has begun a new line when Enter was typed.
                console.say(f"[{answer}]")

    def _show(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text:
            self._at_start = text.endswith("\n")
            self._console._print(self._to, text)

    def close(self) -> None:
        """End the line."""
        self._show()
        if not self._at_start:
            self._console._print(self._to, "\n")
