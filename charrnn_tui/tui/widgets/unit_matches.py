"""Where the corpus makes the same units active as a range of the text does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.insight.matches import Pattern, select_units
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.tui.content.shown import row_of, sentence
from charrnn_tui.tui.widgets.asking_pane import AskingPane
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from charrnn_tui.tui.content.lens_corpus import CorpusUnits, FoundPlace
    from charrnn_tui.tui.content.lens_look import Look

THRESHOLD = 0.3
_BEFORE, _AFTER = 14, 60
"""Characters that a row shows on either side."""
_NAMED = 6


def threshold_of(typed: str) -> float:
    """A threshold as it is typed. Raises InsightError."""
    try:
        value = float(typed)
    except ValueError:
        value = 0.0
    if not 0 < value <= 100:
        raise InsightError(f"a threshold is a number above 0, such as 0.3, not {typed!r}.")
    return value


def place_line(found: FoundPlace) -> Content:
    """A match in its surroundings, the stretch itself bold, so that all stretches begin in one column."""
    around = found.around
    line = Content(f"{found.share:4.0%}  ") + row_of(around.before[-_BEFORE:].rjust(_BEFORE))
    return line + row_of(around.stretch).stylize("bold underline") + row_of(around.after[:_AFTER])


class UnitMatches(AskingPane):
    """A threshold, the units that are on in the range, the places where they are on too."""

    input = getters.query_one(LineInput)
    results = getters.query_one(BrowseList)

    @dataclass
    class Opened(Message):
        """A place of the corpus is to be laid open."""

        text: str
        first: int
        last: int

    def __init__(self, corpus: CorpusUnits, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.corpus = corpus
        self.pattern: Pattern | None = None
        self._look: Look | None = None
        self._range = (0, 0)
        self._vector = ("hidden", 0)
        self._places: list[FoundPlace] = []

    def compose(self) -> ComposeResult:
        """Threshold, what is said, the places."""
        yield LineInput(str(THRESHOLD), placeholder="threshold", compact=True)
        yield Static("", classes="said")
        yield BrowseList(compact=True, markup=False)

    def show(self, look: Look, first: int, last: int, part: str, layer: int) -> None:
        """Take a range of a text, and the vector whose units are looked at."""
        asked_before = (self._look, self._range, self._vector)
        self._look, self._range, self._vector = look, (first, last), (part, layer)
        if asked_before != (look, self._range, self._vector):
            self._choose()

    def _choose(self) -> None:
        """The units that are on in the range. What is wrong is said."""
        self.pattern = None
        look, (first, last), (part, layer) = self._look, self._range, self._vector
        if look is None or look.units is None:
            self.say("This model is no single recurrent network: it has no units to look at.", trouble=True)
            return
        self.call_off()
        try:
            threshold = threshold_of(self.input.value)
            pattern = select_units(look.units, first, last, threshold, part=part, layer=layer)
        except InsightError as error:
            self.say(sentence(error), trouble=True)
            return
        self.pattern = pattern
        named = ", ".join(("" if c.sign > 0 else "-") + str(c.unit.number) for c in pattern.units[:_NAMED])
        more = ", …" if len(pattern.units) > _NAMED else ""
        stretch = look.text[first : last + 1]
        count = len(pattern.units)
        units = f"{count} units of {part}:{layer + 1} are on ({named}{more})" if count else "no unit is on throughout"
        then = "Enter: where else?" if count else "lower the threshold, or choose a shorter range."
        self.say(f"{first}–{last} {stretch!r}: {units}; {then}", trouble=not count)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._choose()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.search()

    def search(self) -> None:
        """Look for the places."""
        if self.pattern is None:
            self._choose()
        pattern = self.pattern
        if pattern is not None and pattern.units:
            self.ask(lambda asking: self.corpus.places(pattern, asking))

    def answered(self, answer: list[FoundPlace]) -> None:
        """List the places."""
        self._places = answer
        self.results.clear_options()
        self.results.add_options([Option(place_line(found)) for found in answer])
        if answer:
            self.results.highlighted = 0
            self.results.focus()
            self.say(f"{len(answer)} places, by the share of conditions that hold. Enter lays one open.")
        else:
            self.say("No place has any of these units on.")

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        around = self._places[event.option_index].around
        begin = len(around.before)
        text = around.before + around.stretch + around.after
        self.post_message(self.Opened(text, begin, begin + len(around.stretch) - 1))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
