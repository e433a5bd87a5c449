"""The prompt: an input line with history, ghost text, visible leading spaces and pastes of several lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from charrnn_tui.prompt.history import Browser, History
from charrnn_tui.text import visible
from charrnn_tui.tui.messages import Entered, Typed


class Prompt(Input):
    """Type a prefix; Enter continues it. A prefix is never stripped."""

    BINDING_GROUP_TITLE = "Prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Line before", show=False, id="prompt.older", tooltip="The line entered before"),
        Binding("down", "newer", "Line after", show=False, id="prompt.newer", tooltip="The line entered after"),
        Binding("tab", "complete", "Complete", show=False, id="prompt.complete", tooltip="Accept what is proposed"),
    ]

    def __init__(self, history: History, *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder="the start of a name, or /help", select_on_focus=False, compact=True)
        self.cursor_blink = False
        self.browser = Browser(history)
        self.history = history
        self.recalled: str | None = None
        """The line that was last taken from the history; it is not proposed to complete it."""
        self.ghost: Callable[[str], str] = lambda value: ""
        """What the network would go on with; painted faintly, taken with right arrow."""
        self.choose: Callable[[int], bool] = lambda by: False
        """Move in the list of completions; False where none is open."""
        self.accept: Callable[[], bool] = lambda: False
        """Take the completion under the bar; False where none is open."""

    @property
    def _value(self) -> Text:
        # As many characters as the value has, or the cursor would stand elsewhere than it acts.
        text = Text("".join(_one_cell(c) for c in self.value), no_wrap=True, overflow="ignore", end="")
        leading = len(self.value) - len(self.value.lstrip(" "))
        if leading:
            dots = Text("·" * leading, self.get_component_rich_style("input--placeholder"), end="")
            text = Text.assemble(dots, text[leading:], no_wrap=True, overflow="ignore", end="")
        return text

    def refresh_ghost(self) -> None:
        """Ask for the ghost text anew, as after another model was opened."""
        rest = "" if not self.value or self.value.startswith("/") else self.ghost(self.value)
        self._suggestion = self.value + visible(rest) if rest else ""

    def _watch_value(self, value: str) -> None:
        super()._watch_value(value)
        self.refresh_ghost()
        self.post_message(Typed(value))

    def set_value(self, value: str) -> None:
        """Put a text in, the cursor behind it."""
        self.value = value
        self.cursor_position = len(value)

    def action_older(self) -> None:
        """Up: the completion above, or the line entered before."""
        if not self.choose(-1):
            self._recall(self.browser.older(self.value))

    def action_newer(self) -> None:
        """Down: the completion below, or the line entered after."""
        if not self.choose(1):
            self._recall(self.browser.newer(self.value))

    def _recall(self, line: str) -> None:
        self.recalled = line
        self.set_value(line)

    def action_complete(self) -> None:
        """Tab: take the completion, or the ghost text, or go to the next widget."""
        if self.accept():
            return
        if self.cursor_at_end and self._suggestion:
            self.action_cursor_right()
        else:
            self.screen.focus_next()

    async def action_submit(self) -> None:
        """Enter."""
        value = self.value
        self.post_message(Entered([value]))

    def entered(self, line: str) -> None:
        """Empty the line after it was accepted, and keep it in the history."""
        self.history.append(line)
        self.browser.reset()
        self.value = ""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        if len(lines) <= 1:
            for line in lines:
                start, end = self.selection
                self.replace(line, start, end)
            return
        lines[0] = self.value + lines[0]
        self.post_message(Entered([line for line in lines if line]))


def _one_cell(character: str) -> str:
    shown = visible(character)
    return shown if len(shown) == 1 else "�"
