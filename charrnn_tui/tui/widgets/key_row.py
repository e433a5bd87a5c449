"""The footer: as many keys as fit, whole, the most useful first; each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App
from textual.binding import ActiveBinding, Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget


class KeyRow(Widget):
    """Keys of what has the focus and of the screen, in a given order.

    Textual's own Footer cuts the last key in two where the row is too short; this one leaves it out.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--text"}
    ALLOW_SELECT = False

    def __init__(self, order: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._order = {name: place for place, name in enumerate(order)}
        """Places of bindings, by their ids: another key for one does not move it."""

    def on_mount(self) -> None:
        """Follow the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    @property
    def shown(self) -> list[tuple[str, str, str, str]]:
        """Key, what it does, action, tooltip; as many as fit."""
        if not self.screen.is_mounted:
            return []
        found: list[tuple[str, str, str, str]] = []
        used = 1
        seen: set[str] = set()
        for active in sorted(self.screen.active_bindings.values(), key=self._place):
            binding: Binding = active.binding
            if not binding.show or not active.enabled or binding.action in seen:
                continue  # an action may have two keys
            seen.add(binding.action)
            key = self.app.get_key_display(binding)
            cells = len(key) + len(binding.description) + 3
            if used + cells > self.size.width + 2:
                break
            used += cells
            found.append((key, binding.description, binding.action, binding.tooltip))
        return found

    def _place(self, active: ActiveBinding) -> tuple[bool, int]:
        """What has the focus first, then the screen's in their order, then the app's."""
        return isinstance(active.node, Screen | App), self._order.get(active.binding.id or "", len(self._order))

    def render_line(self, y: int) -> Strip:
        """The row."""
        base = self.rich_style
        key_style = base + self.get_component_rich_style("keys--key")
        text_style = base + self.get_component_rich_style("keys--text")
        segments = [Segment(" ", base)]
        for key, text, action, tooltip in self.shown:
            meta = Style(meta={"key_action": action, "tip": tooltip})
            segments += [Segment(key, key_style + meta), Segment(f" {text}", text_style + meta), Segment("  ", base)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        action = event.style.meta.get("key_action")
        if isinstance(action, str):
            await self.screen.run_action(action)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell what the key under the pointer does."""
        tip = event.style.meta.get("tip")
        self.tooltip = tip if isinstance(tip, str) and tip else None
