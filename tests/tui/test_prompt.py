"""The prompt: history, leading spaces, pastes, completion, what comes next, and sentences where something is wrong."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready, until
from textual import events

from charrnn_tui.prompt.history import History
from charrnn_tui.prompt.settings import Config

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_history_goes_up_and_down_and_keeps_the_draft() -> None:
    History().append("Lena")
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "Bo")
        await pilot.press(*"dra", "up")
        assert app.prompt.value == "Bo"
        await pilot.press("up")
        assert app.prompt.value == "Lena"
        await pilot.press("up")
        assert app.prompt.value == "Lena"
        await pilot.press("down", "down")
        assert app.prompt.value == "dra"
        await pilot.press("down")
        assert app.prompt.value == "dra"
    assert History().lines == ["Lena", "Bo"]


async def test_a_command_from_the_history_does_not_open_the_list() -> None:
    for line in ("Lena", "/top", "/model t"):
        History().append(line)
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("up")
        await pilot.pause()
        assert app.prompt.value == "/model t"
        await pilot.press("up")
        await pilot.pause()
        assert not app.completions.rows
        await pilot.press("up")
        assert app.prompt.value == "Lena"


async def test_a_wrong_line_is_not_kept_in_the_history() -> None:
    async with Driven().driven() as pilot:
        await ready(pilot)
        await enter(pilot, "/temp hot")
    assert History().lines == []


async def test_leading_spaces_are_kept_and_seen(toy_model: object) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("space", "space", "A")
        await pilot.pause()
        assert app.prompt.value == "  A"
        assert "› ··A" in app.text
        await pilot.press("backspace", "backspace", "A", "enter")
        await pilot.pause()
        # The toy network knows no space: one leading space means the start of the item.
        assert app.last.typed == [" A"]
        assert app.last.texts[0].prefix == "A"
    assert History().lines == [" A"]


async def test_a_paste_of_one_line_is_typed_at_the_cursor() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"Da", "left")
        app.prompt.post_message(events.Paste("eni\n"))
        await pilot.pause()
        assert app.prompt.value == "Denia"
        assert not app.generations.entries


async def test_a_paste_of_several_lines_makes_several_prefixes() -> None:
    async with Driven(Config(model="toy", pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("L")
        app.prompt.post_message(events.Paste("ia\r\nBo\n\nHan"))
        await until(pilot, lambda: app.generations.entries)
        assert app.last.typed == ["Lia", "Bo", "Han"]
        assert app.prompt.value == ""
        app.finish()
        await pilot.pause()
        assert "3 Han" in app.text
    assert History().lines == ["Lia", "Bo", "Han"]


async def test_of_a_paste_the_good_lines_go_and_the_wrong_one_is_named() -> None:
    async with Driven().driven((140, 32)) as pilot:
        app = await ready(pilot)
        await pilot.press("L")
        app.prompt.post_message(events.Paste("ia\nßo\nBo\nAß"))
        await until(pilot, lambda: "ßo was left out: this network does not know the symbol 'ß'" in app.text)
        assert "The same holds for 1 other line." in app.next_row.sentence
        assert app.last.typed == ["Lia", "Bo"]
        assert app.prompt.value == "ßo"
        assert History().lines == ["Lia", "Bo"]


async def test_typing_anywhere_comes_to_the_prompt() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        app.generations.focus()
        await pilot.pause()
        await pilot.press("H", "a")
        assert app.prompt.value == "Ha"
        assert app.main.focused is app.prompt
        app.generations.focus()
        await pilot.pause()
        app.main.post_message(events.Paste("nna"))
        await until(pilot, lambda: app.prompt.value == "Hanna")


async def test_every_keystroke_is_answered_with_what_comes_next() -> None:
    async with Driven(Config(model="toy", temperature=1.0)).driven() as pilot:
        app = await ready(pilot)
        row = app.next_row
        await pilot.press("B")
        await pilot.pause()
        assert row.shares[0][0] == "o"
        share = row.shares[0][1]
        assert f"o {'█' * int(share * 8)}" in app.text
        assert f" {share:.0%}" in app.text
        await pilot.press("o")
        await pilot.pause()
        assert row.shares[0][0] == ""
        assert " end █" in app.text
        assert sum(p for _, p in row.shares) == pytest.approx(1, abs=0.05)
        sharp = row.shares[0][1]
        await pilot.press("f7", "f7", "f7")
        await pilot.pause()
        assert row.shares[0][1] > sharp, "a turned temperature shows at once"
        await pilot.press("q")
        await pilot.pause()
        assert "does not know the symbol 'q'" in app.text
        await pilot.press("backspace")
        await pilot.pause()
        assert row.shares[0][0] == ""


async def test_ghost_text_shows_what_the_network_would_write_and_right_arrow_takes_it() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("B")
        await pilot.pause()
        assert "› Bo " in app.text
        assert app.prompt.value == "B"
        await pilot.press("right")
        await pilot.pause()
        assert app.prompt.value == "Bo"


async def test_tab_takes_the_ghost_text() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("B", "tab")
        assert app.prompt.value == "Bo"


async def test_slash_commands_are_listed_and_completed() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("slash", "t")
        await pilot.pause()
        assert "/temp 0.8" in app.text
        assert "/top-k 5" in app.text
        assert "/train FILE" in app.text
        await pilot.press("down", "tab")
        await pilot.pause()
        assert app.prompt.value == "/top-k "
        await pilot.press("3", "enter")
        await pilot.pause()
        assert app.main.session.settings.top_k == 3
        assert "top-k 3" in app.text


async def test_enter_on_half_a_name_completes_it() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/mi")
        assert app.prompt.value == "/min-p "
        await enter(pilot, "/min-p 0.1")
        assert app.main.session.settings.min_p == 0.1


async def test_names_of_models_are_completed() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        app.main.offer("/model t")
        await pilot.pause()
        await pilot.press("tab")
        assert app.prompt.value == "/model toy"


async def test_escape_closes_the_list() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("slash")
        await pilot.pause()
        assert "/pace 30" in app.text
        await pilot.press("escape")
        await pilot.pause()
        assert "/pace 30" not in app.text
        assert app.prompt.value == "/"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/temp hot", "the temperature is a number, or two as in 1.2:0.6"),
        ("/temp -1", "the temperature is a number from 0"),
        ("/temp nan", "the temperature is a number from 0"),
        ("/top-p 0", "top-p lies above 0"),
        ("/frob", "there is no command /frob"),
        ("/n 0 A", "from 1 to 1,000, not 0"),
        ("/seed -3", "the seed is from 0 to 9,223,372,036,854,775,807, not -3"),
        ("/model nothere", "there is no model 'nothere'"),
    ],
)
async def test_a_wrong_command_gets_a_sentence(line: str, sentence: str) -> None:
    async with Driven().driven((160, 30)) as pilot:
        app = await ready(pilot)
        await enter(pilot, line)
        await until(pilot, lambda: sentence in app.text)
        assert not app.generations.entries


async def test_two_slashes_type_one() -> None:
    async with Driven().driven((160, 30)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "//B")
        assert "does not know the symbol '/'" in app.text


@pytest.mark.parametrize(
    ("line", "attribute", "value", "shown"),
    [
        ("/top-p 0.9", "top_p", 0.9, "top-p 0.9"),
        ("/min-p 0.05", "min_p", 0.05, "min-p 0.05"),
        ("/top-k 4", "top_k", 4, "top-k 4"),
        ("/t 1.2", "temperature", 1.2, "T 1.20"),
    ],
)
async def test_settings_are_changed_and_shown(line: str, attribute: str, value: float, shown: str) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, line)
        assert getattr(app.main.session.settings, attribute) == value
        assert shown in app.text.splitlines()[-2]


async def test_length_and_pace() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/max 2")
        assert "at most 2 new characters" in app.text
        await enter(pilot, "/pace 0")
        assert "as fast as possible" in app.text
        await enter(pilot, "/temp 4")
        await enter(pilot, "A")
        app.tick()
        assert app.last.texts[0].length <= 2
        assert not app.player.running


async def test_the_settings_screen_changes_all_of_them() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("f8")
        await pilot.press("down", "f8", "enter")
        await until(pilot, lambda: app.screen is app.main)
        assert app.main.session.settings.temperature == 0.85
        assert app.main.session.settings.top_k == 1


async def test_a_setting_without_meaning_is_not_taken() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert app.screen is not app.main
        assert "The temperature is a number" in app.text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.main.session.settings.temperature == 0.8
