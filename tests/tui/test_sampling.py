"""The dialog of settings: a row for each, arrows that stay within what is allowed, only changes are handed back."""

from __future__ import annotations

import pytest
from driving import SIZES, UNSET, painted, showing
from textual.widgets import Input

from charrnn_tui.prompt import commands as slash
from charrnn_tui.prompt.options import OPTIONS
from charrnn_tui.tui.dialogs.sampling import SamplingScreen

VALUES = {"temp": "0.8", "top-k": "0", "top-p": "1", "min-p": "0", "seed": "random", "max": "0", "pace": "30"}
VALUES |= dict.fromkeys(("match", "length", "unique", "new", "avoid", "ban"), "off")


def value(screen: SamplingScreen, command: str) -> str:
    return screen.query_one(f"#setting-{command}", Input).value


async def test_every_setting_with_a_label_has_a_row() -> None:
    screen = SamplingScreen(VALUES)
    async with showing(screen):
        rows = {f"setting-{option.command}" for option in OPTIONS.values() if option.dial or option.label}
        assert {field.id for field in screen.query(Input)} == rows


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_changed_is_handed_back(size: tuple[int, int]) -> None:
    screen = SamplingScreen(VALUES)
    async with showing(screen, size) as pilot:
        assert "maximum" in painted(pilot)
        await pilot.press("pageup", "down", "pageup", "pageup")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result == [slash.parse("/temp 0.85"), slash.parse("/top-k 2")]


async def test_arrows_stop_at_what_is_allowed_and_random_becomes_a_number() -> None:
    screen = SamplingScreen(VALUES)
    async with showing(screen) as pilot:
        for command, key, after in (
            ("top-k", "pagedown", "0"),
            ("top-p", "pageup", "1"),
            ("top-p", "pagedown", "0.95"),
            ("min-p", "pageup", "0.01"),
            ("seed", "pageup", "1"),
            ("max", "pageup", "10"),
            ("max", "pagedown", "0"),
            ("pace", "pageup", "35"),
        ):
            screen.query_one(f"#setting-{command}").focus()
            await pilot.press(key)
            await pilot.pause()
            assert value(screen, command) == after, (command, key)


async def test_a_wrong_value_says_so_and_stays() -> None:
    screen = SamplingScreen(VALUES)
    async with showing(screen) as pilot:
        screen.query_one("#setting-seed", Input).value = "[/b]"
        await pilot.pause()
        assert "The seed is a whole number" in painted(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result is UNSET
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None
