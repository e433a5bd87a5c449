"""Ghost text on the screen: taken a character, a word or whole, another one on a key, its probability in the row."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready

from charrnn_tui.prompt.ghost import ghost_words
from charrnn_tui.prompt.reader import Reader
from charrnn_tui.prompt.settings import Config

pytestmark = pytest.mark.usefixtures("toy_model")


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr("charrnn_tui.prompt.reader.BUDGET", 60.0)


class Words(Reader):
    """Would go on with two words, whatever is typed; another choice begins with its number."""

    def ghost(self, typed: str, longest: int = 60, choice: int = 0):  # type: ignore[no-untyped-def]  # as above
        whole = super().ghost(typed, longest, choice)
        return whole._replace(text=f"{choice or ''}ab cd"[len(typed) - 1 :], probability=0.25)


async def test_a_character_a_word_or_all_are_taken() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        app.prompt.reader = Words(app.main.session.model)
        await pilot.press("D")
        await pilot.press("right")
        assert app.prompt.value == "Da"
        await pilot.press("ctrl+right")
        assert app.prompt.value == "Dab"
        await pilot.press("ctrl+right")
        assert app.prompt.value == "Dab cd"
        for key in ("end", "tab"):
            app.prompt.set_value("D")
            await pilot.press(key)
            assert app.prompt.value == "Dab cd", key
            assert app.prompt.cursor_position == 6


async def test_its_probability_stands_in_the_row_and_another_one_comes_with_a_key() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        reader = Reader(app.main.session.model)
        await pilot.press("D")
        await pilot.pause()
        first = app.prompt.ghost
        assert first == reader.ghost("D")
        assert ghost_words(first.probability) in app.text
        await pilot.press("shift+tab")
        await pilot.pause()
        second = app.prompt.ghost
        assert second == reader.ghost("D", choice=1)
        assert second.text[0] != first.text[0]
        assert f"D{second.text}" in app.text
        assert ghost_words(second.probability) in app.text
        await pilot.press("right")
        assert app.prompt.value == "D" + second.text[0]
        assert app.prompt.ghost == reader.ghost("D" + second.text[0]), "typing begins with the most probable one"


async def test_in_the_middle_of_a_line_the_keys_move_the_cursor() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"Li", "left", "left")
        assert app.prompt.ghost.text
        await pilot.press("right")
        assert (app.prompt.value, app.prompt.cursor_position) == ("Li", 1)
        await pilot.press("left", "end")
        assert (app.prompt.value, app.prompt.cursor_position) == ("Li", 2)
        await pilot.press("home", "ctrl+right")
        assert (app.prompt.value, app.prompt.cursor_position) == ("Li", 2)
        await pilot.press("home", "tab")
        assert (app.prompt.value, app.focused) == ("Li", app.prompt)


async def test_a_key_with_nothing_to_take_leaves_line_and_focus_alone() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("tab", "right", "end", "ctrl+right")
        assert (app.prompt.value, app.focused) == ("", app.prompt)
        await pilot.press("D", "q")  # a symbol that the network does not know: no ghost text
        await pilot.press("tab", "shift+tab", "right", "end", "ctrl+right")
        assert (app.prompt.value, app.focused) == ("Dq", app.prompt)
        await enter(pilot, "")
        await pilot.press("shift+tab")
        assert app.focused is not app.prompt, "the pane is reached from an empty line"


async def test_in_a_command_tab_completes_and_the_ghost_keys_only_move() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("slash", "h")
        await pilot.press("right", "end", "shift+tab")
        assert app.prompt.value == "/h"
        await pilot.press("tab")
        assert app.prompt.value == "/help"


async def test_with_a_selection_right_only_lets_go_of_it() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"De", "shift+left", "shift+right", "shift+home")
        await pilot.press("end")
        assert app.prompt.value == "De"
        app.prompt.selection = app.prompt.selection.cursor(0)
        await pilot.press("shift+end", "right")
        assert (app.prompt.value, app.prompt.selection.is_empty) == ("De", True)


async def test_the_keys_can_be_given_others_and_right_still_moves() -> None:
    keys = {"ghost.character": "f13", "ghost.all": "f14"}
    async with Driven(Config(model="toy", keys=keys)).driven() as pilot:
        app = await ready(pilot)
        assert not [notice.message for notice in app._notifications]
        await pilot.press("B", "right", "end")
        assert app.prompt.value == "B"
        await pilot.press("left", "right")
        assert app.prompt.cursor_position == 1
        await pilot.press("f13")
        assert app.prompt.value == "Bo"
        app.prompt.set_value("B")
        await pilot.press("f14")
        assert app.prompt.value == "Bo"
