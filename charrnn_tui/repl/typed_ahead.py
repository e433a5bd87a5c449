"""What is typed while text streams: keys that act at once, and lines that wait for their turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from charrnn_tui.repl.keys import COOLER, WARMER

Act = Literal["stop", "leave", "warmer", "cooler", "suspend"]


class TypedAhead:
    """A line under way (`draft`) and whole lines (`lines`), in the order typed.

    The draft becomes the next prompt's text, so nothing that is typed gets lost.
    """

    def __init__(self) -> None:
        self.draft = ""
        self.lines: deque[str] = deque()
        self.ended = False
        """Whether Ctrl-D was pressed on an empty line: the prompt ends when the lines before are done."""

    def feed(self, keys: Iterable[KeyPress]) -> list[Act]:
        """Take keys in; what is to be done at once is returned."""
        acts: list[Act] = []
        for press in keys:
            act = self._take(press.key, press.data)
            if act is not None:
                acts.append(act)
        return acts

    def _take(self, key: Keys | str, data: str) -> Act | None:
        if key == Keys.ControlC or key == Keys.SIGINT:
            return "stop"
        if key == Keys.Escape:
            return "leave"
        if key in WARMER:
            return "warmer"
        if key in COOLER:
            return "cooler"
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
            first, *rest = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self.draft += first
            for line in rest:
                self.lines.append(self.draft)
                self.draft = line
        elif not isinstance(key, Keys):
            self.draft += key  # a printable character
        return None

    def drop(self) -> list[str]:
        """Forget the waiting lines (not the draft) and return them."""
        dropped = list(self.lines)
        self.lines.clear()
        self.ended = False
        return dropped
