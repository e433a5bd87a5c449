"""Which units tell a property of the text: a list to choose from, and a row to ask about any other property."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.insight.activations import Unit
from charrnn_tui.insight.properties import PROPERTIES, property_named
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.text import visible
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.widgets.asking_pane import AskingPane
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from charrnn_tui.insight.units import Correlations
    from charrnn_tui.tui.content.lens_corpus import CorpusUnits

OF_EACH = 3
"""Units that are listed for each property, where several were asked for."""
OF_ONE = 20
_BAR = 10
_WITHOUT_BAR = 43


def telling_line(name: str, unit: Unit, correlation: float, width: int) -> Content:
    """A row of so many cells: the property, the unit, r as a number and, where there is room, as a bar, to the left
    below 0."""
    row = plain(f"{visible(name)[:16]:16} {unit!s:15} {correlation:+.3f} ")
    most = min(_BAR, (width - _WITHOUT_BAR) // 2)
    if most < 2:
        return row
    size = round(abs(correlation) * most)
    left, right = ("█" * size if correlation < 0 else "").rjust(most), "█" * size if correlation >= 0 else ""
    return row + Content(f"{left}│{right}")


class UnitFinder(AskingPane):
    """Asks about all named properties at first, and about what is typed."""

    input = getters.query_one(LineInput)
    results = getters.query_one(BrowseList)

    @dataclass
    class Chosen(Message):
        """A row is under the bar: the text is to be coloured by its unit."""

        unit: Unit

    def __init__(self, corpus: CorpusUnits, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.corpus = corpus
        self.gates = False
        """Whether gates are ranked too."""
        self._units: list[Unit | None] = []

    def compose(self) -> ComposeResult:
        """What is asked for, what is said, the units."""
        yield LineInput(
            placeholder="a property, or /regular expression/; empty: all",
            compact=True,
            suggester=SuggestFromList(list(PROPERTIES), case_sensitive=False),
        )
        yield Static("", classes="said")
        yield BrowseList(compact=True, markup=False)

    def begin(self) -> None:
        """Ask about all named properties, unless that was done."""
        if not self._units and not self.asks:
            self.find("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.find(event.value.strip())

    def find(self, name: str) -> None:
        """Rank units for a property, all named ones where it is ''."""
        try:
            if name:
                property_named(name)
        except InsightError as error:
            self.say(sentence(error), trouble=True)
            return
        parts: list[str] = []
        if self.gates and self.corpus.parts:
            parts = list(self.corpus.parts)
        self.ask(lambda asking: self.corpus.find([name] if name else [], parts, asking))

    def answered(self, answer: Correlations) -> None:
        """List the units, those of a property together."""
        rows: list[Option] = []
        self._units = []
        for name in answer.properties:
            best = answer.best(name, OF_ONE if len(answer.properties) == 1 else OF_EACH)
            if best.constant:
                rows.append(Option(plain(f"{visible(name)[:16]:16} the same everywhere")))
                self._units.append(None)
            for unit, correlation in best.units:
                rows.append(Option(telling_line(name, unit, correlation, self.size.width)))
                self._units.append(unit)
        self.results.clear_options()
        self.results.add_options(rows)
        one = answer.properties[0] if len(answer.properties) == 1 else ""
        of = f" Mean of {visible(one)}: {answer.best(one).mean:.3g}." if one else ""
        looked_at = f"{answer.characters:,} characters, {len(answer.units):,} units"
        self.say(f"{looked_at}: Pearson's r of activation and property.{of}")

    @on(OptionList.OptionHighlighted)
    @on(OptionList.OptionSelected)
    def _highlighted(self, event: OptionList.OptionHighlighted | OptionList.OptionSelected) -> None:
        event.stop()
        at = event.option_index
        unit = self._units[at] if at < len(self._units) else None
        if unit is not None:
            self.post_message(self.Chosen(unit))
