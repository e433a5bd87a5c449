"""The screens of a visitor in a browser: no typed path leads beyond the folder of the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import UNSET, Driven, enter, painted, ready, showing, toasts, until

from charrnn_tui.files import paths
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.tui.dialogs.ask import Ask
from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser
from charrnn_tui.tui.screens.keeping import ask_for_transcript
from charrnn_tui.tui.screens.lens_branches import _cannot_keep
from charrnn_tui.tui.screens.training_form import TrainingForm
from charrnn_tui.tui.widgets.file_tree import FileTree
from charrnn_tui.tui.widgets.form_field import FormField
from toy import write_toy_model
from visiting import visitors_folder


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return visitors_folder(tmp_path, monkeypatch)


async def test_the_corpus_browser_shows_and_takes_nothing_beyond(session: Path) -> None:
    screen = CorpusBrowser(delay=0)
    async with showing(screen) as pilot:
        await pilot.press("f")
        tree = screen.query_one(FileTree)
        await until(pilot, lambda: "mine.txt" in painted(pilot))
        assert "link" not in painted(pilot)
        await pilot.press("backspace")
        assert Path(tree.path) == session
        for typed in ("..", "../outside", "folder-link", str(session.parent)):
            screen.path_input.value = typed
            screen.path_input.focus()
            await pilot.press("enter")
            await until(pilot, lambda: any("eyond the folder" in toast for toast in toasts(pilot)))
            assert Path(tree.path) == session
            pilot.app.clear_notifications()
        screen.path_input.value = "../outside/secret.txt"
        await until(pilot, lambda: "eyond the" in painted(pilot))
        assert pilot.app.result is UNSET


async def test_the_form_takes_nothing_beyond(session: Path) -> None:
    screen = TrainingForm(Library(), delay=0)
    async with showing(screen) as pilot:
        screen.query_one("#validation").value = "../outside/secret.txt"  # type: ignore[attr-defined]
        field = screen.query_one("#field-validation", FormField)
        await until(pilot, lambda: "beyond the folder" in field.problem)
        screen.query_one("#validation").value = ""  # type: ignore[attr-defined]
        screen.query_one("#corpus").value = "link.txt"  # type: ignore[attr-defined]
        await until(pilot, lambda: "eyond the" in painted(pilot))
        await pilot.press("ctrl+t")
        await pilot.app.workers.wait_for_complete()
        assert pilot.app.result is UNSET


async def test_lines_and_dialogs_write_nothing_beyond(session: Path) -> None:
    write_toy_model(paths.models() / "toy", "toy")
    favourites.add(Favourite("Bo", "B", "toy"))
    secret = session.parent / "outside" / "secret.txt"
    before = secret.read_text()
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        for line in (f"/export {secret}", "/export link.txt", "/transcript ../x.txt", "/avoid link.txt"):
            await enter(pilot, line)
            assert app.prompt.value == line
            assert "eyond the" in app.text, line
        ask_for_transcript(app.main, app.main.conversation)
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one("Input").value = "chain.txt"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: "eyond the" in app.text)
        assert isinstance(app.screen, Ask)
    for name in ("../tree.json", "../tree.md", str(session.parent / "x.json"), ".state/charrnn-tui/runs/x.json"):
        assert "beyond the folder" in _cannot_keep(name)
    assert secret.read_text() == before
    assert sorted(path.name for path in session.parent.iterdir() if path.is_file()) == []
