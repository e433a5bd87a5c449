"""The theme picker previews as one moves; Escape restores."""

from __future__ import annotations

import pytest
from driving import SIZES, painted, showing
from textual.color import Color
from textual.widgets import OptionList

from charrnn_tui.tui import themes
from charrnn_tui.tui.dialogs.theme_picker import ThemePicker


@pytest.mark.parametrize("size", SIZES)
async def test_previews_and_keeps(size: tuple[int, int]) -> None:
    async with showing(ThemePicker(), size) as pilot:
        assert pilot.app.theme == themes.DEFAULT
        assert all(theme.name in painted(pilot) for theme in themes.THEMES)
        await pilot.press("down")
        await pilot.pause()
        second = themes.THEMES[1].name
        assert pilot.app.theme == second
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result == second
        assert pilot.app.theme == second


async def test_escape_restores() -> None:
    async with showing(ThemePicker()) as pilot:
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert pilot.app.theme != themes.DEFAULT
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None
        assert pilot.app.theme == themes.DEFAULT


async def test_every_theme_can_be_put_on() -> None:
    screen = ThemePicker()
    async with showing(screen, (60, 15)) as pilot:
        options = screen.query_one(OptionList)
        assert options.option_count == len(pilot.app.available_themes)
        for i in range(options.option_count):
            options.highlighted = i
            await pilot.pause()
            assert "Theme" in painted(pilot)


async def test_a_click_previews_and_a_double_click_keeps() -> None:
    async with showing(ThemePicker()) as pilot:
        await pilot.click("#themes", offset=(8, 2))
        await pilot.pause()
        assert pilot.app.theme == themes.THEMES[2].name
        await pilot.click("#themes", offset=(8, 2), times=2)
        await pilot.pause()
        assert pilot.app.result == themes.THEMES[2].name


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_own_themes_are_legible(theme: object) -> None:
    """WCAG AA for text on both backgrounds; AAA for the one of high contrast."""
    colours = theme.to_color_system().generate()  # type: ignore[attr-defined]
    least = 7.0 if "contrast" in theme.name else 4.5  # type: ignore[attr-defined]
    for ground in ("background", "surface"):
        for ink in ("foreground", "primary", "accent", "success", "warning", "error"):
            ratio = _contrast(Color.parse(colours[ink]), Color.parse(colours[ground]))
            assert ratio >= least - (1.0 if ink != "foreground" and least == 4.5 else 0), (ink, ground, ratio)


def _contrast(a: Color, b: Color) -> float:
    def luminance(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
