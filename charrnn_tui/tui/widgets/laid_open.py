"""A text laid open: its characters in the colours of a channel, what stands at the cursor, and the units there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from charrnn_tui.insight.activations import Unit
from charrnn_tui.tui.content import lens_mattered
from charrnn_tui.tui.content.lens_channels import CHANNELS, ChannelId, after
from charrnn_tui.tui.content.lens_memory import Remembered
from charrnn_tui.tui.content.lens_words import facts, legend
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.widgets.lens_text import LensText
from charrnn_tui.tui.widgets.painting import begun_later, update_in_place
from charrnn_tui.tui.widgets.unit_strip import UnitStrip

if TYPE_CHECKING:
    from charrnn_tui.insight.what_mattered import WhatMattered
    from charrnn_tui.tui.content.lens_look import Look
    from charrnn_tui.tui.content.lens_mattered import Mattered
    from charrnn_tui.tui.content.lens_memory import Told


NO_UNITS = "This model is no single recurrent network: it has no units to look at."


class _Grounds(NamedTuple):
    """The looks and marks of a text, and what they were made of."""

    of: tuple[object, ...]
    numbers: tuple[Look | None, WhatMattered | None]
    looks: list[str]
    marks: list[str] | None


class LaidOpen(Vertical):
    """Shows a text, and of as much of it as `look` covers what the network made of it."""

    TEXT: ClassVar[type[LensText]] = LensText
    text = getters.query_one("#lens-text", LensText)
    units = getters.query_one("#units", UnitStrip)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.channel: ChannelId = "probability"
        self.look: Look | None = None
        """Of the text that is shown, or of one before, whose beginning it may share."""
        self._shown: tuple[str, int, bool] = ("", 0, False)
        """Text, characters of its prefix, whether it has ended."""
        self._mattered: Mattered | None = None
        self._remembered: Remembered | None = None
        self._unit = (0, 0)
        """Row of units and number."""
        self._legend: tuple[str, str, bool] | None = None
        """Channel, what it shows of, whether in colours: what the legend that stands there says."""
        self._grounds: _Grounds | None = None

    def compose(self) -> ComposeResult:
        """Text, what stands at the cursor, the colours' meaning, what is said; units."""
        yield self.TEXT(id="lens-text")
        yield Static("", id="lens-facts")
        yield Static("", id="lens-memory")
        yield Static("", id="lens-legend")
        yield Static("", id="lens-note")
        yield UnitStrip(id="units")

    @property
    def place(self) -> int:
        """Where the cursor stands."""
        return self.text.place

    @property
    def colours(self) -> bool:
        """Whether grounds can be told apart: not under NO_COLOR, nor among a terminal's own 16 colours."""
        return not self.app.no_color and self.app.console.color_system != "standard"

    @property
    def unit(self) -> Unit | None:
        """The chosen unit, where the network has units."""
        if self.look is None or not self.look.rows:
            return None
        part, layer = self.look.rows[self._unit[0]]
        return Unit(part, layer, self._unit[1])

    # --- what is shown ---

    def show(self, text: str, head: int, *, ended: bool) -> None:
        """Show a text, of which `head` characters are the prefix; what is known of its beginning stays."""
        self._shown = (text, head, ended)
        self._draw_text()

    def lay_open(self, look: Look) -> None:
        """Show what the network made of the text."""
        self.look = look
        self.draw()
        if self._remembered is None or self._remembered.model is not look.model:
            self._remembered = Remembered(look.model)
        if self._told is None:
            self.run_worker(begun_later(self._ask_memory, self._remembered), group="memory", exclusive=True)

    def note(self, said: str, *, trouble: bool = False) -> None:
        """Say something under the text."""
        line = self.query_one("#lens-note", Static)
        line.set_class(trouble, "problem")
        self._say("note", plain(said))
        if line.display != bool(said):
            line.display = bool(said)

    def _say(self, row: str, content: Content, *, shrink: bool = True) -> None:
        """Words in a row, where they are other than those that stand there."""
        line = self.query_one(f"#lens-{row}", Static)
        if line.content != content:
            update_in_place(line, content, shrink=shrink)

    def draw(self) -> None:
        """Everything that depends on cursor and channel."""
        self._draw_text()
        found = self.look
        if found is None:
            return
        place = min(self.place, len(found.reading))
        self._say("facts", plain(facts(found, place)), shrink=False)
        self._draw_memory()
        self._draw_legend()
        self._draw_units(found, place)
        if self.channel == "mattered":
            self._what_mattered(found, self.place)

    def _draw_legend(self) -> None:
        detail = f" {self.unit}" if self.channel == "unit" and self.unit is not None else ""
        says = (self.channel, detail, self.colours)
        if says != self._legend:
            self._legend = says
            self._say("legend", legend(CHANNELS[self.channel], detail, colours=self.colours))

    def _draw_text(self) -> None:
        text, head, ended = self._shown
        copied = self._told.copied if self._told is not None else range(0)
        # None of this changes where only the cursor moves.
        known, same = self._grounds, (text, self.channel, self.unit, self.colours)
        numbers = (self.look, self._mattered_here())
        if known is None or known.of != same or any(a is not b for a, b in zip(known.numbers, numbers, strict=True)):
            self._grounds = known = _Grounds(same, numbers, *self._grounds_of(text, self.look))
        looks, marks = known.looks, known.marks
        self.text.show(text, head, ended=ended, looks=looks, marks=marks, copied=copied)

    def _grounds_of(self, text: str, found: Look | None) -> tuple[list[str], list[str] | None]:
        """The looks of the places, or where there is no colour their marks."""
        looks: list[str] = []
        marks: list[str] | None = None if self.colours else []
        if found is not None:
            channel = CHANNELS[self.channel]
            for i, value in enumerate(found.values(self.channel, self.unit, self._mattered_here())):
                if i >= len(text) + 1 or (i < len(text) and text[i] != found.text[i : i + 1]):
                    break  # what grows anew is laid open when it is written
                if marks is None:
                    looks.append("" if value is None else channel.looks[channel.step(value)])
                else:
                    marks.append(" " if value is None else channel.marks[channel.step(value)])
        return looks, marks

    def _draw_units(self, found: Look, place: int) -> None:
        if not found.rows:
            self.units.say(NO_UNITS)
            return
        rows = [found.unit_row(part, layer, place) for part, layer in found.rows]
        self.units.show([f"{part}:{layer + 1}" for part, layer in found.rows], rows, *self._unit)

    # --- new, or remembered ---

    @property
    def _told(self) -> Told | None:
        text, _, ended = self._shown
        return None if self._remembered is None else self._remembered.known(text, ended=ended)

    async def _ask_memory(self, remembered: Remembered) -> None:
        text, _, ended = self._shown
        await remembered.ask(text, ended=ended)
        self.call_later(self.draw)

    def _draw_memory(self) -> None:
        line, told = self.query_one("#lens-memory", Static), self._told
        self._say("memory", plain(told.words if told is not None else ""))
        if line.display != (told is not None):
            line.display = told is not None

    # --- what mattered ---

    def _mattered_here(self) -> WhatMattered | None:
        known = self._mattered
        return known.found if known is not None and known.stands(self._shown[0], self.place) else None

    def _what_mattered(self, found: Look, place: int) -> None:
        known = self._mattered
        if known is not None and known.stands(found.text, place):
            self.note(known.words)
        else:
            self.run_worker(begun_later(self._ask_what_mattered, found, place), group="mattered", exclusive=True)

    async def _ask_what_mattered(self, found: Look, place: int) -> None:
        self.call_later(self._mattered_came, await lens_mattered.ask(found, place))

    def _mattered_came(self, answer: Mattered) -> None:
        self._mattered = answer
        if self.channel == "mattered" and answer.stands(self._shown[0], self.place):
            self.draw()

    # --- cursor, channels, units ---

    def moved(self) -> None:
        """Show what stands at the cursor; called by the screen, which draws what lies elsewhere in the same go."""
        if self.channel != "mattered":  # whose numbers stay until the next ones are there
            self.note("")
        self.draw()

    def next_channel(self, by: int) -> None:
        """What the colours say."""
        self.channel = after(self.channel, by)
        self.note("")
        self.draw()

    def step_unit(self, by: int) -> None:
        """Step through the units of the chosen vector."""
        if self.look is not None and self.look.rows:
            count = len(self.look.unit_row(*self.look.rows[self._unit[0]], 0))
            self._choose_unit(self._unit[0], (self._unit[1] + by) % count)

    @on(UnitStrip.Chosen)
    def _unit_chosen(self, event: UnitStrip.Chosen) -> None:
        self._choose_unit(event.row, event.number)

    def choose_unit(self, unit: Unit) -> None:
        """Colour the text by a unit."""
        if self.look is not None and (unit.part, unit.layer) in self.look.rows:
            self._choose_unit(self.look.rows.index((unit.part, unit.layer)), unit.number)

    def _choose_unit(self, row: int, number: int) -> None:
        self._unit = (row, number)
        self.channel = "unit"
        self.draw()
