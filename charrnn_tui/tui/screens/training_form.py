"""The form that begins a training run: what to learn from, the network, the budget; checked as one types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from textual import on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Button, Collapsible, Input, Select

from charrnn_tui.cells import NGRAM
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.words import duration
from charrnn_tui.text import Kind, Source, TextError
from charrnn_tui.text.decoding import NotDecodedError
from charrnn_tui.text.summary import CorpusSummary, summarise
from charrnn_tui.text.tables import Column, ColumnError
from charrnn_tui.training.plan.recipe import OF_NETWORKS, PRESETS, Recipe, RecipeError
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.content.recipe_fields import (
    ADVANCED,
    BATCH_HINTS,
    BUDGET,
    NETWORK,
    NUMBERS,
    ORDER,
    PRESET_FIELDS,
    matching_preset,
    parse_number,
    preset_values,
)
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.screens.training_fields import (
    FRESH,
    OWN_CHOICES,
    PROBLEMS,
    TrainingFields,
    TrainingRequest,
)
from charrnn_tui.tui.widgets.corpus_panel import CorpusPanel
from charrnn_tui.tui.widgets.form_field import FormField

__all__ = ["TrainingForm", "TrainingRequest"]

_SHAPE = ("family", "layers", "hidden", "embedding")


class Estimated(Protocol):
    """What the form needs of an estimate (see `training.estimate`)."""

    @property
    def parameters(self) -> int:
        """Number of weights."""

    @property
    def total_steps(self) -> int:
        """Number of updates."""

    @property
    def seconds(self) -> float:
        """Time of the run."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on the corpus: what cannot be validated, what looks like records."""


def _estimate(recipe: Recipe) -> Estimated:
    from charrnn_tui.training.plan.estimate import estimate

    return estimate(recipe)


