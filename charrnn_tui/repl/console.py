"""What the prompt needs of the place it runs in: a terminal with cursor and keys, or plain lines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charrnn_tui.repl.fragments import Fragments

if TYPE_CHECKING:
    from charrnn_tui.prompt.walk import Walk

Status = Callable[[int], Fragments]
"""The status row for a width in cells."""


@dataclass
class Handlers:
    """What a console calls when keys arrive, at the prompt and while text streams."""

    turn: Callable[[int], None]
    """Turn the temperature by +1 or -1 step."""
    at_once: Callable[[str], str | None]
    """Carry out a line typed while text streams, where it can be done at once: says what was done (or what is wrong
    with it), or None where the line has to wait for its turn."""
    turn_style: Callable[[int], None] = lambda steps: None
    """Turn the dial between two styles, or the chosen slider, by +1 or -1 step."""
    choose_style: Callable[[int], None] = lambda by: None
    """Choose the slider of the next style (+1) or of the one before (-1)."""
    turn_mix: Callable[[int], None] = lambda steps: None
    """Turn the weight of what is mixed in by +1 or -1 step."""


class Live(Protocol):
    """A stretch of output during which keys are read. Texts have to be safe already."""

    stopped: bool
    """Whether Ctrl+C was pressed."""
    left: bool
    """Whether Escape was pressed."""

    @property
    def waiting(self) -> bool:
        """Whether a line has been typed that waits for its turn."""
        ...

    def write(self, fragments: Fragments) -> None:
        """Append text; a line feed begins a new line."""
        ...

    async def wait(self, seconds: float) -> None:
        """Show what was written and let keys in; returns after `seconds`, or earlier when a key did something."""
        ...


class Console(Protocol):
    """Where lines come from and texts go to."""

    mark: str
    """What stands before the prefix of a generation."""
    handlers: Handlers
    paced: bool
    """Whether somebody watches, so that text is to appear at its pace."""
    marked: bool
    """Whether marks (how a text ended) stand beside the texts; a file or a pipe gets the texts alone."""

    watch_keys: str
    """What can be done while a training run is watched."""
    failed: bool
    """Whether a line of the input could not be read."""

    async def walk(self, walk: Walk) -> bool:
        """Let somebody choose a place of a text and another symbol there; False where nobody can, or left it."""
        ...

    async def read_line(self) -> str | None:
        """The next line, or None at the end. Ctrl+C begins a new line and never ends the prompt."""
        ...

    def shown(self, text: str, *, keep_newlines: bool = False) -> str:
        """A text as it may be sent to where continuations go."""
        ...

    def echo(self, line: str) -> None:
        """Show a line that was entered, where the console has not."""
        ...

    def say(self, *lines: str | Fragments) -> None:
        """Show lines."""
        ...

    def complain(self, message: str) -> None:
        """Show what went wrong."""
        ...

    def announce(self, message: str) -> None:
        """Show a message that comes of its own accord, whatever is on the screen now."""
        ...

    def copy(self, text: str) -> bool:
        """Put a text on the clipboard; False where there is none."""
        ...

    def ring(self) -> None:
        """Ring the bell."""
        ...

    def refresh(self) -> None:
        """Something that the status row shows has changed."""
        ...

    def live(self, status: Status | None = None, *, data: bool = True) -> AbstractAsyncContextManager[Live]:
        """Output while keys are read; `status` takes the place of the toolbar.

        `data`: what is written are continuations, which go to standard output even where nobody watches.
        """
        ...

    @property
    def columns(self) -> int:
        """Width in cells."""
        ...
