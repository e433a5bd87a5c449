"""Two small questions over a screen: yes or no, and a line of text that is checked as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.suggester import Suggester
from textual.widgets import Button, Input, Static

from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.line_input import LineInput


class SmallDialog(Dialog[str | None]):
    """A box no larger than its question."""

    CSS_PATH = ["dialog.tcss", "ask.tcss"]


class Confirm(SmallDialog):
    """Asks before something that cannot be undone; the result is 'yes' or None."""

    BINDINGS = [
        Binding("y", "yes", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n", "cancel", "No", id="confirm.no", tooltip="Leave it as it is"),
        Binding("left,right", "other", "Other", show=False, id="confirm.other", tooltip="The other button"),
    ]
    # The harmless answer has the focus: a second Enter by habit deletes nothing.
    AUTO_FOCUS = ".cancel"

    def __init__(self, title: str, question: str, yes: str) -> None:
        super().__init__()
        self._title, self._question, self._yes = title, question, yes

    def compose(self) -> ComposeResult:
        """Title, question, two buttons."""
        with Vertical(classes="dialog"):
            yield self.title_line(self._title)
            yield Static(plain(self._question), classes="question")
            with Horizontal(classes="buttons"):
                yield Button(self._yes, variant="error", compact=True, id="yes", tooltip="y")
                yield Button("Keep", compact=True, classes="cancel", tooltip="n or Escape")

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Do it."""
        self.dismiss("yes")

    def action_other(self) -> None:
        """The other button."""
        self.focus_next("Button")


class Ask(SmallDialog):
    """Asks for a line of text; the result is the line, or None.

    `problem` says in a sentence what is wrong with a line, or '' where nothing is; asked as one types.
    """

    AUTO_FOCUS = "Input"

    hint = getters.query_one(".hint", Static)
    input = getters.query_one(LineInput)

    def __init__(
        self,
        title: str,
        value: str,
        ok: str,
        problem: Callable[[str], str],
        *,
        hint: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__()
        self._title, self._value, self._ok, self._problem, self._hint = title, value, ok, problem, hint
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Title, input, what is wrong, two buttons."""
        with Vertical(classes="dialog"):
            yield self.title_line(self._title)
            yield LineInput(self._value, compact=True, suggester=self._suggester)
            yield Static(plain(self._hint), classes="hint")
            with Horizontal(classes="buttons"):
                yield Button(self._ok, variant="primary", compact=True, id="ok", tooltip="Enter")
                yield Button("Cancel", compact=True, classes="cancel", tooltip="Escape")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        problem = self._problem(event.value)
        self.hint.set_class(bool(problem), "problem")
        self.hint.update(plain(sentence(problem) or self._hint))

    @on(Input.Submitted)
    @on(Button.Pressed, "#ok")
    def _entered(self) -> None:
        value = self.input.value
        if self._problem(value):
            self.input.focus()
        else:
            self.dismiss(value)
