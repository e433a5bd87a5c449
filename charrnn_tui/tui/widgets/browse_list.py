"""A list to look through: a click shows an entry, a second click or Enter takes it."""

from __future__ import annotations

from textual import events
from textual.widgets import OptionList


class BrowseList(OptionList):
    """An OptionList in which a single click only moves the highlight."""

    async def _on_click(self, event: events.Click) -> None:
        # Textual calls each class's handler in turn; the base class's would select at the first click.
        event.prevent_default()
        clicked: int | None = event.style.meta.get("option")
        if clicked is None or self.get_option_at_index(clicked).disabled:
            return
        again = event.chain >= 2 and self.highlighted == clicked
        self.highlighted = clicked
        if again:
            self.action_select()
