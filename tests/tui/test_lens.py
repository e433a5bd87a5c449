"""The lens: a text laid open at every character, its distribution, swapping and growing anew, units."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from driving import Driven, enter, ready, until
from textual.events import Key
from textual.geometry import Region
from under_lens import grown, laid_open, lens, opened, said

from charrnn_tui.files import paths
from charrnn_tui.insight import tree_file
from charrnn_tui.insight.scores import score
from charrnn_tui.insight.tree import replay
from charrnn_tui.prompt.forest import Forest, Opened
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.content.lens_channels import CHANNELS, SEQUENTIAL, after
from charrnn_tui.tui.screens.lens import LensScreen
from charrnn_tui.tui.widgets.lens_text import LensText
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model", "colours")


async def test_a_text_is_laid_open_with_the_numbers_that_the_score_has() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot)
        scored = score(screen.forest.model, "Deirdre")
        for at in (0, 3, 6):
            await pilot.press("home", *["right"] * at)
            await pilot.pause()
            assert f"rank {scored[at].rank}, surprise {scored[at].surprise:.2f} bits (" in said(screen, "facts")
        await pilot.press("end")
        await pilot.pause()
        assert "nothing stands here yet" in said(screen, "facts")


async def test_the_grounds_are_the_steps_of_the_channel() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot)
        channel = CHANNELS["probability"]
        scored = score(screen.forest.model, "Deirdre")
        looks = channel.looks
        expected = [looks[channel.step(math.exp(p))] for p in scored.log_probs[:7]]
        assert list(screen.text._looks[:7]) == expected
        assert len(set(expected)) > 1
        await pilot.press("f9")
        assert screen.laid_open.channel == "rank"
        assert "1st" in app.text


async def test_every_channel_shows_something_and_the_last_goes_back_to_the_first() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot)
        # Unit 0 of the toy network stands for the start symbol, which no character is.
        await pilot.press("right", "right", "right", *["shift+right"] * screen.forest.model.vocabulary.id("i"))
        for channel in ("mattered", *list(CHANNELS)[:5]):
            await pilot.press("f9")
            assert screen.laid_open.channel == channel
            await until(pilot, lambda: any(screen.text._looks))
            assert CHANNELS[screen.laid_open.channel].title in said(screen, "legend")


async def test_what_mattered_is_told_in_numbers_and_only_before_the_cursor() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot)
        await pilot.press("right", "right", *["f9"] * 5)
        await until(pilot, lambda: "Nats lost without it" in said(screen, "note"))
        # The toy network knows the last character only.
        assert screen.laid_open.look is not None
        found = screen.laid_open.look.mattered(2)
        assert found.left_out is not None
        assert found.left_out[0] == pytest.approx(0, abs=1e-5)
        assert abs(found.left_out[1]) > 0.1
        assert f"e at 1: {found.left_out[1]:+.2f}" in said(screen, "note")
        assert screen.text._looks[0] == ""
        assert screen.text._looks[1] != ""
        assert set(screen.text._looks[2:]) == {""}
        await pilot.press("end")
        await until(pilot, lambda: "Nothing stands here yet" in said(screen, "note"))


async def test_the_cursor_walks_over_wrapped_lines_and_follows_the_mouse() -> None:
    text = "Deirdre" * 20
    async with Driven().driven((60, 24)) as pilot:
        screen = await lens(pilot, f"/look {text}")
        await pilot.press("right", "right", "right", "down")
        line = screen.text._wrap.starts[1]
        assert screen.text.place == line + 3
        await pilot.press("up", "end")
        assert screen.text.place == len(text)
        await pilot.press("right", "home", "left")
        assert screen.text.place == 0
        await pilot.click(screen.text, offset=(5, 1))
        assert screen.text.place == line + 5


async def test_bars_show_all_symbols_sum_to_one_and_obey_the_temperature() -> None:
    async with Driven(Config(model="toy", pace=10.0, top_k=3)).driven((120, 36)) as pilot:
        screen = await lens(pilot)
        rows = screen.bars.rows()
        assert len(rows) == screen.forest.model.vocabulary.size
        assert sum(row[1] for row in rows) == pytest.approx(1)
        assert sum(row[2] for row in rows) == pytest.approx(1)
        assert [row[3] for row in rows] == [False] * 3 + [True] * (len(rows) - 3)
        assert [row[0] for row in rows if row[4]] == ["D"]
        assert "cut off" in pilot.app.text  # type: ignore[attr-defined]
        before = screen.session.settings.temperature
        await pilot.press("f8", "f8")
        assert screen.session.settings.temperature == pytest.approx(before + 0.1)
        hotter = screen.bars.rows()
        assert hotter[0][1] == rows[0][1]
        assert hotter[0][2] < rows[0][2]
        assert f"T {before + 0.1:.2f}" in screen.bars.heading()


async def test_the_end_has_a_bar_and_can_be_put() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot, "/look Anna")
        await pilot.press("end")
        rows = [row[0] for row in screen.bars.rows()]
        screen.bars.focus()
        screen.bars.chosen = rows.index("end")
        await pilot.press("enter")
        await pilot.pause()
        await grown(pilot, screen)
        assert (screen.forest.text, screen.forest.branch.end) == ("Anna", "end")
        assert "rank 1" in said(screen, "facts") or "rank 2" in said(screen, "facts")


async def test_a_typed_symbol_is_put_there_and_the_rest_grows_anew_under_the_same_seed() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "D")
        app.finish()
        before = app.last.texts[0].text
        await pilot.press("ctrl+f")
        screen = await opened(pilot, app)
        assert screen.forest.text == before
        assert screen.forest.branch.seed == app.last.seed
        await pilot.press("right")
        swapped = "e" if before[1:2] != "e" else "i"
        await pilot.press(swapped)
        await pilot.pause()
        await grown(pilot, screen)
        stream = screen.forest.model.stream("D", settings=app.main.session.settings, seed=app.last.seed)
        stream.force(swapped)
        list(stream)
        assert screen.forest.text == stream.text
        assert [place.branch.id for place in screen.forest.tree.walk()] == [0, 1]
        assert screen.forest.tree.full_text(0) == before
        assert replay(screen.forest.model, screen.forest.tree) == []
        assert screen.text.place == 1


async def test_it_grows_at_the_prompts_pace_and_escape_stops_it_before_it_closes() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look D")
        await pilot.press("end", "e")
        await pilot.pause()
        assert screen.forest.text in ("De", "De" + screen.forest.text[2:3])
        app.time.now += 0.1
        screen.tick()
        length = len(screen.forest.text)
        screen.tick()
        assert len(screen.forest.text) == length  # the clock stands
        await pilot.press("escape")
        await laid_open(pilot, screen)
        assert app.screen is screen
        assert screen.growing.growth is None
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_a_symbol_in_the_prefix_begins_a_tree_beside_it() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot, "/look Delia")
        await pilot.press("right", "e")
        await pilot.pause()
        assert "stands there already" in said(screen, "note")
        await pilot.press("i")
        await pilot.pause()
        await grown(pilot, screen)
        assert screen.forest.text.startswith("Di")
        assert [tree.prefix for tree in screen.forest.trees] == ["Delia", "Di"]


async def test_the_tree_is_walked_labelled_pruned_and_saved(tmp_path: Path) -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look D")
        await pilot.press("end", "e")
        await pilot.pause()
        await grown(pilot, screen)
        first = screen.forest.text
        await pilot.press("right", "ctrl+n")
        await pilot.pause()
        await grown(pilot, screen)
        assert [screen.forest.branch.parent, screen.forest.branch.at] == [1, 2 - 1]
        await pilot.press("shift+up")
        await laid_open(pilot, screen)
        assert screen.forest.text == first
        await pilot.press("f6")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press(*"mine", "enter")
        await until(pilot, lambda: app.screen is screen)
        assert "[mine]" in app.text
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press(*"kept", "enter")
        await until(pilot, lambda: "Kept in" in said(screen, "note"))
        assert tree_file.load(tree_file.tree_path("kept")) == screen.forest.tree
        await pilot.press("delete")
        await laid_open(pilot, screen)
        assert "2 branches taken away" in said(screen, "note")
        assert screen.forest.text == "D"
        await pilot.press("delete")
        await pilot.pause()
        assert "The first text stays" in said(screen, "note")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("enter")
        await until(pilot, lambda: len(screen.forest.trees) == 2)
        assert screen.forest.tree.branches[1].label == "mine"


async def test_units_are_stepped_through_and_colour_the_text() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot)
        vocabulary = screen.forest.model.vocabulary
        await pilot.press(*["shift+right"] * vocabulary.id("i"))
        assert screen.laid_open.channel == "unit"
        assert screen.laid_open.unit is not None
        assert screen.laid_open.unit.number == vocabulary.id("i")
        # Unit i of the toy network stands for symbol i.
        assert [bool(look) for look in screen.text._looks[:7]] == [c == "i" for c in "Deirdre"]
        assert f"hidden:1:{vocabulary.id('i')}" in said(screen, "legend")
        await pilot.press("shift+left")
        assert screen.laid_open.unit.number == vocabulary.id("i") - 1


async def test_a_symbol_that_the_network_does_not_know_is_a_sentence() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/look Deé")
        await until(pilot, lambda: "é" in app.next_row.sentence)
        assert app.screen is app.main
        assert app.prompt.value == "/look Deé"
        screen = await lens(pilot)
        await pilot.press("#")
        await pilot.pause()
        assert "#" in said(screen, "note")
        assert screen.forest.text == "Deirdre"


async def test_it_opens_on_what_is_typed_and_comes_back_to_it() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await pilot.press("D", "e", "ctrl+f")
        screen = await opened(pilot, app)
        assert screen.forest.text == "De"
        await pilot.press("f8", "escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.prompt.value == "De"
        assert "0.85" in app.text


async def test_the_row_of_actions_opens_it_and_a_column_is_a_forest() -> None:
    async with Driven().driven((170, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 3 De")
        app.finish()
        await pilot.press("shift+up")
        await pilot.pause()
        y = app.row_of("◎ look")
        x = app.generations.render_line(y).text.index("◎")
        await pilot.click(app.generations, offset=(x, y))
        screen = await opened(pilot, app)
        assert [tree.full_text(0) for tree in screen.forest.trees] == [text.text for text in app.last.texts]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 15), (40, 10)])
async def test_text_and_bars_are_there_at_every_size(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot)
        assert "Deirdre" in app.text
        assert "raw Σ 1.00" in app.text
        for _ in range(3):
            await pilot.press("f2")
            await pilot.pause()
            assert screen.focused is not None
            assert screen.focused.size.height > 0


def test_the_inks_can_be_read_on_their_grounds() -> None:
    from charrnn_tui.tui.content.lens_channels import DIVERGING
    from charrnn_tui.tui.eight_bit import LEGIBLE, contrast

    for look in filter(None, (*SEQUENTIAL, *DIVERGING)):
        ink, ground = (tuple(bytes.fromhex(c[1:])) for c in look.split(" on "))
        assert contrast(ink, ground) >= LEGIBLE, look  # type: ignore[arg-type]


def test_each_channel_has_a_word_and_a_look_for_each_step() -> None:
    for channel in CHANNELS.values():
        for steps in (channel.looks, channel.marks):
            assert len(channel.legend) == len(steps) == len(channel.limits) + 1
            assert len(set(steps)) == len(steps)
    assert after(list(CHANNELS)[-1]) == next(iter(CHANNELS))


@pytest.mark.parametrize("text", ["[/b]", "[bold]x", "\x1b[31m", "a\u202eb", "a\nb"])
async def test_no_text_is_markup_or_a_command_to_the_terminal(text: str, home: Path) -> None:
    write_toy_model(paths.models() / "hostile", text, [text] if "\n" not in text else ["a", "b"])
    async with Driven(Config(model=text, pace=0.0)).driven((80, 24)) as pilot:
        app = await ready(pilot)
        known = "".join(app.main.session.model.vocabulary.symbols)  # type: ignore[union-attr]
        await pilot.press(*known[:1], "ctrl+f")
        screen = await opened(pilot, app)
        for symbol in known:
            screen.text.post_message(screen.text.Put(symbol))
            await pilot.pause()
        for _ in range(6):
            await pilot.press("f9", "right")
            await pilot.pause()
        assert not any(ord(c) < 32 and c != "\n" for c in app.text)
        assert "\u202e" not in app.text


async def test_running_text_has_no_end_and_its_lines_are_walked(home: Path) -> None:
    write_toy_model(paths.models() / "running", "running", ["Anna", "Bo\nNed"], kind="stream")
    async with Driven(Config(model="running", pace=0.0)).driven((80, 24)) as pilot:
        app = await ready(pilot)
        model = app.main.session.model
        assert model is not None
        opened_on = Opened("Bo\n", "Bo\nNed\nAn", ((0, app.main.session.settings),), 1, 0, 40)
        app.push_screen(LensScreen(app.main.session, Forest(model, [opened_on]), app.time))
        screen = await opened(pilot, app)
        assert "end" not in [row[0] for row in screen.bars.rows()]
        await pilot.press("right", "right")
        assert "2: ↵" in said(screen, "facts")
        await pilot.press("down")
        assert screen.text.place == 5
        await pilot.press("end", *["f9"] * 5)
        await until(pilot, lambda: "Nothing stands here yet" in said(screen, "note"))
        screen.bars.post_message(screen.bars.Put(""))
        await until(pilot, lambda: "running text has no end" in said(screen, "note").lower())
        await pilot.press("f5")
        await grown(pilot, screen)
        assert len(screen.forest.branch.text) == 40
        await pilot.press("f5")
        await pilot.pause()
        assert "at its end" in said(screen, "note")


async def test_a_generation_of_another_model_is_opened_with_that_model(home: Path) -> None:
    write_toy_model(paths.models() / "other", "other", ["Bo", "Bob"])
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "D")
        app.finish()
        await enter(pilot, "/model other")
        await until(pilot, lambda: app.main.session.model.name == "other")  # type: ignore[union-attr]
        await pilot.press("ctrl+f")
        screen = await opened(pilot, app)
        assert screen.forest.model.name == "toy"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        for path in (home / "data" / "charrnn-tui" / "models" / "toy").iterdir():
            path.unlink()
        await pilot.press("ctrl+f")
        await until(pilot, lambda: "cannot be opened" in app.next_row.sentence)


async def test_a_move_paints_its_two_places_and_keys_that_wait_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot, "/look Deirdre")
        painted: list[tuple[Region, ...]] = []
        draws: list[int] = []
        refresh, draw = type(screen.text).refresh, screen.laid_open.draw

        def refreshed(widget: LensText, *regions: Region, **kwargs: Any) -> LensText:
            painted.append(regions)
            return refresh(widget, *regions, **kwargs)

        monkeypatch.setattr(type(screen.text), "refresh", refreshed)
        monkeypatch.setattr(screen.laid_open, "draw", lambda: (draws.append(screen.text.place), draw()))
        await pilot.press("right")
        await pilot.pause()
        assert set(painted[-1]) == {Region(0, 0, 1, 1), Region(1, 0, 1, 1)}
        row = [segment.style for segment in screen.text.render_line(0) for _ in segment.text]
        assert [bool(style and style.reverse) for style in row[:3]] == [False, True, False]
        await pilot.press("f9")  # other grounds: all is painted
        assert painted[-1] == ()
        draws.clear()
        for _ in range(4):  # they arrive in one read
            pilot.app.post_message(Key("right", None))
        await until(pilot, lambda: screen.text.place == 5)
        await pilot.pause()
        assert draws[-1] == 5
        assert len(draws) < 4
        assert said(screen, "facts").startswith("5: ")
