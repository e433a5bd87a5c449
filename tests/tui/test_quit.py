"""Leaving while a network is trained: in the background, stopped, or not at all."""

from __future__ import annotations

import pytest
from driving import HOSTILE, SIZES, UNSET, painted, safe, show_next, showing

from charrnn_tui.tui.dialogs.quit import QuitScreen


@pytest.mark.parametrize("size", SIZES)
async def test_keys(size: tuple[int, int]) -> None:
    async with showing(QuitScreen(True, "names-lstm"), size) as pilot:
        shown = painted(pilot)
        for words in ("names-lstm is being trained", "Go on in background", "Stop and quit", "Stay"):
            assert words in shown
        for key, result in {"b": "background", "q": "quit", "s": None, "escape": None}.items():
            await show_next(pilot, QuitScreen(True, "names-lstm"))
            await pilot.press(key)
            await pilot.pause()
            assert pilot.app.result == result, key


async def test_mouse() -> None:
    async with showing(QuitScreen(True, "x"), (60, 15)) as pilot:
        for button, result in {"#background": "background", "#quit": "quit", ".cancel": None}.items():
            await show_next(pilot, QuitScreen(True, "x"))
            await pilot.click(button)
            await pilot.pause()
            assert pilot.app.result == result, button


async def test_enter_loses_nothing_and_arrows_move() -> None:
    async with showing(QuitScreen(True, "x")) as pilot:
        await pilot.press("right", "right", "left", "left", "enter")
        await pilot.pause()
        assert pilot.app.result == "background"


async def test_without_training_there_is_no_background() -> None:
    async with showing(QuitScreen(False)) as pilot:
        assert "background" not in painted(pilot)
        await pilot.press("b")
        await pilot.pause()
        assert pilot.app.result is UNSET
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result == "quit"


async def test_hostile_names() -> None:
    async with showing(QuitScreen(True, "x")) as pilot:
        for hostile in HOSTILE:
            await show_next(pilot, QuitScreen(True, hostile))
            safe(painted(pilot))
            assert "is being trained" in painted(pilot)
