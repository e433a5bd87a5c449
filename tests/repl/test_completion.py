"""What a slash line may be completed to."""

from __future__ import annotations

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.choices import Choices
from charrnn_tui.repl.completion import SlashCompleter


@pytest.fixture
def completer(toy_model: Path) -> SlashCompleter:
    return SlashCompleter(Choices(Library()))


def texts(completer: SlashCompleter, line: str, cursor: int | None = None) -> list[str]:
    return [c.text for c in completer.get_completions(Document(line, cursor), CompleteEvent())]


def test_names_of_commands_with_their_summaries(completer: SlashCompleter) -> None:
    assert texts(completer, "/to") == ["/top-k ", "/top-p ", "/top "]
    found = list(completer.get_completions(Document("/keep"), CompleteEvent()))
    assert found[0].display_meta_text.startswith("keep lines of the last batch")
    assert texts(completer, "De") == []
    assert texts(completer, "//to") == []
    assert texts(completer, "/to x", 3) == []


def test_models_and_corpora(completer: SlashCompleter) -> None:
    assert "/model toy" in texts(completer, "/model ")
    assert texts(completer, "/model to") == ["/model toy"]
    assert "/train names" in texts(completer, "/train na")
    assert "/help temp" in texts(completer, "/help t")


def test_a_file(completer: SlashCompleter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert "/train deep.txt" in texts(completer, "/train deep")


def test_a_file_name_is_never_a_terminal_command(completer: SlashCompleter, tmp_path: Path) -> None:
    (tmp_path / "evil\x1b[2J").write_text("x")
    found = list(completer.get_completions(Document(f"/train {tmp_path}/ev"), CompleteEvent()))
    assert found[0].text.endswith("evil\x1b[2J")
    assert "\x1b" not in found[0].display_text
