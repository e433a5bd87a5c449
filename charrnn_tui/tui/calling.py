"""Open the other screens and do what is chosen there. Each is imported when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

if TYPE_CHECKING:
    from charrnn_tui.tui.screens.main import MainScreen

    _Screen = MainScreen


class Calling:
    """Ways to the other screens. A part of MainScreen."""

    def _later(self: MainScreen, what: str) -> None:
        self.app.notify(f"{what} is not there yet.", markup=False)

    def action_help(self: MainScreen) -> None:
        """Keys and commands."""
        self._later("Help")

    def show_help(self: MainScreen, topic: str | None) -> None:
        """Help about a command."""
        self._later("Help")

    def action_models(self: MainScreen) -> None:
        """Browse models."""
        self._later("The browser of models")

    def action_corpora(self: MainScreen) -> None:
        """Browse corpora."""
        self._later("The browser of corpora")

    def action_training_form(self: MainScreen) -> None:
        """Choose corpus, network and time."""
        self._later("The form")

    def action_timeline(self: MainScreen) -> None:
        """What the network said before."""
        self._later("The timeline")

    def action_themes(self: MainScreen) -> None:
        """Choose a theme."""
        self._later("The theme picker")

    def action_sampling(self: MainScreen) -> None:
        """Settings of sampling."""
        self._later("This")

    def action_favourites(self: MainScreen) -> None:
        """Favourites."""
        self._later("This")
