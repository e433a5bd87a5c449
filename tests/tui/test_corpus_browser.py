"""The corpus browser: shipped corpora and one's own files, with what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import HOSTILE, SIZES, UNSET, painted, safe, showing, toasts, until
from textual.widgets import Input, OptionList

from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser
from charrnn_tui.tui.widgets.file_tree import FileTree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two texts, one file that is no text, and a folder."""
    root = tmp_path / "texts"
    (root / "deeper").mkdir(parents=True)
    (root / "deeper" / "inside.txt").write_text("one\ntwo\n")
    (root / "birds.txt").write_text("wren\nheron\nowl\n")
    (root / "noise.bin").write_bytes(b"ok\n\xff\x00\x01\x80\xfe\n")
    (root / ".hidden").write_text("no\n")
    return root


def browser(selected: str = "", root: Path | None = None) -> CorpusBrowser:
    return CorpusBrowser(selected, root, delay=0)


@pytest.mark.parametrize("size", SIZES)
async def test_shipped_corpora_are_listed_and_chosen(size: tuple[int, int]) -> None:
    screen = browser("smiles")
    async with showing(screen, size) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        assert "molecules" in painted(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.result == "smiles"


async def test_what_a_corpus_holds_is_shown_as_one_moves() -> None:
    screen = browser("colours")
    async with showing(screen) as pilot:
        await until(pilot, lambda: screen.summary is not None and screen.summary.name == "colours")
        first = painted(pilot)
        assert "items" in first
        assert "symbols" in first
        assert "█" in first
        await pilot.press("down")
        await until(pilot, lambda: screen.summary is not None and screen.summary.name != "colours")
        assert painted(pilot) != first


async def test_escape_leaves_without_effect() -> None:
    async with showing(browser()) as pilot:
        await pilot.press("down", "escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_a_file_is_looked_into_and_chosen(folder: Path) -> None:
    screen = browser(root=folder)
    async with showing(screen) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "birds.txt" in painted(pilot))
        assert ".hidden" not in painted(pilot)
        await pilot.press("down", "down")
        await until(pilot, lambda: screen.summary is not None)
        assert "3 items" in painted(pilot)
        assert "heron" in painted(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == str(folder / "birds.txt")


async def test_a_single_click_looks_and_a_double_click_chooses(folder: Path) -> None:
    screen = browser(root=folder)
    async with showing(screen) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "birds.txt" in painted(pilot))
        lines = painted(pilot).splitlines()
        y = next(i for i, line in enumerate(lines) if "birds.txt" in line)
        at = (lines[y].index("birds.txt") + 2, y)
        await pilot.click(offset=at)
        await until(pilot, lambda: screen.summary is not None)
        assert pilot.app.result is UNSET
        assert "heron" in painted(pilot)
        await pilot.click(offset=at, times=2)
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == str(folder / "birds.txt")


async def test_a_file_that_is_no_text_is_refused_with_its_place(folder: Path) -> None:
    screen = browser(root=folder)
    async with showing(screen) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "noise.bin" in painted(pilot))
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: bool(toasts(pilot)))
        assert "noise.bin is not UTF-8: line 2, column 2" in toasts(pilot)[0]
        assert pilot.app.result is UNSET


async def test_a_typed_path_opens_a_folder_and_takes_a_file(folder: Path) -> None:
    screen = browser(root=folder)
    async with showing(screen) as pilot:
        await pilot.press("f")
        path = screen.query_one("#path", Input)
        path.focus()
        path.value = str(folder / "deeper")
        await until(pilot, lambda: "Enter shows this folder." in painted(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "inside.txt" in painted(pilot))
        assert screen.query_one(FileTree).has_focus
        path.focus()
        path.value = str(folder / "nothing.txt")
        await pilot.press("enter")
        await until(pilot, lambda: any("no file" in toast for toast in toasts(pilot)))
        path.value = str(folder / "birds.txt")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == str(folder / "birds.txt")


async def test_a_chosen_file_is_shown_again(folder: Path) -> None:
    screen = browser(str(folder / "birds.txt"), folder)
    async with showing(screen) as pilot:
        await until(pilot, lambda: "heron" in painted(pilot))
        await pilot.press("f")
        await until(pilot, lambda: screen.query_one("#corpora", OptionList).has_focus)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_file_names_and_contents(tmp_path: Path, hostile: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    name = f"{hostile.replace('/', '_')}.txt"
    (root / name).write_text(f"{hostile}\n{hostile}x\n")
    screen = browser(root=root)
    async with showing(screen) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: ".txt" in painted(pilot))
        await pilot.press("down")
        await until(pilot, lambda: screen.summary is not None)
        shown = painted(pilot)
        safe(shown)
        assert hostile.replace("\x1b", "␛").replace("\u202e", "⟨202E⟩") in shown
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == str(root / name)


async def test_what_it_holds_takes_the_place_of_the_list_in_a_narrow_terminal() -> None:
    screen = browser("names")
    async with showing(screen, (40, 10)) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        assert "8,019 items" not in painted(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert "8,019 items" in painted(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is UNSET
        assert "8,019 items" not in painted(pilot)


async def test_backspace_goes_to_the_folder_above(folder: Path) -> None:
    screen = browser(root=folder / "deeper")
    async with showing(screen) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "inside.txt" in painted(pilot))
        await pilot.press("backspace")
        await until(pilot, lambda: "birds.txt" in painted(pilot))


async def test_anything_may_be_typed_as_a_path(folder: Path) -> None:
    screen = browser(root=folder)
    async with showing(screen) as pilot:
        await pilot.press("f")
        path = screen.query_one("#path", Input)
        path.focus()
        for typed in ("~no-such-user-at-all/x", "a" * 5000, "/" + "b" * 300, "nul\0l", "\x1b]0;x"):
            path.value = typed
            await until(pilot, lambda: screen.query_one(".facts").has_class("problem"))
            safe(painted(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: bool(toasts(pilot)))
            safe(painted(pilot))
            assert pilot.app.result is UNSET
            pilot.app.clear_notifications()
            path.value = str(folder / "birds.txt")
            await until(pilot, lambda: not screen.query_one(".facts").has_class("problem"))


async def test_a_table_shows_its_columns_and_is_taken(folder: Path) -> None:
    table = folder / "people.csv"
    table.write_text("name,culture\nAino,finnish\nZoë,french\n")
    screen = browser(str(table), folder)
    async with showing(screen) as pilot:
        await until(pilot, lambda: "culture  finnish · french" in painted(pilot))
        assert "choose a column" in painted(pilot)
        assert "--" not in painted(pilot)
        screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == str(table)
