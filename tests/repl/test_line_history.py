"""The lines typed before, for the line editor."""

from __future__ import annotations

from pathlib import Path

from charrnn_tui.prompt.history import History
from charrnn_tui.repl.line_history import SharedHistory


async def loaded(history: SharedHistory) -> list[str]:
    return [line async for line in history.load()]


async def test_newest_first_and_shared(home: Path) -> None:
    shared = History()
    shared.append("one")
    shared.append("  two")
    history = SharedHistory(History())
    assert await loaded(history) == ["  two", "one"]
    history.append_string("three")
    assert await loaded(history) == ["three", "  two", "one"]
    assert History().lines == ["one", "  two", "three"]


async def test_a_paste_is_several_lines_and_repetition_is_one(home: Path) -> None:
    history = SharedHistory(History())
    await loaded(history)
    history.append_string("a\n\nb\nb")
    history.append_string("b")
    assert await loaded(history) == ["b", "a"]
    assert History().lines == ["a", "b"]


async def test_what_the_app_writes_meanwhile_is_there_at_the_next_prompt(home: Path) -> None:
    ours, app = SharedHistory(History()), History()
    assert await loaded(ours) == []
    ours.append_string("ours")
    app.append("the app's")
    assert await loaded(ours) == ["the app's", "ours"]
    app.append("more")
    ours.append_string("last")
    assert await loaded(ours) == ["last", "more", "the app's", "ours"]
