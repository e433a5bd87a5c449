"""The Textual app: what it is made of, its themes and keys. The screens do the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from charrnn_tui.prompt.keys import bind
from charrnn_tui.prompt.runs import (
    RecipeFor,
    Reconnect,
    Settle,
    Spawn,
    recipe_for,
    reconnect_background,
    settle_recipe,
    spawn_worker,
)
from charrnn_tui.prompt.session import random_seed
from charrnn_tui.tui import themes
from charrnn_tui.tui.content.shapes import shape_for
from charrnn_tui.tui.eight_bit import EightBitColours
from charrnn_tui.tui.key_order import KeysInOrder
from charrnn_tui.tui.screens.main import MainScreen
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.command import Provider

    from charrnn_tui.files.asciicast import Recording
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import Config

_HERE = Path(__file__).parent


def default_keys() -> dict[str, tuple[str, ...]]:
    """The keys of the main screen and its widgets by the ids of their bindings."""
    bound = [*MainScreen.BINDINGS, *Prompt.BINDINGS, *Generations.BINDINGS, *CharRNNApp.BINDINGS]
    return {b.id: tuple(b.key.split(",")) for b in bound if isinstance(b, Binding) and b.id}


def _palette() -> type[Provider]:
    """Imported when the palette is opened first: nothing that is not seen delays the first paint."""
    from charrnn_tui.tui.palette import Palette

    return Palette


class CharRNNApp(KeysInOrder[None]):
    """Type the start of a word and watch a network finish it; train one without leaving the screen."""

    TITLE = "charrnn-tui"
    # The main screen is the default screen, whose own CSS_PATH Textual does not read.
    CSS_PATH: ClassVar = [_HERE / "app.tcss", _HERE / "screens" / "main.tcss", _HERE / "screens" / "presenting.tcss"]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True, id="quit", tooltip="Leave the program"),
        Binding(
            *("alt+s", "picture", "Picture"),
            priority=True,
            show=False,
            id="screenshot",
            tooltip="Save a picture of the screen into a folder",
        ),
        Binding(
            *("alt+p,shift+f12,f24", "present", "Present"),
            show=False,
            id="present",
            tooltip="Large, without keys and borders, for a class; or no longer",
        ),
    ]

    def __init__(
        self,
        config: Config,
        library: Library,
        spawn: Spawn = spawn_worker,
        *,
        settle: Settle = settle_recipe,
        recipe_for: RecipeFor = recipe_for,
        reconnect: Reconnect = reconnect_background,
        clock: Callable[[], float] = time.monotonic,
        new_seed: Callable[[], int] = random_seed,
        recording: Recording | None = None,
    ) -> None:
        super().__init__()
        self.recording = recording
        """Takes what the driver writes; None: nothing does."""
        self.config = config
        self.library = library
        self.spawn = spawn
        self.settle = settle
        self.recipe_for = recipe_for
        self.reconnect = reconnect
        self.clock = clock
        self.crashed = False
        """Whether the program was ended by a fault of its own."""
        self.new_seed = new_seed
        if self.console.color_system == "256":
            self._filters.append(EightBitColours())
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = self._first_theme()
        self.stylesheet.set_variables(self.get_css_variables())  # made for Textual's own theme
        bound = bind(default_keys(), config.keys)
        self._key_problems = bound.problems
        given = {id: ",".join(bound.keys[id]) for id in config.keys if id in bound.keys}
        self.set_keymap({**config.keys, **given})  # those of dialogs are looked at when they open

    def _first_theme(self) -> str:
        """The theme of the settings; without one the program's own, or the terminal's colours where it has 16."""
        if self.config.theme in self.available_themes:
            return self.config.theme
        return themes.SIXTEEN_COLOURS if self.console.color_system == "standard" else themes.DEFAULT

    def get_driver_class(self) -> type[Driver]:
        """The driver, made to bear what a terminal may send."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from charrnn_tui.tui.driver import TolerantDriver

        return TolerantDriver

    def panic(self, *renderables: RenderableType) -> None:
        """Textual ends the program and shows a traceback; the exit code must tell it, too."""
        self.crashed = True
        super().panic(*renderables)

    def get_default_screen(self) -> Screen[None]:
        """The main screen, made for the shape of the terminal: nothing is styled for another one first."""
        screen = MainScreen(
            self.config,
            self.library,
            self.spawn,
            settle=self.settle,
            recipe_for=self.recipe_for,
            reconnect=self.reconnect,
            clock=self.clock,
            new_seed=self.new_seed,
            key_problems=self._key_problems,
        )
        return screen.add_class(shape_for(*self.size), update=False)

    def refresh_css(self, animate: bool = True) -> None:
        """Textual parses all style sheets again for a theme, also for the one that they have just been parsed for."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.update(self, animate=animate)

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever lies over it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def on_mount(self) -> None:
        """Present from the start, where the settings say so."""
        if self.config.present:
            self.call_after_refresh(self.action_present)

    def action_present(self) -> None:
        """Present to a class, or no longer."""
        from charrnn_tui.tui.screens.presenting import turn_over

        turn_over(self.main)

    def action_picture(self) -> None:
        """Save a picture of the screen."""
        from charrnn_tui.tui.screens.keeping import save_picture

        save_picture(self, self.config.screenshots)

    async def action_quit(self) -> None:
        """Leave; ask first where a run goes on."""
        await self.main.leave()
