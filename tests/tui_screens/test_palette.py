"""The palette finds by any word of title or help, and lists in groups."""

from __future__ import annotations

from itertools import groupby

import pytest

from charrnn_tui.tui.palette import GROUPS, OTHER, TYPED, Entry, commands, display, score
from charrnn_tui.tui.screens.main import MainScreen


class Bound:
    """What `commands` needs of the main screen."""

    BINDINGS = MainScreen.BINDINGS

    def offer(self, line: str) -> None: ...

    def enter(self, line: str) -> None: ...


ENTRIES = commands(Bound())  # type: ignore[arg-type]


def found(query: str) -> list[str]:
    """Titles, the best first."""
    scored = sorted(((score(entry, query), entry) for entry in ENTRIES), key=lambda pair: -pair[0])
    return [entry.title for fits, entry in scored if fits]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("hot", "Hotter"),
        ("raise", "Hotter"),
        ("temperature raise", "Hotter"),
        ("raise TEMP", "Hotter"),
        ("checkpoint", "Save training now"),
        ("colours preview", "Theme …"),
        ("network", "Train on …"),
        ("exactly", "Most probable"),
        ("again", "Again"),
        ("/seed", "/seed …"),
        ("seed", "Next seed"),
        ("train stop", "Stop training"),
    ],
)
def test_any_word_of_title_or_help(query: str, title: str) -> None:
    assert title in found(query)


def test_every_entry_is_found_by_each_word_of_its_title_and_help() -> None:
    for entry in ENTRIES:
        for word in f"{entry.title} {entry.summary}".split():
            if word.strip("/(:;,.…÷×"):
                assert entry.title in found(word), (entry, word)


def test_a_title_comes_before_a_help_text() -> None:
    assert found("again")[0] == "Again"
    assert found("seed")[0] == "Next seed"
    assert score(Entry("", "a", "b c", print), "b zzz") == 0
    assert score(Entry("", "a", "b c", print), "  ") == 0


def test_groups_stand_together_and_no_key_is_forgotten() -> None:
    groups = [group for group, _ in groupby(entry.group for entry in ENTRIES)]
    assert groups == [*GROUPS, TYPED]
    assert OTHER not in groups, "give the new key a group"


def test_what_was_typed_is_underlined() -> None:
    shown = display(Entry("Generate", "Hotter", "", print), ["ott"])
    assert shown.plain.split() == ["Generate", "Hotter"]
    assert [shown.plain[span.start : span.end] for span in shown.spans if span.style == "underline"] == ["ott"]
