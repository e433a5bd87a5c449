"""What widgets share that paint their own rows, and rows of words that change often."""

from __future__ import annotations

from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static


class Painted(Widget):
    """Looks its styles up once a paint and not once a row: that is most of what a row costs."""

    _looks_now: dict[str, Style] | None = None
    """The styles of this paint by component, that of the widget itself under ''."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a part of the widget."""
        self._looks_now = {}
        try:
            return super().render_lines(crop)
        finally:
            self._looks_now = None

    def look(self, component: str = "", *, partial: bool = True) -> Style:
        """The style of a component class, or of the widget itself."""
        known = self._looks_now
        if known is not None and component in known:
            return known[component]
        found = self.get_component_rich_style(component, partial=partial) if component else self.rich_style
        if known is not None:
            known[component] = found
        return found


def update_in_place(widget: Static, content: Content) -> None:
    """Other content; the screen is laid out anew only where the number of lines changed, for that is slow."""
    lines = len(content.wrap(max(1, widget.size.width)))
    widget.update(content, layout=lines != widget.size.height)
