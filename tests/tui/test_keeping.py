"""What was kept and the session as files, from the main screen; and forks in the lens."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready, safe, toasts, until

from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.tui.content.transcript import text_of
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.screens.favourites import FavouritesScreen
from charrnn_tui.tui.screens.lens import LensScreen

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_favourites_have_a_key_and_a_command_that_filters() -> None:
    favourites.add(Favourite("Bo", "B", "toy", tags=["elf"]))
    favourites.add(Favourite("Anna", "A", "toy"))
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+underscore")
        await until(pilot, lambda: isinstance(app.screen, FavouritesScreen) and "Anna" in app.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await enter(pilot, "/favourites elf")
        await until(pilot, lambda: isinstance(app.screen, FavouritesScreen) and "#elf" in app.text)
        assert "Anna" not in app.text
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("end", *" new", "enter")
        await until(pilot, lambda: isinstance(app.screen, FavouritesScreen) and "#elf #new" in app.text)
        assert favourites.load()[0].tags == ["elf", "new"]


async def test_an_export_asks_before_it_writes_over(tmp_path: Path) -> None:
    favourites.add(Favourite("Bo", "B", "toy"))
    target = tmp_path / "kept.txt"
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, f"/export {target}")
        await until(pilot, target.exists)
        target.write_text("precious")
        await enter(pilot, f"/export {target}")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert target.read_text() == "precious"
        await enter(pilot, "/export kept.doc")
        assert app.prompt.value == "/export kept.doc"
        await enter(pilot, "/tag 9 x")
        assert "no favourite 9" in app.text


async def test_a_transcript_holds_the_session_and_commands_no_terminal(tmp_path: Path) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 3 De")
        app.finish()
        app.last.texts[0].characters.append("\x1b[31m")
        target = tmp_path / "said.txt"
        await enter(pilot, f"/transcript {target}")
        await until(pilot, target.exists)
        written = target.read_text()
        safe(written)
        assert written == text_of(app.generations.entries)
        assert all(text.text in written for text in app.last.texts[1:])
        assert "␛[31m" in written
        picture = tmp_path / "said.svg"
        await enter(pilot, f"/transcript {picture}")
        await until(pilot, picture.exists)
        drawn = picture.read_text()
        assert drawn.startswith("<svg")
        assert "\x1b" not in drawn
        assert toasts(pilot)
        await pilot.press("ctrl+right_square_bracket")
        await until(pilot, lambda: isinstance(app.screen, Ask))


async def test_a_fork_by_command_grows_in_the_lens() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/fork 0 a")
        assert "/fork 0 a" in app.prompt.value, "nothing was drawn yet"
        app.prompt.set_value("")
        await enter(pilot, "D")
        app.finish()
        await enter(pilot, "/fork 0 a")
        await until(pilot, lambda: isinstance(app.screen, LensScreen))
        lens = app.screen
        assert isinstance(lens, LensScreen)
        assert len(lens.forest.tree.branches) == 2
        assert lens.forest.text.startswith("Da")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is app.main)
        await enter(pilot, "/fork 50 a")
        assert "new character" in app.text
