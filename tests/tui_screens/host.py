"""An app that shows one screen and keeps its result, and ways to look at what it paints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from charrnn_tui.tui import themes
from charrnn_tui.tui.key_order import KeysInOrder

HOSTILE = ("[/", "[/b]", "[bold]x", "\x1b[31mred", "a\u202eb")
"""Texts that are markup to a careless screen, or a command to the terminal."""

SIZES = ((100, 30), (60, 15), (40, 10))

UNSET = object()


class Host(KeysInOrder[None]):
    """Pushes a screen at once; `result` is what it was left with."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._shown_first = screen
        self.result: Any = UNSET
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.DEFAULT

    def on_mount(self) -> None:
        self.push_screen(self._shown_first, self._left)

    def _left(self, result: Any) -> None:
        self.result = result


@asynccontextmanager
async def showing(screen: Screen[Any], size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[None]]:
    """A pilot over the screen, toasts and tooltips switched on."""
    async with Host(screen).run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        yield pilot


def painted(pilot: Pilot[Any]) -> str:
    """What stands on the terminal, line by line."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


def toasts(pilot: Pilot[Any]) -> list[str]:
    """The messages of the toasts that are up."""
    return [notification.message for notification in pilot.app._notifications]


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait for something that a thread brings about; fails after ten seconds."""
    for _ in range(1000):
        if condition():
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it did not come about; the screen shows:\n{painted(pilot)}")


def safe(text: str) -> None:
    """Fail where a painted text holds a character that commands a terminal."""
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert not any(c in text for c in "\x7f\x9b\u202e\u2066")
