"""The step laid open: what the network computes between reading a character and drawing the next, number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.step import Batch, Step, Steps, batch_of
from charrnn_tui.insight.step_source import in_batch
from charrnn_tui.model import ModelError
from charrnn_tui.prompt import step_words
from charrnn_tui.prompt.commands import CommandError
from charrnn_tui.text import BOUNDARY
from charrnn_tui.tui.content import step_rows
from charrnn_tui.tui.content.lens_look import later_state
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.key_row import KeyRow
from charrnn_tui.tui.widgets.step_parts import StepParts

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.forest import Forest
    from charrnn_tui.prompt.session import Session

_FIRST = (step_words.IDS, step_words.BATCH)
"""What comes before the parts of a step."""


def _key(key: str, action: str, description: str, tooltip: str, id: str) -> Binding:
    return Binding(key, action, description, id=f"step.{id}", tooltip=tooltip)


def step_on(session: Session, forest: Forest, place: int | None = None, layer: int = 0) -> StepScreen:
    """The step at a place of the text that is looked at; None: the last. Raises CommandError, UnknownSymbolsError."""
    branch = forest.branch
    try:
        steps = Steps(forest.model, forest.text, head=forest.head, seed=branch.seed, item=branch.item)
        steps.at(-1 if place is None else place, layer)
        return StepScreen(session, steps, len(steps) - 1 if place is None else steps.reading.check(place), layer)
    except (InsightError, ModelError) as error:
        raise CommandError(str(error)) from error


class StepScreen(Dialog[None]):
    """Walks through the steps of a network along a text; Up and Down walk through the parts of one."""

    CSS_PATH = ["../dialogs/dialog.tcss", "step.tcss"]
    AUTO_FOCUS = "#step-parts"
    BINDINGS = [
        _key("l,f2", "layer(1)", "Layer", "The next layer of the network", "layer"),
        _key("n,ctrl+n", "anew", "Next seed", "Another uniform number", "anew"),
        _key("shift+right", "unit(1)", "Unit", "The arithmetic of the next unit", "unit_on"),
        Binding(
            "shift+left", "unit(-1)", "Unit back", show=False, id="step.unit_back", tooltip="That of the unit before"
        ),
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature; the draw follows", "colder"),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature; the draw follows", "hotter"),
    ]
    parts = getters.query_one("#step-parts", StepParts)

    def __init__(self, session: Session, steps: Steps, place: int, layer: int = 0) -> None:
        super().__init__()
        self._session, self.steps = session, steps
        self.place, self.level, self.unit = place, layer, 0
        self._reader = Reader()
        self._batch: Batch | None = None
        self._names: list[str] = []
        self._said = ""

    def compose(self) -> ComposeResult:
        """Title, text with its ids, the parts and one of them in numbers, the lines that do it."""
        with Vertical(classes="dialog"):
            yield Static("", classes="title", id="step-title", markup=False)
            yield Static("", id="step-text", markup=False)
            with Container(id="step"):
                yield StepParts(id="step-parts", compact=True, markup=False)
                with VerticalScroll(id="step-side", can_focus=False):
                    yield Static("", id="step-detail", markup=False)
            yield Static("", id="step-where", classes="muted", markup=False)
            yield Static("", id="step-source", markup=False)
            yield KeyRow(["step.back", "step.on", "step.read", "dialog.cancel"], id="step-keys")

    def on_mount(self) -> None:
        """Show the step, and read the corpus for the batch."""
        self.show()
        self.run_worker(self._read_batch(), group="batch", exclusive=True)

    def on_resize(self, event: events.Resize) -> None:
        """What fits into a row depends on it."""
        self.call_after_refresh(self.show)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps.at(self.place, self.level, self._session.settings)

    @property
    def part(self) -> str:
        """The name of the part that is looked at."""
        at = self.parts.highlighted
        return self._names[at if at is not None else 0]

    @property
    def _colours(self) -> bool:
        return not self.app.no_color and self.app.console.color_system != "standard"

    async def _read_batch(self) -> None:
        batch = await self._reader.run(batch_of, self.steps.model, self.steps.reading.text)
        self.call_later(self._batch_came, batch)

    def _batch_came(self, batch: Batch) -> None:
        self._batch = batch
        self._draw_part()

    # --- drawing ---

    def show(self) -> None:
        """Everything, for the step that is walked to."""
        step, steps = self.step, self.steps
        words = step_words.heading(steps, step, str)
        self.query_one("#step-title", Static).update(plain(f"{steps.model.name} · {words}"))
        columns = self.parts.size.width or 40
        text = self.query_one("#step-text", Static)
        text.update(step_rows.text_rows(steps, self.place, text.size.width or columns))
        names = [*_FIRST, *(part.name for part in step.parts)]
        rows = [
            *(plain(step_words.title(name)) for name in _FIRST),
            *(step_rows.part_row(part, step, steps, columns - 2, colours=self._colours) for part in step.parts),
        ]
        if names == self._names:
            for at, row in enumerate(rows):
                self.parts.replace_option_prompt_at_index(at, row)
        else:
            kept = self.part if self._names else names[0]
            self._names = names
            self.parts.clear_options()
            self.parts.add_options(Option(row) for row in rows)
            self.parts.highlighted = names.index(kept) if kept in names else len(_FIRST)
        self._draw_part()

    @on(OptionList.OptionHighlighted)
    def _draw_part(self) -> None:
        if not self._names:
            return
        name, step = self.part, self.step
        columns = max(20, (self.query_one("#step-side").size.width or 40) - 1)
        content = step_rows.detail(name, step, self.steps, self._batch, self.unit, columns, colours=self._colours)
        self.query_one("#step-detail", Static).update(content)
        if name in _FIRST:
            where = in_batch("ids = np.full" if name == step_words.BATCH else "vocabulary.encode(line)")
        else:
            where = step.part(name).where
        self.query_one("#step-where", Static).update(plain(self._said or f"{where.file}, {where.function}:"))
        source = self.query_one("#step-source", Static)
        source.update(step_rows.source(where, source.size.height or 8))

    def _say(self, said: str) -> None:
        self._said = said
        self._draw_part()
        self._said = ""

    # --- walking ---

    def action_walk(self, by: int) -> None:
        """Another step."""
        place = max(0, min(self.place + by, len(self.steps) - 1))
        if place == self.place and by > 0:
            self._say("That was the last character: Enter reads what is drawn.")
        elif place != self.place:
            self.place = place
            self.show()

    def action_layer(self, by: int) -> None:
        """Another layer."""
        layers = self.steps.architecture.layers
        if layers == 1:
            self._say("This network has one layer.")
            return
        self.level = (self.level + by) % layers
        self.show()

    def action_unit(self, by: int) -> None:
        """The arithmetic of another unit."""
        self.unit = (self.unit + by) % (self.steps.architecture.gates * self.steps.architecture.hidden)
        self._draw_part()

    def action_turn(self, by: int) -> None:
        """Another temperature."""
        self._session.turn(by)
        self.show()

    def action_anew(self) -> None:
        """Another seed."""
        self.steps.seed += 1
        self.show()

    @on(OptionList.OptionSelected)
    def action_read(self) -> None:
        """Go on with the drawn character: the loop that writes a text, by hand."""
        steps, step = self.steps, self.step
        if step.drawn == BOUNDARY:
            self._say("The end was drawn: the item is over.")
            return
        written = steps.reading.text[: self.place] + steps.reading.vocabulary.symbol(step.drawn)
        if not steps.reading.text.startswith(written):
            head = min(steps.head, self.place)
            try:
                self.steps = Steps(steps.model, written, head=head, seed=steps.seed, item=steps.item)
            except (InsightError, ModelError) as error:
                self._say(sentence(error))
                return
        self.place += 1
        self.show()

    def take_weights(self, model: Model, step: int | None) -> None:
        """The network has learnt: show what it computes now; place and part stay."""
        later = later_state(self.steps.model, model)
        if later is None:
            return
        steps = self.steps
        try:
            self.steps = Steps(later, steps.reading.text, head=steps.head, seed=steps.seed, item=steps.item)
        except (InsightError, ModelError) as error:
            self._say(sentence(error))
        else:
            self.show()
