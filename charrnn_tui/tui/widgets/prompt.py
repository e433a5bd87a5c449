"""The prompt: an input line with history, completion, ghost text, visible leading spaces and pasted lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from charrnn_tui.prompt.commands import is_command, prefix_of
from charrnn_tui.prompt.ghost import Ghost, first_word
from charrnn_tui.prompt.history import Browser, History
from charrnn_tui.prompt.keys import KEYS
from charrnn_tui.prompt.words import capitalised
from charrnn_tui.tui.messages import Entered, Proposed, Typed
from charrnn_tui.tui.widgets.line_input import LineInput, one_cell

if TYPE_CHECKING:
    from charrnn_tui.prompt.choices import Choice, Choices
    from charrnn_tui.prompt.reader import Reader


def _ghost(action: str, description: str, id: str) -> Binding:
    """A binding of the ghost text, with the words of the table of keys."""
    key = KEYS[id]
    return Binding(",".join(key.keys), action, description, show=False, id=id, tooltip=capitalised(key.summary))


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
        _ghost("take_character", "Take a character", "ghost.character"),
        _ghost("take_word", "Take a word", "ghost.word"),
        _ghost("take_all", "Take all", "ghost.all"),
        _ghost("another_ghost", "Another", "ghost.next"),
    ]
    _ELSE: ClassVar[dict[str, str]] = {"right": "cursor_right", "ctrl+right": "cursor_right_word", "end": "end"}
    """What these keys do to the line where they take no ghost text."""

    def __init__(self, history: History, choices: Choices, *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder="the start of a name, or /help", select_on_focus=False, compact=True)
        self.cursor_blink = False
        self.history = history
        self.choices = choices
        self.reader: Reader | None = None
        """Whose ghost text is painted faintly."""
        self.ghost = Ghost()
        """What is painted so, and how probable it is."""
        self.leaves_arrows = False
        """Whether up and down choose something elsewhere on the screen, where nothing is proposed here."""
        self._choice = 0
        """Which ghost text: 0 begins with the most probable character."""
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
        self._choice = 0
        self.refresh_ghost()
        if value != self._recalled:
            self._recalled = None
            self.propose(value)
        else:
            self.propose("")
        self.post_message(Typed(value))

    def use_reader(self, reader: Reader, placeholder: str) -> None:
        """Read what is typed with another model."""
        self.reader, self.placeholder, self._choice = reader, placeholder, 0
        self.refresh_ghost()

    def refresh_ghost(self) -> None:
        """Ask for the ghost text anew, as after another model was opened."""
        self.ghost = Ghost()
        if self.reader is not None and self.value and not is_command(self.value):
            self.ghost = self.reader.ghost(prefix_of(self.value), choice=self._choice)
        self._suggestion = self.value + self.ghost.text if self.ghost.text else ""

    @property
    def takes_ghost(self) -> bool:
        """Whether there is ghost text where the cursor stands."""
        return self.cursor_at_end and self.selection.is_empty and bool(self._suggestion)

    def _take(self, part: str) -> None:
        """Take over some of the ghost text. Raises SkipAction where there is none: the key does what it does else."""
        if not self.takes_ghost:
            raise SkipAction
        self.set_value(self.value + part)

    async def key_right(self, event: events.Key) -> None:
        """Move, where the key takes no ghost text."""
        await self._else(event)

    async def key_ctrl_right(self, event: events.Key) -> None:
        """Move by a word, where the key takes no ghost text."""
        await self._else(event)

    async def key_end(self, event: events.Key) -> None:
        """Go to the end of the line, where the key takes no ghost text."""
        await self._else(event)

    async def _else(self, event: events.Key) -> None:
        bound = self.screen.active_bindings.get(event.key)
        if bound is None or (bound.node is self and not self.takes_ghost and bound.binding.action.startswith("take_")):
            event.stop()
            await self.run_action(self._ELSE[event.key])

    def action_take_character(self) -> None:
        """Take over one character of the ghost text."""
        self._take(self.ghost.text[:1])

    def action_take_word(self) -> None:
        """Take over one word of it."""
        self._take(first_word(self.ghost.text))

    def action_take_all(self) -> None:
        """Take over all of it."""
        self._take(self.ghost.text)

    def action_another_ghost(self) -> None:
        """Another ghost text. On an empty line, where there is none, the key moves the focus as it does elsewhere."""
        if not self.value:
            raise SkipAction
        if self.cursor_at_end and not is_command(self.value):
            self._choice += 1
            self.refresh_ghost()
            self.post_message(Typed(self.value))

    def action_cursor_right(self, select: bool = False) -> None:
        """Move, and nothing else: ghost text has keys of its own."""
        if select or not self.cursor_at_end:
            super().action_cursor_right(select)
        else:
            self.cursor_position = len(self.value)

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
        elif self.takes_ghost:
            self.action_take_all()

    # --- history ---

    def action_older(self) -> None:
        """Up: the completion above, or the line entered before."""
        if not self._move(-1):
            self._leave_arrows()
            self._recall(self._browser.older(self.value))

    def action_newer(self) -> None:
        """Down: the completion below, or the line entered after."""
        if not self._move(1):
            self._leave_arrows()
            self._recall(self._browser.newer(self.value))

    def _leave_arrows(self) -> None:
        if self.leaves_arrows:
            raise SkipAction

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
