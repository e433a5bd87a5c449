"""What the units of a network do: which tell a property, where the corpus makes the same ones active, what one held at
a value changes. Opened from the lens, over its text."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import ContentSwitcher, Footer, Static

from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.content.lens_corpus import CorpusUnits
from charrnn_tui.tui.content.lens_look import later_state, look
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.key_order import when_keys_rest
from charrnn_tui.tui.messages import PlaceAsked
from charrnn_tui.tui.widgets.laid_open import LaidOpen
from charrnn_tui.tui.widgets.lens_text import LensText
from charrnn_tui.tui.widgets.range_text import RangeText
from charrnn_tui.tui.widgets.unit_finder import UnitFinder
from charrnn_tui.tui.widgets.unit_matches import UnitMatches
from charrnn_tui.tui.widgets.unit_pins import UnitPins
from charrnn_tui.tui.widgets.unit_strip import UnitStrip

if TYPE_CHECKING:
    from charrnn_tui.insight.activations import Unit
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.tui.content.lens_look import Look

VIEWS = ("find", "matches", "pin")
WHAT = {
    "find": "Find: which units tell a property",
    "matches": "Matches: where the same units are on (Shift and arrows draw a range)",
    "pin": "Pin: hold a unit at a value",
}


class UnitsText(LaidOpen):
    """The lens's text, on which a range can be drawn."""

    TEXT = RangeText


def _key(key: str, action: str, description: str, tooltip: str, id: str, *, show: bool = True) -> Binding:
    return Binding(key, action, description, show=show, id=f"units_screen.{id}", tooltip=tooltip)


