"""The screens with which a run is begun and looked back on, opened over the main screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.prompt import commands

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.tui.screens.training_form import TrainingRequest
    from charrnn_tui.tui.widgets.training_panel import TrainingPanel


class TrainingScreens:
    """Opens them; what is chosen there goes to the panel. Each is imported when it is first asked for."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._wanted: Recipe | None = None
        """What was chosen in the form and could not be begun; the form shows it again."""

    def begun(self) -> None:
        """A run was begun: the form is empty again."""
        self._wanted = None

    def carry_out(self, panel: TrainingPanel, action: commands.Train | commands.Race, line: str) -> None:
        """Carry out a line that is about training."""
        match action:
            case commands.Race():
                panel.races.begin(action, line)
            case commands.Train(None):
                self.form(panel)
            case commands.Train(target):
                panel.begin_on(target, line)

    def corpora(self, panel: TrainingPanel) -> None:
        """Browse corpora; what is chosen goes into the form."""
        from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser

        def chosen(target: str | None) -> None:
            if target is not None:
                self.form(panel, target)

        panel.app.push_screen(CorpusBrowser(), chosen)

    def form(self, panel: TrainingPanel, corpus: str | None = None) -> None:
        """Choose corpus, network and time, and begin."""
        from charrnn_tui.training.plan.recipe import Recipe
        from charrnn_tui.tui.screens.training_form import TrainingForm

        recipe = Recipe(corpus=corpus) if corpus is not None else self._wanted
        form = TrainingForm(self._library, recipe, why_not=panel.training.why_not)
        panel.app.push_screen(form, lambda request: self.begin(panel, request))

    def begin(self, panel: TrainingPanel, request: TrainingRequest | None) -> None:
        """Begin what was chosen in the form, if anything was."""
        if request is not None:
            self._wanted = None if request.resume else request.recipe
            panel.begin(request.recipe, base=request.base, resume=request.resume)

    def timeline(self, panel: TrainingPanel, model: Model | None) -> bool:
        """What a network said at earlier evaluations: that of the latest run, or else the open model; False where there
        is neither."""
        run = panel.run
        if run is not None and run.started is not None:
            folder, name = Path(run.started.folder), run.name
        elif model is not None and model.folder is not None:
            folder, name = model.folder, model.name
        else:
            return False
        from charrnn_tui.tui.screens.timeline import Timeline

        panel.app.push_screen(Timeline(folder, name))
        return True
