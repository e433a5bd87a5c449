"""What a recording may do to a terminal: draw, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text.terminal_filter import TerminalFilter

HARMLESS = re.compile(
    r"(?:[^\x00-\x1f\x7f-\x9f]|[\b\t\n\r]|\x1b\[(?:[0-9;:]*m|[0-9;]*[A-Hfd]|[012]?J|[012]?K|\?(?:7|25|2026)[hl]))*"
)


@pytest.mark.parametrize(
    "drawing",
    [
        "De — ß\r\n\tx\b",
        "\x1b[1;38;2;10;20;30;48;2;1;2;3mDelia\x1b[0m\x1b[m",
        "\x1b[H\x1b[3;14H\x1b[2A\x1b[G\x1b[2J\x1b[K",
        "\x1b[?2026h\x1b[?25l\x1b[?7l\x1b[?2026l",
    ],
)
def test_what_draws_passes_as_it_is(drawing: str) -> None:
    assert TerminalFilter().feed(drawing) == drawing
    by_character = TerminalFilter()
    assert "".join(map(by_character.feed, drawing)) == drawing


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]52;c;cm0gLXJmIH4=\x07",  # the clipboard
        "\x1b]52;c;cm0gLXJmIH4=\x1b\\",
        "\x9d52;c;cm0gLXJmIH4=\x9c",
        "\x1b]0;a title\x07\x1b]2;another\x1b\\",
        "\x1b]8;;https://example.org\x1b\\\x1b]8;;\x1b\\",  # a link
        '\x1bP$q"p\x1b\\',  # DCS, a question
        "\x1bPq#0;2;0;0;0\x1b\\\x90q\x9c",  # a picture
        "\x1b_Gf=24;AAAA\x1b\\\x1b^private\x1b\\\x1bXstring\x1b\\",
        "\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x9b6n\x1b[>q\x1b[x\x1b[?2026$p\x1bZ\x05",  # questions
        "\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?2004h\x1b[?1004h\x1b[>1u\x1b[<u\x1b[?25;1000h\x1b[4h",  # modes
        "\x1b[21t\x1b[8;500;500t\x1b[3J\x1b[2;9r\x1b[!p\x1b[99999999b\x1bc\x1b7\x1b8\x1b(0\x0e\x0f\x1b#8\x07\x00\x7f\x84",
        "\x1b[\x1b[>4;2m\x1b[?4m\x1b[ q\x1b[" + "1;" * 70 + "m",
    ],
)
def test_what_commands_a_terminal_is_left_out(hostile: str) -> None:
    assert TerminalFilter().feed(f"a{hostile}b") == "ab"
    in_pieces = TerminalFilter()
    assert "".join(map(in_pieces.feed, f"a{hostile}b")) == "ab"


def test_a_string_without_an_end_swallows_what_follows_until_the_next_sequence() -> None:
    filter = TerminalFilter()
    assert filter.feed("\x1b]52;c;") == filter.feed("A" * 100_000) == ""
    assert filter.feed("BB\x1b[1mtext") == "\x1b[1mtext"


def test_a_nested_introducer_makes_nothing_new() -> None:
    assert TerminalFilter().feed("\x1b\x1b]0;x\x07") == ""
    assert TerminalFilter().feed("\x1b[\x1b]0;x\x07[31m") == "[31m"
    assert "\x1b" not in TerminalFilter().feed("\x1b[" + "1" * 300) + TerminalFilter().feed("\u202e\ud800")


@given(
    st.lists(
        st.text(alphabet="\x1b[]P^_X\\\x07\x18\x9b\x9c\x9d\x90?>$;0125 hlmHJKcnqtux\n\ra☃", max_size=12), max_size=8
    )
)
def test_whatever_comes_only_whole_drawing_sequences_leave(pieces: list[str]) -> None:
    filter = TerminalFilter()
    assert HARMLESS.fullmatch("".join(map(filter.feed, pieces)))
