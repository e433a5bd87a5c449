"""What widgets share that paint their own rows, and rows of words that change often."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ParamSpec, Self

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

P = ParamSpec("P")


class Painted(Widget):
    """Keeps the rows that it painted and the styles that it looked up, until they change: that is most of what a row
    costs. A part that is refreshed as a region costs its rows alone.

    Where it has a border, padding or opacity, Textual paints these as it does for others.
    """

    _looked_up: dict[str, Style] | None = None
    """The styles by component; that of the widget itself under ''. None: they may have changed."""
    _rows_of: tuple[Style, Size, tuple[LineFilter, ...]] | None = None
    """The style, the size and the filters that the rows were painted with."""
    _bare = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ground = Color(0, 0, 0)
        self._rows_kept: dict[int, Strip] = {}

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a part of the widget."""
        now = (self.rich_style, self.size, tuple(self.get_line_filters()))
        if self._looked_up is None or self._rows_of != now:
            self._looked_up = {"": now[0]}
            self._rows_of = now
            self._rows_kept.clear()
            self._ground = self.background_colors[1]
            self._bare = not any(self.styles.gutter) and self.opacity == 1 and not self.styles.tint.a
        if not self._bare:
            return super().render_lines(crop)
        rows = [self._rows_kept.get(y) or self._row(y) for y in crop.line_range]
        if crop.column_span == (0, self.size.width):
            return rows
        return [row.crop(*crop.column_span) for row in rows]

    def _row(self, y: int) -> Strip:
        row = self.render_line(y)
        if self._rows_of is not None:
            for change in self._rows_of[2]:
                row = row.apply_filter(change, self._ground)
        self._rows_kept[y] = row
        return row

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As every widget's; the rows of the regions, or all, are painted anew."""
        if repaint and not regions:
            self._rows_kept.clear()
        for region in regions:
            for y in region.line_range:
                self._rows_kept.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Textual has put other rules of CSS on the widget."""
        self._looked_up = None
        super().notify_style_update()

    def look(self, component: str = "", *, partial: bool = True) -> Style:
        """The style of a component class, or of the widget itself."""
        if self._looked_up is None:
            self._looked_up = {"": self.rich_style}
            self._rows_of = None
        if component not in self._looked_up:
            self._looked_up[component] = self.get_component_rich_style(component, partial=partial)
        return self._looked_up[component]


def joined(pieces: Iterable[tuple[str, Style]]) -> list[Segment]:
    """Segments of pieces side by side: one a run of the same style (the same object), for each costs time to paint."""
    segments: list[Segment] = []
    run: list[str] = []
    last: Style | None = None
    for text, style in pieces:
        if style is not last and run:
            segments.append(Segment("".join(run), last))
            run.clear()
        last = style
        run.append(text)
    if run:
        segments.append(Segment("".join(run), last))
    return segments


def update_in_place(widget: Static, content: Content, *, shrink: bool = True) -> None:
    """Other content; the screen is laid out anew only where the number of lines changed, for that is slow.

    Not `shrink`: a row that once needed more lines keeps them, so that what lies below does not jump.
    """
    lines, now = len(content.wrap(max(1, widget.size.width))), widget.size.height
    widget.update(content, layout=lines > now or (shrink and lines < now))


def begun_later(work: Callable[P, Coroutine[Any, Any, Any]], *args: P.args, **kwargs: P.kwargs) -> Callable[[], Any]:
    """Work for `run_worker`. A coroutine given to a worker that is cancelled before it begins is never awaited; a
    function is never called.
    """

    async def begin() -> None:
        await work(*args, **kwargs)

    return begin
