"""Lines typed before: kept over sessions, shared, and never the reason for a failure."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.prompt.history import Browser, History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "history.jsonl"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet=st.characters(), max_size=20), max_size=10))
def test_whatever_was_typed_comes_back(path: Path, lines: list[str]) -> None:
    path.unlink(missing_ok=True)
    history = History(path)
    for line in lines:
        history.append(line)
    wanted = [line for i, line in enumerate(x for x in lines if x) if i == 0 or line != [x for x in lines if x][i - 1]]
    assert history.lines == wanted
    assert History(path).lines == wanted


def test_spaces_and_odd_characters(path: Path) -> None:
    lines = ["  two before", "after  ", "a\nb", "\x1b[2J", "日本", "\ud800", "\u2028"]
    history = History(path)
    for line in lines:
        history.append(line)
    assert History(path).lines == lines


def test_empty_and_repeated_lines_are_left_out(path: Path) -> None:
    history = History(path)
    for line in ("", "a", "a", "b", "a"):
        history.append(line)
    assert history.lines == History(path).lines == ["a", "b", "a"]


def test_it_is_private(path: Path) -> None:
    history = History(path, limit=3)
    history.append("secret")
    assert path.stat().st_mode & 0o077 == 0
    for number in range(20):
        history.append(str(number))
    History(path, limit=3)  # shortens the file
    assert len(path.read_text().splitlines()) == 3
    assert path.stat().st_mode & 0o077 == 0


def test_only_the_last_lines_are_kept(path: Path) -> None:
    history = History(path, limit=5)
    for number in range(30):
        history.append(str(number))
    assert history.lines == ["25", "26", "27", "28", "29"]
    again = History(path, limit=5)
    assert again.lines == history.lines
    again.append("30")
    assert History(path, limit=5).lines == ["26", "27", "28", "29", "30"]


def test_a_linked_file_stays_linked(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles"
    real.write_text("".join(json.dumps(str(n)) + "\n" for n in range(20)))
    path.parent.mkdir()
    path.symlink_to(real)
    assert History(path, limit=3).lines == ["17", "18", "19"]
    assert path.is_symlink()
    assert len(real.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "damage",
    [b"not json\n", b'"cut sho', b"\xff\xfe\n", b"[1, 2]\n", b"null\n", b"[" * 100_000 + b"\n", b"\0\0\n", b"\n\n"],
)
def test_damaged_rows_cost_themselves_and_nothing_else(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(b'"before"\n' + damage)
    history = History(path)
    assert history.lines[:1] == ["before"]
    history.append("after")
    assert History(path).lines[-1] == "after"


def test_a_file_that_cannot_be_used_is_no_failure(tmp_path: Path) -> None:
    folder = History(tmp_path)
    folder.append("a")
    assert folder.lines == ["a"]
    (tmp_path / "file").write_text("")
    below = History(tmp_path / "file" / "history.jsonl")
    below.append("a")
    assert below.lines == ["a"]


def test_several_at_once_do_not_mix_their_rows(path: Path) -> None:
    def write(number: int) -> None:
        history = History(path)
        for i in range(100):
            history.append(f"{number}-{i}" + "x" * 500)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(path.read_text().splitlines()) == 400
    assert len(History(path).lines) == 400


def test_walking_keeps_the_draft(path: Path) -> None:
    history = History(path)
    for line in ("one", "two"):
        history.append(line)
    browser = Browser(history)
    assert browser.newer(" draft") == " draft"
    assert browser.older(" draft") == "two"
    assert browser.older("two") == "one"
    assert browser.older("one") == "one"
    assert browser.newer("one") == "two"
    assert browser.newer("two") == " draft"
    assert browser.newer(" draft") == " draft"
    browser.older("x")
    browser.reset()
    assert browser.older("new") == "two"
    assert browser.newer("two") == "new"


def test_walking_an_empty_history() -> None:
    browser = Browser(History(Path("/nonexistent/nowhere")))
    assert browser.older("draft") == "draft"
    assert browser.newer("draft") == "draft"


@given(st.lists(st.sampled_from(["older", "newer"]), max_size=30), st.integers(0, 4))
def test_every_walk_comes_back_to_the_draft(moves: list[str], count: int) -> None:
    history = History(Path("/nonexistent/nowhere"))
    history.lines = [str(n) for n in range(count)]
    browser = Browser(history)
    shown = "draft"
    for move in moves:
        shown = browser.older(shown) if move == "older" else browser.newer(shown)
        assert shown in ("draft", *history.lines)
    for _ in range(count):
        shown = browser.newer(shown)
    assert shown == "draft"
