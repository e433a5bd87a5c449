"""Enter, Tab, pastes and keys that take what is typed: nothing that was typed is lost, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready, until
from textual import events

from charrnn_tui.prompt.history import History
from charrnn_tui.prompt.settings import Config
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_lines_that_arrive_in_one_read_are_entered_in_order() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        for key in ("D", "e", "enter", "L", "x", "backspace", "a", "enter", "Q", "ctrl+u", "B"):
            character = key if len(key) == 1 else {"enter": "\r", "backspace": "\x7f", "ctrl+u": "\x15"}[key]
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: len(app.generations.entries) == 2 and app.prompt.value == "B")
        assert [entry.typed for entry in app.generations.entries] == [["De"], ["La"]]
        assert History().lines == ["De", "La"]


async def test_a_wrong_line_comes_back_also_where_more_was_typed() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/temp hot")
        assert app.prompt.value == "/temp hot"
        app.prompt.set_value("Bo")
        app.main.conversation.refuse("the folder is gone.", "/train x.txt")
        assert app.prompt.value == "Bo"
        await pilot.press("up")
        assert app.prompt.value == "/train x.txt"


async def test_enter_takes_what_is_complete_and_not_a_longer_name(home: Path) -> None:
    models = home / "data" / "charrnn-tui" / "models"
    for name in ("toy-2", "toy-ru"):
        write_toy_model(models / name, name)
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/model toy-2")
        await until(pilot, lambda: app.main.session.model.name == "toy-2")
        await pilot.press(*"/model toy")
        await pilot.pause()
        assert [choice.shown for choice in app.completions.rows] == ["toy", "toy-2", "toy-ru"]
        await pilot.press("enter")
        await until(pilot, lambda: app.main.session.model.name == "toy")
        await pilot.press(*"/model toy-r", "enter")
        await pilot.pause()
        assert app.prompt.value == "/model toy-ru"


async def test_tab_on_a_complete_name_goes_to_the_next(home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "toy-2", "toy-2")
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"/model toy", "tab")
        assert app.prompt.value == "/model toy-2"


async def test_tab_with_nothing_to_complete_stays_in_the_prompt() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "A")
        app.finish()
        await pilot.press("tab", "tab")
        await pilot.pause()
        assert app.main.focused is app.prompt
        await pilot.press("H")
        assert app.prompt.value == "H"


async def test_ctrl_g_takes_what_is_typed() -> None:
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"Ha", "ctrl+g")
        await pilot.pause()
        assert [text.typed for text in app.last.texts] == ["Ha"] * 5
        assert app.prompt.value == ""
        assert History().lines == ["Ha"]
        app.finish()
        await pilot.press("ctrl+g")
        assert [text.typed for text in app.last.texts] == ["Ha"] * 5, "where nothing is typed, the generation's prefix"
        assert len(app.generations.entries) == 2
        await pilot.press(*"Qß", "ctrl+g")
        await pilot.pause()
        assert app.prompt.value == "Qß"
        assert "does not know the symbol" in app.next_row.sentence


async def test_a_wrong_train_line_stays_and_its_error_goes_when_something_works() -> None:
    async with Driven().driven((140, 32)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/train nowhere.txt")
        await until(pilot, lambda: "there is no file and no corpus" in app.next_row.sentence)
        assert app.prompt.value == "/train nowhere.txt"
        assert not app.spawner.clients
        assert app.main.status.said == ""  # nothing starts
        await pilot.press("f8")
        await pilot.pause()
        assert "no file" not in app.next_row.sentence
        assert app.prompt.value == "/train nowhere.txt"


async def test_aliases_get_their_hint_in_any_case() -> None:
    async with Driven().driven((140, 32)) as pilot:
        app = await ready(pilot)
        await pilot.press(*"/TEMP 0.5")
        await pilot.pause()
        assert app.next_row.sentence.startswith("/temp 0.8: ")
        await pilot.press("enter")
        assert app.main.session.settings.temperature == 0.5


async def test_train_takes_up_an_unfinished_run_by_its_name(home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "half", "half")
    (folder / "checkpoint.safetensors").write_bytes(b"x")
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/train half")
        await until(pilot, lambda: app.spawner.clients and app.spawner.last.commands)
        start = app.spawner.last.commands[0]
        assert start.resume  # type: ignore[union-attr]
        assert start.recipe["name"] == "half"  # type: ignore[union-attr]