class UnitsScreen(Dialog["Unit"]):
    """Three views of the units over one text, laid open already; the result is the unit that was chosen."""

    CSS_PATH = ["../dialogs/dialog.tcss", "lens_units.tcss"]
    AUTO_FOCUS = "#find BrowseList"
    BINDINGS: ClassVar = [
        _key("f2", "view(1)", "View", "Find, matches, pin: the next view", "view"),
        _key("f3", "gates", "Gates", "Rank gates as well, or no longer", "gates"),
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature", "colder", show=False),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature", "hotter", show=False),
        _key("f1", "help", "Keys", "All keys that work here", "help"),
    ]
    laid_open = getters.query_one("#units-text", UnitsText)
    switcher = getters.query_one(ContentSwitcher)
    finder = getters.query_one("#find", UnitFinder)
    matcher = getters.query_one("#matches", UnitMatches)
    pins = getters.query_one("#pin", UnitPins)

    def __init__(
        self,
        session: Session,
        laid_open: Look,
        head: int,
        place: int,
        unit: Unit | None,
        corpus: CorpusUnits,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.session = session
        self.look = laid_open
        self.corpus = corpus
        self._head, self._place, self._unit, self._seed = head, place, unit, seed
        self._step: int | None = None

    def compose(self) -> ComposeResult:
        """The text with its units; the view."""
        with Vertical(classes="dialog"):
            yield Static("", classes="title", id="units-title")
            yield UnitsText(id="units-text")
            yield Static("", id="units-view")
            with ContentSwitcher(initial="find"):
                yield UnitFinder(self.corpus, id="find")
                yield UnitMatches(self.corpus, id="matches")
                yield UnitPins(self.session.settings, self._seed, id="pin")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Lay the text open, the cursor where it was, and ask about all properties."""
        self.add_class("-find")
        self.laid_open.channel = "unit"
        self.laid_open.show(self.look.text, self._head, ended=self.look.ended)
        self.laid_open.lay_open(self.look)
        self.laid_open.text.place = self._place
        if self._unit is not None:
            self.laid_open.choose_unit(self._unit)
        self._show_view()
        self.finder.begin()

    @property
    def text(self) -> RangeText:
        """The text with its range."""
        found = self.laid_open.text
        assert isinstance(found, RangeText)
        return found

    def _show_view(self) -> None:
        step = "" if self._step is None else f" · step {self._step:,}"
        self.query_one("#units-title", Static).update(plain(f"◈ units of {self.look.model.name}{step}"))
        view = self.switcher.current or "find"
        self.query_one("#units-view", Static).update(plain(WHAT[view]))
        self._tell_view()

    def _tell_view(self) -> None:
        """What the views need to know of the text."""
        unit = self.laid_open.unit
        match self.switcher.current:
            case "matches":
                vector = (unit.part, unit.layer) if unit is not None else ("hidden", 0)
                self.matcher.show(self.look, *self.text.range, *vector)
            case "pin":
                self.pins.show(self.look, min(self.text.place, len(self.look.reading)), unit)
            case _:
                pass

    # --- what is chosen ---

    @on(LensText.Moved)
    def _moved(self, event: LensText.Moved) -> None:
        event.stop()
        when_keys_rest(self, self._draw_cursor)

    def _draw_cursor(self) -> None:
        self.laid_open.moved()
        self._tell_view()

    @on(RangeText.RangeChanged)
    @on(UnitStrip.Chosen)
    def _chosen_on_text(self) -> None:
        self.call_later(self._tell_view)  # once the strip has taken it

    @on(LensText.Put)
    def _put(self, event: LensText.Put) -> None:
        event.stop()
        self.laid_open.note("Here symbols are looked at and not put; Escape goes back to the lens.")

    @on(UnitFinder.Chosen)
    def _unit_found(self, event: UnitFinder.Chosen) -> None:
        self.laid_open.choose_unit(event.unit)
        self._tell_view()

    @on(UnitMatches.Opened)
    def _place_opened(self, event: UnitMatches.Opened) -> None:
        # The main screen opens lenses; it lies under all others.
        self.app.screen_stack[0].post_message(PlaceAsked(self.look.model, event.text, event.first))

    def action_view(self, by: int) -> None:
        """The next view."""
        view = VIEWS[(VIEWS.index(self.switcher.current or "find") + by) % len(VIEWS)]
        self.switcher.current = view
        self.set_class(view == "find", "-find")
        self._show_view()
        self.query_one(f"#{view}").query("BrowseList, LineInput").first().focus()

    def action_gates(self) -> None:
        """Rank gates as well."""
        self.finder.gates = not self.finder.gates
        self.finder.find(self.finder.input.value.strip())

    def action_turn(self, steps: int) -> None:
        """Turn the temperature."""
        self.session.turn(steps)
        self.pins.turn(self.session.settings)

    def action_help(self) -> None:
        """All keys that work here."""
        from charrnn_tui.tui.screens.help import HelpScreen, key_sections

        self.app.push_screen(HelpScreen(key_sections(self)))

    def action_cancel(self) -> None:
        """Call off what is asked; or else leave."""
        asked = [pane.call_off() for pane in (self.finder, self.matcher, self.pins)]
        if not any(asked):
            self.dismiss(self.laid_open.unit)

    # --- a network in training ---

    def take_weights(self, model: Model, step: int | None) -> None:
        """The network has learnt: read the text anew with what it is now."""
        later = later_state(self.look.model, model)
        if later is not None:
            self.run_worker(self._read_anew(later, step), group="look", exclusive=True)

    async def _read_anew(self, model: Model, step: int | None) -> None:
        try:
            found = await asyncio.to_thread(look, model, self.look.text, ended=self.look.ended)
        except UnknownSymbolsError as error:
            self.laid_open.note(sentence(error), trouble=True)
        else:
            self.call_later(self._take_look, found, step)

    def _take_look(self, found: Look, step: int | None) -> None:
        """Cursor, range, unit and pins stay."""
        self.look, self.corpus, self._step = found, self.corpus.later(found.model), step
        self.finder.corpus = self.matcher.corpus = self.corpus
        self.laid_open.lay_open(found)
        self._show_view()
        if not self.finder.asks:
            self.finder.find(self.finder.input.value.strip())
