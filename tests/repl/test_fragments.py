"""Texts cut and wrapped by terminal cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.repl.fragments import cells, cut, cut_fragments, cut_start, plain, wrapped


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_cut(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert cut_start(text[::-1], width) == shown[::-1]


@given(st.text(alphabet="ab 日é"), st.integers(0, 20))
def test_cut_fits(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert cells(plain(cut_fragments([("", text[:2]), ("x", text[2:])], width))) <= width


def test_prose_is_broken_at_spaces() -> None:
    text = [("a", "at most 90 new"), ("b", " characters from here")]
    assert plain(wrapped(text, 20)) == "at most 90 new\ncharacters from here"
    assert wrapped(text, 80) == text
    assert plain(wrapped([("", "  a longword b")], 8)) == "  a\nlongword\nb"


@given(st.lists(st.text(alphabet="ab日 ", max_size=25), max_size=5), st.integers(6, 30))
def test_wrapping_keeps_the_words(texts: list[str], width: int) -> None:
    rows = plain(wrapped([("", text) for text in texts], width))
    assert rows.split() == "".join(texts).split()
    for row in rows.split("\n"):
        assert cells(row.rstrip()) <= width or " " not in row.strip()
