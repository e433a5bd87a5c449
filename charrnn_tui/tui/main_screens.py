"""Open the other screens and do what is chosen there. Each is imported when it is first asked for."""

from __future__ import annotations

from charrnn_tui.tui.main_training import WithTraining


class WithScreens(WithTraining):
    """Ways to the other screens."""

    def _later(self, what: str) -> None:
        self.app.notify(f"{what} is not there yet.", markup=False)

    def action_help(self) -> None:
        """Keys and commands."""
        self._later("Help")

    def show_help(self, topic: str | None) -> None:
        """Help about a command."""
        self._later("Help")

    def action_models(self) -> None:
        """Browse models."""
        self._later("The browser of models")

    def action_corpora(self) -> None:
        """Browse corpora."""
        self._later("The browser of corpora")

    def action_training_form(self) -> None:
        """Choose corpus, network and time."""
        self._later("The form")

    def action_timeline(self) -> None:
        """What the network said before."""
        self._later("The timeline")

    def action_themes(self) -> None:
        """Choose a theme."""
        self._later("The theme picker")

    def action_sampling(self) -> None:
        """Settings of sampling."""
        self._later("This")

    def action_favourites(self) -> None:
        """Favourites."""
        self._later("This")

    async def leave(self) -> None:
        """Leave the program; asked first where a run goes on."""
        run = self.training.active
        if run is None:
            self.app.exit()
            return
        await self.training.close()
        self.app.exit()
