"""The pane: where blocks stand, what is copied of them, and what each kind of block says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from driving import Driven, enter, ready, until

from charrnn_tui.model import Model
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.generations import ProbableItems, ProbableText
from charrnn_tui.prompt.settings import Config
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui import themes
from charrnn_tui.tui.content.drawn_block import DrawnBlock
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.probable import ProbableList
from charrnn_tui.tui.content.probable_block import ProbableBlock
from charrnn_tui.tui.eight_bit import LEGIBLE, contrast
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_few_blocks_stand_at_the_bottom_near_the_prompt() -> None:
    async with Driven().driven((110, 32)) as pilot:
        app = await ready(pilot)
        for prefix in ("A", "B"):
            await enter(pilot, prefix)
            app.finish()
        await pilot.pause()
        pane = app.generations
        assert pane.virtual_size.height < pane.size.height
        rows = [pane.render_line(y).text.strip() for y in range(pane.size.height)]
        assert rows[-1] == "", "one line is left free above the prompt"
        assert app.last.texts[0].text in rows[-2]
        assert rows[0] == ""
        await pilot.click("#generations", offset=(6, app.row_of(app.generations.entries[0].texts[0].text)))
        assert pane.current is pane.entries[0]


async def select(pilot: object, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag the mouse from one place of the pane to another."""
    await pilot.mouse_down("#generations", offset=start)  # type: ignore[attr-defined]
    await pilot.hover("#generations", offset=(start[0] + 1, start[1]))  # type: ignore[attr-defined]
    await pilot.hover("#generations", offset=end)  # type: ignore[attr-defined]
    await pilot.mouse_up("#generations", offset=end)  # type: ignore[attr-defined]
    await pilot.pause()  # type: ignore[attr-defined]


