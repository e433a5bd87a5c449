"""The form that begins a training run: what to learn from, the network, the budget; checked as one types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Collapsible, Input, Select, Static

from charrnn_tui.cells import FAMILIES
from charrnn_tui.library import Entry, Library, check_name
from charrnn_tui.model import ModelError
from charrnn_tui.text import Kind, TextError
from charrnn_tui.text.reading import check_file
from charrnn_tui.training.recipe import PRESETS, Recipe, RecipeError
from charrnn_tui.tui.screens.parts.corpus_panel import CorpusPanel
from charrnn_tui.tui.screens.parts.corpus_summary import CorpusSummary, corpus_names, summarise
from charrnn_tui.tui.screens.parts.dialog import Dialog, plain, sentence
from charrnn_tui.tui.screens.parts.form_field import FormField
from charrnn_tui.tui.screens.parts.line_input import LineInput
from charrnn_tui.tui.screens.parts.path_suggester import PathSuggester
from charrnn_tui.tui.screens.parts.recipe_fields import (
    ADVANCED,
    BUDGET,
    NETWORK,
    NUMBERS,
    PRESET_FIELDS,
    SEED,
    NumberField,
    matching_preset,
    parse_number,
    preset_values,
    show_number,
)
from charrnn_tui.tui.screens.parts.words import duration_words

FRESH = "fresh"
OWN_CHOICES = "own"
_SHAPE = ("family", "layers", "hidden", "embedding")
_PROBLEMS = (RecipeError, TextError, ModelError, ValueError, OSError)


@dataclass(frozen=True)
class TrainingRequest:
    """What the user asks for. `base`: a model to fine-tune; `resume`: take up the model `recipe.name` again."""

    recipe: Recipe
    base: str | None = None
    resume: bool = False


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


def _estimate(recipe: Recipe) -> Estimated:
    from charrnn_tui.training.estimate import estimate

    return estimate(recipe)


class TrainingForm(Dialog[TrainingRequest | None]):
    """Asks for everything that a run needs, with a good value in every field; the result is a TrainingRequest.

    `estimate` counts parameters, steps and seconds of a recipe; it runs in a thread and may read the corpus.
    `delay` (seconds) is how long typing must rest before files are read.
    """

    CSS_PATH = ["parts/dialog.tcss", "training_form.tcss"]
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
    ) -> None:
        super().__init__()
        self._library = library
        self._recipe = recipe or Recipe()
        self._entries: dict[str, Entry] = {e.name: e for e in library.entries() if e.info is not None}
        self._estimate = estimate
        self._delay = delay
        self._kind: Kind = self._recipe.kind or "lines"
        self.summary: CorpusSummary | None = None
        """What the chosen corpus holds, once it is read."""
        self._read: tuple[Any, ...] | None = None
        wanted = f"base:{base}" if base else f"resume:{resume}" if resume else FRESH
        self._first_start = wanted if wanted == FRESH or wanted.partition(":")[2] in self._entries else FRESH

    # --- composition -----------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Fields in the order in which one decides; the rare ones folded."""
        recipe = self._recipe
        with Vertical(classes="dialog"):
            yield self.title_line("Train a network")
            with Horizontal(classes="columns"):
                with VerticalScroll(classes="fields", can_focus=False):
                    yield from self._corpus_fields(recipe)
                    yield Static("Network", classes="section")
                    families = [(family.upper(), family) for family in FAMILIES]
                    family = Select(families, value=recipe.family, allow_blank=False, compact=True, id="family")
                    yield FormField("Family", family, "LSTM learns best", id="field-family")
                    yield from map(self._number, NETWORK)
                    yield Static("Budget", classes="section")
                    yield from map(self._number, BUDGET)
                    yield Static("Keep", classes="section")
                    name = LineInput(recipe.name, compact=True, id="name", placeholder="chosen for you")
                    yield FormField("Name", name, long=True, id="field-name")
                    yield self._number(SEED)
                    with Collapsible(title="More settings", id="more"):
                        yield from map(self._number, ADVANCED)
                yield CorpusPanel(classes="side")
            with Container(classes="foot"):
                yield Static("", id="estimate", classes="muted")
                with Horizontal(classes="buttons"):
                    yield Button("Start", variant="primary", compact=True, id="start", tooltip="Ctrl+T or Enter")
                    yield Button("Cancel", compact=True, classes="cancel", tooltip="Escape")

    def _corpus_fields(self, recipe: Recipe) -> ComposeResult:
        corpus = LineInput(recipe.corpus, compact=True, id="corpus", suggester=PathSuggester(corpus_names()))
        browse = Button("Browse", compact=True, id="browse", tooltip="F3: shipped corpora and files")
        yield FormField("Learn from", Horizontal(corpus, browse, classes="corpus-row"), long=True, id="field-corpus")
        with Collapsible(title="Look into it", classes="preview", id="preview"):
            yield CorpusPanel(classes="inline")
        kinds = [
            ("as the file tells", "told"),
            ("items, one a line", "lines"),
            ("items between blank lines", "blocks"),
            ("one running text", "stream"),
        ]
        value: str = recipe.kind or "told"
        if recipe.separator == "\n\n":
            value = "blocks"
        elif recipe.separator not in (None, "\n"):
            kinds.append((plain(f"items between {recipe.separator!r}").plain, "custom"))
            value = "custom"
        kind = Select(kinds, value=value, allow_blank=False, compact=True, id="kind")
        yield FormField("Read as", kind, long=True, id="field-kind")
        validation = LineInput(
            recipe.validation or "",
            compact=True,
            id="validation",
            placeholder="a part of it (or a file)",
            suggester=PathSuggester(),
        )
        yield FormField("Validate on", validation, long=True, id="field-validation")
        start = Select(self._starts(), value=self._first_start, allow_blank=False, compact=True, id="start-from")
        yield FormField("Begin with", start, long=True, id="field-start-from")
        presets: list[tuple[str, str]] = [(name, name) for name in PRESETS]
        first = matching_preset(recipe.to_dict(), self._kind) or OWN_CHOICES
        preset = Select(
            [*presets, ("your own", OWN_CHOICES)], value=first, allow_blank=False, compact=True, id="preset"
        )
        yield FormField("Preset", preset, id="field-preset")

    def _number(self, field: NumberField) -> FormField:
        control = LineInput(show_number(getattr(self._recipe, field.name)), compact=True, id=field.name)
        return FormField(field.label, control, field.hint, id=f"field-{field.name}")

    def _starts(self) -> list[tuple[str, str]]:
        options = [("new weights", FRESH)]
        for entry in self._entries.values():
            if not entry.shipped:
                words = "go on with" if entry.unfinished else "more epochs for"
                options.append((f"{words} {entry.name}", f"resume:{entry.name}"))
        options += [(f"the weights of {name}: fine-tune", f"base:{name}") for name in self._entries]
        return options

    def on_mount(self) -> None:
        """Check what was given and read the corpus."""
        if self._first_start == FRESH:
            self._show_preset()
        else:
            self._apply_start(self._first_start)
        self._check_all()
        self._look(self._delay and 0.01)

    # --- what the fields say ---------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _choice(self, name: str) -> str:
        return str(self.query_one(f"#{name}", Select).value)

    def _field(self, name: str) -> FormField:
        return self.query_one(f"#field-{name}", FormField)

    @property
    def _start_from(self) -> tuple[str, str]:
        how, _, name = self._choice("start-from").partition(":")
        return how, name

    def _reading(self) -> tuple[str, Kind | None, str | None]:
        """Corpus, kind and separator as chosen."""
        choice = self._choice("kind")
        kinds: dict[str, tuple[Kind | None, str | None]] = {
            "told": (None, None),
            "lines": ("lines", None),
            "blocks": ("lines", "\n\n"),
            "stream": ("stream", None),
            "custom": ("lines", self._recipe.separator),
        }
        return (self._text("corpus").strip(), *kinds[choice])

    def recipe(self) -> Recipe:
        """The recipe that the form describes. Raises RecipeError, TextError or ModelError for the first bad field."""
        corpus, kind, separator = self._reading()
        if not corpus:
            raise TextError("give the name of a shipped corpus or a text file.")
        values: dict[str, Any] = {f.name: parse_number(f, self._text(f.name)) for f in NUMBERS.values()}
        validation = self._text("validation").strip()
        if validation:
            check_file(Path(validation).expanduser())
            validation = str(Path(validation).expanduser())
        return replace(
            self._recipe,
            corpus=corpus,
            kind=kind,
            separator=separator,
            validation=validation or None,
            family=self._choice("family"),  # type: ignore[arg-type]  # one of FAMILIES
            name=self._checked_name(),
            **values,
        )

    def _checked_name(self) -> str:
        name = self._text("name").strip()
        how, model = self._start_from
        if how == "resume":
            return model
        if not name:
            return ""
        folder = self._library.folder_for(check_name(name))
        if folder.exists():
            free = self._library.free_name(name)
            raise ModelError(f"there is a model {name} already; {free} is free, or begin with it above.")
        return name

    def _check(self, name: str) -> None:
        """Put a sentence beside a field, or take it away."""
        problem = ""
        try:
            if name in NUMBERS:
                value = parse_number(NUMBERS[name], self._text(name))
                if name == "epochs":
                    self._check_epochs(float(value))
            elif name == "name":
                self._checked_name()
            elif name == "validation" and self._text(name).strip():
                check_file(Path(self._text(name).strip()).expanduser())
        except _PROBLEMS as error:
            problem = str(error)
        self._field(name).problem = problem

    def _check_epochs(self, epochs: float) -> None:
        how, name = self._start_from
        entry = self._entries.get(name)
        if how != "resume" or entry is None or entry.info is None:
            return
        done = entry.info.results.get("epoch", 0)
        if isinstance(done, int | float) and epochs <= done:
            raise RecipeError(f"{name} has had {show_number(done)} epochs; give more than that.")

    def _check_all(self) -> None:
        for name in (*NUMBERS, "name", "validation"):
            self._check(name)
        free = self._suggested_name()
        self.query_one("#name", Input).placeholder = free or "chosen for you"

    def _suggested_name(self) -> str:
        stem = Path(self._text("corpus").strip()).stem
        try:
            return self._library.free_name(f"{stem}-{self._choice('family')}")
        except ModelError:
            return ""

    def _first_problem(self) -> tuple[FormField, str] | None:
        for field in self.query(FormField):
            if field.problem:
                return field, field.problem
        return None

    # --- presets and beginnings ------------------------------------------------------------------------------

    def _set(self, values: Mapping[str, Any]) -> None:
        """Fill fields, without each of them asking for a new look."""
        with self.prevent(Input.Changed, Select.Changed):
            for name, value in values.items():
                control = self.query_one(f"#{name}")
                if isinstance(control, Select):
                    control.value = value
                elif isinstance(control, Input):
                    control.value = show_number(value) if isinstance(value, int | float) else value

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
        self._set({key: value for key, value in chosen.items() if not self.query_one(f"#{key}").disabled})
        self._show_preset()

    def _enable(self, names: tuple[str, ...], *, enabled: bool) -> None:
        for name in names:
            self.query_one(f"#{name}").disabled = not enabled

    def _apply_start(self, choice: str) -> None:
        how, _, name = choice.partition(":")
        everything = ("corpus", "browse", "kind", "validation", "preset", "family", "name", *NUMBERS)
        self._enable(everything, enabled=how != "resume")
        self._enable(("epochs",), enabled=True)
        hints = {
            FRESH: "",
            "base": "Its network is kept; symbols that it does not know are added.",
            "resume": "All as it was; give it more epochs.",
        }
        self._field("start-from").hint = hints[how]
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
            self._set({"corpus": self._recipe.corpus, "name": name, "kind": self._recipe.kind or "told"})
            self._set({n: getattr(self._recipe, n) for n in NUMBERS} | {k: getattr(architecture, k) for k in _SHAPE})
        self._show_preset()

    # --- events ----------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        name = event.input.id or ""
        if name == "corpus":
            self.query_one("#name", Input).placeholder = self._suggested_name() or "chosen for you"
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
        elif name == "start-from":
            self._apply_start(value)
        self._check_all()
        self._look(0)

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def _entered(self) -> None:
        self.action_submit()

    @on(Button.Pressed, "#browse")
    def action_browse(self) -> None:
        """Choose a corpus in the browser."""
        from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser

        if self.query_one("#corpus").disabled:
            return

        def chosen(corpus: str | None) -> None:
            if corpus is not None:
                self.query_one("#corpus", Input).value = corpus

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
        wanted = self._reading()
        if wanted == self._read:
            return
        field = self._field("corpus")
        panels = self.query(CorpusPanel)
        try:
            if not wanted[0]:
                raise TextError("give the name of a shipped corpus or a text file.")
            summary = await asyncio.to_thread(summarise, *wanted)
        except (TextError, OSError, ValueError) as error:
            self.summary = None
            field.problem = str(error)
            for panel in panels:
                panel.show_sentence(str(error), problem=True)
        else:
            self.summary = summary
            field.problem = ""
            field.hint = f"{sentence(summary.counted)}."
            self._field("kind").hint = f"{sentence(summary.told)}."
            for panel in panels:
                panel.show(summary)
            self._follow_kind(summary.kind)
        self._read = wanted

    def _follow_kind(self, kind: Kind) -> None:
        """Presets mean other numbers for the other kind of corpus."""
        if kind != self._kind:
            self._kind = kind
            self._apply_preset(self._choice("preset"))
            self._check_all()
        for field in ADVANCED:
            if field.only is not None:
                self._field(field.name).display = field.only == kind

    async def _show_estimate(self) -> None:
        line = self.query_one("#estimate", Static)
        try:
            recipe = self.recipe()
            if self.summary is None or self._first_problem():
                raise RecipeError
            line.set_classes("muted")
            line.update("Counting …")
            found = await asyncio.to_thread(self._estimate, recipe)
        except _PROBLEMS as error:
            problem = self._first_problem()
            line.set_classes("problem")
            line.update(plain(sentence(problem[1] if problem else error)))
        else:
            line.set_classes("")
            line.update(
                f"{found.parameters:,} parameters, {found.total_steps:,} steps, about {duration_words(found.seconds)}"
            )

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
        except _PROBLEMS as error:
            self.notify(sentence(error), severity="error", markup=False)
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
