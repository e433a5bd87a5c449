"""Keys that arrive in one read are obeyed in the order in which they were pressed, in every input."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from driving import showing, until
from textual import on
from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from charrnn_tui.tui import key_order
from charrnn_tui.tui.dialogs.ask import Ask
from charrnn_tui.tui.key_order import KeysInOrder
from charrnn_tui.tui.widgets.line_input import LineInput

NAMES = {"\r": "enter", "\x7f": "backspace", "\x15": "ctrl+u", "\t": "tab", "\x1b": "escape", "\x01": "ctrl+a"}


def key(character: str) -> Key:
    return Key(NAMES.get(character, character), character)


class Lines(Screen[None]):
    """Two inputs; what is entered is kept, and the first is emptied only when the screen has heard of it."""

    AUTO_FOCUS = "#first"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def compose(self) -> ComposeResult:
        yield LineInput(id="first")
        yield LineInput(id="second")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self.lines.append(event.value)
        event.input.value = ""

    def value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value


async def at_once(pilot: Pilot[Any], keys: str) -> None:
    """Post all keys before the app can look at the first, as the driver does with one read."""
    for character in keys:
        pilot.app.post_message(key(character))
    app = pilot.app
    assert isinstance(app, KeysInOrder)
    await pilot.pause()
    await until(pilot, lambda: app._turn is None and not app._pressed)


@pytest.mark.parametrize(
    ("keys", "lines", "first", "second"),
    [
        ("De\rKa\r", ["De", "Ka"], "", ""),
        ("De\rKa", ["De"], "Ka", ""),
        ("Dex\x7f\rK\x7fLa\r", ["De", "La"], "", ""),
        ("wrong\x15De\rx\x15Ka\r", ["De", "Ka"], "", ""),
        ("e\x01D\r", ["De"], "", ""),
        ("De\tKa", [], "De", "Ka"),
        ("De\tKa\rLi", ["Ka"], "De", "Li"),
    ],
)
async def test_one_read(keys: str, lines: list[str], first: str, second: str) -> None:
    screen = Lines()
    async with showing(screen) as pilot:
        await at_once(pilot, keys)
        assert (screen.lines, screen.value("first"), screen.value("second")) == (lines, first, second)


async def test_what_is_typed_behind_the_enter_that_closes_a_dialog_goes_to_the_screen_below() -> None:
    screen = Lines()
    async with showing(screen) as pilot:
        answers: list[str | None] = []
        await pilot.app.push_screen(Ask("Name", "", "Take", lambda typed: ""), answers.append)
        await at_once(pilot, "An\x7fb\rDe\rKa")
        assert answers == ["Ab"]
        assert (screen.lines, screen.value("first")) == (["De"], "Ka")


async def test_a_paste_keeps_its_place() -> None:
    screen = Lines()
    async with showing(screen) as pilot:
        for event in (key("D"), Paste("ei"), key("\x7f"), key("\r"), key("K"), Paste("a"), key("\r")):
            pilot.app.post_message(event)
        await until(pilot, lambda: screen.lines == ["De", "Ka"])


async def test_a_handler_that_is_busy_does_not_lock_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_order, "PATIENCE", 0.01)
    release = asyncio.Event()

    class Busy(Lines):
        async def on_input_submitted(self) -> None:
            await release.wait()

    screen = Busy()
    async with showing(screen) as pilot:
        app = pilot.app
        for character in "De\rKa":
            app.post_message(key(character))
        first = screen.query_one("#first", Input)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if first.value == "DeKa":
                break
        shown = first.value
        release.set()
        assert shown == "DeKa"
