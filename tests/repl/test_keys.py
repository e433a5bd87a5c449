"""Keys of the inline prompt: how the settings' names become what a terminal sends."""

from __future__ import annotations

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.keys import Keys

from charrnn_tui.prompt.ghost import first_word
from charrnn_tui.prompt.keys import inline_keys
from charrnn_tui.repl.keys import inline_bindings, line_of, pasted, sequence_of

SENT = {
    "f7": "\x1b[18~",
    "ctrl+up": "\x1b[1;5A",
    "shift+tab": "\x1b[Z",
    "shift+up": "\x1b[1;2A",
    "ctrl+right": "\x1b[1;5C",
    "ctrl+shift+right": "\x1b[1;6C",
    "ctrl+x": "\x18",
    "ctrl+space": "\x00",
    "ctrl+backslash": "\x1c",
    "alt+n": "\x1bn",
    "alt+up": "\x1b\x1b[A",
    "escape": "\x1b",
    "tab": "\t",
    "pagedown": "\x1b[6~",
    "end": "\x1b[F",
}


@pytest.mark.parametrize(("name", "sent"), SENT.items())
def test_a_key_is_what_a_terminal_sends_for_it(name: str, sent: str) -> None:
    with create_pipe_input() as pipe:
        pipe.send_text(sent)
        presses = [*pipe.read_keys(), *pipe.flush_keys()]
    keys = tuple(press.key.value if isinstance(press.key, Keys) else press.key for press in presses)
    assert sequence_of(name) == keys


@pytest.mark.parametrize("name", ["ctrl+escape", "shift+f1", "alt+escape", "super+x"])
def test_keys_that_cannot_be_told(name: str) -> None:
    assert sequence_of(name) is None


def test_every_default_can_be_told() -> None:
    keys, problems = inline_bindings({})
    assert keys == inline_keys()
    assert problems == []


def test_what_cannot_be_told_is_said() -> None:
    keys, problems = inline_bindings({"colder": "shift+f1,f2", "models": "f3"})
    assert keys["colder"] == ("f2",)
    assert problems == ["[keys]: colder: the inline prompt cannot tell shift+f1 from other keys."]


@pytest.mark.parametrize(
    ("id", "typed", "found"),
    [
        ("help", "De", ("/help", "De")),
        ("keep", "", ("/keep", "")),
        ("many", "De", ("/n 20 De", "")),
        ("many", "", ("/n 20 ", "")),
        ("many", "//x", ("/n 20 /x", "")),
        ("probable", " De", ("/top  De", "")),
        ("probable", "/temp 1", None),
        ("many", "a\nb", None),
        ("ghost.all", "De", None),
    ],
)
def test_keys_that_enter_a_line(id: str, typed: str, found: tuple[str, str] | None) -> None:
    assert line_of(id, typed) == found


@pytest.mark.parametrize(
    ("text", "before", "put"),
    [
        ("De", "", "De"),
        ("/temp 1", "", "/temp 1"),
        ("/temp 1\n", "", "/temp 1"),
        ("De\n/temp 1\r\n/quit\rKa", "", "De\n//temp 1\n//quit\nKa"),
        ("/quit\nKa\n", "", "//quit\nKa"),
        ("b\n//x", "/n 5 a", "b\n///x"),
        ("/b\nc", "a\n", "//b\nc"),
        ("\n\n", "", "\n"),
    ],
)
def test_a_paste_of_several_lines_is_prefixes(text: str, before: str, put: str) -> None:
    assert pasted(text, before) == put


@pytest.mark.parametrize(("text", "word"), [("irdre", "irdre"), (" over the", " over"), ("er the", "er"), ("  ", "  ")])
def test_the_first_word(text: str, word: str) -> None:
    assert first_word(text) == word
