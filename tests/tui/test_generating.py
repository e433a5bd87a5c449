"""Generations on the main screen: streamed at a pace, turned, stopped, repeated, compared, kept."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from driving import Driven, enter, ready, until

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.probability import percent
from charrnn_tui.prompt.settings import Config
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.player import Player
from charrnn_tui.tui.widgets import generations as pane
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def expected(model: Model, prefix: str, seed: int, temperature: float = 0.8, item: int = 0) -> str:
    stream = model.stream(prefix, settings=SamplingSettings(temperature), seed=seed, item=item)
    for _ in stream:
        pass
    return stream.text


async def test_a_typed_prefix_grows_character_by_character(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        whole = expected(model, "Han", 3)
        await pilot.press(*"Han", "enter")
        await pilot.pause()
        assert app.last.texts[0].text == whole[:4], "the first character comes at once"
        assert app.prompt.value == ""
        for shown in range(5, len(whole) + 1):
            app.write()
            assert app.last.texts[0].text == whole[:shown]
        app.finish()
        await pilot.pause()
        assert app.last.texts[0].text == whole
        assert f"  {whole} " in app.text
        assert f"toy · T 0.80 · seed 3 · {len(whole) - 3} character" in app.text


async def test_the_pace_is_kept_by_the_clock(model: Model) -> None:
    async with Driven(Config(model="toy", seed=11, pace=30.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/temp 3")
        await enter(pilot, "H")
        before = app.last.texts[0].length
        app.time.now += 0.2
        for _ in range(10):  # a busy machine may need more than one turn
            app.tick()
        assert app.last.texts[0].length in (before + 5, before + 6)


async def test_an_empty_prefix_works(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3)).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        await pilot.pause()
        app.finish()
        assert app.last.texts[0].text == expected(model, "", 3)


async def test_the_next_character_obeys_a_turned_temperature_and_the_status_line_says_so(model: Model) -> None:
    async with Driven(Config(model="toy", seed=5, temperature=3.0, pace=10.0, max_length=20)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.write(2)
        count = app.last.texts[0].length
        await enter(pilot, "/temp 0")
        assert "temperature 0 from the next character on" in app.text
        app.finish()
        await pilot.pause()
        stream = model.stream("De", settings=SamplingSettings(3.0), seed=5, max_length=20)
        for _ in range(count):
            next(stream)
        stream.settings = SamplingSettings(0)
        for _ in stream:
            pass
        assert app.last.texts[0].text == stream.text
        assert "T 0.00 · seed 5" in app.text


@pytest.mark.parametrize(("key", "temperature"), [("f8", 0.85), ("ctrl+up", 0.85), ("f7", 0.75), ("ctrl+down", 0.75)])
async def test_keys_turn_the_temperature(key: str, temperature: float) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert app.main.session.settings.temperature == temperature
        assert f"T {temperature:.2f}" in app.text
        assert f"temperature {temperature:g}" in app.text


async def test_the_temperature_stays_within_sense_and_on_even_steps() -> None:
    async with Driven(Config(model="toy", temperature=0.83)).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("f8")
        assert app.main.session.settings.temperature == 0.85
        await enter(pilot, "/temp 0.83")
        await pilot.press("f7")
        assert app.main.session.settings.temperature == 0.8
        for _ in range(20):
            await pilot.press("f7")
        assert app.main.session.settings.temperature == 0.0


async def test_escape_stops_and_keeps_the_text() -> None:
    async with Driven(Config(model="toy", seed=5, temperature=3.0, pace=10.0, max_length=50)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.write(2)
        text = app.last.texts[0].text
        await until(pilot, lambda: "esc Stop" in app.text)
        await pilot.press("escape")
        await pilot.pause()
        app.write(5)
        assert app.last.texts[0].text == text
        assert not app.player.running
        assert text in app.text
        assert "stopped" in app.text
        await until(pilot, lambda: "esc Stop" not in app.text)


async def test_each_generation_takes_a_new_seed_and_shows_it() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "A")
        await enter(pilot, "A")
        app.finish()
        await pilot.pause()
        assert [g.seed for g in app.generations.entries] == [1, 2]
        assert "seed 1 ·" in app.text
        assert "seed 2 ·" in app.text
        await enter(pilot, "/seed 77")
        await enter(pilot, "A")
        assert app.last.seed == 77
        await enter(pilot, "/seed random")
        await enter(pilot, "A")
        assert app.last.seed == 3


async def test_again_repeats_and_next_seed_goes_on(model: Model) -> None:
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        first = app.last
        await enter(pilot, "/temp 2")
        await pilot.press("ctrl+r")
        app.finish()
        assert app.last is not first
        assert app.last.texts[0].text == first.texts[0].text == expected(model, "De", 9)
        await pilot.press("ctrl+n")
        app.finish()
        assert app.last.seed == 10
        assert app.last.texts[0].text == expected(model, "De", 10)


async def test_one_seed_at_other_temperatures_stands_side_by_side(model: Model) -> None:
    async with Driven(Config(model="toy", seed=9)).driven((190, 32)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("ctrl+g")
        app.finish()
        await pilot.pause()
        temperatures = [text.settings.temperature for text in app.last.texts]
        assert len(set(temperatures)) == len(temperatures) == 5
        for text in app.last.texts:
            assert text.text == expected(model, "De", 9, text.settings.temperature)
        row = next(line for line in app.text.splitlines() if "T 0.40" in line and "T 1.60" in line)
        assert all(f"T {t:.2f}" in row for t in temperatures)


async def test_a_turned_temperature_leaves_a_comparison_its_own() -> None:
    async with Driven(Config(model="toy", seed=9, max_length=40, temperature=3.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("ctrl+g")
        before = [text.settings.temperature for text in app.last.texts]
        await pilot.press("f8")
        assert [text.settings.temperature for text in app.last.texts] == before


async def test_a_column_of_twenty_streams_at_once(model: Model) -> None:
    async with Driven(Config(model="toy", seed=4, pace=10.0)).driven((110, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 20 De")
        assert len(app.last.texts) == 20
        lengths = {text.length for text in app.last.texts if text.end is None}
        assert lengths <= {1}, "all are as far as each other"
        app.finish()
        await pilot.pause()
        assert [text.text for text in app.last.texts] == [expected(model, "De", 4, item=i) for i in range(20)]
        assert f"20 {app.last.texts[19].text}" in app.text
        assert "20 texts" in app.text


async def test_f5_makes_twenty_of_what_is_typed() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press(*"Ha", "f5")
        await pilot.pause()
        assert [text.prefix for text in app.last.texts] == ["Ha"] * 20


async def test_known_items_and_new_ones_are_told_apart(model: Model) -> None:
    async with Driven(Config(model="toy", seed=4)).driven((110, 60)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 30 A")
        app.finish()
        await pilot.pause()
        lines = app.text.splitlines()
        kinds = set()
        for number, text in enumerate(app.last.texts, start=1):
            line = next(line for line in lines if f"{number:>2} {text.text}" in line[:60])
            known = text.text in ("Anna", "Annelie")
            assert ("✦" in line.split("│")[0]) is not known
            kinds.add(known)
        assert kinds == {True, False}


async def test_copying_text_and_command() -> None:
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("ctrl+y")
        assert app.clipboard == app.last.texts[0].text
        await pilot.press("ctrl+o")
        assert app.clipboard == (
            f"charrnn-tui sample --model toy --temperature 0.8 --seed 9 --max-length {app.last.max_length} -- De"
        )
        await enter(pilot, "/n 3 De")
        await pilot.press("ctrl+o")
        assert " -n 3 --seed 9 " in app.clipboard


async def test_keeping_a_generation_writes_all_that_makes_it_again(model: Model) -> None:
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "★ kept" in app.text
        await enter(pilot, "/save")
        assert "it is kept already" in app.text
        kept = favourites.load()
        assert len(kept) == 1
        assert kept[0].text == expected(model, "De", 9)
        assert (kept[0].prefix, kept[0].model, kept[0].seed, kept[0].temperature) == ("De", "toy", 9, 0.8)


async def test_saving_nothing_says_so() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/save")
        assert "nothing was written yet" in app.text


async def test_colours_show_probability() -> None:
    async with Driven(Config(model="toy", seed=9, temperature=2.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.pause()

        def colours() -> set[str]:
            strip = app.generations.render_line(app.row_of(app.last.texts[0].text))
            return {str(s.style.color) for s in strip if s.style and s.text.strip() and s.text != "▎"}

        plain = colours()
        await pilot.press("f9")
        await pilot.pause()
        assert len(colours()) > len(plain)
        assert app.last.texts[0].text in app.text.replace("▌", "")
        await enter(pilot, "/colour")
        assert colours() == plain


async def test_the_most_probable_items_are_listed(model: Model) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/top An")
        await until(pilot, lambda: app.generations.entries)
        await pilot.pause()
        found = [text.text for text in app.last.texts]
        wanted = [item.text for _, item in zip(range(10), model.most_probable("An"), strict=False)]
        assert found == wanted
        assert found[0] in app.text
        assert app.main.status.said == ""  # the search is over
        await enter(pilot, "/top -n 40")
        await until(pilot, lambda: len(app.generations.entries) == 2)
        search = model.most_probable("", count=40)
        assert [text.text for text in app.last.texts] == [item.text for item in search]
        await pilot.pause()
        assert app.last.texts[-1].text in app.text
        bound = percent(math.exp(search.bound))
        assert f"together {percent(search.covered)}; nothing else is above {bound}" in app.text
        await pilot.press("pageup", "pageup")
        await pilot.pause()
        assert "40 most probable" in app.text


async def test_scrolled_up_new_text_does_not_pull_and_a_pill_says_how_much_is_below() -> None:
    async with Driven(Config(model="toy", temperature=3.0, pace=10.0, max_length=60)).driven((110, 20)) as pilot:
        app = await ready(pilot)
        for _ in range(12):
            await enter(pilot, "A")
        generations = app.generations
        assert generations.scroll_offset.y == generations.max_scroll_y
        await pilot.press("pageup", "pageup")
        await pilot.pause()
        at = generations.scroll_offset.y
        assert at < generations.max_scroll_y
        app.write(30)
        await pilot.pause()
        assert generations.scroll_offset.y == at
        below = generations.virtual_size.height - 1 - at - generations.size.height
        assert f"↓ {below} more lines" in app.text
        await pilot.click("#below")
        await pilot.pause()
        assert generations.scroll_offset.y == generations.max_scroll_y
        assert "more line" not in app.text


async def test_an_entered_line_goes_to_the_end_even_when_scrolled_up() -> None:
    async with Driven(Config(model="toy")).driven((110, 20)) as pilot:
        app = await ready(pilot)
        for _ in range(12):
            await enter(pilot, "A")
        await pilot.press("pageup", "pageup")
        await enter(pilot, "A")
        generations = app.generations
        assert generations.scroll_offset.y == generations.max_scroll_y


async def test_thousands_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pane, "MOST_BLOCKS", 50)
    async with Driven(Config(model="toy", pace=0.0)).driven() as pilot:
        app = await ready(pilot)
        for _ in range(180):
            app.main.enter("A")
            while app.player.running:
                app.tick()
        await pilot.pause()
        generations = app.generations
        assert len(generations.entries) == 50
        assert generations.entries[-1].number == 179
        assert generations.virtual_size.height == sum(block.height(generations._inner) for block in generations._blocks)
        assert all(not g.running and not g._parts for g in generations.entries)
        assert "seed 180" in app.text


async def test_many_characters_are_forgotten_from_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pane, "MOST_CHARACTERS", 2_000)
    async with Driven(Config(model="toy", pace=0.0, temperature=4.0)).driven() as pilot:
        app = await ready(pilot)
        for _ in range(128):
            app.main.enter("/n 20 A")
            while app.player.running:
                app.tick()
        generations = app.generations.entries
        assert sum(g.characters for g in generations) < 2_000 + 64 * max(g.characters for g in generations)
        assert len(generations) < 128


async def test_choosing_an_earlier_generation_and_acting_on_it(model: Model) -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        for prefix in ("A", "B", "D"):
            await enter(pilot, prefix)
            app.finish()
        await pilot.press("shift+up", "shift+up")
        await pilot.pause()
        assert app.generations.current is app.generations.entries[1]
        assert "next seed" in app.text
        await pilot.press("ctrl+r")
        app.finish()
        assert app.last.typed == ["B"]
        assert app.last.seed == 2
        await pilot.press("shift+up", "escape")
        assert app.generations.chosen is None


async def test_clicking_a_block_shows_its_actions_and_clicking_one_does_it() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "B")
        app.finish()
        await pilot.pause()
        await pilot.click("#generations", offset=(6, app.row_of(app.last.texts[0].text)))
        await pilot.pause()
        rows = app.text.splitlines()
        y = next(i for i, row in enumerate(rows) if "next seed" in row)
        x = rows[y].index("next seed")
        await pilot.click(None, offset=(x + 2, y))
        await pilot.pause()
        assert len(app.generations.entries) == 2
        assert app.last.seed == app.generations.entries[0].seed + 1


async def test_an_unknown_symbol_is_named_and_the_line_stays() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "Dß")
        assert not app.generations.entries
        assert app.prompt.value == "Dß"
        assert "does not know the symbol 'ß'" in app.text


async def test_a_line_entered_before_the_model_is_open_waits_for_it() -> None:
    async with Driven(Config(model="toy", seed=3)).driven() as pilot:
        app = pilot.app
        app.main.enter("/n 2 De")
        await ready(pilot)
        await until(pilot, lambda: app.generations.entries)
        assert [text.prefix for text in app.last.texts] == ["De", "De"]


async def test_without_any_model_the_screen_says_what_to_do(toy_model: Path, tmp_path: Path) -> None:
    empty = tmp_path / "none"
    empty.mkdir()
    app = Driven(Config(model="names-lstm"))
    app.library = Library(empty, empty)
    async with app.driven() as pilot:
        await until(pilot, lambda: "no model yet: Ctrl+T" in app.text)
        app.main.enter("De")
        assert not app.generations.entries


async def test_a_model_that_is_gone_gives_way_to_another_with_a_sentence() -> None:
    async with Driven(Config(model="gone")).driven() as pilot:
        app = await ready(pilot)
        assert app.main.session.model is not None
        assert "there is no model 'gone'" in app.text


async def test_a_favourite_is_said_again_with_its_own_model_and_settings(home: Path, model: Model) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "other", "other", ["Zoe", "Zora", "Zelda"])
    favourites.add(favourites.Favourite("Zo", "Z", "other", 42, item=2, temperature=1.5, max_length=9))
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await app.main.run_action("favourites")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("enter")
        await until(pilot, lambda: app.generations.entries)
        app.finish()
        assert app.main.session.model.name == "other"
        other = Model.open(home / "data" / "charrnn-tui" / "models" / "other")
        stream = other.stream("Z", settings=SamplingSettings(1.5), seed=42, item=2, max_length=9)
        list(stream)
        assert app.last.texts[0].text == stream.text
        assert app.last.command().endswith("--seed 42 --item 2 --max-length 9 -- Z")


async def test_a_damaged_model_is_refused_with_a_sentence_and_the_open_one_stays(home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "bad", "bad")
    (folder / "model.safetensors").write_bytes(b"no weights")
    async with Driven().driven((190, 30)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/model bad")
        await until(pilot, lambda: "is no readable safetensors file" in app.next_row.sentence)
        assert app.main.session.model.name == "toy"
        await enter(pilot, "A")
        assert app.last.model_name == "toy"


async def test_what_is_selected_with_the_mouse_is_copied() -> None:
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.pause()
        text = app.last.texts[0].text
        row = app.row_of(text)
        await pilot.mouse_down("#generations", offset=(3, row))
        await pilot.hover("#generations", offset=(5, row))
        await pilot.hover("#generations", offset=(6, row))
        await pilot.mouse_up("#generations", offset=(6, row))
        await pilot.pause()
        await pilot.press("ctrl+y")
        assert app.clipboard in (text[:3], text[:4])


async def test_long_text_wraps_at_words_and_grows_only_at_its_end(home: Path) -> None:
    words = "the quick brown fox jumps over the lazy dog and then\nrests for a while " * 3
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "prose", "prose", [words], "stream")
    async with Driven(Config(model="prose", seed=2, pace=0.0, max_length=900)).driven((80, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "the ")
        while app.player.running:
            app.tick()
        await pilot.pause()
        text = app.last.texts[0].text
        assert len(text) == 904
        rows = [row[4:].rstrip() for row in app.text.splitlines() if row.startswith(" ▎")][1:]
        assert " ".join("".join(rows).split()).replace(" ", "") in text.replace("\n", "").replace(" ", "")
        assert "cut at the maximum" in app.text or "900 characters" in app.text
        assert all(len(row) <= 78 for row in rows)


async def test_pages_scroll_from_the_prompt_and_the_panel_can_be_hidden() -> None:
    async with Driven().driven((120, 30)) as pilot:
        app = await ready(pilot)
        for _ in range(15):
            await enter(pilot, "A")
        app.finish()
        bottom = app.generations.scroll_offset.y
        await pilot.press("pageup")
        assert app.generations.scroll_offset.y < bottom
        await pilot.press("pagedown")
        await pilot.pause()
        assert app.generations.scroll_offset.y == bottom
        assert app.main.panel.display
        await pilot.press("f11")
        await pilot.pause()
        assert not app.main.panel.display
        await pilot.press("f11")
        assert app.main.panel.display


def test_after_a_pause_only_so_much_comes_at_once_and_a_tick_is_never_long(model: Model) -> None:
    now = [0.0]
    player = Player(lambda: now[0])
    settings = SamplingSettings(4.0)
    one = Generation(0, model, ["A"], [settings], seed=1, max_length=5_000, layout="one")
    player.start(one)
    player.tick(100.0)
    now[0] += 60
    for _ in range(10):
        player.tick(100.0)
    assert one.texts[0].length <= 26
    many = Generation(1, model, ["A"] * 1000, [settings] * 1000, seed=1, max_length=5_000, layout="column")
    player.start(many)
    now[0] += 60
    began = time.perf_counter()
    player.tick(100.0)
    assert many.texts[0].length >= 1
    assert time.perf_counter() - began < 1.0
    assert player.stop()
    assert not many.running
    assert many.texts[0].end is not None
