"""The model browser: facts, opening, renaming, deleting, cards that are somebody's text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from driving import HOSTILE, SIZES, UNSET, painted, safe, show_next, showing, toasts, until
from textual.widgets import Footer, Input, Markdown, OptionList, Sparkline

from charrnn_tui.model.library import Library
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.screens.model_browser import ModelBrowser
from charrnn_tui.tui.widgets.facts_table import FactsTable
from toy import write_toy_model


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Library:
    """A user's models `broken` (damaged) and `toy` (with card and history), and a shipped one."""
    user, shipped = tmp_path / "user", tmp_path / "shipped"
    toy = write_toy_model(user / "toy", "toy")
    (toy / "README.md").write_text("# About toy\n\nLearns **names**.\n")
    losses = [3.0, 2.0, 1.5, 1.75]
    (toy / "history.jsonl").write_text(
        "".join(json.dumps({"step": i, "validation_loss": loss}) + "\n" for i, loss in enumerate(losses))
    )
    (user / "broken").mkdir()
    (user / "broken" / "model.json").write_text("{")
    write_toy_model(shipped / "names-toy", "names-toy")
    return Library(user, shipped)


def highlighted(screen: ModelBrowser) -> str:
    entry = screen._entry
    assert entry is not None
    return entry.name


async def test_facts_of_the_open_model(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen) as pilot:
        shown = painted(pilot)
        assert highlighted(screen) == "toy"
        for fact in (
            "RNN of 19 units",
            "1,501",
            "toy names, 11 items",
            "1.500 nats, 2.164 bits",
            "1.750 nats",
            "yours",
        ):
            assert fact in shown, fact
        assert "● toy" in shown
        assert screen.query_one(Sparkline).data == [3.0, 2.0, 1.5, 1.75]
        assert "About toy" in shown
        assert "**" not in shown
        assert "kB" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_at_every_size(library: Library, size: tuple[int, int]) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen, size) as pilot:
        assert "toy" in painted(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result == "toy"


async def test_escape_leaves_without_effect(library: Library) -> None:
    async with showing(ModelBrowser(library)) as pilot:
        await pilot.press("down", "escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_a_click_shows_and_a_double_click_opens(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen) as pilot:
        models = screen.query_one("#models", OptionList)
        await pilot.click("#models", offset=(4, 5))
        await pilot.pause()
        assert highlighted(screen) == "names-toy"
        assert pilot.app.result is UNSET
        assert "shipped with the program" in painted(pilot)
        await pilot.click("#models", offset=(4, 5), times=2)
        await pilot.pause()
        assert pilot.app.result == "names-toy"
        assert models.option_count == 3


async def test_a_damaged_model_says_what_is_wrong_and_is_not_opened(library: Library) -> None:
    screen = ModelBrowser(library)
    async with showing(screen) as pilot:
        assert highlighted(screen) == "broken"
        assert "is not JSON" in " ".join(text.plain for _, text in screen.query_one(FactsTable).rows)
        assert "JSON" in painted(pilot)
        assert "damaged" in painted(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result is UNSET
        assert any("JSON" in toast for toast in toasts(pilot))


async def test_rename_checks_as_one_types(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen) as pilot:
        await pilot.press("r")
        await pilot.pause()
        ask = pilot.app.screen
        assert isinstance(ask, Ask)
        ask.query_one(Input).value = "broken"
        await pilot.pause()
        assert "There is a model broken already." in painted(pilot)
        ask.query_one(Input).value = "a/b"
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is ask
        assert "is no name for a model" in painted(pilot)
        ask.query_one(Input).value = "renamed"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert highlighted(screen) == "renamed"
        assert "● renamed" in painted(pilot)
    assert (library.user / "renamed").is_dir()
    assert not (library.user / "toy").exists()


async def test_delete_asks_first_and_a_second_enter_is_harmless(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen) as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert "Delete toy?" in painted(pilot)
        assert pilot.app.screen.query_one(".dialog").region.height < 12
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert (library.user / "toy").is_dir()
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert not (library.user / "toy").exists()
        assert screen.query_one("#models", OptionList).option_count == 2
        assert highlighted(screen) == "names-toy"


async def test_shipped_and_busy_models_stay(library: Library) -> None:
    screen = ModelBrowser(library, current="names-toy", busy={"toy"})
    async with showing(screen) as pilot:
        for name in ("names-toy", "toy"):
            assert highlighted(screen) == name
            assert "1.500 nats, training" in painted(pilot)
            assert not screen.active_bindings["d"].enabled
            assert not screen.active_bindings["r"].enabled
            await pilot.press("d", "r")
            await pilot.pause()
            assert pilot.app.screen is screen
            await pilot.press("up")
            await pilot.pause()


async def test_hostile_names_cards_and_facts(library: Library, tmp_path: Path) -> None:
    async with showing(ModelBrowser(library)) as pilot:
        for number, hostile in enumerate(HOSTILE):
            user = tmp_path / f"user{number}"
            write_hostile(user, hostile)
            await show_next(pilot, ModelBrowser(Library(user, tmp_path / "none")))
            shown = painted(pilot)
            safe(shown)
            assert "Learnt from" in shown
            assert hostile.replace("\x1b", "␛").replace("\u202e", "⟨202E⟩") in shown
            await pilot.press("d")
            await pilot.pause()
            safe(painted(pilot))
            await pilot.press("escape", "r")
            await pilot.pause()
            safe(painted(pilot))


def write_hostile(user: Path, hostile: str) -> None:
    folder = write_toy_model(user / hostile.replace("/", "_"), "x")
    (folder / "README.md").write_text(
        f"{hostile}\n\n[link]({hostile}) `{hostile}`\n\n    {hostile}\n\n<b>{hostile}</b>\n"
    )
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text.replace('"toy names"', json.dumps(hostile)))


async def test_a_link_in_a_card_is_shown_and_not_opened(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    (library.user / "toy" / "README.md").write_text("[here](https://example.org/[/b])\n")
    screen = ModelBrowser(library, current="toy")
    opened: list[str] = []
    async with showing(screen) as pilot:
        monkeypatch.setattr(pilot.app, "open_url", lambda url, **_: opened.append(url))
        card = screen.query_one("#card", Markdown)
        await pilot.click(card, offset=(1, 0))
        await pilot.pause()
        card.post_message(Markdown.LinkClicked(card, "https://example.org/[/b]"))
        await pilot.pause()
        assert not opened
        assert toasts(pilot)[-1].startswith("https://example.org/")
        safe(painted(pilot))


async def test_nothing_there_says_what_to_do(home: Path, tmp_path: Path) -> None:
    async with showing(ModelBrowser(Library(tmp_path / "a", tmp_path / "b"))) as pilot:
        assert "There is no model yet" in painted(pilot)
        await pilot.press("d", "r", "space", "enter", "escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_facts_take_the_place_of_the_list_in_a_narrow_terminal(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen, (40, 10)) as pilot:
        assert "Parameters" not in painted(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert "Parameters" in painted(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is UNSET
        assert "Parameters" not in painted(pilot)


async def test_the_footer_can_be_clicked(library: Library) -> None:
    screen = ModelBrowser(library, current="toy")
    async with showing(screen) as pilot:
        await until(pilot, lambda: "Rename" in painted(pilot))
        row = painted(pilot).splitlines()
        y = next(i for i, line in enumerate(row) if "Rename" in line)
        await pilot.click(offset=(row[y].index("Rename") + 1, y))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Ask)
        assert screen.query(Footer)
