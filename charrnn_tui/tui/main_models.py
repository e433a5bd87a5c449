"""Opening models from the main screen; the prompt answers from the open one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.prompt import commands as slash
from charrnn_tui.tui.main_base import MainBase
from charrnn_tui.tui.messages import ModelFailed, ModelOpened

if TYPE_CHECKING:
    from charrnn_tui.model import Model


class WithModels(MainBase):
    """Opens models in a thread, the first one after the first frame is on the screen."""

    def open_first_model(self) -> None:
        """Open the model of the settings, or any there is."""
        self.run_worker(self._open_first(), group="open", exclusive=True)

    async def _open_first(self) -> None:
        from charrnn_tui.model import ModelError

        try:
            model = await asyncio.to_thread(self.library.open, self.config.model)
        except ModelError as error:
            entry = next((e for e in self.library.entries() if e.info is not None), None)
            if entry is None:
                self.post_message(ModelFailed("there is no model yet: Ctrl+T trains one on names."))
                return
            self.say(str(error))
            self.open_model(entry.name)
            return
        self.post_message(ModelOpened(model))

    def check_model(self, name: str) -> None:
        """Raise CommandError where there is no such model."""
        from charrnn_tui.model import ModelError

        try:
            self.library.find(name)
        except ModelError as error:
            raise slash.CommandError(str(error)) from error

    def open_model(self, name: str) -> None:
        """Open a model by name in a thread; the prompt answers from it once it is there."""
        run = self.training.active
        self.follow_training = run is not None and run.name == name
        self.run_worker(self._open(lambda: self.library.open(name)), group="open", exclusive=True)

    def open_trained(self, folder: Path, step: int) -> None:
        """Open the weights that a run has just saved."""
        from charrnn_tui.model import Model

        self.run_worker(self._open(lambda: Model.open(folder), step), group="open", exclusive=True)

    async def _open(self, opened: Callable[[], Model], step: int | None = None) -> None:
        from charrnn_tui.model import ModelError

        try:
            model = await asyncio.to_thread(opened)
        except ModelError as error:
            self.post_message(ModelFailed(str(error)))
            return
        self.post_message(ModelOpened(model, step))

    def use_model(self, model: Model, step: int | None) -> None:
        """Let the prompt answer from a model."""
        from charrnn_tui.tui.reading import Reader

        first = self.session.model is None
        self.session.model, self.session.step = model, step
        self.reader = Reader(model)
        self.prompt.ghost = self.reader.ghost
        self.prompt.refresh_ghost()
        self.prompt.placeholder = (
            "the start of a name, or /help" if model.info.kind == "lines" else "some text to go on with, or /help"
        )
        self.panel.show_model(model.info)
        self.show_next(self.prompt.value)
        if step is not None:
            self.say(f"answers from step {step:,}")
        elif not first:
            self.say(f"{model.name} is open")
        self.refresh_status()
