"""Keys typed while text streams: some act at once, the rest is kept for later."""

from __future__ import annotations

import pytest
from prompt_toolkit.input import create_pipe_input

from charrnn_tui.repl.type_ahead import KeyAction, TypeAhead


def typed(keys: str, ahead: TypeAhead | None = None) -> tuple[TypeAhead, list[KeyAction]]:
    """Feed keys as a terminal sends them."""
    ahead = ahead or TypeAhead()
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        acts = ahead.feed(pipe.read_keys())
        acts += ahead.feed(pipe.flush_keys())
    return ahead, acts


@pytest.mark.parametrize(
    ("keys", "act"),
    [
        ("\x03", "stop"),
        ("\x1b", "leave"),
        ("\x1b[1;5A", "hotter"),
        ("\x1b[19~", "hotter"),
        ("\x1b[1;5B", "colder"),
        ("\x1b[18~", "colder"),
        ("\x1a", "suspend"),
    ],
)
def test_keys_that_act_at_once(keys: str, act: KeyAction) -> None:
    ahead, acts = typed("ab" + keys + "c")
    assert acts == [act]
    assert ahead.draft == "abc"


def test_lines_and_draft_are_kept() -> None:
    ahead, acts = typed("De\rzwei  \r dr")
    assert acts == []
    assert list(ahead.lines) == ["De", "zwei  "]
    assert ahead.draft == " dr"


@pytest.mark.parametrize(
    ("keys", "draft"),
    [
        ("abc\x7f\x7f", "a"),
        ("\x7f", ""),
        ("a bc\x15d", "d"),
        ("one two\x17", "one "),
        ("one two  \x17", "one "),
        ("one\x17", ""),
        ("日本\x7f", "日"),
        ("a\x1b[Db", "ab"),
        ("a\x1b[200~b\tc\x1b[201~", "ab\tc"),
    ],
)
def test_the_draft_can_be_edited(keys: str, draft: str) -> None:
    assert typed(keys)[0].draft == draft


def test_a_paste_of_several_lines() -> None:
    ahead, _ = typed("x\x1b[200~a\r\n b\nc\x1b[201~")
    assert list(ahead.lines) == ["xa", " b"]
    assert ahead.draft == "c"


def test_ctrl_d_counts_on_an_empty_line_only() -> None:
    assert not typed("a\x04")[0].ended
    ahead, _ = typed("a\r\x04")
    assert ahead.ended
    assert ahead.drop() == ["a"]
    assert not ahead.ended


def test_a_pasted_line_that_begins_with_a_slash_is_a_prefix() -> None:
    ahead, actions = typed("\x1b[200~De\n/quit\n/temp 1\nKa\x1b[201~")
    assert actions == []
    assert list(ahead.lines) == ["De", "//quit", "//temp 1"]
    assert ahead.draft == "Ka"
    ahead, _ = typed("\x1b[200~/quit\nKa\n\x1b[201~")
    assert list(ahead.lines) == ["//quit", "Ka"]
    assert ahead.draft == ""
    # One line is as if it had been typed.
    ahead, _ = typed("\x1b[200~/temp 1\x1b[201~\r")
    assert list(ahead.lines) == ["/temp 1"]


def test_keys_of_the_settings() -> None:
    ahead, actions = typed("a\x18b\x1bnc\x1b[19~\x1b", TypeAhead({"hotter": ("ctrl+x",), "colder": ("alt+n",)}))
    assert actions == ["hotter", "colder"]
    assert ahead.draft == "abc"


def test_keys_that_enter_a_line_wait_for_their_turn() -> None:
    ahead, actions = typed("De\x1b[15~Ka\x1b[20~")  # F5 takes what is typed, F9 does not
    assert actions == []
    assert list(ahead.lines) == ["/n 20 De", "/colour"]
    assert ahead.draft == "Ka"
    ahead, actions = typed("x\x11")  # Ctrl+Q
    assert actions == ["leave"]
    assert list(ahead.lines) == ["/quit"]
