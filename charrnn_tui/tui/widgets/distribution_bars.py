"""The whole distribution at a place: a bar for every symbol, raw, and beside it as the settings leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from charrnn_tui.tui.content.shown import symbol_name
from charrnn_tui.tui.widgets.painting import Painted, joined

if TYPE_CHECKING:
    from charrnn_tui.insight.scores import Distribution

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int) -> str:
    """A bar of so many cells for a share of 1; what is above 0 is seen."""
    eighths = round(share * cells * 8)
    if share > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)[:cells]


def short_percent(share: float) -> str:
    """A share in five cells."""
    percent = 100 * share
    if share == 0:
        return "   0%"
    if percent < 0.05:
        return "<.05%"
    return f"{percent:.1f}%".rjust(5) if percent < 99.95 else " 100%"


class DistributionBars(Painted, can_focus=True):
    """Symbols, the most probable first; Enter puts the chosen one at the place."""

    BINDING_GROUP_TITLE = "Distribution"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Up", show=False, id="bars.up", tooltip="The symbol above"),
        Binding("down", "choose(1)", "Down", show=False, id="bars.down", tooltip="The symbol below"),
        Binding("pageup", "choose(-10)", "Page up", show=False, id="bars.page_up", tooltip="Ten symbols up"),
        Binding("pagedown", "choose(10)", "Page down", show=False, id="bars.page_down", tooltip="Ten symbols down"),
        Binding("home", "choose(-9999)", "First", show=False, id="bars.first", tooltip="The most probable symbol"),
        Binding("end", "choose(9999)", "Last", show=False, id="bars.last", tooltip="The least probable symbol"),
        Binding("enter", "put", "Put it there", id="bars.put", tooltip="Put this symbol at the cursor and grow anew"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bars--head",
        "bars--symbol",
        "bars--raw",
        "bars--left",
        "bars--cut",
        "bars--actual",
        "bars--chosen",
    }
    ALLOW_SELECT = False

    chosen: reactive[int] = reactive(0)
    """The row under the bar."""

    @dataclass
    class Put(Message):
        """A symbol was chosen, to be put at the cursor; '' is the end of the item."""

        symbol: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Distribution | None = None
        self._order: list[int] = []
        self._rows: list[tuple[str, float, float, bool, bool]] = []
        self._settings = ""
        self._stands: tuple[int, int | None] = (-1, None)
        self._top = 0

    def show(self, shown: Distribution, settings: str, place: int) -> None:
        """Show a distribution; `settings` says what it is drawn under."""
        has_end = shown.raw[0] > 0
        self._order = [id_ for id_ in shown.order.tolist() if id_ or has_end]
        self._shown, self._settings = shown, settings
        self._rows = self.rows()
        if (place, shown.actual) != self._stands:
            self._stands = (place, shown.actual)
            self.chosen = (shown.rank or 1) - 1
        self._to_chosen()
        self.refresh()

    def rows(self) -> list[tuple[str, float, float, bool, bool]]:
        """Symbol, raw share, share under the settings, whether it is cut off, whether it stands there."""
        shown = self._shown
        if shown is None:
            return []
        cut = shown.cut_off
        return [
            (
                symbol_name(shown.vocabulary[id_]),
                float(shown.raw[id_]),
                float(shown.filtered[id_]),
                bool(cut[id_]),
                id_ == shown.actual,
            )
            for id_ in self._order
        ]

    def heading(self) -> str:
        """What the two columns are, with their sums."""
        if self._shown is None:
            return ""
        return f"raw Σ {self._shown.raw.sum():.2f} │ {self._settings} Σ {self._shown.filtered.sum():.2f}"

    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _to_chosen(self) -> None:
        height = self._height()
        if not self._top <= self.chosen < self._top + height:
            self._top = self.chosen - height // 2
        self._top = max(0, min(self._top, len(self._order) - height))

    def on_resize(self) -> None:
        """Keep the chosen row in view."""
        self._to_chosen()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The heading, then a row a symbol."""
        base, width = self.look(), self.size.width
        if y == 0:
            return Strip([Segment(self.heading(), self._style("head"))]).adjust_cell_length(width, base)
        at = y - 1 + self._top
        rows = self._rows
        if at >= len(rows):
            return Strip.blank(width, base)
        name, raw, left, cut, actual = rows[at]
        cells = max(3, (width - 7 - 2 * 6 - 1) // 2)
        chosen = at == self.chosen and self.has_focus
        label = self._style("actual" if actual else "symbol")
        pad = " " * max(0, 4 - cell_len(name))
        after = "cut off".ljust(cells + 6)[: cells + 6] if cut else f"{short_percent(left)} {bar(left, cells)}"
        marked = actual or at == self.chosen
        pieces = [
            ("▶ " if actual else "› " if marked else "  ", self._style("actual") if marked else label),
            (f"{name}{pad} {short_percent(raw)} ", label),
            (bar(raw, cells) + " ", self._style("raw")),
            (after, self._style("cut" if cut else "left")),
        ]
        over = self.look("bars--chosen") if chosen else None
        if over:
            pieces = [(text, style + over) for text, style in pieces]
        return Strip(joined(pieces)).adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        return self.look() + self.look(f"bars--{name}")

    # --- choosing ---

    def validate_chosen(self, row: int) -> int:
        """Within the list."""
        return max(0, min(row, len(self._order) - 1))

    def watch_chosen(self) -> None:
        """Keep it in view."""
        self._to_chosen()
        self.refresh()

    def action_choose(self, by: int) -> None:
        """Some rows up or down."""
        self.chosen += by

    def action_put(self) -> None:
        """Put the chosen symbol at the cursor."""
        if self._shown is not None and self._order:
            self.post_message(self.Put(self._shown.vocabulary[self._order[self.chosen]]))

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the pointer; a second click puts it there."""
        row = event.y - 1 + self._top
        if not (event.y > 0 and row < len(self._rows)):
            return
        again = event.chain >= 2 and row == self.chosen
        self.chosen = row
        if again:
            self.action_put()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        self._scroll(1, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        self._scroll(-1, event)

    def _scroll(self, by: int, event: events.MouseEvent) -> None:
        event.stop()
        self._top = max(0, min(self._top + by, len(self._order) - self._height()))
        self.refresh()
