"""No control character survives `visible`."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import visible

BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or ord(c) in BIDI for c in shown)


@given(st.text())
def test_only_the_line_feed_can_be_kept(text: str) -> None:
    shown = visible(text, keep_newlines=True)
    assert shown.count("\n") == text.count("\n")
    assert visible(shown.replace("\n", "")) == shown.replace("\n", "")


def test_every_control_and_bidi_character_is_shown_differently() -> None:
    controls = [chr(c) for c in (*range(32), *range(0x7F, 0xA0), *BIDI, 0x2028, 0x2029, 0xFEFF)]
    shown = {visible(c) for c in controls}
    assert len(shown) == len(controls)
    assert all(s.isprintable() and s for s in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[31m", "␛[31m"), ("\x07", "␇"), ("\x9b2J", "⟨9B⟩2J"), ("a\u202eb", "a⟨202E⟩b"), ("\ud800", "�")],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_what_people_write_is_left_alone(text: str) -> None:
    assert visible(text) == text
