"""The way from one prefix to another: a generation at each step, under one seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from charrnn_tui.insight.between import Between, along
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.prompt import words
from charrnn_tui.prompt.commands import MOST_STEPS, CommandError
from charrnn_tui.prompt.generations import EMPTY_ITEM
from charrnn_tui.prompt.way import begins, first_symbol
from charrnn_tui.text import visible
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.content.shown import row_of
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.session import Session

_MOST_TEXT = 300
"""Characters of a step that are shown."""


def _key(key: str, action: str, description: str, tooltip: str, id: str) -> Binding:
    return Binding(key, action, description, id=f"between.{id}", tooltip=tooltip)


class BetweenScreen(Dialog[None]):
    """Raises CommandError, UnknownSymbolsError where there is no way between two prefixes."""

    CSS_PATH = ["../dialogs/dialog.tcss", "between.tcss"]
    AUTO_FOCUS = "#way"
    BINDINGS = [
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature; the way is written anew", "colder"),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature; the way is written anew", "hotter"),
        _key("plus,equals_sign", "steps(2)", "Twice the steps", "Twice as many steps", "more"),
        _key("minus", "steps(0.5)", "Half", "Half as many steps", "fewer"),
        _key("n,ctrl+n", "anew", "Next seed", "The same way with the next seed", "anew"),
    ]
    way = getters.query_one("#way", BrowseList)

    def __init__(self, session: Session, model: Model, first: str, second: str, steps: int) -> None:
        super().__init__()
        self._session, self._model = session, model
        self.first, self.second, self.steps = first, second, steps
        self.seed = session.next_seed()
        self.found: list[Between] = []
        self._reader = Reader()
        self._writing: Worker[None] | None = None
        self._along()  # what is wrong is said before the screen opens

    def _along(self) -> Iterator[Between]:
        try:
            return along(
                self._model,
                self.first,
                self.second,
                self.steps,
                settings=self._session.settings,
                seed=self.seed,
                max_length=self._session.limit,
            )
        except InsightError as error:
            raise CommandError(str(error)) from error

    def compose(self) -> ComposeResult:
        """Title, a row a step, what holds."""
        with Vertical(classes="dialog"):
            yield self.title_line(f"From {self.first or 'the beginning'} to {self.second or 'the beginning'}")
            yield BrowseList(id="way", compact=True, markup=False)
            yield Static("", id="way-note", classes="muted", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Write the way."""
        self._write()

    def _write(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
        self.found = []
        self.way.clear_options()
        self._say("")
        self._writing = self.run_worker(self._each(), exclusive=True)

    async def _each(self) -> None:
        steps = self._along()
        while True:
            step = await self._reader.run(next, steps, None)
            if step is None:
                break
            self.call_later(self._came, step)
        self.call_later(self._over, "")

    def _came(self, step: Between) -> None:
        self.found.append(step)
        self.way.add_option(Option(self._row(step)))

    def _row(self, step: Between) -> Content:
        before = begins(step, self.first, self.second)
        return Content.assemble(
            (f"{step.weight:4.0%} ", "$text-muted"),
            (f"{first_symbol(step, self._model, visible):<11} ", "$text-muted"),
            row_of(before).stylize("bold"),
            row_of(step.text[:_MOST_TEXT]),
            "" if before or step.text else (EMPTY_ITEM, "$text-muted"),
            "" if step.end == "end" and len(step.text) <= _MOST_TEXT else " …",
        )

    def _over(self, said: str) -> None:
        self._writing = None
        self._say(said)

    def _say(self, said: str) -> None:
        held = " ".join([self._session.temperature_words, *self._session.filter_words])
        text = (
            f"{said}{words.count(self.steps, 'step')}, seed {self.seed}, {held}, {self._model.name}. "
            "After the share of the way: the most probable first character."
        )
        self.query_one("#way-note", Static).update(visible(text))

    # --- keys ---

    def action_turn(self, by: int) -> None:
        """Another temperature."""
        self._session.turn(by)
        self._write()

    def action_steps(self, factor: float) -> None:
        """More steps or fewer."""
        self.steps = max(1, min(MOST_STEPS, int(self.steps * factor)))
        self._write()

    def action_anew(self) -> None:
        """Another seed."""
        self.seed += 1
        self._write()

    def action_cancel(self) -> None:
        """Stop what is written; or else leave."""
        if self._writing is not None:
            self._writing.cancel()
            self._over("Stopped. ")
        else:
            self.dismiss(None)
