"""What is typed while text streams: keys that act at once, and lines that wait for their turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Literal

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from charrnn_tui.prompt.keys import inline_keys
from charrnn_tui.repl.keys import MIX_TURNS, STYLE_CHOICES, STYLE_TURNS, TURNS, KeySequence, line_of, pasted, sequences

KeyAction = Literal[
    "stop",
    "leave",
    "hotter",
    "colder",
    "style_first",
    "style_second",
    "style_before",
    "style_after",
    "mix_more",
    "mix_less",
    "suspend",
]
"""'stop' is Ctrl+C, 'leave' the key named stop (Escape): a training run goes on after the second one."""


class TypeAhead:
    """A line under way (`draft`) and whole lines (`lines`), in the order typed.

    The draft becomes the next prompt's text, so nothing that is typed gets lost.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]] | None = None) -> None:
        self.draft = ""
        self.lines: deque[str] = deque()
        self.ended = False
        """Whether Ctrl+D was pressed on an empty line: the prompt ends when the lines before are done."""
        self._ids: dict[KeySequence, str] = sequences(inline_keys() if keys is None else keys)

    def feed(self, keys: Sequence[KeyPress]) -> list[KeyAction]:
        """Take keys in, in their order; what is to be done at once is returned."""
        actions: list[KeyAction] = []
        names = [press.key.value if isinstance(press.key, Keys) else press.key for press in keys]
        at = 0
        while at < len(keys):
            # Alt and a key arrive as Escape and the key.
            length = 2 if tuple(names[at : at + 2]) in self._ids else 1
            id = self._ids.get(tuple(names[at : at + length]))
            action = self._act(id) if id is not None else None
            if action is None and (id is None or not self._enter(id)):
                action = self._handle(keys[at])
            if action is not None:
                actions.append(action)
            at += length
        return actions

    def _act(self, id: str) -> KeyAction | None:
        if id == "stop":
            return "leave"
        if id == "quit":
            self._enter(id)
            return "leave"
        if id in TURNS:
            return "hotter" if TURNS[id] > 0 else "colder"
        if id in STYLE_TURNS:
            return "style_second" if STYLE_TURNS[id] > 0 else "style_first"
        if id in STYLE_CHOICES:
            return "style_after" if STYLE_CHOICES[id] > 0 else "style_before"
        if id in MIX_TURNS:
            return "mix_more" if MIX_TURNS[id] > 0 else "mix_less"
        return None

    def _enter(self, id: str) -> bool:
        """Enter the line of a key; False where it has none."""
        found = line_of(id, self.draft)
        if found is None:
            return False
        line, self.draft = found
        self.lines.append(line)
        return True

    def _handle(self, press: KeyPress) -> KeyAction | None:
        """A key that is not in the settings."""
        key, data = press.key, press.data
        if key == Keys.ControlC or key == Keys.SIGINT:
            return "stop"
        if key == Keys.ControlZ:
            return "suspend"
        if key in (Keys.ControlM, Keys.ControlJ):
            self.lines.append(self.draft)
            self.draft = ""
        elif key == Keys.ControlD:
            self.ended = self.ended or not self.draft
        elif key == Keys.ControlH:
            self.draft = self.draft[:-1]
        elif key == Keys.ControlU:
            self.draft = ""
        elif key == Keys.ControlW:
            kept = self.draft.rstrip(" ")
            self.draft = kept[: kept.rfind(" ") + 1]
        elif key == Keys.BracketedPaste:
            self._paste(data)
        elif not isinstance(key, Keys):
            self.draft += key  # a printable character
        return None

    def _paste(self, data: str) -> None:
        first, *rest = pasted(data, self.draft).split("\n")
        if rest and data.endswith(("\n", "\r")):
            rest.append("")  # the last line is whole as well
        self.draft += first
        for line in rest:
            self.lines.append(self.draft)
            self.draft = line

    def drop(self) -> list[str]:
        """Forget the waiting lines (not the draft) and return them."""
        dropped = list(self.lines)
        self.lines.clear()
        self.ended = False
        return dropped
