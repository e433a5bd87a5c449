"""The prompt: an input line with history, completion, ghost text, visible leading spaces and pasted lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType

from charrnn_tui.prompt.commands import is_command, prefix_of
from charrnn_tui.prompt.history import Browser, History
from charrnn_tui.tui.messages import Entered, Proposed, Typed
from charrnn_tui.tui.widgets.line_input import LineInput, one_cell

if TYPE_CHECKING:
    from charrnn_tui.prompt.choices import Choice, Choices
    from charrnn_tui.prompt.reader import Reader


class Prompt(LineInput):
    """Type a prefix; Enter continues it. A prefix is never stripped.

    All that a key does to the line is done before the next key is looked at; the rest of the screen hears of it by
    messages. An entered line leaves the prompt at once: whoever cannot do what it says gives it back.
    """

    BINDING_GROUP_TITLE = "Prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Line before", show=False, id="prompt.older", tooltip="The line entered before"),
        Binding("down", "newer", "Line after", show=False, id="prompt.newer", tooltip="The line entered after"),
        Binding("tab", "complete", "Complete", show=False, id="prompt.complete", tooltip="Accept what is proposed"),
    ]

    def __init__(self, history: History, choices: Choices, *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder="the start of a name, or /help", select_on_focus=False, compact=True)
        self.cursor_blink = False
        self.history = history
        self.choices = choices
        self.reader: Reader | None = None
        """Whose ghost text is painted faintly and taken with right arrow."""
        self.proposed: Sequence[Choice] = ()
        """What the line may become; `at` is under the bar."""
        self.at = 0
        self._browser = Browser(history)
        self._recalled: str | None = None
        """The line that was last taken from the history; it is not proposed to complete it."""

    @property
    def _value(self) -> Text:
        # As many characters as the value has, or the cursor would stand elsewhere than it acts.
        text = Text("".join(one_cell(c) for c in self.value), no_wrap=True, overflow="ignore", end="")
        leading = len(self.value) - len(self.value.lstrip(" "))
        if leading:
            dots = Text("·" * leading, self.get_component_rich_style("input--placeholder"), end="")
            text = Text.assemble(dots, text[leading:], no_wrap=True, overflow="ignore", end="")
        return text

    def _watch_value(self, value: str) -> None:
        super()._watch_value(value)
        self.refresh_ghost()
        if value != self._recalled:
            self._recalled = None
            self.propose(value)
        else:
            self.propose("")
        self.post_message(Typed(value))

    def use_reader(self, reader: Reader, placeholder: str) -> None:
        """Read what is typed with another model."""
        self.reader, self.placeholder = reader, placeholder
        self.refresh_ghost()

    def refresh_ghost(self) -> None:
        """Ask for the ghost text anew, as after another model was opened."""
        rest = ""
        if self.reader is not None and self.value and not is_command(self.value):
            rest = self.reader.ghost(prefix_of(self.value)).text
        self._suggestion = self.value + rest if rest else ""

    def set_value(self, value: str) -> None:
        """Put a text in, the cursor behind it."""
        self.value = value
        self.cursor_position = len(value)

    # --- completion ---

    def propose(self, typed: str) -> None:
        """Propose what a slash line may become; nothing where it is that already."""
        proposed = self.choices.complete(typed)
        if len(proposed) == 1 and proposed[0].line.rstrip(" ") == typed:
            proposed = []
        if proposed or self.proposed:
            self.proposed, self.at = proposed, 0
            self.post_message(Proposed(proposed, 0))

    def _move(self, by: int) -> bool:
        """Move the bar; False where nothing is proposed."""
        if not self.proposed:
            return False
        self.at = (self.at + by) % len(self.proposed)
        self.post_message(Proposed(self.proposed, self.at))
        return True

    def action_complete(self) -> None:
        """Tab: take what is under the bar, or else the ghost text. Nothing happens where nothing is proposed."""
        if self.proposed:
            if self.proposed[self.at].line == self.value:
                self._move(1)  # that is what stands there: the next one is wanted
            self.set_value(self.proposed[self.at].line)
        elif self.cursor_at_end and self._suggestion:
            self.action_cursor_right()

    # --- history ---

    def action_older(self) -> None:
        """Up: the completion above, or the line entered before."""
        if not self._move(-1):
            self._recall(self._browser.older(self.value))

    def action_newer(self) -> None:
        """Down: the completion below, or the line entered after."""
        if not self._move(1):
            self._recall(self._browser.newer(self.value))

    def _recall(self, line: str) -> None:
        self._recalled = line
        self.set_value(line)

    # --- entering ---

    async def action_submit(self) -> None:
        """Enter: carry the line out, or put in what it is half of."""
        chosen = self.proposed[self.at].line if self.proposed else None
        whole = self.choices.on_enter(self.value, chosen)
        if whole is None:
            self._enter([self.value])
        elif " " in whole:
            self.set_value(whole)  # an argument is still to be typed, or looked at
        else:
            self._enter([whole])

    def _enter(self, lines: list[str]) -> None:
        self.value = ""
        self._browser.reset()
        self.post_message(Entered(lines))

    def remember(self, line: str) -> None:
        """Keep a line that was carried out in the history."""
        self.history.append(line)

    def take(self) -> str:
        """Empty the line for an action that uses what is typed; the text."""
        value, self.value = self.value, ""
        self._browser.reset()
        return value

    def give_back(self, line: str) -> None:
        """Put a line that could not be carried out back; where something was typed since, the history has it."""
        if not self.value:
            self.set_value(line)
        elif self.value != line:
            self.history.append(line)

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
        self._enter([line for line in lines if line])