class TrainingForm(TrainingFields):
    """Asks for everything that a run needs, with a good value in every field; the result is a TrainingRequest.

    `estimate` counts parameters, steps and seconds of a recipe; it runs in a thread and may read the corpus.
    `delay` (seconds) is how long typing must rest before files are read. `why_not` says why no run can begin now, or
    '': the form then stays open with what it holds, and says so.
    """

    CSS_PATH = ["../dialogs/dialog.tcss", "training_form.tcss"]
    AUTO_FOCUS = "#corpus"
    BINDINGS = [
        Binding("ctrl+t", "submit", "Start", id="training_form.start", tooltip="Start training with these choices"),
        Binding("f3", "browse", "Browse", id="training_form.browse", tooltip="Choose a corpus or a text file"),
    ]

    def __init__(
        self,
        library: Library,
        recipe: Recipe | None = None,
        *,
        base: str | None = None,
        resume: str | None = None,
        estimate: Callable[[Recipe], Estimated] = _estimate,
        delay: float = 0.3,
        why_not: Callable[[], str] = lambda: "",
    ) -> None:
        super().__init__(library, recipe, base=base, resume=resume)
        self._estimate = estimate
        self._delay = delay
        self._why_not = why_not
        self._reader = Reader()
        self.summary: CorpusSummary | None = None
        """What the chosen corpus holds, once it is read."""
        self.columns: tuple[Column, ...] = ()
        """Those of a table."""
        self._read: Source | None = None

    def on_mount(self) -> None:
        """Check what was given and read the corpus."""
        if not self.query(FormField):
            return  # the program was left while the form was opening
        if self._first_start == FRESH:
            self._show_preset()
        else:
            self._apply_start(self._first_start)
        self._show_for_kind()
        self._check_all()
        self._look(self._delay and 0.01)

    # --- presets and beginnings ------------------------------------------------------------------------------

    def _show_preset(self) -> None:
        values: dict[str, Any] = {}
        for name in PRESET_FIELDS:
            try:
                values[name] = parse_number(NUMBERS[name], self._text(name))
            except RecipeError:
                break
        found = matching_preset(values, self._kind)
        self._set({"preset": found or OWN_CHOICES})
        self._field("preset").hint = PRESETS[found].summary if found else "all as you say below"

    def _apply_preset(self, name: str) -> None:
        if name not in PRESETS:
            self._show_preset()  # one's own choices are made in the fields, not here
            return
        chosen = preset_values(name, self._kind)
        self._set({key: value for key, value in chosen.items() if key in self._folded or not self._disabled(key)})
        self._show_preset()

    def _apply_start(self, choice: str) -> None:
        how, _, name = choice.partition(":")
        everything = (
            "corpus",
            "browse",
            "kind",
            "column",
            "label",
            "encoding",
            "validation",
            "preset",
            "family",
            "name",
            *NUMBERS,
        )
        self._enable(everything, enabled=how != "resume")
        self._enable(("epochs",), enabled=True)
        hints = {
            FRESH: "",
            "base": "Its network is kept; symbols that it does not know are added.",
            "resume": "All as it was; give it more epochs.",
        }
        self._field("start-from").hint = hints[how]
        if how != "resume" and self._text("name") in self._entries:
            self._set({"name": ""})
        entry = self._entries.get(name)
        if entry is None or entry.info is None:
            return
        architecture = entry.info.architecture
        self._set({key: getattr(architecture, key) for key in _SHAPE})
        if how == "base":
            self._enable(_SHAPE, enabled=False)
        else:
            try:
                self._recipe = Recipe.from_dict(entry.info.recipe)
            except (RecipeError, TypeError):
                self._recipe = Recipe()
            self._set({"corpus": self._recipe.source.words, "name": name, "kind": self._recipe.kind or "told"})
            self.reading.set(self._recipe.source)
            self._set({n: getattr(self._recipe, n) for n in NUMBERS} | {k: getattr(architecture, k) for k in _SHAPE})
        self._show_preset()

    # --- events ----------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        name = event.input.id or ""
        if name == "corpus":
            self.reading.forget()
            self.name_input.placeholder = self._suggested_name() or "chosen for you"
        else:
            self._check(name)
        if name in PRESET_FIELDS:
            self._show_preset()
        self._look(self._delay)

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        name, value = event.select.id or "", str(event.value)
        if value != self._choice(name):
            return  # overtaken by a later choice
        if name == "preset":
            self._apply_preset(value)
        elif name == "family":
            self._show_for_kind()
        elif name == "start-from":
            self._apply_start(value)
        self._check_all()
        self._look(0)

    @on(Collapsible.Expanded, "#more")
    async def _more_unfolded(self) -> None:
        if not self._folded:
            return
        fields = [self._number(field) for field in ADVANCED]
        self._folded.clear()
        await self.query_one("#more Contents").mount(*fields)
        self._enable(tuple(field.name for field in ADVANCED), enabled=self._start_from[0] != "resume")
        self._show_for_kind()
        self.query_one("#patience").scroll_visible(animate=False)
        self.query_one("#more CollapsibleTitle").scroll_visible(animate=False)

    @on(Collapsible.Expanded, "#preview")
    async def _preview_unfolded(self) -> None:
        contents = self.query_one("#preview Contents")
        if not contents.children:
            await contents.mount(CorpusPanel(classes="inline"))
            self._show_corpus(self.query_one(".inline", CorpusPanel))

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def _entered(self) -> None:
        self.action_submit()

    @on(Button.Pressed, "#browse")
    def action_browse(self) -> None:
        """Choose a corpus in the browser."""
        from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser

        if self.corpus_input.disabled:
            return

        def chosen(corpus: str | None) -> None:
            if corpus is not None:
                self.corpus_input.value = corpus

        self.app.push_screen(CorpusBrowser(self._text("corpus").strip()), chosen)

    # --- the corpus and the estimate, in threads -------------------------------------------------------------

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, delay: float) -> None:
        """After a rest in typing: read the corpus if it is another one, then estimate."""
        if delay:
            await asyncio.sleep(delay)
        await self._read_corpus()
        await self._show_estimate()

    async def _read_corpus(self) -> None:
        field, column = self._field("corpus"), self._field("column")
        wanted: Source | None = None
        self.columns = ()
        try:
            wanted = self.source()
            if wanted == self._read:
                return
            summary = await self._reader.run(summarise, wanted)
        except ColumnError as error:
            self.summary, self.columns = None, error.columns
            self.reading.offer(error.columns)
            chosen = self._choice("column")
            field.problem = ""
            column.problem = str(error) if chosen else "this is a table: choose the column to learn."
        except (TextError, OSError, ValueError) as error:
            self.summary = None
            field.problem, column.problem = str(error), ""
            if isinstance(error, NotDecodedError):
                field.problem = f"{error.found} {self.reading.ask_encoding(error.proposal)}"
        else:
            self.summary, self.columns = summary, summary.columns
            field.problem = column.problem = ""
            self.reading.offer(summary.columns, summary.source)
            field.hint = f"{sentence(summary.counted)}, {summary.encoding}."
            self._field("kind").hint = f"{sentence(summary.told)}."
            self._follow_kind(summary.kind)
        self._read = wanted
        for panel in self.query(CorpusPanel):
            self._show_corpus(panel)

    def _show_corpus(self, panel: CorpusPanel) -> None:
        if self.summary is not None:
            panel.show(self.summary)
        elif self.columns:
            panel.show_table(self._field("column").problem, self.columns)
        elif problem := self._field("corpus").problem:
            panel.show_sentence(problem, problem=True)

    def _follow_kind(self, kind: Kind) -> None:
        """Presets mean other numbers for the other kind of corpus."""
        if kind != self._kind:
            self._kind = kind
            self._apply_preset(self._choice("preset"))
            self._check_all()
        self._show_for_kind()

    def _show_for_kind(self) -> None:
        self._field("batch_size").hint = BATCH_HINTS[self._kind]
        counted = self._choice("family") == NGRAM
        for field in ADVANCED:
            if field.name not in self._folded:
                useful = not counted or field.name not in OF_NETWORKS
                self._field(field.name).display = useful and field.only in (None, self._kind)
        for name in (*(field.name for field in (*NETWORK, *BUDGET)), "preset"):
            self._field(name).display = not counted
        self._field(ORDER.name).display = counted

    async def _show_estimate(self) -> None:
        line = self.estimate_line
        try:
            recipe = self.recipe()
            if self.summary is None or self._first_problem():
                raise RecipeError
            line.set_classes("muted")
            line.update("Counting …")
            found = await self._reader.run(self._estimate, recipe)
        except PROBLEMS as error:
            problem = self._first_problem()
            line.set_classes("problem")
            line.update(plain(sentence(problem[1] if problem else error)))
        else:
            line.set_classes("")
            steps = "counted once" if recipe.is_ngram else f"{found.total_steps:,} steps"
            most = "at most " if recipe.is_ngram else ""
            cost = f"{most}{found.parameters:,} parameters, {steps}, about {duration(max(1, found.seconds))}"
            line.update(plain("\n".join([cost, *map(sentence, found.notes)]), keep_newlines=True))

    @work(exclusive=True, group="look", exit_on_error=False)
    async def action_submit(self) -> None:
        """Leave with the request, or go to the first field that is wrong."""
        await self._read_corpus()
        self._check_all()
        if (wrong := self._first_problem()) is not None:
            self._go_to(wrong[0])
            await self._show_estimate()
            return
        try:
            recipe = self.recipe()
        except PROBLEMS as error:
            self.notify(sentence(error), severity="error", markup=False)
            return
        if reason := self._why_not():
            line = self.estimate_line
            line.set_classes("problem")
            line.update(plain(sentence(reason)))
            return
        how, name = self._start_from
        self.dismiss(TrainingRequest(recipe, base=name if how == "base" else None, resume=how == "resume"))

    def _go_to(self, field: FormField) -> None:
        for folded in field.ancestors:
            if isinstance(folded, Collapsible):
                folded.collapsed = False
        control: Widget = field.control
        if not control.focusable:
            control = next((w for w in control.query("*") if w.focusable), control)
        control.focus()
