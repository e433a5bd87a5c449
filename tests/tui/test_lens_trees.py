"""Trees under the lens: replaying what was turned, keeping and opening, and a text that is too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from driving import Driven, enter, ready, until
from textual.pilot import Pilot
from under_lens import grown, laid_open, lens, opened, said

from charrnn_tui.files import paths
from charrnn_tui.insight import tree_file
from charrnn_tui.insight.tree import replay
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.screens.lens import LensScreen

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_a_text_whose_temperature_was_turned_on_the_way_is_replayed_exactly() -> None:
    async with Driven(Config(model="toy", pace=10.0, temperature=2.0)).driven((120, 36)) as pilot:
        app = await ready(pilot)
        # Each seed until one text is long enough and shows that the turn mattered.
        for _ in range(30):
            app.main.session.settings = app.main.session.settings.__class__(2.0)
            await enter(pilot, "D")
            app.write(2)
            if not app.player.running:
                continue
            app.main.conversation.turn(-100)
            assert app.main.session.settings.temperature == 0
            app.finish()
            text = app.last.texts[0]
            model = app.main.session.model
            assert model is not None
            as_begun = model.stream("D", settings=text.changes[0][1], seed=app.last.seed)
            list(as_begun)
            if as_begun.text != text.text:
                break
        assert text.turned
        assert [place for place, _ in text.changes] == [0, 2]
        await pilot.press("ctrl+f")
        screen = await opened(pilot, app)
        assert screen.forest.text == text.text
        assert [(place, s.temperature) for place, s in screen.forest.branch.changes] == [(0, 2.0), (2, 0.0)]
        assert replay(screen.forest.model, screen.forest.tree) == []
        # What is put there grows under what the bars show, not under what was turned later on where it stood.
        app.main.session.settings = app.main.session.settings.__class__(2.0)
        await pilot.press("right", "e" if text.text[1] != "e" else "i")
        await grown(pilot, screen)
        assert {s.temperature for _, s in screen.forest.branch.changes} == {2.0}
        assert replay(screen.forest.model, screen.forest.tree) == []


async def test_a_text_that_is_too_long_says_how_much_is_not_laid_open(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("prompt.forest", "tui.content.lens_words"):
        monkeypatch.setattr(f"charrnn_tui.{module}.MOST_CHARACTERS", 5)
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens(pilot)
        assert screen.forest.text == "Deird"
        assert "first 5 characters; 2 more characters follow" in said(screen, "note")
        assert "2 characters more" in said(screen, "title")
        await pilot.press("end", "n")
        await grown(pilot, screen)
        assert "characters more" not in said(screen, "title")


async def ask(screen: LensScreen, app: Driven, pilot: Pilot[Any], key: str, typed: str) -> None:
    """Answer the question that a key asks."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Ask))
    assert isinstance(app.screen, Ask)
    app.screen.input.value = typed
    await pilot.pause()
    await pilot.press("enter")


async def test_a_tree_is_written_over_another_only_when_that_is_wanted(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("mine", encoding="utf-8")
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look D")
        await ask(screen, app, pilot, "ctrl+s", str(kept))
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert str(kept)[:20] in app.text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert kept.read_text(encoding="utf-8") == "mine"
        await ask(screen, app, pilot, "ctrl+s", str(kept))
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "Kept in" in said(screen, "note"))
        assert tree_file.load(kept) == screen.forest.tree


async def test_markdown_and_json_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look D")
        await pilot.press("end", "e")
        await grown(pilot, screen)
        await ask(screen, app, pilot, "ctrl+s", str(tmp_path / "tree.md"))
        await until(pilot, lambda: "tree.md" in said(screen, "note"))
        assert (tmp_path / "tree.md").read_text(encoding="utf-8") == tree_file.to_markdown(screen.forest.tree)
        await ask(screen, app, pilot, "ctrl+s", str(tmp_path / "tree.json"))
        await until(pilot, lambda: "tree.json" in said(screen, "note"))
        assert json.loads((tmp_path / "tree.json").read_text(encoding="utf-8")) == tree_file.to_dict(screen.forest.tree)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        for wrong, why in (
            ("!", "no name"),
            (str(tmp_path / "no" / "x.md"), "no folder"),
            (str(tmp_path), "is a folder"),
        ):
            assert isinstance(app.screen, Ask), wrong
            app.screen.input.value = wrong
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, Ask), wrong
            assert why in str(app.screen.hint.content)


async def test_a_tree_is_opened_in_a_later_session_and_a_network_trained_anew_is_told() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look D")
        await pilot.press("end", "e")
        await grown(pilot, screen)
        text = screen.forest.text
        await ask(screen, app, pilot, "ctrl+s", "mine")
        await until(pilot, lambda: "Kept in" in said(screen, "note"))
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await lens(pilot, "/look A")
        await ask(screen, app, pilot, "ctrl+o", "mine")
        await until(pilot, lambda: len(screen.forest.trees) == 2)
        await laid_open(pilot, screen)
        assert replay(screen.forest.model, screen.forest.tree) == []
        await pilot.press("shift+down")
        await laid_open(pilot, screen)
        assert screen.forest.text == text
        assert "trained anew" not in said(screen, "note")
        path = paths.trees() / "mine.json"
        values = json.loads(path.read_text(encoding="utf-8"))
        values["model"]["created"] = "2001"
        path.write_text(json.dumps(values), encoding="utf-8")
        await ask(screen, app, pilot, "ctrl+o", "mine")
        await until(pilot, lambda: "was trained anew" in said(screen, "note"))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert isinstance(app.screen, Ask)
        app.screen.input.value = "!!"
        await pilot.pause()
        assert "no name for a tree" in app.text


async def test_the_branches_of_a_text_stay_with_it_and_a_line_goes_to_one() -> None:
    async with Driven(Config(model="toy", pace=0, seed=3)).driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "D")
        app.finish()
        texts = []
        for symbol in "ae":
            await enter(pilot, f"/fork 0 {symbol}")
            screen = await opened(pilot, app)
            await grown(pilot, screen)
            assert screen.forest.text.startswith(f"D{symbol}")
            texts.append(screen.forest.text)
            await pilot.press("escape")
        await enter(pilot, "/tree 1")
        screen = await opened(pilot, app)
        assert screen.forest.text == texts[0]
        assert "branch 1" in said(screen, "title")
        assert len(screen.forest.tree.branches) == 3
        await pilot.press("escape")
        await enter(pilot, "/tree 9")
        await until(pilot, lambda: "there is no branch 9; there are 0, 1, 2" in app.text)
        assert app.prompt.value == "/tree 9"
        assert app.screen is app.main
