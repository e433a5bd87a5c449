"""One line of a batch on the screen: chosen with arrows or the mouse, kept, copied, looked at; always seen."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready, until

from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui import themes
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.eight_bit import LEGIBLE, contrast
from charrnn_tui.tui.screens.lens import LensScreen

pytestmark = pytest.mark.usefixtures("toy_model")


def batch(app: Driven) -> Generation:
    entry = app.generations.entries[0]
    assert isinstance(entry, Generation)
    return entry


async def test_arrows_choose_a_line_and_everything_acts_on_it_alone() -> None:
    async with Driven(Config(model="toy", seed=4)).driven((110, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 6 De")
        app.finish()
        texts = [text.text for text in batch(app).texts]
        pane = app.generations
        await pilot.press("up")
        assert app.prompt.value == "/n 6 De", "nothing is chosen: the arrows are the prompt's"
        app.prompt.set_value("")
        await pilot.press("shift+up", "down", "down", "down", "up")
        await pilot.pause()
        assert (pane.chosen, pane.line) == (0, 1)
        for theme in (theme.name for theme in themes.THEMES):
            app.theme = theme
            await pilot.pause()
            row = app.row_of(f"▸ 2 {texts[1]}")
            marked = [s for s in pane.render_line(row) if s.style is not None and "line" in s.style.meta]
            plain = [s for s in pane.render_line(row + 1) if s.style is not None and "line" in s.style.meta]
            assert {s.style.bgcolor for s in marked}.isdisjoint({s.style.bgcolor for s in plain})  # type: ignore[union-attr]
            for segment in marked:
                ink, ground = segment.style.color, segment.style.bgcolor  # type: ignore[union-attr]
                assert ink is not None
                assert ground is not None
                assert contrast(ink.get_truecolor(), ground.get_truecolor()) >= LEGIBLE, (theme, segment.text)
        app.theme = themes.SIXTEEN_COLOURS
        await pilot.pause()
        assert any(s.style is not None and s.style.reverse for s in pane.render_line(app.row_of(f"▸ 2 {texts[1]}")))
        await pilot.press("ctrl+y")
        assert app.clipboard == texts[1]
        await pilot.press("ctrl+s")
        await enter(pilot, "/keep 4-5")
        assert [kept.text for kept in favourites.load()] == [texts[1], texts[3], texts[4]]
        assert "★ 3 kept" in app.text
        assert f"2 {texts[1]}" in app.text
        await pilot.press("shift+delete")
        await enter(pilot, "/unkeep 4")
        assert [kept.text for kept in favourites.load()] == [texts[4]]
        await enter(pilot, "/keep 7")
        assert "no line 7" in app.text
        app.prompt.set_value("")
        await pilot.press("ctrl+o")
        assert "--item 1 " in app.clipboard
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, LensScreen))
        assert app.screen.forest.text == texts[1]  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("up", "up", "up")
        assert pane.line == 5, "all of it stands between the last line and the first"
        await pilot.press("ctrl+r")
        app.finish()
        assert [text.text for text in app.last.texts] == [texts[5]]
        assert app.last.layout == "one"


async def test_a_click_chooses_a_line_and_a_second_one_lets_it_go() -> None:
    async with Driven(Config(model="toy", seed=4)).driven((110, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 6 De")
        app.finish()
        await pilot.pause()
        pane, texts = app.generations, [text.text for text in batch(app).texts]
        await pilot.click("#generations", offset=(8, app.row_of(f"3 {texts[2]}")))
        assert (pane.chosen, pane.line) == (0, 2)
        await pilot.press("down")
        assert pane.line == 3
        await enter(pilot, "/look 2")
        await until(pilot, lambda: isinstance(app.screen, LensScreen))
        assert app.screen.forest.text == texts[1]  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.click("#generations", offset=(8, app.row_of(f"2 {texts[1]}")))
        assert (pane.chosen, pane.line) == (None, None)
        await pilot.press("ctrl+g")
        app.finish()
        await pilot.press("shift+up", "down", "down")
        await pilot.pause()
        assert "▸ T 0.70" in app.text, "of texts beside each other one is chosen as well"


async def test_the_chosen_line_is_seen_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with Driven(Config(model="toy", seed=4)).driven((110, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 3 De")
        app.finish()
        await pilot.press("shift+up", "down")
        await pilot.pause()
        pane = app.generations
        strip = pane.render_line(app.row_of(f"▸ 1 {batch(app).texts[0].text}"))
        assert any(segment.style is not None and segment.style.reverse for segment in strip)
