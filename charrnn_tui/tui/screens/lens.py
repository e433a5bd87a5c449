"""The lens: a text laid open at every character. What was expected, what mattered, what the units do, what if.

What is slow is computed in threads, so that the cursor never waits; a text that grows is written at the prompt's pace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import Static

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.prompt.commands import STEPS, CommandError
from charrnn_tui.prompt.forest import DRAWN_FREELY
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.content.lens_corpus import CorpusUnits
from charrnn_tui.tui.content.lens_growing import Growing
from charrnn_tui.tui.content.lens_look import Looks, later_state
from charrnn_tui.tui.content.lens_words import left_out_words
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.ask import Ask
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.key_order import when_keys_rest
from charrnn_tui.tui.screens.lens_branches import Branches
from charrnn_tui.tui.widgets.distribution_bars import DistributionBars
from charrnn_tui.tui.widgets.key_row import KeyRow
from charrnn_tui.tui.widgets.laid_open import NO_UNITS, LaidOpen
from charrnn_tui.tui.widgets.lens_text import LensText
from charrnn_tui.tui.widgets.painting import begun_later

if TYPE_CHECKING:
    from charrnn_tui.insight.activations import Unit
    from charrnn_tui.insight.tree import Growth
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.forest import Forest
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.sampling.probability_tree import Branch as ProbableBranch
    from charrnn_tui.tui.content.lens_look import Look

PANELS = ("bars", "units", "branches")
TICK = 1 / 30
FOOTER = ("channel", "panel", "colder", "hotter", "units", "tree", "anew", "save")
"""Keys of the last row by their ids, the most useful first: as many as fit."""
HINT = "Type to swap. Tab: bars, branches, units. F9: colours. F1: keys."


def _key(key: str, action: str, description: str, tooltip: str, id: str, *, show: bool = False) -> Binding:
    return Binding(key, action, description, show=show, id=f"lens.{id}", tooltip=tooltip)


class LensScreen(Dialog[None]):
    """Shows one branch of a forest of texts; `clock` gives seconds."""

    CSS_PATH = ["../dialogs/dialog.tcss", "lens.tcss"]
    AUTO_FOCUS = "#lens-text"
    BINDINGS = [
        _key("f9", "channel(1)", "Colours", "What the colours say: the next channel", "channel", show=True),
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature; the bars follow", "colder", show=True),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature; the bars follow", "hotter", show=True),
        _key("f1", "help", "Keys", "All keys of the lens", "help"),
        _key("f2", "panel", "Panel", "Bars, units or branches, where not all have room", "panel", show=True),
        _key("shift+down", "walk(1)", "Next branch", "Look at the branch below", "next_branch"),
        _key("shift+up", "walk(-1)", "Branch before", "Look at the branch above", "branch_before"),
        _key("shift+right", "unit(1)", "Unit on", "The next unit, and the text in its colours", "unit_on"),
        _key("shift+left", "unit(-1)", "Unit back", "The unit before, and the text in its colours", "unit_back"),
        _key("ctrl+n", "anew", "Draw anew", "From the cursor on with the next seed", "anew", show=True),
        _key("f5", "grow_on", "Go on", "Let a text that has no end go on", "grow_on"),
        _key("delete", "prune", "Prune", "Take this branch away with all that leave it", "prune"),
        _key("f6", "label", "Label", "Name this branch", "label"),
        _key("f4", "step", "Step", "The step that the network takes at the cursor, number by number", "step"),
        _key("f3", "what_may_follow", "What may follow", "A tree of what may stand at the cursor", "tree", show=True),
        _key("ctrl+b", "between", "Between", "From the text before the cursor to another prefix, in steps", "between"),
        _key("ctrl+s", "save", "Save", "Keep the tree, with all that is needed to grow it again", "save", show=True),
        _key("ctrl+o", "open", "Open", "Look at a tree that was kept", "open"),
        _key("ctrl+u", "units", "Units", "What units do: find, matches, pin", "units", show=True),
        _key("ctrl+k", "context", "How far back", "How far back the model looks, as a curve", "context"),
    ]
    laid_open = getters.query_one("#laid-open", LaidOpen)
    bars = getters.query_one("#bars", DistributionBars)
    branches = getters.query_one("#branches", Branches)

    def __init__(
        self,
        session: Session,
        forest: Forest,
        clock: Callable[[], float],
        growth: Growth | None = None,
        *,
        place: int = 0,
    ) -> None:
        super().__init__()
        self.session = session
        self.forest = forest
        of_session = session.model is not None and session.model.folder == forest.model.folder
        self.step = session.step if of_session else None
        """The training step of the network, where it learns while it is looked at."""
        self.growing = Growing(clock)
        self._first = growth
        """What grows when the lens opens."""
        self._place = place
        self._corpus = CorpusUnits(forest.model)
        self._looks = Looks()
        self._panel = PANELS[0]

    def compose(self) -> ComposeResult:
        """Text, what stands at the cursor and the colours' meaning; units; bars and branches."""
        with Vertical(classes="dialog"):
            yield Static("", classes="title", id="lens-title")
            with Container(id="lens"):
                yield LaidOpen(id="laid-open")
                with Container(id="panels"):
                    yield DistributionBars(id="bars")
                    yield Branches(self.forest, id="branches")
            yield KeyRow(["dialog.cancel", *(f"lens.{name}" for name in FOOTER)], id="keys")

    def on_mount(self) -> None:
        """Lay the text open."""
        self.add_class(f"-{self._panel}")
        self._ticker = self.set_interval(TICK, self.tick, pause=True)
        self._show_tree()
        self.laid_open.note(left_out_words(self.forest.left_out) or HINT)
        self._lay_open()
        self.text.place = self._place
        if self._first is not None:
            growth = self._first
            self._grow(lambda: growth)

    @property
    def text(self) -> LensText:
        """The text with its cursor."""
        return self.laid_open.text

    # --- laying open ---

    def _lay_open(self) -> None:
        text, ended = self.forest.text, self.forest.branch.end == "end"
        self._show_text()
        found = self._looks.known(text, ended=ended)
        if found is not None:
            self._opened(found)
        else:
            self.run_worker(begun_later(self._compute, text, ended), group="look", exclusive=True)

    async def _compute(self, text: str, ended: bool) -> None:
        try:
            found = await self._looks.find(self.forest.model, text, ended=ended)
        except UnknownSymbolsError as error:
            self.laid_open.note(sentence(error), trouble=True)
        else:
            self.call_later(self._opened, found)

    def _opened(self, found: Look) -> None:
        if self.growing.growth is not None or found.text != self.forest.text:
            return  # it grew, or another branch was chosen, meanwhile
        self.laid_open.lay_open(found)
        self._draw_bars()

    def take_weights(self, model: Model, step: int | None) -> None:
        """The network has learnt: lay the text open with what it is now; the cursor stays."""
        later = later_state(self.forest.model, model)
        if later is None:
            return
        self.forest.model, self.step = later, step
        self._looks, self._corpus = Looks(), self._corpus.later(later)
        self._draw_title()
        if self.growing.growth is None:  # what grows is laid open when it is written
            self._lay_open()

    # --- drawing ---

    def _show_text(self) -> None:
        ended = self.forest.branch.end == "end"
        self.laid_open.show(self.forest.text, self.forest.head, ended=ended)

    def _draw_bars(self) -> None:
        found = self.laid_open.look
        if found is None:
            return
        place = min(self.text.place, len(found.reading))
        settings = " ".join([self.session.temperature_words, *self.session.filter_words])
        self.bars.show(found.distribution(place, self.session.settings), settings, place)

    def _show_tree(self) -> None:
        """The list of branches, and the one that is looked at."""
        self.branches.show()
        self._draw_title()

    def _draw_title(self) -> None:
        branch = self.forest.branch
        label = f" · {branch.label}" if branch.label else ""
        if left_out := self.forest.left_out:
            label += f" · {left_out:,} characters more"
        step = "" if self.step is None else f" · step {self.step:,}"
        title = f"◎ {self.forest.model.name}{step} · branch {branch.id} · seed {branch.seed}{label}"
        self.query_one("#lens-title", Static).update(plain(title))

    # --- the cursor, channels, units, settings ---

    @on(LensText.Moved)
    def _moved(self, event: LensText.Moved) -> None:
        event.stop()
        when_keys_rest(self, self._draw_cursor)

    def _draw_cursor(self) -> None:
        """All that depends on where the cursor stands, in one go: two would be painted one after the other."""
        self.laid_open.moved()
        self._draw_bars()

    def action_channel(self, by: int) -> None:
        """What the colours say."""
        self.laid_open.next_channel(by)

    def action_turn(self, steps: int) -> None:
        """Turn the temperature; what grows obeys with its next character."""
        self.session.turn(steps)
        self.growing.turn(self.session.settings)
        self._draw_bars()

    def action_unit(self, by: int) -> None:
        """Step through the units of the chosen vector."""
        self.laid_open.step_unit(by)

    def action_units(self) -> None:
        """What units do; the unit that is chosen there colours the text."""
        found = self.laid_open.look
        if found is None or found.text != self.forest.text:
            self.laid_open.note("The text is still being laid open; wait a moment.")
            return
        if not found.rows:
            self.laid_open.note(NO_UNITS, trouble=True)
            return
        from charrnn_tui.tui.screens.lens_units import UnitsScreen

        self._stop_growing()
        screen = UnitsScreen(
            self.session,
            found,
            self.forest.head,
            self.text.place,
            self.laid_open.unit,
            self._corpus,
            self.forest.branch.seed,
        )
        self.app.push_screen(screen, self._unit_came)

    def _unit_came(self, unit: Unit | None) -> None:
        if unit is not None:
            self.laid_open.choose_unit(unit)

    async def action_context(self) -> None:
        """How far back the model looks."""
        await self.app.screen_stack[0].run_action("context")

    def action_help(self) -> None:
        """All keys that work here."""
        from charrnn_tui.tui.screens.help import HelpScreen, key_sections

        self.app.push_screen(HelpScreen(key_sections(self)))

    def action_panel(self) -> None:
        """The next panel, where not all have room."""
        self.remove_class(f"-{self._panel}")
        self._panel = PANELS[(PANELS.index(self._panel) + 1) % len(PANELS)]
        self.add_class(f"-{self._panel}")
        self.query_one(f"#{self._panel}").focus()

    # --- swapping and growing ---

    @on(LensText.Put)
    @on(DistributionBars.Put)
    def _put(self, event: LensText.Put | DistributionBars.Put) -> None:
        symbol = event.symbol
        if symbol in ("[", "]") and symbol not in self.forest.model.vocabulary:
            self.action_walk(-1 if symbol == "[" else 1)
            return
        place, settings = self.text.place, self.session.settings
        self._grow(lambda: self.forest.swap(place, symbol, settings))

    def action_anew(self) -> None:
        """From the cursor on with the next seed."""
        place, settings = self.text.place, self.session.settings
        self._grow(lambda: self.forest.draw_anew(place, settings))

    def action_what_may_follow(self) -> None:
        """What may stand at the cursor, as a tree; a branch that is chosen is put there and the rest grows anew."""
        from charrnn_tui.tui.screens.continuations import ContinuationsScreen

        place, before = self.text.place, self.forest.text[: self.text.place]

        def put(branch: ProbableBranch | None) -> None:
            if branch is not None:
                run, settings = branch.text[len(before) :], self.session.settings
                self._grow(lambda: self.forest.put(place, run, settings, ended=branch.ended))

        self.app.push_screen(ContinuationsScreen(self.forest.model, before, "Enter puts a branch at the cursor."), put)

    def action_step(self) -> None:
        """The step that the network takes at the cursor."""
        from charrnn_tui.tui.screens.step import step_on

        try:
            screen = step_on(self.session, self.forest, min(self.text.place, len(self.forest.text)))
        except (CommandError, UnknownSymbolsError) as error:
            self.laid_open.note(sentence(error), trouble=True)
        else:
            self.app.push_screen(screen, lambda _: self._draw_bars())

    def action_between(self) -> None:
        """From the text before the cursor to another prefix."""
        from charrnn_tui.tui.screens.between import BetweenScreen

        before = self.forest.text[: self.text.place]

        def asked(second: str | None) -> None:
            if second is None:
                return
            try:
                screen = BetweenScreen(self.session, self.forest.model, before, second, STEPS)
            except (CommandError, UnknownSymbolsError) as error:
                self.laid_open.note(sentence(error), trouble=True)
            else:
                self.app.push_screen(screen, lambda _: self._draw_bars())

        self.app.push_screen(Ask("To which prefix?", "", "Go", lambda typed: "", hint="Where the way ends."), asked)

    def action_grow_on(self) -> None:
        """Let a text that has no end go on."""
        self._grow(self.forest.grow_on)

    def _grow(self, begin: Callable[[], Growth]) -> None:
        self._stop_growing()
        try:
            self.growing.begin(begin())
        except (InsightError, UnknownSymbolsError, ValueError) as error:
            self.laid_open.note(sentence(error), trouble=True)
            return
        self.laid_open.note(DRAWN_FREELY if self.forest.asked else "")
        self._show_tree()
        self._ticker.resume()
        self.tick()

    def tick(self) -> None:
        """Write what is due at the prompt's pace."""
        if self.growing.growth is None:
            return
        if self.growing.tick(self.session.pace):
            self._grown()
        else:
            self._show_text()

    def _stop_growing(self) -> bool:
        """What was written stays; whether anything grew."""
        self._ticker.pause()
        return self.growing.stop()

    def _grown(self) -> None:
        self._ticker.pause()
        self._show_tree()
        self._lay_open()

    # --- the tree ---

    @on(Branches.Chosen)
    def _branch_chosen(self) -> None:
        self._stop_growing()
        self.laid_open.note("")
        self._draw_title()
        self._lay_open()

    @on(Branches.Named)
    def _branch_named(self) -> None:
        self._draw_title()

    @on(Branches.Said)
    def _said_of_tree(self, event: Branches.Said) -> None:
        self.laid_open.note(event.sentence, trouble=event.trouble)

    def action_walk(self, by: int) -> None:
        """Look at the branch above or below."""
        self._stop_growing()
        self.branches.walk(by)

    def action_prune(self) -> None:
        """Take this branch away."""
        self._stop_growing()
        self.branches.prune()

    def action_label(self) -> None:
        """Name this branch."""
        self.branches.label()

    def action_save(self) -> None:
        """Keep the tree."""
        self.branches.keep()

    def action_open(self) -> None:
        """Look at a tree that was kept."""
        self.branches.open()

    def action_cancel(self) -> None:
        """Stop what grows; or else leave."""
        if self._stop_growing():
            self._grown()
        else:
            self.dismiss(None)
