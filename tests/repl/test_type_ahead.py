"""Keys typed while text streams: some act at once, the rest is kept for later."""

from __future__ import annotations

import pytest
from prompt_toolkit.input import create_pipe_input

from charrnn_tui.repl.typed_ahead import Act, TypedAhead


def typed(keys: str, ahead: TypedAhead | None = None) -> tuple[TypedAhead, list[Act]]:
    """Feed keys as a terminal sends them."""
    ahead = ahead or TypedAhead()
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
        ("\x1b[1;5A", "warmer"),
        ("\x1b[19~", "warmer"),
        ("\x1b[1;5B", "cooler"),
        ("\x1b[18~", "cooler"),
        ("\x1a", "suspend"),
    ],
)
def test_keys_that_act_at_once(keys: str, act: Act) -> None:
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
