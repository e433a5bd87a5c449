"""Start, pause, resume and stop training runs, and keep what they say, in front of a TrainingClient."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charrnn_tui.training.process.messages import Event, Failed, Pause, Resume, Save, SetLearningRate, Start, Stop
from charrnn_tui.tui.runs import Run

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.process.client import TrainingClient

Spawn: TypeAlias = Callable[[], Awaitable["TrainingClient"]]
Reconnect: TypeAlias = Callable[[], Awaitable[Sequence[tuple[str, "TrainingClient"]]]]
Settle: TypeAlias = Callable[["Recipe", "Library"], "Recipe"]
MOST_RUNS = 8


async def spawn_worker() -> TrainingClient:
    """The real thing: a child process."""
    from charrnn_tui.training.process.client import WorkerClient

    return await WorkerClient.spawn()


async def reconnect_background() -> Sequence[tuple[str, TrainingClient]]:
    """The runs that went on in the background, with a client on each."""
    from charrnn_tui.training.process.background import attach, find_runs

    clients: list[tuple[str, TrainingClient]] = []
    for run in await asyncio.to_thread(find_runs):
        with contextlib.suppress(OSError):  # it has just ended
            clients.append((run.name, await attach(run)))
    return clients


def settle_recipe(recipe: Recipe, library: Library) -> Recipe:
    """Fill in name and kind. Raises TextError, RecipeError or ModelError with a sentence."""
    from charrnn_tui.training.plan.prepare import settle

    return settle(recipe, library)


class TrainingControl:
    """The runs of this sitting, the latest last; one is active at a time.

    `heard(run, event)` is called for every event, after the run has noted it.
    """

    def __init__(
        self, library: Library, spawn: Spawn, heard: Callable[[Run, Event], None], settle: Settle = settle_recipe
    ) -> None:
        self.library = library
        self.runs: list[Run] = []
        self._spawn = spawn
        self._heard = heard
        self._settle = settle

    @property
    def active(self) -> Run | None:
        """The run that goes on, if any."""
        return next((run for run in reversed(self.runs) if run.active), None)

    async def start(self, recipe: Recipe, *, base: str | None = None, resume: bool = False) -> Run:
        """Begin a run. Raises a ValueError with a sentence where the recipe cannot be followed, OSError."""
        if self.active is not None:
            raise ValueError(f"{self.active.name} is being trained; stop it first (or wait until it is done).")
        if not resume:
            # Reading a large corpus takes time: the screen must not wait for it.
            recipe = await asyncio.to_thread(self._settle, recipe, self.library)
        client = await self._spawn()
        run = Run(recipe.name or "training", client)
        self._keep(run)
        await client.send(Start(recipe=recipe.to_dict(), models=str(Path(self.library.user)), base=base, resume=resume))
        return run

    async def reconnect(self, find: Reconnect) -> list[Run]:
        """Take on the runs that went on in the background."""
        found = [Run(name, client, reconnected=True) for name, client in await find()]
        for run in found:
            self._keep(run)
        return found

    def _keep(self, run: Run) -> None:
        self.runs.append(run)
        del self.runs[:-MOST_RUNS]

    async def follow(self, run: Run) -> None:
        """Pass on what a run says until it is over."""
        assert run.client is not None
        async for event in run.client.events():
            run.take(event)
            self._heard(run, event)
        if run.active:
            event = Failed("the training run ended without a word; what it had saved is kept.")
            run.take(event)
            self._heard(run, event)
        run.client = None

    async def toggle(self) -> str:
        """Pause what runs, resume what is paused; what was asked for, in a word, '' where nothing runs."""
        run = self.active
        if run is None or run.client is None:
            return ""
        if run.state == "paused":
            await run.client.send(Resume())
            return "resume"
        await run.client.send(Pause())
        return "pause"

    async def stop(self) -> bool:
        """Ask the active run to end; a checkpoint is written. False where nothing runs."""
        return await self._send(Stop())

    async def save(self) -> bool:
        """Ask for a checkpoint now. False where nothing runs."""
        return await self._send(Save())

    async def scale_rate(self, factor: float) -> float | None:
        """Multiply the learning rate; the new one, None where nothing runs."""
        run = self.active
        if run is None or run.progress is None:
            return None
        rate = run.progress.learning_rate * factor
        return rate if await self._send(SetLearningRate(rate)) else None

    async def _send(self, command: Stop | Save | SetLearningRate) -> bool:
        run = self.active
        if run is None or run.client is None:
            return False
        await run.client.send(command)
        return True

    async def close(self) -> None:
        """End what runs, for leaving the program."""
        run = self.active
        if run is not None and run.client is not None:
            await run.client.close()

    async def detach(self) -> bool:
        """Let what runs go on in the background. False where it does not answer."""
        run = self.active
        if run is None or run.client is None:
            return False
        try:
            await run.client.detach()
        except (TimeoutError, OSError):
            return False
        return True
