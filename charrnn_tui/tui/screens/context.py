"""How far back networks look: bits a character when only the last k characters are known, several curves over each
other. What is asked is computed in a thread, one network after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.insight.context import ContextCurve, context_curve
from charrnn_tui.insight.learnt_from import texts_to_ask
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import ModelError
from charrnn_tui.prompt.text_curves import mark
from charrnn_tui.text import TextError, UnknownSymbolsError
from charrnn_tui.tui.content.asking import Asking, CalledOff
from charrnn_tui.tui.content.curves import curve_colour
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.context_chart import ContextChart

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library

HINT = "Enter or Space draws the curve of a model, or takes it away. Where a curve lies flat, what stands further back \
makes no difference to the model."
_EVERY = 0.1


@dataclass
class _Row:
    """A model of the list, and what is known of it."""

    name: str
    number: int | None = None
    """Of its curve, where it was asked for: mark and colour."""
    curve: ContextCurve | None = None
    problem: str = ""

    @property
    def waits(self) -> bool:
        """Whether its curve is still to be computed."""
        return self.number is not None and self.curve is None and not self.problem


class ContextScreen(Dialog[None]):
    """A chart and the list of models. `wanted` are drawn at once; without any, the open one."""

    CSS_PATH = ["../dialogs/dialog.tcss", "context.tcss"]
    AUTO_FOCUS = "#context-models"
    BINDINGS = [
        Binding("space", "draw_or_not", "Draw", id="context.toggle", tooltip="Draw this curve, or take it away"),
        Binding("f1", "help", "Keys", id="context.help", tooltip="All keys that work here"),
    ]
    chart = getters.query_one(ContextChart)
    models = getters.query_one("#context-models", OptionList)

    def __init__(self, library: Library, open_model: Model | None, wanted: Sequence[str] = ()) -> None:
        super().__init__()
        self.library = library
        self._open_model = open_model
        names = [entry.name for entry in library.entries()]
        if open_model is not None and open_model.name not in names:
            names.insert(0, open_model.name)
        asked = list(wanted) or ([open_model.name] if open_model is not None else [])
        self.rows = {name: _Row(name) for name in [*asked, *names]}
        for name in asked:
            self._give_number(self.rows[name])
        self._asking: Asking | None = None

    def compose(self) -> ComposeResult:
        """Chart, numbers of the chosen model, what is said; the list."""
        with Vertical(classes="dialog"):
            yield self.title_line("How far back models look: bits a character by known characters")
            with Container(id="context"):
                with Vertical(id="context-drawn"):
                    yield ContextChart(id="context-chart")
                    yield Static("", id="context-numbers")
                    yield Static(plain(HINT), id="context-note", classes="muted")
                yield BrowseList(id="context-models", compact=True, markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with what was asked for."""
        self._ticker = self.set_interval(_EVERY, self._draw_list, pause=True)
        self.models.add_options([Option("", id=None) for _ in self.rows])
        self.models.highlighted = 0
        self._draw()
        self._go_on()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        if self._asking is not None:
            self._asking.call_off()

    # --- asking ---

    def _give_number(self, row: _Row) -> None:
        taken = {other.number for other in self.rows.values()}
        row.number = next(number for number in range(len(self.rows) + 1) if number not in taken)

    def _go_on(self) -> None:
        """Ask about the next model that waits, unless one is being asked about."""
        waiting = next((row for row in self.rows.values() if row.waits), None)
        if waiting is not None and self._asking is None:
            self._asking = Asking()
            self._ticker.resume()
            self.run_worker(self._ask(waiting, self._asking))

    async def _ask(self, row: _Row, asking: Asking) -> None:
        def question() -> ContextCurve:
            opened = self._open_model
            model = opened if opened is not None and row.name == opened.name else self.library.open(row.name)
            return context_curve(model, texts_to_ask(model), progress=asking.tell)

        try:
            row.curve = await asking.ask(question)
        except (InsightError, ModelError, TextError, UnknownSymbolsError) as error:
            row.problem = sentence(error)
        except CalledOff:
            pass
        self.call_later(self._answered)

    def _answered(self) -> None:
        self._asking = None
        self._ticker.pause()
        self._draw()
        self._go_on()

    # --- drawing ---

    @property
    def _chosen(self) -> _Row | None:
        at = self.models.highlighted
        return None if at is None else [*self.rows.values()][at]

    def _draw(self) -> None:
        front = self._chosen
        curves = {r.number: r.curve for r in self.rows.values() if r.number is not None and r.curve is not None}
        self.chart.show(curves, front.number if front is not None else None)
        self._draw_list()
        self._draw_numbers()

    def _draw_list(self) -> None:
        asked = next((row for row in self.rows.values() if row.waits), None) if self._asking is not None else None
        for at, row in enumerate(self.rows.values()):
            self.models.replace_option_prompt_at_index(at, self._line(row, is_asked=row is asked))

    def _line(self, row: _Row, *, is_asked: bool) -> Content:
        if row.number is None:
            return Content("  ") + plain(row.name)
        # On the bar a colour of its own might be the bar's.
        colour = "" if row is self._chosen else self.chart.colour(curve_colour(row.number))
        line = Content.styled(f"{mark(row.number)} ", colour) + plain(row.name)
        if row.problem:
            return line + Content("  cannot be asked")
        if row.curve is None:
            share = self._asking.share if is_asked and self._asking is not None else None
            return line + Content("  waits" if share is None else f"  {share:.0%}")
        best = min(point.bits for point in row.curve.points)
        return line + Content(f"  {best:.2f} bits, {row.curve.enough()} back")

    def _draw_numbers(self) -> None:
        row, line = self._chosen, self.query_one("#context-numbers", Static)
        if row is None:
            return
        line.set_class(bool(row.problem), "problem")
        if row.problem:
            line.update(plain(row.problem))
        elif row.curve is None:
            line.update("")
        else:
            curve = row.curve
            told = "  ".join(f"{p.known}:\u00a0{p.bits:.2f}±{p.error:.2f}" for p in curve.points)
            enough = f"{curve.enough()} known characters are within 0.01 bits of the best ({curve.places:,} places)."
            line.update(plain(f"{told}\n{enough}", keep_newlines=True))

    # --- choosing ---

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self._draw()

    @on(OptionList.OptionSelected)
    def action_draw_or_not(self) -> None:
        """Draw the model's curve, or take it away; what is being computed for it is called off."""
        row = self._chosen
        if row is None:
            return
        if row.number is None:
            row.problem = ""
            self._give_number(row)
        else:
            if row.waits and self._asking is not None and row is next(r for r in self.rows.values() if r.waits):
                self._asking.call_off()
            row.number = None
        self._draw()
        self._go_on()

    def action_help(self) -> None:
        """All keys that work here."""
        from charrnn_tui.tui.screens.help import HelpScreen, key_sections

        self.app.push_screen(HelpScreen(key_sections(self)))

    def action_cancel(self) -> None:
        """Call off what is being computed; or else leave."""
        waiting = [row for row in self.rows.values() if row.waits]
        if self._asking is None or not waiting:
            self.dismiss(None)
            return
        self._asking.call_off()
        for row in waiting:
            row.number = None
        self._draw()
