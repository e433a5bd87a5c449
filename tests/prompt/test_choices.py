"""What a line may become: exact first, files wherever a path is typed, and what Enter takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.choices import Choices, common_start, paths_like
from charrnn_tui.prompt.commands import COMMANDS, parse
from charrnn_tui.text.shipped import shipped_corpora
from toy import write_toy_model


@pytest.fixture
def choices(toy_model: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choices:
    models = home / "data" / "charrnn-tui" / "models"
    write_toy_model(models / "toy-2", "toy-2")
    folder = write_toy_model(models / "names-half", "names-half")
    (folder / "checkpoint.safetensors").write_bytes(b"x")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Choices(Library())


def lines(choices: Choices, line: str) -> list[str]:
    return [choice.line for choice in choices.complete(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/mo", ["/model "]),
        ("/to", ["/top-k ", "/top-p ", "/top "]),
        ("/top", ["/top ", "/top-k ", "/top-p "]),
        ("/MO", ["/model "]),
        ("/kee", ["/keep "]),
        ("/model to", ["/model toy", "/model toy-2"]),
        ("/model toy", ["/model toy", "/model toy-2"]),
        ("/model toy-", ["/model toy-2"]),
        ("/train names-h", ["/train names-half"]),
        ("/help te", ["/help temp", "/help temperature"]),
        ("/help x", []),
        ("/temp ", []),
        ("/nosuch ", []),
        ("De", []),
        ("//mo", []),
    ],
)
def test_completion(choices: Choices, line: str, expected: list[str]) -> None:
    assert lines(choices, line) == expected


def test_a_complete_corpus_comes_before_longer_ones(choices: Choices) -> None:
    found = lines(choices, "/train names")
    assert found[0] == "/train names"
    assert "/train names-half" in found
    assert set(found[1:]) == {f"/train {name}" for name in [*shipped_corpora(), "names-half"] if name[:6] == "names-"}


def test_only_unfinished_models_of_the_user_can_be_taken_up(choices: Choices) -> None:
    found = lines(choices, "/train ")
    assert "/train names-half" in found
    assert "/train toy" not in found
    assert choices.names("unfinished") == ["names-half"]


def test_a_choice_says_what_it_does(choices: Choices) -> None:
    (choice,) = choices.complete("/kee")
    assert choice.shown == "/keep 7"
    assert choice.summary == COMMANDS["keep"].summary


@pytest.mark.parametrize(
    ("line", "chosen", "taken"),
    [
        ("/model to", "/model toy", "/model toy"),
        ("/model toy", "/model toy", None),
        ("/mod", "/model ", "/model "),
        ("/top", "/top-k ", None),
        ("/temp", "/temp ", None),
        ("/T", "/temp ", None),
        ("De", "/model ", None),
        ("//mo", "/model ", None),
        ("/model to", None, None),
        ("/style Finnish", "/style finnish", None),
        ("/style finnish, JAPANESE ", "/style finnish, japanese", None),
        ("/style Fin", "/style finnish", "/style finnish"),
    ],
)
def test_enter_takes_what_is_half_typed_and_never_replaces_what_is_complete(
    choices: Choices, line: str, chosen: str | None, taken: str | None
) -> None:
    assert choices.on_enter(line, chosen) == taken


def test_what_enter_takes_by_default_is_the_complete_one(choices: Choices) -> None:
    for line in ("/model toy", "/train names"):
        first = choices.complete(line)[0]
        assert choices.on_enter(line, first.line) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(line=st.sampled_from(["/", "/t", "/model ", "/train n", "/help "]))
def test_what_is_completed_to_is_understood(choices: Choices, line: str) -> None:
    found = lines(choices, line)
    assert found
    for whole in found:
        assert whole.startswith(line)
        if " " in line:
            parse(whole)


def test_a_folder_that_cannot_be_read_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> list[object]:
        raise PermissionError("no")

    library = Library()
    monkeypatch.setattr(library, "entries", fails)
    assert Choices(library).complete("/model ") == []


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep er").mkdir()
    (tmp_path / "deep.txt").write_text("x")
    (tmp_path / ".deep").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert list(paths_like("dee")) == ["deep er/", "deep.txt"]
    assert list(paths_like(".d")) == [".deep"]
    assert list(paths_like(f"{tmp_path}/deep.")) == [f"{tmp_path}/deep.txt"]
    assert list(paths_like("nowhere/x")) == []
    assert list(paths_like("~nobody-at-all/x")) == []
    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(paths_like("~/deep.")) == ["~/deep.txt"]


def test_files_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.bin").write_text("x")
    assert paths_like(f"{tmp_path}/a", keep=lambda path: path.suffix == ".txt") == [f"{tmp_path}/a.txt"]
    assert paths_like(f"'{tmp_path}/a") == []  # within quotes a path is the user's


def test_a_name_that_is_no_utf8_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.txt")).write_text("x")
    assert len(paths_like(f"{tmp_path}/a")) == 1
    assert paths_like("a\0b/") == []


@given(st.lists(st.text(alphabet="ab", max_size=4), max_size=4))
def test_the_common_start(texts: list[str]) -> None:
    start = common_start(texts)
    assert all(text.startswith(start) for text in texts)
    longer = {text[: len(start) + 1] for text in texts}
    assert not texts or len(longer) > 1 or longer == {start}  # and no longer one
