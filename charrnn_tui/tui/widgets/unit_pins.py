"""Units held at a value: what is expected at the cursor and what follows, as it is and pinned, side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from charrnn_tui.insight.activations import Unit
from charrnn_tui.insight.pin import Pinned, pin
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.tui.content.shown import plain, row_of, sentence, symbol_name
from charrnn_tui.tui.widgets.asking_pane import AskingPane
from charrnn_tui.tui.widgets.distribution_bars import bar, short_percent
from charrnn_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.tui.content.asking import Asking
    from charrnn_tui.tui.content.lens_look import Look

SYMBOLS = 16
"""Those that change most, and no more."""
CHARACTERS = 80
"""Of the texts that follow."""
_FURTHEST = 1000.0


def value_of(typed: str) -> float | None:
    """A value as it is typed; None for nothing, which lets the unit go. Raises InsightError."""
    if not typed.strip():
        return None
    try:
        value = float(typed)
    except ValueError:
        value = math.nan
    if not abs(value) <= _FURTHEST:
        raise InsightError(f"a unit is pinned to a number from -1000 to 1000, such as 1 or -0.5, not {typed!r}.")
    return value


def side_by_side(pinned: Pinned, cells: int) -> Content:
    """The symbols that change most, as it is and pinned, each with a bar of so many cells."""
    before, after = pinned.before.raw, pinned.after.raw
    largest = max(float(before.max()), float(after.max()), 1e-9)
    lines = [f"     {'as it is':{cells + 6}} {'pinned':{cells + 6}} change"]
    for id_ in abs(after - before).argsort(kind="stable")[::-1][:SYMBOLS].tolist():
        one, other = float(before[id_]), float(after[id_])
        name = symbol_name(pinned.before.vocabulary[id_])
        lines.append(
            f"{name:4} {short_percent(one)} {bar(one / largest, cells)} "
            f"{short_percent(other)} {bar(other / largest, cells)} {100 * (other - one):+.1f}"
        )
    return Content("\n").join(plain(line) for line in lines)


class UnitPins(AskingPane):
    """The value of the chosen unit, all pins, and what they do."""

    input = getters.query_one(LineInput)

    def __init__(self, settings: SamplingSettings, seed: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.settings, self.seed = settings, seed
        self.pins: dict[Unit, float] = {}
        self._look: Look | None = None
        self._place = 0
        self._unit: Unit | None = None

    def compose(self) -> ComposeResult:
        """The value, what is pinned, both distributions and texts."""
        yield LineInput(placeholder="a value for the chosen unit, as in 1 or -0.5; empty lets it go", compact=True)
        yield Static("", classes="said")
        with VerticalScroll(id="pinned"):
            yield Static("", id="pinned-texts")
            yield Static("", id="pinned-bars")

    def show(self, look: Look, place: int, unit: Unit | None) -> None:
        """Take a place of a text, and the unit that a value is for."""
        known = (self._look, self._place)
        self._look, self._place, self._unit = look, place, unit
        if known != (look, place) and self.pins:
            self._compare()
        elif not self.pins:
            self._say_unit()

    def turn(self, settings: SamplingSettings) -> None:
        """The temperature was turned."""
        self.settings = settings
        if self.pins:
            self._compare()

    def _say_unit(self) -> None:
        if self._look is None or self._unit is None or self._look.units is None:
            self.say("This model is no single recurrent network: it has no units to pin.", trouble=True)
            return
        now = float(self._look.units.of(self._unit)[min(self._place, len(self._look.reading))])
        self.say(f"{self._unit} is {now:+.2f} before place {self._place}; type a value and press Enter to hold it.")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        unit = self._unit
        if unit is None:
            self._say_unit()
            return
        try:
            value = value_of(event.value)
        except InsightError as error:
            self.say(sentence(error), trouble=True)
            return
        if value is None:
            self.pins.pop(unit, None)
        else:
            self.pins[unit] = value
        self._compare()

    def _compare(self) -> None:
        look, place, pins, settings = self._look, self._place, dict(self.pins), self.settings
        if look is None:
            return
        if not pins:
            self.query_one("#pinned-texts", Static).update("")
            self.query_one("#pinned-bars", Static).update("")
            self._say_unit()
            return

        def question(asking: Asking) -> Pinned:
            return pin(
                look.model,
                look.reading,
                place,
                pins,
                settings=settings,
                seed=self.seed,
                max_length=min(CHARACTERS, look.model.info.default_max_length),
            )

        self.ask(question)

    def answered(self, answer: Pinned) -> None:
        """Both, side by side."""
        look = self._look
        assert look is not None
        named = ", ".join(f"{unit} = {value:g}" for unit, value in self.pins.items())
        self.say(f"Held from place {self._place} on: {named}. Empty and Enter lets the chosen unit go.")
        prefix = look.text[: self._place][-30:]
        texts = Content("\n").join(
            Content.styled(f"{label:9}", "bold") + row_of(prefix) + row_of(text).stylize("underline")
            for label, text in (("as it is", answer.text_before.text), ("pinned", answer.text_after.text))
        )
        self.query_one("#pinned-texts", Static).update(texts)
        cells = max(4, (self.size.width - 30) // 2)
        self.query_one("#pinned-bars", Static).update(side_by_side(answer, min(cells, 30)))