async def test_a_selection_is_seen_and_copied_without_numbers_and_marks() -> None:
    async with Driven(Config(model="toy", seed=4)).driven((110, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/n 4 De")
        app.finish()
        await pilot.pause()
        texts = [text.text for text in app.last.texts]
        assert "✦" in app.text
        first = app.row_of(f"1 {texts[0]}")
        plain = app.generations.render_line(first)
        await select(pilot, (1, first), (30, first + 2))
        chosen = app.screen.get_component_rich_style("screen--selection")
        shown = app.generations.render_line(first)
        assert shown.text == plain.text
        coloured = "".join(s.text for s in shown if s.style is not None and s.style.bgcolor == chosen.bgcolor)
        assert f"1 {texts[0]}" in coloured, "the colour of the selection is over what is there"
        for theme in themes.THEMES:
            app.theme = theme.name
            await pilot.pause()
            chosen = app.screen.get_component_rich_style("screen--selection")
            inks = [
                s.style for s in app.generations.render_line(first) if s.style and s.style.bgcolor == chosen.bgcolor
            ]
            assert inks
            for style in inks:
                ink, ground = (c.get_truecolor() for c in (style.color, style.bgcolor) if c)
                assert contrast(ink, ground) >= LEGIBLE, theme.name
        await pilot.press("ctrl+y")
        assert app.clipboard == "\n".join(texts[:3])
        await pilot.pause()
        assert app.main.status.said == "copied what is selected"


async def test_what_was_wrapped_is_copied_as_one_line(home: Path) -> None:
    words = "the quick brown fox jumps over the lazy dog and then\nrests for a while " * 3
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "prose", "prose", [words], "stream")
    model = Model.open(home / "data" / "charrnn-tui" / "models" / "prose")
    settings = SamplingSettings(0.8)
    text = Generation(0, model, ["the "], [settings], seed=2, max_length=300, layout="one")
    while text.running:
        text.step()
    block = DrawnBlock(text)
    for width in (20, 33, 70):
        height = block.height(width)
        copied = "".join(block.copied(line, 0, None, width, bare=False) for line in range(height))
        assert copied == text.texts[0].text + "\n"
        assert block.copied(0, 0, None, width, bare=False) == "", "the header is no text"
        assert block.copied(1, 2, 5, width, bare=False) == "the"


def test_texts_beside_each_other_are_copied_by_their_columns(toy_model: Path) -> None:
    model = Model.open(toy_model)
    settings = [SamplingSettings(t) for t in (0.0, 1.5)]
    pair = Generation(0, model, ["De", "De"], settings, seed=5, max_length=5, layout="beside", items=[0, 0])
    while pair.running:
        pair.step()
    block = DrawnBlock(pair)
    left, right = (text.text for text in pair.texts)
    assert block.copied(2, 0, None, 80, bare=False) == f"{left}\t{right}\n"
    assert block.copied(2, 0, 12, 80, bare=False).rstrip("\n") == left
    assert block.copied(1, 0, None, 80, bare=False) == "", "temperatures are no text"


def probable(*texts: tuple[str, float, bool], prefix: str = "", **proof: object) -> ProbableBlock:
    items = [ProbableText(text, math.log(p), ended) for text, p, ended in texts]
    return ProbableBlock(ProbableList(0, ProbableItems("toy", prefix, items, **proof), prefix))  # type: ignore[arg-type]


def test_probable_items_show_their_probabilities_and_what_they_cover_and_no_seed() -> None:
    block = probable(("", 0.25, True), ("Anna", 0.125, True), ("Annel", 0.001, False), bound=0.0005)
    rows = ["".join(p.text for p in block.line(n, 90, bare=False, chosen=False, colour=True)) for n in range(5)]
    assert rows[0].strip() == "toy · 3 most probable"
    assert [row.strip() for row in rows[1:4]] == ["25.0 %  (empty)", "12.5 %  Anna", "0.10 %  Annel…"]
    assert rows[4].strip() == "together 37.6 %; nothing else is above 0.050 %"
    assert block.height(90) == 6
    assert block.height(30) == 7
    assert block.copied(4, 0, None, 90, bare=False) == ""
    assert block.copied(1, 0, None, 90, bare=False) == ""
    assert block.copied(2, 0, None, 90, bare=False) == "Anna\n"
    assert "next_seed" not in block.actions
    early = probable(("Anna", 0.5, True), bound=0.0, early=True)
    assert "the search ended early" in early.title()
    assert early.proof == "together 50.0 %; nothing else is possible"
    assert probable().title() == "toy · nothing was found"


async def test_acting_on_probable_items_is_honest() -> None:
    async with Driven(Config(model="toy", seed=9)).driven((150, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/top An")
        await until(pilot, lambda: app.generations.entries)
        await pilot.pause()
        items = app.last.items
        header = app.generations.render_line(app.row_of("most probable")).text
        assert "T 0" not in header
        assert "seed" not in header
        assert "✦" not in app.text.split("›")[0]
        await pilot.press("ctrl+o")
        assert app.clipboard == f"charrnn-tui top --model toy -n {len(items.texts)} -- An"
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "nothing was drawn here, so there is no seed" in app.next_row.sentence
        await pilot.press("ctrl+s")
        await pilot.pause()
        kept = favourites.load()
        assert [(f.kind, f.text, f.item) for f in kept] == [("probable", t.text, i) for i, t in enumerate(items.texts)]
        assert kept[0].probability == pytest.approx(items.texts[0].probability)
        assert "★ kept" in app.text
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(app.generations.entries) == 2)
        assert [t.text for t in app.last.items.texts] == [t.text for t in items.texts]
        await pilot.press("ctrl+g")
        assert [text.typed for text in app.last.texts] == ["An"] * 5
        app.main.conversation.say_favourite(kept[1])
        assert app.prompt.value == "/top An"


async def test_a_turned_generation_is_not_said_to_be_repeatable() -> None:
    async with Driven(Config(model="toy", seed=5, temperature=3.0, max_length=30)).driven((150, 30)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.write(2)
        await pilot.press("f7")
        app.finish()
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert "does not print the same" in app.main.status.said


async def test_a_pasted_batch_is_copied_item_by_item() -> None:
    async with Driven(Config(model="toy", seed=5)).driven() as pilot:
        app = await ready(pilot)
        app.main.conversation._enter_pasted(["De", "An", "Bo"])
        app.finish()
        await pilot.press("ctrl+o")
        lines = app.clipboard.splitlines()
        assert [("--item" in line, line.split(" -- ")[1]) for line in lines] == [
            (False, "De"),
            (True, "An"),
            (True, "Bo"),
        ]
        assert "--item 2 " in lines[2]


def test_a_favourite_of_before_is_a_drawn_one() -> None:
    assert Favourite("Anna", "An", "toy", 1).kind == "drawn"
