"""A change of theme reaches all that is on the screen, also what lies under the theme picker."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready, until
from textual.color import Color

from charrnn_tui.prompt.probability import LEVELS
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui import themes
from charrnn_tui.tui.eight_bit import LEGIBLE, EightBitColours, contrast, palette
from charrnn_tui.tui.widgets.generations import Generations

pytestmark = pytest.mark.usefixtures("toy_model")
PALETTE = palette()


def grounds(app: Driven) -> set[str]:
    """Background colours of what is painted at the left, where the picker does not lie."""
    found = set()
    for strip in app.screen._compositor.render_strips():
        style = next(iter(strip.crop(1, 2))).style
        assert style is not None
        assert style.bgcolor is not None
        found.add(style.bgcolor.name)
    return found


async def test_what_lies_under_the_picker_takes_the_theme_that_is_looked_at() -> None:
    async with Driven(Config(model="toy", theme=themes.DARK.name)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "An")
        app.finish()
        await app.main.run_action("themes")
        await until(pilot, lambda: app.screen is not app.main)
        for theme in themes.THEMES:
            while app.theme != theme.name:
                await pilot.press("down")
                await pilot.pause()
            expected = Color.parse(theme.background or "").hex.lower()
            await until(pilot, lambda expected=expected: expected in grounds(app))
            others = {Color.parse(t.background or "").hex.lower() for t in themes.THEMES if t is not theme}
            assert not grounds(app) & (others - {Color.parse(theme.surface or "").hex.lower()}), theme.name
            pane = app.main.query_one(Generations)
            for level in range(len(LEVELS) + 1):  # each colour of a probability can be read
                style = pane.get_component_rich_style(f"generations--p{level}")
                ink, ground = (c.get_truecolor() for c in (style.color, style.bgcolor) if c)
                assert contrast(ink, ground) >= LEGIBLE, (theme.name, level)


@pytest.mark.parametrize("eight_bit", [False, True], ids=["true colour", "256 colours"])
@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
async def test_the_palette_can_be_read_its_chosen_row_too(theme: object, eight_bit: bool) -> None:
    app = Driven(Config(model="toy", theme=theme.name))  # type: ignore[attr-defined]
    if eight_bit:
        app._filters.append(EightBitColours())
    async with app.driven() as pilot:
        await ready(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Generate" in app.text)
        await pilot.press("down")
        await pilot.pause()
        bad = set()
        for strip in app.screen._compositor.render_strips()[8:24]:
            for text, style, _ in strip:
                if style is None or not style.color or not style.bgcolor or not any(map(str.isalnum, text)):
                    continue
                ink, ground = (
                    PALETTE[c.number] if c.number else tuple(c.triplet) for c in (style.color, style.bgcolor)
                )
                if contrast(ink, ground) < LEGIBLE:
                    bad.add((text, ink, ground))
        assert not bad
