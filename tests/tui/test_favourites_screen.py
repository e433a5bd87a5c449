"""The favourites: copy, say again, export, delete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from driving import HOSTILE, SIZES, UNSET, painted, safe, show_next, showing, toasts, until
from textual.widgets import Input, OptionList

from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.generations import EMPTY_ITEM, sample_command_of
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.screens.favourites import FavouritesScreen

KEPT = [
    Favourite("Deepak", "De", "toy", 7, temperature=0.8, kept="2026-11-24T10:00:00+00:00"),
    Favourite(" Anna", " A", "toy", 8, item=2, top_k=5),
    Favourite("two\nlines", "", "other", 9),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "favourites.jsonl"
    for favourite in KEPT:
        favourites.add(favourite, path)
    return path


@pytest.mark.parametrize("size", SIZES)
async def test_newest_first_and_enter_says_it_again(file: Path, size: tuple[int, int]) -> None:
    screen = FavouritesScreen(file)
    async with showing(screen, size) as pilot:
        shown = painted(pilot)
        assert shown.index("two") < shown.index("Anna") < shown.index("Deepak")
        await pilot.press("end", "enter")
        await pilot.pause()
        assert pilot.app.result == KEPT[0]


async def test_facts(file: Path) -> None:
    async with showing(FavouritesScreen(file)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        for fact in ("␠A", "toy", "top-k 5", "8, number 3"):
            assert fact in painted(pilot), fact


async def test_what_was_searched_shows_its_probability(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    favourites.add(Favourite("", "", "toy", item=2, kind="probable", probability=0.0125), path)
    async with showing(FavouritesScreen(path)) as pilot:
        await pilot.pause()
        shown = painted(pilot)
    assert "1.25 %" in shown
    assert re.search(r"Rank +3\b", shown)
    assert shown.count(EMPTY_ITEM) == 3  # in the list, as the text and as the start
    assert not any(word in shown for word in ("Temperature", "Filters", "Seed"))


async def test_copies_the_text_and_the_command(file: Path) -> None:
    async with showing(FavouritesScreen(file)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.clipboard == "two\nlines"
        await pilot.press("end", "l")
        await pilot.pause()
        assert pilot.app.clipboard == sample_command_of(KEPT[0])
        assert "--seed 7" in pilot.app.clipboard
        assert pilot.app.clipboard.endswith("-- De")
    assert " --item 2 " in sample_command_of(KEPT[1])


async def test_delete_asks_and_keeps_the_rest(file: Path) -> None:
    with file.open("a") as rows:
        rows.write("damaged row\n")
    screen = FavouritesScreen(file)
    async with showing(screen) as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert "lines" in painted(pilot)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.query_one(OptionList).option_count == 2
    assert favourites.load(file) == KEPT[:2]
    assert "damaged row" in file.read_text()


async def test_export_asks_before_it_writes_over(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("precious")
    screen = FavouritesScreen(file)
    async with showing(screen) as pilot:
        await pilot.press("e")
        await pilot.pause()
        ask = pilot.app.screen
        assert isinstance(ask, Ask)
        ask.query_one(Input).value = str(tmp_path / "nowhere" / "x.txt")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is ask
        assert "no folder" in painted(pilot)
        ask.query_one(Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert target.read_text() == "precious"
        await pilot.press("e")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: bool(toasts(pilot)))
    assert target.read_text() == "Deepak\n\n Anna\n\ntwo\nlines\n\n"


async def test_export_to_nowhere_is_refused_as_one_types(file: Path) -> None:
    async with showing(FavouritesScreen(file)) as pilot:
        for typed in ("", "  ", "~no-such-user-at-all/x.txt", "/" + "a" * 5000, "/proc/none/x"):
            await pilot.press("e")
            await pilot.pause()
            ask = pilot.app.screen
            ask.query_one(Input).value = typed
            await pilot.press("enter")
            await pilot.pause()
            if pilot.app.screen is not ask:
                await until(pilot, lambda: any("Could not" in toast for toast in toasts(pilot)))
                pilot.app.clear_notifications()
            else:
                assert ask.query_one(".hint").has_class("problem"), typed[:9]
                await pilot.press("escape")
                await pilot.pause()


async def test_export_as_json_lines(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    async with showing(FavouritesScreen(file)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: bool(toasts(pilot)))
    assert [json.loads(line)["text"] for line in target.read_text().splitlines()] == [f.text for f in KEPT]


async def test_nothing_kept_says_what_to_do(tmp_path: Path) -> None:
    async with showing(FavouritesScreen(tmp_path / "none.jsonl")) as pilot:
        assert "Keep a generation with /keep." in painted(pilot)
        await pilot.press("c", "l", "e", "d", "enter")
        await pilot.pause()
        assert pilot.app.result is UNSET
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_hostile_texts(file: Path, tmp_path: Path) -> None:
    async with showing(FavouritesScreen(file)) as pilot:
        for number, hostile in enumerate(HOSTILE):
            path = tmp_path / f"f{number}.jsonl"
            favourites.add(Favourite(hostile, hostile, hostile, 1, kept=hostile), path)
            await show_next(pilot, FavouritesScreen(path))
            shown = painted(pilot)
            safe(shown)
            assert hostile.replace("\x1b", "␛").replace("\u202e", "⟨202E⟩") in shown
            await pilot.press("l")
            await pilot.pause()
            safe(painted(pilot))
            await pilot.press("d")
            await pilot.pause()
            safe(painted(pilot))
