"""The prompt and the row under it, which answers every keystroke: what may come next, or what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from charrnn_tui.prompt.commands import find, is_command, prefix_of
from charrnn_tui.prompt.ghost import ghost_words
from charrnn_tui.prompt.history import History
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.messages import Typed
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.choices import Choices
    from charrnn_tui.prompt.session import Session


class PromptBox(Vertical):
    """Reads what is typed with the open model, and says under it what the network would draw from."""

    prompt = getters.query_one("#prompt", Prompt)
    next_row = getters.query_one("#next", NextCharacters)

    def __init__(self, session: Session, choices: Choices, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._choices = choices
        self._trouble_at: str | None = None
        """What stood in the prompt when a sentence about trouble was put under it."""

    def compose(self) -> ComposeResult:
        """The line, and the row under it."""
        with Horizontal(id="prompt-row"):
            yield Static("›", id="prompt-mark", markup=False)
            yield Prompt(History(), self._choices, id="prompt")
        yield NextCharacters(id="next")

    def use_model(self, model: Model) -> None:
        """Answer from a model."""
        from charrnn_tui.prompt.reader import Reader

        lines = model.info.kind == "lines"
        placeholder = "the start of a name, or /help" if lines else "some text to go on with, or /help"
        self.prompt.use_reader(Reader(model), placeholder)
        self.refresh_next()

    def say(self, sentence: str) -> None:
        """Say something in the row."""
        self.next_row.say(sentence)

    def say_trouble(self, sentence: str, lines: Sequence[str] = ()) -> None:
        """Say what is wrong, until something else is typed or works; lines that could not be carried out come back."""
        for line in lines:
            self.prompt.give_back(line)
        self._trouble_at = self.prompt.value
        self.next_row.say(sentence, trouble=True)

    def forget_trouble(self) -> None:
        """Something worked: what was wrong before is no longer the matter."""
        if self._trouble_at is not None:
            self.refresh_next()

    @on(Typed)
    def _typed(self, event: Typed) -> None:
        # Else this message is older than the sentence.
        if event.value != self._trouble_at:
            self.refresh_next()

    def refresh_next(self) -> None:
        """Say what comes next after what is typed."""
        self._trouble_at = None
        typed, row, reader = self.prompt.value, self.next_row, self.prompt.reader
        if is_command(typed):
            command = find(typed[1:].partition(" ")[0])
            row.say(f"{command.usage}: {command.summary}" if command else "a command; two slashes type one")
        elif reader is None:
            row.say("" if typed else row.sentence)
        else:
            try:
                ghost = self.prompt.ghost
                aside = ghost_words(ghost.probability) if ghost.text else ""
                row.show(reader.shares(prefix_of(typed), self._session.settings), aside)
            except UnknownSymbolsError as error:
                row.say(str(error), trouble=True)
