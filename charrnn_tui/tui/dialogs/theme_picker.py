"""Choose a theme by looking at it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.theme import Theme
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.tui import themes
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.messages import Refused, Said
from charrnn_tui.tui.widgets.browse_list import BrowseList


class ThemePicker(Dialog[str | None]):
    """Lists the app's themes, the program's own first; each is put on while it is highlighted.

    The result is the name of the chosen theme, which stays on; Escape puts the old one back.
    """

    CSS_PATH = ["dialog.tcss", "theme_picker.tcss"]
    AUTO_FOCUS = "#themes"

    def __init__(self) -> None:
        super().__init__()
        self._before = ""
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        """A list that leaves most of the screen to be seen."""
        self._before = self.app.theme
        available = self.app.available_themes
        own = [theme.name for theme in themes.THEMES if theme.name in available]
        self._names = own + sorted(name for name in available if name not in own)
        with Vertical(classes="dialog"):
            yield self.title_line("Theme")
            options = [Option(self._prompt(available[name])) for name in self._names]
            yield BrowseList(*options, id="themes", compact=True, markup=False)
            yield Static("Enter keeps, Escape restores", classes="muted last")

    def _prompt(self, theme: Theme) -> Content:
        colours = (theme.primary, theme.secondary, theme.accent, theme.success, theme.error)
        # ANSI themes name the terminal's own colours, which have no fixed look to show here.
        chips = [("█", colour) for colour in colours if colour and not colour.startswith("ansi")]
        return Content.assemble(*chips, " " * (6 - len(chips)), plain(theme.name))

    def on_mount(self) -> None:
        """Begin at the theme that is on."""
        self.query_one(OptionList).highlighted = self._names.index(self._before) if self._before in self._names else 0

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        self.app.theme = self._names[event.option_index]

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        name = self._names[event.option_index]
        self.app.theme = name
        self.dismiss(name)

    def action_cancel(self) -> None:
        """Put the old theme back."""
        self.app.theme = self._before
        self.dismiss(None)


def keep_theme(name: str) -> Said | Refused:
    """Keep a theme in the settings; what is to be said of it."""
    from charrnn_tui.prompt.settings import ConfigError, save_setting

    try:
        save_setting("theme", name)
    except (ConfigError, OSError) as error:
        return Refused(f"the theme is used but could not be kept: {error}")
    return Said(f"theme {name}, kept in the settings")
