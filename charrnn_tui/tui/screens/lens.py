"""The lens: a text laid open at every character. What was expected, what mattered, what the units do, what if.

What is slow is computed in threads, so that the cursor never waits; a text that grows is written at the prompt's pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.insight import tree_file
from charrnn_tui.insight.activations import Unit
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.prompt import words
from charrnn_tui.prompt.pace import STEP_BUDGET, Credit
from charrnn_tui.text import UnknownSymbolsError, visible
from charrnn_tui.tui.content.lens_channels import CHANNELS, ChannelId, after
from charrnn_tui.tui.content.lens_look import look
from charrnn_tui.tui.content.lens_words import branch_line, facts, legend, mattered_words
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.content.typed_path import is_folder, is_there, typed_path
from charrnn_tui.tui.dialogs.ask import Ask
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.distribution_bars import DistributionBars
from charrnn_tui.tui.widgets.lens_text import LensText
from charrnn_tui.tui.widgets.unit_strip import UnitStrip

if TYPE_CHECKING:
    from charrnn_tui.insight.tree import Growth
    from charrnn_tui.insight.what_mattered import WhatMattered
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.tui.content.lens_forest import Forest
    from charrnn_tui.tui.content.lens_look import Look

PANELS = ("bars", "units", "branches")
TICK = 1 / 30
HINT = "Type a symbol to put it at the cursor. Tab: bars, branches, units. F9: what the colours say. F1: all keys."
_LOOKS_KEPT = 8


class _Mattered(NamedTuple):
    """What mattered at a place of a text, or why there is no answer."""

    text: str
    place: int
    found: WhatMattered | None
    sentence: str


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
        _key("ctrl+s", "save", "Save", "Keep the tree, with all that is needed to grow it again", "save", show=True),
        _key("ctrl+o", "open", "Open", "Look at a tree that was kept", "open"),
    ]
    text = getters.query_one("#lens-text", LensText)
    bars = getters.query_one("#bars", DistributionBars)
    units = getters.query_one("#units", UnitStrip)
    branches = getters.query_one("#branches", OptionList)

    def __init__(self, session: Session, forest: Forest, clock: Callable[[], float]) -> None:
        super().__init__()
        self.session = session
        self.forest = forest
        self.channel: ChannelId = "probability"
        self.look: Look | None = None
        """The text of the forest, laid open; older while that is being computed."""
        self.growth: Growth | None = None
        self._clock = clock
        self._before = 0.0
        self._credit = Credit()
        self._looks: dict[tuple[str, bool], Look] = {}
        self._mattered: _Mattered | None = None
        self._unit = (0, 0)
        """Row of units and number."""
        self._panel = PANELS[0]

    def compose(self) -> ComposeResult:
        """Text, what stands at the cursor and the colours' meaning; units; bars and branches."""
        with Vertical(classes="dialog"):
            yield Static("", classes="title", id="lens-title")
            with Container(id="lens"):
                with Vertical(id="laid-open"):
                    yield LensText(id="lens-text")
                    yield Static("", id="lens-facts")
                    yield Static("", id="lens-legend")
                    yield Static("", id="lens-note")
                    yield UnitStrip(id="units")
                with Container(id="panels"):
                    yield DistributionBars(id="bars")
                    yield BrowseList(id="branches", compact=True, markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Lay the text open."""
        self.add_class(f"-{self._panel}")
        self._ticker = self.set_interval(TICK, self.tick, pause=True)
        self._show_tree()
        self.note(HINT)
        self._lay_open()

    @property
    def _colours(self) -> bool:
        """Whether grounds can be told apart: not under NO_COLOR, nor among a terminal's own 16 colours."""
        return not self.app.no_color and self.app.console.color_system != "standard"

    # --- laying open ---

    def _lay_open(self) -> None:
        text, ended = self.forest.text, self.forest.branch.end == "end"
        found = self._looks.get((text, ended))
        if found is not None:
            self._opened(found)
        else:
            self._draw_text()
            self.run_worker(self._compute(text, ended), group="look", exclusive=True)

    async def _compute(self, text: str, ended: bool) -> None:
        try:
            found = await asyncio.to_thread(look, self.forest.model, text, ended=ended)
        except UnknownSymbolsError as error:
            self.note(sentence(error), trouble=True)
            return
        self._looks[text, ended] = found
        while len(self._looks) > _LOOKS_KEPT:
            del self._looks[next(iter(self._looks))]
        self.call_later(self._opened, found)

    def _opened(self, found: Look) -> None:
        if self.growth is not None or found.text != self.forest.text:
            return  # it grew, or another branch was chosen, meanwhile
        self.look = found
        self._draw()

    # --- drawing ---

    def note(self, said: str, *, trouble: bool = False) -> None:
        """Say something under the text."""
        line = self.query_one("#lens-note", Static)
        line.set_class(trouble, "problem")
        line.update(plain(said))
        line.display = bool(said)

    def _draw(self) -> None:
        """Everything that depends on the cursor, the channel and the settings."""
        self._draw_text()
        self._draw_title()
        found = self.look
        if found is None:
            return
        place = min(self.text.place, len(found.reading))
        self.query_one("#lens-facts", Static).update(plain(facts(found, place)))
        channel = CHANNELS[self.channel]
        detail = f" {self.unit}" if self.channel == "unit" and self.unit is not None else ""
        self.query_one("#lens-legend", Static).update(legend(channel, detail, colours=self._colours))
        settings = " ".join([self.session.temperature_words, *self.session.filter_words])
        self.bars.show(found.distribution(place, self.session.settings), settings, place)
        self._draw_units(found, place)
        if self.channel == "mattered":
            self._what_mattered(found, self.text.place)

    def _draw_title(self) -> None:
        branch = self.forest.branch
        label = f" · {branch.label}" if branch.label else ""
        title = f"◎ {self.forest.model.name} · branch {branch.id} · seed {branch.seed}{label}"
        self.query_one("#lens-title", Static).update(plain(title))

    def _draw_text(self) -> None:
        text, found = self.forest.text, self.look
        looks: list[str] = []
        if found is not None:
            channel = CHANNELS[self.channel]
            styles = channel.looks(colours=self._colours)
            mattered = self._mattered_here()
            for i, value in enumerate(found.values(self.channel, self.unit, mattered)):
                if i >= len(text) + 1 or (i < len(text) and text[i] != found.text[i : i + 1]):
                    break  # what grows anew is laid open when it is written
                looks.append("" if value is None else styles[channel.step(value)])
        self.text.show(text, self.forest.head, ended=self.forest.branch.end == "end", looks=looks)

    def _draw_units(self, found: Look, place: int) -> None:
        if not found.rows:
            self.units.say("This model is no single recurrent network: it has no units to look at.")
            return
        rows = [found.unit_row(part, layer, place) for part, layer in found.rows]
        self.units.show([f"{part}:{layer + 1}" for part, layer in found.rows], rows, *self._unit)

    @property
    def unit(self) -> Unit | None:
        """The chosen unit, where the network has units."""
        if self.look is None or not self.look.rows:
            return None
        part, layer = self.look.rows[self._unit[0]]
        return Unit(part, layer, self._unit[1])

    def _show_tree(self) -> None:
        """The list of branches."""
        rows = self.forest.rows
        self.branches.clear_options()
        self.branches.add_options([Option(branch_line(self.forest, row)) for row in rows])
        self.branches.highlighted = self.forest.at
        self._draw_title()

    # --- what mattered ---

    def _mattered_here(self) -> WhatMattered | None:
        known = self._mattered
        here = known is not None and (known.text, known.place) == (self.forest.text, self.text.place)
        return known.found if here and known is not None else None

    def _what_mattered(self, found: Look, place: int) -> None:
        known = self._mattered
        if known is None or (known.text, known.place) != (found.text, place):
            self.run_worker(self._compute_mattered(found, place), group="mattered", exclusive=True)
        elif known.found is None:
            self.note(known.sentence)
        else:
            self.note(mattered_words(known.found, found.text))

    async def _compute_mattered(self, found: Look, place: int) -> None:
        try:
            answer = _Mattered(found.text, place, await asyncio.to_thread(found.mattered, place), "")
        except InsightError as error:
            answer = _Mattered(found.text, place, None, sentence(error))
        self.call_later(self._mattered_came, answer)

    def _mattered_came(self, answer: _Mattered) -> None:
        self._mattered = answer
        if self.channel == "mattered" and (answer.text, answer.place) == (self.forest.text, self.text.place):
            self._draw()

    # --- the cursor, channels, units, settings ---

    @on(LensText.Moved)
    def _moved(self) -> None:
        if self.channel != "mattered":  # whose numbers stay until the next ones are there
            self.note("")
        self._draw()

    def action_channel(self, by: int) -> None:
        """What the colours say."""
        self.channel = after(self.channel, by)
        self.note("")
        self._draw()

    def action_turn(self, steps: int) -> None:
        """Turn the temperature; what grows obeys with its next character."""
        self.session.turn(steps)
        if self.growth is not None:
            self.growth.settings = self.session.settings
        self._draw()

    def action_unit(self, by: int) -> None:
        """Step through the units of the chosen vector."""
        if self.look is not None and self.look.rows:
            count = len(self.look.unit_row(*self.look.rows[self._unit[0]], 0))
            self._choose_unit(self._unit[0], (self._unit[1] + by) % count)

    @on(UnitStrip.Chosen)
    def _unit_chosen(self, event: UnitStrip.Chosen) -> None:
        self._choose_unit(event.row, event.number)

    def _choose_unit(self, row: int, number: int) -> None:
        self._unit = (row, number)
        self.channel = "unit"
        self._draw()

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

    def action_grow_on(self) -> None:
        """Let a text that has no end go on."""
        self._grow(self.forest.grow_on)

    def _grow(self, begin: Callable[[], Growth]) -> None:
        self._stop_growing()
        try:
            self.growth = begin()
        except (InsightError, UnknownSymbolsError, ValueError) as error:
            self.note(sentence(error), trouble=True)
            return
        self.note("")
        self._credit, self._before = Credit(), self._clock()
        self._show_tree()
        self._ticker.resume()
        self.tick()

    def tick(self) -> None:
        """Write what is due at the prompt's pace."""
        if self.growth is None:
            return
        now, pace, until = self._clock(), self.session.pace, perf_counter() + STEP_BUDGET
        if pace:
            self._credit.add(now - self._before, pace)
        self._before = now
        over = False
        while not over and perf_counter() < until and (not pace or self._credit.take()):
            over = next(self.growth, None) is None or self.forest.branch.end is not None
        if over:
            self._stop_growing()
            self._grown()
        else:
            self._draw_text()

    def _stop_growing(self) -> bool:
        """What was written stays; whether anything grew."""
        grew = self.growth is not None
        self.growth = None
        self._ticker.pause()
        return grew

    def _grown(self) -> None:
        self._show_tree()
        self._lay_open()

    # --- the tree ---

    @on(OptionList.OptionHighlighted, "#branches")
    def _branch_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index != self.forest.at and event.option_index == self.branches.highlighted:
            self._go(event.option_index)

    def action_walk(self, by: int) -> None:
        """Look at the branch above or below."""
        self._go(max(0, self.forest.at + by))

    def _go(self, row: int) -> None:
        self._stop_growing()
        self.forest.go(row)
        self.branches.highlighted = self.forest.at
        self.note("")
        self._draw_title()
        self._lay_open()

    def action_prune(self) -> None:
        """Take this branch away."""
        self._stop_growing()
        try:
            gone = self.forest.prune()
        except InsightError as error:
            self.note(sentence(error), trouble=True)
            return
        self._grown()
        self.note(f"{words.count(gone, 'branch', 'branches')} taken away.")

    def action_label(self) -> None:
        """Name this branch."""

        def named(label: str | None) -> None:
            if label is not None:
                self.forest.label(label.strip())
                self._show_tree()

        self.app.push_screen(Ask("Name this branch", self.forest.branch.label, "Name", lambda typed: ""), named)

    def action_save(self) -> None:
        """Keep the tree under a name, or write it to a file; one that ends in .md is for people."""

        def problem(typed: str) -> str:
            try:
                named = tree_file.tree_path(typed.strip())
            except InsightError as error:
                return str(error)
            folder = typed_path(typed).parent
            return "" if named.is_absolute() or is_folder(folder) else f"there is no folder {folder}."

        def named(typed: str | None) -> None:
            if typed is not None:
                self._save(typed.strip())

        hint = "A name, or a file that ends in .json or .md (Markdown)."
        self.app.push_screen(Ask("Keep this tree", "", "Keep", problem, hint=hint), named)

    def _save(self, typed: str) -> None:
        from pathlib import Path

        from charrnn_tui.files.atomic import write_text

        try:
            if typed.endswith(".md"):
                path = Path(typed).expanduser()
                write_text(path, tree_file.to_markdown(self.forest.tree))
            else:
                path = tree_file.tree_path(typed)
                tree_file.save(self.forest.tree, path)
        except (InsightError, OSError) as error:
            self.note(sentence(getattr(error, "strerror", None) or error), trouble=True)
        else:
            self.note(visible(f"Kept in {path}."))

    def action_open(self) -> None:
        """Look at a tree that was kept."""
        kept = tree_file.kept_trees()
        if not kept:
            self.note("No tree is kept yet; Ctrl+S keeps this one.")
            return

        def problem(typed: str) -> str:
            return "" if is_there(tree_file.tree_path(typed.strip())) else f"kept are: {', '.join(kept)}."

        def named(typed: str | None) -> None:
            if typed is None:
                return
            try:
                self.forest.take_in(tree_file.load(tree_file.tree_path(typed.strip())))
            except (InsightError, UnknownSymbolsError) as error:
                self.note(sentence(error), trouble=True)
            else:
                self._grown()

        hint = f"Kept: {', '.join(kept)}"
        self.app.push_screen(Ask("Open a tree", kept[-1], "Open", problem, hint=hint), named)

    def action_cancel(self) -> None:
        """Stop what grows; or else leave."""
        if self._stop_growing():
            self._grown()
        else:
            self.dismiss(None)
