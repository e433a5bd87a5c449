"""What streams stands on the screen as if there were no status row, whatever was drawn in between."""

from __future__ import annotations

import io

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.repl.live import LiveOutput


class StrictScreen(pyte.HistoryScreen):
    """Where terminals differ at the end of a full row, each as the least helpful one: xterm erases the last character
    with what follows, and the Linux console forgets that it was about to wrap when the cursor is put back."""

    def erase_in_display(self, how: int = 0, *arguments: object, **options: object) -> None:
        self.cursor.x = min(self.cursor.x, self.columns - 1)
        super().erase_in_display(how, *arguments, **options)

    def restore_cursor(self) -> None:
        super().restore_cursor()
        self.cursor.x = min(self.cursor.x, self.columns - 1)


class Screen:
    """A LiveOutput on an emulated terminal."""

    def __init__(self, columns: int, rows: int) -> None:
        self.size = Size(rows=rows, columns=columns)
        self.pyte = StrictScreen(columns, rows, history=1000, ratio=1)
        self._stream = pyte.Stream(self.pyte)
        self._file = io.StringIO()
        self.sent = ""
        output = Vt100_Output(self._file, lambda: self.size, term="xterm")
        self.live = LiveOutput(output, color_depth=ColorDepth.DEPTH_4_BIT)

    def flush(self) -> None:
        self.live.flush()
        self.arrive()

    def arrive(self) -> None:
        data = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        self.sent += data
        self._stream.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        self.size = Size(rows=rows, columns=columns)
        self.pyte.resize(rows, columns)
        self.live.resized()
        self.arrive()

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.pyte.display]

    @property
    def everything(self) -> list[str]:
        width = self.pyte.columns
        return ["".join(line[x].data for x in range(width)).rstrip() for line in self.pyte.history.top] + self.rows


def plainly(text: str, columns: int, rows: int) -> list[str]:
    """What a terminal shows of a text alone."""
    screen = pyte.HistoryScreen(columns, rows, history=1000, ratio=1)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    above = ["".join(line[x].data for x in range(columns)).rstrip() for line in screen.history.top]
    return above + [row.rstrip() for row in screen.display]


def without_blank_end(rows: list[str]) -> list[str]:
    return "\n".join(rows).rstrip("\n").split("\n")


def test_status_stands_in_the_last_row_and_goes_away() -> None:
    screen = Screen(20, 6)
    screen.live.write([("class:prefix", "De")])
    screen.live.status([("class:status", "toy  T 0.80")])
    screen.flush()
    assert screen.rows == ["De", "", "", "", "", "toy  T 0.80"]
    assert (screen.pyte.cursor.x, screen.pyte.cursor.y) == (2, 0)
    assert all(screen.pyte.buffer[5][x].reverse for x in range(20))
    screen.live.write([("", "epak")])
    screen.flush()
    assert screen.rows[0] == "Deepak"
    screen.live.close()
    screen.arrive()
    assert screen.rows == ["Deepak", "", "", "", "", ""]
    assert (screen.pyte.cursor.x, screen.pyte.cursor.y) == (0, 1)


def test_nothing_but_the_text_is_sent_where_the_row_does_not_change() -> None:
    screen = Screen(20, 6)
    screen.live.status([("class:status", "status")])
    screen.live.write([("", "a")])
    screen.flush()
    before = len(screen.sent)
    screen.live.write([("", "b")])
    screen.flush()
    assert "status" not in screen.sent[before:]


@pytest.mark.parametrize("length", range(17, 24))
def test_a_full_row_loses_no_character(length: int) -> None:
    screen = Screen(20, 4)
    text = "abcdefghijklmnopqrstuvwxyz"[:length]
    for character in text:
        screen.live.write([("", character)])
        screen.live.status([("class:status", f"after {character}")])
        screen.flush()
    screen.live.write([("class:end", "·")])
    screen.live.close()
    screen.arrive()
    assert "".join(screen.everything) == text + "·"


@pytest.mark.parametrize("length", range(38, 43))
def test_a_write_that_ends_with_a_full_row_loses_no_character(length: int) -> None:
    screen = Screen(20, 5)
    text = ("abcdefghijklmnopqrstuvwxyz" * 2)[:length]
    screen.live.status([("class:status", "status")])
    for part in (text, "!", "?"):
        screen.live.write([("", part)])
        screen.flush()
    screen.live.close()
    screen.arrive()
    assert "".join(screen.everything) == text + "!?"


def test_a_low_screen_has_no_status() -> None:
    screen = Screen(20, 2)
    screen.live.status([("class:status", "status")])
    screen.live.write([("", "text")])
    screen.flush()
    assert screen.rows == ["text", ""]


def test_a_resize_keeps_the_text_and_moves_the_status() -> None:
    # pyte cuts rows instead of wrapping them anew; tests/terminal does the same in tmux, which wraps.
    screen = Screen(30, 6)
    screen.live.status([("class:status", "status")])
    screen.live.write([("", "one two")])
    screen.flush()
    screen.resize(24, 9)
    screen.live.write([("", " three")])
    screen.flush()
    assert screen.rows[0] == "one two three"
    assert screen.rows[8] == "status"
    assert [row for row in screen.rows if "status" in row] == ["status"]


def test_escapes_in_a_text_are_not_obeyed() -> None:
    screen = Screen(30, 6)
    screen.live.write([("", "a\x1b[2Jb")])
    screen.flush()
    assert screen.rows[0] == "a?[2Jb"


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(
        st.tuples(st.text(alphabet="abc 日本\n", max_size=30), st.booleans(), st.integers(0, 3)), max_size=20
    ),
    columns=st.integers(4, 16).map(lambda n: 2 * n),
    rows=st.integers(3, 8),
)
def test_the_text_comes_out_as_if_there_were_no_status(
    pieces: list[tuple[str, bool, int]], columns: int, rows: int
) -> None:
    screen = Screen(columns, rows)
    whole = ""
    for text, flush, status in pieces:
        if not text.isascii():
            # Wide characters by themselves: pyte has no rule for one that meets the last column.
            text = "日" * len(text) if len(whole.rsplit("\n", 1)[-1]) == 0 else "ab"
            text += "\n"
        fragments: Fragments = [("class:p1", text[:3]), ("", text[3:])]
        screen.live.write(fragments)
        whole += text
        screen.live.status([("class:status", f"status {status}")] if status else [])
        if flush:
            screen.flush()
    screen.live.close()
    screen.arrive()
    assert without_blank_end(screen.everything) == without_blank_end(plainly(whole, columns, rows))
