"""A training run as the prompt keeps it: the child process, and what it has said so far."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charrnn_tui.model.library import Library
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import (
    Command,
    Evaluated,
    Event,
    Failed,
    Finished,
    Pause,
    Paused,
    Progress,
    Resume,
    Resumed,
    Sampled,
    Start,
    Started,
    Stop,
)

if TYPE_CHECKING:
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.process.client import TrainingClient

Spawn: TypeAlias = Callable[[], Awaitable["TrainingClient"]]
Listener: TypeAlias = Callable[[Event], None]

STOP_WITHIN = 20.0
"""Seconds a run has to write its checkpoint when the prompt ends."""


async def spawn_worker() -> TrainingClient:
    """The real thing: a child process."""
    from charrnn_tui.training.process.client import WorkerClient

    return await WorkerClient.spawn()


class TrainingRun:
    """One run in a child process. `on_event` is called for each event after the run has noted it."""

    def __init__(self, name: str, folder: Path, client: TrainingClient, on_event: Listener) -> None:
        self.name = name
        self.folder = folder
        self.client = client
        self.started: Started | None = None
        self.progress: Progress | None = None
        self.evaluated: Evaluated | None = None
        self.sampled: Sampled | None = None
        self.ended: Finished | Failed | None = None
        self.paused = False
        self.listener: Listener | None = None
        """Who watches now."""
        self._on_event = on_event
        self._task = asyncio.get_running_loop().create_task(self._follow())

    @classmethod
    async def begin(
        cls, recipe: Recipe, library: Library, on_event: Listener, spawn: Spawn, *, resume: bool = False
    ) -> TrainingRun:
        """Start a child on a settled recipe. Raises OSError, ModelError for an impossible name."""
        client = await spawn()
        await client.send(Start(recipe=recipe.to_dict(), models=str(Path(library.user)), resume=resume))
        return cls(recipe.name, library.folder_for(recipe.name), client, on_event)

    async def _follow(self) -> None:
        async for event in self.client.events():
            self._take(event)
        if self.ended is None:
            self._take(Failed("the training run ended without a word; what it had saved is kept."))
        await self.client.close()

    def _take(self, event: Event) -> None:
        if isinstance(event, Started):
            self.started, self.name = event, event.name
        elif isinstance(event, Progress):
            self.progress = event
        elif isinstance(event, Evaluated):
            self.evaluated = event
        elif isinstance(event, Sampled):
            self.sampled = event
        elif isinstance(event, Paused):
            self.paused = True
        elif isinstance(event, Resumed):
            self.paused = False
        elif isinstance(event, Finished | Failed):
            self.ended = event
        self._on_event(event)
        if self.listener is not None:
            self.listener(event)

    @property
    def step(self) -> int:
        """Updates made so far."""
        said = (self.started, self.progress, self.evaluated, self.ended)
        return max((event.step for event in said if event is not None and not isinstance(event, Failed)), default=0)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        total = self.progress or self.started
        return 0.0 if total is None or not total.total_steps else min(1.0, self.step / total.total_steps)

    def summary(self) -> str:
        """How far it is, in a few characters for the toolbar."""
        if self.ended is not None:
            return ""
        return f"{'paused' if self.paused else 'training'} {self.share:.0%}"

    async def pause(self) -> None:
        """Ask it to wait after the step under way."""
        await self._send(Pause())

    async def resume(self) -> None:
        """Let it go on."""
        await self._send(Resume())

    async def _send(self, command: Command) -> None:
        if self.ended is None:
            await self.client.send(command)

    async def stop(self, within: float = STOP_WITHIN) -> None:
        """End it with its checkpoint written; kill it where it does not answer in time."""
        await self._send(Stop())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._task), within)
        await self.client.close(1.0)
        if not self._task.done():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def how_to_go_on(self) -> str:
        """What to do to take the run up again, once it was stopped."""
        name = visible(self.name)
        return f"/train {name} here, or charrnn-tui train --resume {name}, goes on from there."


def settle(target: str, library: Library) -> tuple[Recipe, bool]:
    """The recipe for what was asked to train on, and whether it takes up an unfinished run.

    `target` is a shipped corpus, a text file, or one of the user's models whose training is not finished. Reads the
    corpus. Raises TextError, RecipeError or ModelError with a sentence.
    """
    from charrnn_tui.training.plan.target import recipe_for

    request = recipe_for(target, library)
    return request.recipe, request.resume
