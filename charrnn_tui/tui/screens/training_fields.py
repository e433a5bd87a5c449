"""The fields of the training form, and what they say: a recipe, or what keeps it from being one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from textual import getters
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Collapsible, Input, Select, Static

from charrnn_tui.cells import MODEL_FAMILIES, NGRAM
from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Entry, Library, check_name
from charrnn_tui.text import Kind, Source, TextError
from charrnn_tui.text.reading import check_file
from charrnn_tui.text.shipped import corpus_names
from charrnn_tui.text.source import names_in
from charrnn_tui.training.plan.prepare import default_name
from charrnn_tui.training.plan.recipe import PRESETS, Recipe, RecipeError
from charrnn_tui.tui.content.recipe_fields import (
    ADVANCED,
    BUDGET,
    NETWORK,
    NUMBERS,
    ORDER,
    SEED,
    NumberField,
    matching_preset,
    parse_number,
    show_number,
)
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.content.typed_path import typed_path
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.corpus_panel import CorpusPanel
from charrnn_tui.tui.widgets.form_field import FormField
from charrnn_tui.tui.widgets.line_input import LineInput
from charrnn_tui.tui.widgets.path_suggester import PathSuggester
from charrnn_tui.tui.widgets.reading_fields import ReadingFields

FRESH = "fresh"
"""Begin with new weights."""

OWN_CHOICES = "own"
"""No preset: the numbers are the user's own."""

PROBLEMS = (RecipeError, TextError, ModelError, ValueError, OSError)


@dataclass(frozen=True)
class TrainingRequest:
    """What the user asks for. `base`: a model to fine-tune; `resume`: take up the model `recipe.name` again."""

    recipe: Recipe
    base: str | None = None
    resume: bool = False


_FAMILY_WORDS: dict[str, str] = {NGRAM: "n-gram, counted in a second"}


