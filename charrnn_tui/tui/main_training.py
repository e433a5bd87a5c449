"""What one can do with training from the main screen, and what it does with what a run says."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Event, Failed, Finished, Paused, Progress, Resumed, Saved, Started
from charrnn_tui.tui.main_generating import WithGenerations
from charrnn_tui.tui.runs import Run

if TYPE_CHECKING:
    from charrnn_tui.training.plan.recipe import Recipe


class WithTraining(WithGenerations):
    """Training actions; the prompt answers from the newest weights while training goes on."""

    async def action_train(self) -> None:
        """Start on the default corpus; pause what runs; resume what is paused."""
        asked = await self.training.toggle()
        if asked:
            self.say("pausing after this step …" if asked == "pause" else "going on …")
        elif self.training.active is None:
            self.train_on(None)

    def train_on(self, target: str | None) -> None:
        """Train on a corpus or file (None: the default one), or take up the unfinished run of that name."""
        self.say("training starts …")
        self.run_worker(self._train_on(target), group="training")

    async def _train_on(self, target: str | None) -> None:
        from charrnn_tui.training.plan.target import recipe_for

        try:
            # Reading a large corpus takes time: the screen must not wait for it.
            request = await asyncio.to_thread(recipe_for, target, self.library)
        except (ValueError, OSError) as error:
            self.say_trouble(str(error))
            return
        await self._train(request.recipe, request.base, request.resume)

    def start_training(self, recipe: Recipe, *, base: str | None = None, resume: bool = False) -> None:
        """Begin a run with a recipe; what is wrong with it is said."""
        self.say("training starts …")
        self.run_worker(self._train(recipe, base, resume), group="training")

    async def _train(self, recipe: Recipe, base: str | None, resume: bool) -> None:
        try:
            run = await self.training.start(recipe, base=base, resume=resume)
        except (ValueError, OSError) as error:
            self.say_trouble(str(error))
            return
        self.follow_training = True
        await self.show_runs()
        await self.training.follow(run)

    async def find_background(self) -> None:
        """Reconnect to runs that went on without the screen."""
        runs = await self.training.reconnect(self.reconnect)
        if not runs:
            return
        names = ", ".join(visible(run.name) for run in runs)
        self.say(f"reconnected: {names} went on in the background")
        self.follow_training = True
        await self.show_runs()
        await asyncio.gather(*(self.training.follow(run) for run in runs))

    async def show_runs(self) -> None:
        """Show the panel, or the row where the panel has no room."""
        self.add_class("-training")
        if self.has_class("-medium"):
            self.add_class("-drawer")
        await self.panel.show(self.training.runs)

    async def training_said(self, run: Run, event: Event) -> None:
        """Draw what changed, load newer weights, tell when it is over."""
        self.panel.mark()
        if run is self.training.runs[-1]:
            self.loss_row.show(run)
        match event:
            case Started():
                self.say(f"training {visible(event.name)}")
                if run.reconnected and (Path(event.folder) / "model.safetensors").exists():
                    self.open_trained(Path(event.folder), event.step)
            case Progress():
                if self.has_class("-low"):
                    self.refresh_status()
            case Saved(what="model"):
                run.saved_step = event.step
                if self.follow_training:
                    self.open_trained(Path(event.folder), event.step)
            case Paused():
                self.say("training is paused; Ctrl+T goes on")
            case Resumed():
                self.say("training goes on")
            case Finished():
                self._finished(event)
            case Failed():
                self.app.notify(
                    visible(event.message), title="Training failed", severity="error", markup=False, timeout=20
                )
                self._ring("training failed")
            case _:
                pass
        if isinstance(event, Paused | Resumed | Started | Finished | Failed):
            self.panel.redraw()

    def _finished(self, event: Finished) -> None:
        loss = f"validation loss {event.best_loss:.3f}" if math.isfinite(event.best_loss) else "no validation loss"
        word = {"stopped": "was stopped", "diverged": "diverged"}.get(event.reason, "is done")
        text = f"{event.name} {word}: {loss} at step {event.best_step:,}."
        if event.message and event.reason != "completed":
            text += f" {event.message[:1].upper()}{event.message[1:]}"
        self.app.notify(
            visible(text),
            title="Training",
            severity="warning" if event.reason == "diverged" else "information",
            markup=False,
            timeout=10,
        )
        self._ring(text)

    def _ring(self, text: str) -> None:
        """Ring the bell and send a desktop notice (OSC 9), where the settings ask for it."""
        if not self.config.bell:
            return
        self.app.bell()
        driver = self.app._driver
        if driver is not None and not self.app.is_headless:
            driver.write(f"\x1b]9;{visible(text)}\x07")

    async def action_stop_training(self) -> None:
        """End the run."""
        self.say("stopping after this step …" if await self.training.stop() else "nothing is being trained")

    async def action_save_training(self) -> None:
        """Write a checkpoint now."""
        self.say("saving …" if await self.training.save() else "nothing is being trained")

    async def action_scale_rate(self, factor: float) -> None:
        """Change the learning rate."""
        rate = await self.training.scale_rate(factor)
        self.say("nothing is being trained" if rate is None else f"learning rate {rate:.2g} from the next step on")

    def action_log_axis(self) -> None:
        """Logarithmic loss axis, or no longer."""
        self.panel.log_axis = not self.panel.log_axis
        self.say("logarithmic loss axis" if self.panel.log_axis else "linear loss axis")

    def action_smooth(self) -> None:
        """Smooth the training loss, or no longer."""
        self.panel.smooth = not self.panel.smooth
        self.say("smoothed training loss" if self.panel.smooth else "training loss as measured")

    def action_panel(self) -> None:
        """Show or hide the panel: beside the generations, or as a drawer over them."""
        self.toggle_class("-no-panel" if self.has_class("-wide") else "-drawer")
        self.panel.mark()
