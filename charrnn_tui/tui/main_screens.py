"""Ways from the main screen to the others, and what is done with what is chosen there.

Each screen is imported when it is first asked for: none of them may delay the first paint.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui.main_training import WithTraining

if TYPE_CHECKING:
    from charrnn_tui.prompt import commands as slash
    from charrnn_tui.prompt.favourites import Favourite
    from charrnn_tui.tui.screens.training_form import TrainingRequest


class WithScreens(WithTraining):
    """Opens the other screens."""

    def action_help(self) -> None:
        """Keys and commands."""
        self.show_help(None)

    def show_help(self, topic: str | None) -> None:
        """Help, or what one command does."""
        from charrnn_tui.tui.screens.help import HelpScreen, key_sections

        self.app.push_screen(HelpScreen(key_sections(self), topic))

    def action_models(self) -> None:
        """Browse models."""
        from charrnn_tui.tui.screens.model_browser import ModelBrowser

        model, run = self.session.model, self.training.active
        busy = () if run is None else (run.name,)
        self.app.push_screen(ModelBrowser(self.library, model.name if model else None, busy), self._open_chosen)

    def _open_chosen(self, name: str | None) -> None:
        if name is not None:
            self.open_model(name)

    def action_corpora(self) -> None:
        """Browse corpora; what is chosen goes into the form."""
        from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser

        self.app.push_screen(CorpusBrowser(), self._corpus_chosen)

    def _corpus_chosen(self, target: str | None) -> None:
        if target is not None:
            self.action_training_form(target)

    def action_training_form(self, corpus: str | None = None) -> None:
        """Choose corpus, network and time."""
        from charrnn_tui.training.plan.recipe import Recipe
        from charrnn_tui.tui.screens.training_form import TrainingForm

        recipe = Recipe(corpus=corpus) if corpus is not None else None
        self.app.push_screen(TrainingForm(self.library, recipe), self._train_chosen)

    def _train_chosen(self, request: TrainingRequest | None) -> None:
        if request is not None:
            self.start_training(request.recipe, base=request.base, resume=request.resume)

    def action_timeline(self) -> None:
        """What the network said at earlier evaluations: of the latest run, or else of the open model."""
        run, model = self.panel.run, self.session.model
        if run is not None and run.started is not None:
            folder, name = Path(run.started.folder), run.name
        elif model is not None and model.folder is not None:
            folder, name = model.folder, model.name
        else:
            self.say_trouble("there is nothing to look back on yet: open a model, or train one with Ctrl+T.")
            return
        from charrnn_tui.tui.screens.timeline import Timeline

        self.app.push_screen(Timeline(folder, name))

    def action_themes(self) -> None:
        """Choose a theme; it is kept in the settings."""
        from charrnn_tui.tui.dialogs.theme_picker import ThemePicker

        self.app.push_screen(ThemePicker(), self._keep_theme)

    def _keep_theme(self, name: str | None) -> None:
        if name is None:
            return
        from charrnn_tui.prompt.settings import ConfigError, save_setting

        try:
            save_setting("theme", name)
        except (ConfigError, OSError) as error:
            self.say_trouble(f"the theme is used but could not be kept: {error}")
        else:
            self.say(f"theme {name}, kept in the settings")

    def action_favourites(self) -> None:
        """The generations that were kept; one that is chosen is said again."""
        from charrnn_tui.tui.screens.favourites import FavouritesScreen

        self.app.push_screen(FavouritesScreen(), self._say_favourite)

    def _say_favourite(self, kept: Favourite | None) -> None:
        if kept is None:
            return
        start = partial(
            self.start_generations,
            [kept.prefix],
            seed=kept.seed,
            settings=[SamplingSettings(kept.temperature, kept.top_k, kept.top_p, kept.min_p)],
            max_length=kept.max_length,
            items=[kept.item],
        )
        model = self.session.model
        if model is not None and model.name == kept.model:
            self.attempt(start)
        else:
            self.waiting.append(start)
            self.open_model(kept.model)

    def action_sampling(self) -> None:
        """Temperature, filters, seed, length and pace in one place."""
        from charrnn_tui.tui.dialogs.sampling import SamplingScreen

        session, settings = self.session, self.session.settings
        values = {
            "temp": f"{settings.temperature:g}",
            "top-k": f"{settings.top_k}",
            "top-p": f"{settings.top_p:g}",
            "min-p": f"{settings.min_p:g}",
            "seed": "random" if session.seed is None else f"{session.seed}",
            "max": f"{session.max_length}",
            "pace": f"{self.player.pace:g}",
        }
        self.app.push_screen(SamplingScreen(values), self._use_settings)

    def _use_settings(self, actions: list[slash.Action] | None) -> None:
        for action in actions or []:
            self.act(action)

    def act(self, action: slash.Action) -> None:
        """Carry out what a typed line means."""
        raise NotImplementedError  # the next class in the chain knows how

    async def leave(self) -> None:
        """Leave the program; asked first where a run goes on."""
        run = self.training.active
        if run is None:
            self.app.exit()
            return
        from charrnn_tui.tui.dialogs.quit import QuitScreen

        if not isinstance(self.app.screen, QuitScreen):
            self.app.push_screen(QuitScreen(training=True, name=run.name), self._leave_so)

    async def _leave_so(self, answer: str | None) -> None:
        if answer is None:
            return
        if answer == "background" and not await self.training.detach():
            self.say_trouble("the run cannot go on in the background; stop it, or stay.")
            return
        if answer == "quit":
            self.say("stopping and saving …")
            await self.training.close()
        self.app.exit()