class TrainingFields(Dialog[TrainingRequest | None]):
    """The widgets of the form and ways to read, fill and check them; what happens then is TrainingForm's."""

    corpus_input = getters.query_one("#corpus", LineInput)
    name_input = getters.query_one("#name", LineInput)
    reading = getters.query_one(ReadingFields)
    estimate_line = getters.query_one("#estimate", Static)

    def __init__(
        self, library: Library, recipe: Recipe | None = None, *, base: str | None = None, resume: str | None = None
    ) -> None:
        super().__init__()
        self._library = library
        self._recipe = recipe or Recipe()
        # An n-gram is counted in one go: there is nothing to go on with.
        self._entries: dict[str, Entry] = {
            e.name: e for e in library.entries() if e.info is not None and e.info.architecture.family != NGRAM
        }
        self._kind: Kind = self._recipe.kind or "lines"
        # Fields of a fold that was never opened: most people never need them, and widgets cost time.
        self._folded = {field.name: show_number(getattr(self._recipe, field.name)) for field in ADVANCED}
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
                    families = [(_FAMILY_WORDS.get(family, family.upper()), family) for family in MODEL_FAMILIES]
                    family = Select(families, value=recipe.family, allow_blank=False, compact=True, id="family")
                    yield FormField("Family", family, "LSTM learns best", id="field-family")
                    yield from map(self._number, (*NETWORK, ORDER))
                    yield Static("Budget", classes="section")
                    yield from map(self._number, BUDGET)
                    yield Static("Keep", classes="section")
                    name = LineInput(recipe.name, compact=True, id="name", placeholder="chosen for you")
                    yield FormField("Name", name, long=True, id="field-name")
                    yield self._number(SEED)
                    yield Collapsible(title="More settings", id="more")
                yield CorpusPanel(classes="side")
            with Container(classes="foot"):
                yield Static("", id="estimate", classes="muted")
                with Horizontal(classes="buttons"):
                    yield Button("Start", variant="primary", compact=True, id="start", tooltip="Ctrl+T or Enter")
                    yield Button("Cancel", compact=True, classes="cancel", tooltip="Escape")

    def _corpus_fields(self, recipe: Recipe) -> ComposeResult:
        corpus = LineInput(recipe.source.words, compact=True, id="corpus", suggester=PathSuggester(corpus_names()))
        browse = Button("Browse", compact=True, id="browse", tooltip="F3: shipped corpora and files")
        yield FormField("Learn from", Horizontal(corpus, browse, classes="corpus-row"), long=True, id="field-corpus")
        yield Collapsible(title="Look into it", classes="preview", id="preview")
        kinds = [
            ("detect automatically", "told"),
            ("items, one a line", "lines"),
            ("items between blank lines", "blocks"),
            ("one running text", "stream"),
        ]
        value: str = recipe.kind or "told"
        if recipe.separator == "\n\n":
            value = "blocks"
        elif recipe.separator not in (None, "\n"):
            kinds.append((f"items between {recipe.separator!r}", "custom"))
            value = "custom"
        kind = Select(
            [(plain(words), name) for words, name in kinds], value=value, allow_blank=False, compact=True, id="kind"
        )
        yield FormField("Read as", kind, long=True, id="field-kind")
        yield ReadingFields(recipe.source)
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
        text = self._folded.get(field.name, show_number(getattr(self._recipe, field.name)))
        control = LineInput(text, compact=True, id=field.name)
        return FormField(field.label, control, field.hint, id=f"field-{field.name}")

    def _starts(self) -> list[tuple[Content, str]]:
        options = [("new weights", FRESH)]
        for entry in self._entries.values():
            if not entry.shipped:
                words = "where it stopped" if entry.unfinished else "for more epochs"
                options.append((f"{entry.name}, {words}", f"resume:{entry.name}"))
        options += [(f"{name}, to fine-tune it", f"base:{name}") for name in self._entries]
        return [(plain(words), value) for words, value in options]

    # --- what the fields say ---------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        return self._folded[name] if name in self._folded else self.query_one(f"#{name}", Input).value

    def _choice(self, name: str) -> str:
        return str(self.query_one(f"#{name}", Select).value)

    def _field(self, name: str) -> FormField:
        return self.query_one(f"#field-{name}", FormField)

    @property
    def _start_from(self) -> tuple[str, str]:
        how, _, name = self._choice("start-from").partition(":")
        return how, name

    def source(self) -> Source:
        """What is learnt from and how it is read, as chosen. Raises TextError."""
        kinds: dict[str, tuple[Kind | None, str | None]] = {
            "told": (None, None),
            "lines": ("lines", None),
            "blocks": ("lines", "\n\n"),
            "stream": ("stream", None),
            "custom": ("lines", self._recipe.separator),
        }
        kind, separator = kinds[self._choice("kind")]
        return Source(
            names_in(self._text("corpus")),
            kind,
            separator,
            **self.reading.choices,  # type: ignore[arg-type]
        )

    def recipe(self) -> Recipe:
        """The recipe that the form describes. Raises RecipeError, TextError or ModelError for the first bad field."""
        source = self.source()
        values: dict[str, Any] = {f.name: parse_number(f, self._text(f.name)) for f in NUMBERS.values()}
        validation = self._text("validation").strip()
        if validation:
            check_file(typed_path(validation))
            validation = str(typed_path(validation))
        return replace(
            self._recipe.reading(source),
            validation=validation or None,
            family=self._choice("family"),  # type: ignore[arg-type]  # one of MODEL_FAMILIES
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
        if name in self._folded:
            return
        problem = ""
        try:
            if name in NUMBERS:
                parse_number(NUMBERS[name], self._text(name))
            elif name == "name":
                self._checked_name()
            elif name == "validation" and self._text(name).strip():
                check_file(typed_path(self._text(name)))
        except PROBLEMS as error:
            problem = str(error)
        self._field(name).problem = problem

    def _check_all(self) -> None:
        for name in (*NUMBERS, "name", "validation"):
            self._check(name)
        free = self._suggested_name()
        self.name_input.placeholder = free or "chosen for you"

    def _suggested_name(self) -> str:
        names = names_in(self._text("corpus"))
        try:
            return self._library.free_name(default_name(names, self._choice("family"))) if names else ""
        except ModelError:
            return ""

    def _first_problem(self) -> tuple[FormField, str] | None:
        for field in self.query(FormField):
            if field.problem:
                return field, f"{field.label}: {field.problem}"
        return None

    def _set(self, values: Mapping[str, Any]) -> None:
        """Fill fields, without each of them asking for a new look."""
        with self.prevent(Input.Changed, Select.Changed):
            for name, value in values.items():
                if name in self._folded:
                    self._folded[name] = show_number(value)
                    continue
                control = self.query_one(f"#{name}")
                if isinstance(control, Select):
                    control.value = value
                elif isinstance(control, Input):
                    control.value = show_number(value) if isinstance(value, int | float) else value

    def _enable(self, names: tuple[str, ...], *, enabled: bool) -> None:
        for name in names:
            if name not in self._folded:
                self.query_one(f"#{name}").disabled = not enabled

    def _disabled(self, name: str) -> bool:
        return self.query_one(f"#{name}").disabled
