"""A question that takes a while: asked in a thread, its progress told, called off at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from charrnn_tui.tui.content.reader_thread import in_daemon_thread

T = TypeVar("T")


class CalledOff(Exception):
    """The question was called off."""


class Asking:
    """One question. Leaving the program does not wait for its thread."""

    def __init__(self) -> None:
        self.share = 0.0
        """How much is done, from 0 to 1."""
        self._off = threading.Event()

    @property
    def off(self) -> bool:
        """Whether it was called off."""
        return self._off.is_set()

    def call_off(self) -> None:
        """Let the thread stop at its next report."""
        self._off.set()

    def tell(self, done: int, total: int) -> None:
        """Called in the thread, as far as it has come. Raises CalledOff."""
        if self.off:
            raise CalledOff
        self.share = done / max(1, total)

    async def ask(self, question: Callable[[], T]) -> T:
        """The answer. Raises CalledOff, and what the question raises."""
        answer = await in_daemon_thread(question)
        if self.off:
            raise CalledOff
        return answer
