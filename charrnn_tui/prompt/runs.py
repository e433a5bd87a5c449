"""Training runs as a front end sees them: what each has said so far, and what can be asked of the one that goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from charrnn_tui.model.library import what_is_kept
from charrnn_tui.training.process.messages import (
    Command,
    Detached,
    Evaluated,
    Event,
    Failed,
    Finished,
    Inside,
    Pause,
    Paused,
    Progress,
    References,
    Resume,
    Resumed,
    Sampled,
    Save,
    Saved,
    SetLearningRate,
    Start,
    Started,
    Stop,
)

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.plan.target import Request
    from charrnn_tui.training.process.client import TrainingClient

State = Literal["starting", "running", "paused", "over", "failed", "background"]
Spawn: TypeAlias = Callable[[], Awaitable["TrainingClient"]]
Reconnect: TypeAlias = Callable[[], Awaitable[Sequence[tuple[str, "TrainingClient"]]]]
Settle: TypeAlias = Callable[["Recipe", "Library"], "Recipe"]
RecipeFor: TypeAlias = Callable[["str | None", "Library"], "Request"]

MOST_RUNS = 8
STOP_WITHIN = 20.0
"""Seconds a run has to write its checkpoint when the front end ends."""
WITHOUT_A_WORD = "the training run ended without a word"
WITHOUT_AN_ANSWER = "the training run did not answer and was ended"
_MOST_POINTS = 20_000
_MOST_SAMPLES = 200


@dataclass
class TrainingRun:
    """One run: its client, its state and its curves. Losses are in nats a character."""

    name: str
    client: TrainingClient | None = None
    state: State = "starting"
    started: Started | None = None
    progress: Progress | None = None
    finished: Finished | None = None
    failure: str = ""
    training: list[tuple[float, float]] = field(default_factory=list)
    """(step, training loss) of each Progress."""
    evaluations: list[Evaluated] = field(default_factory=list)
    samples: list[Sampled] = field(default_factory=list)
    inside: list[Inside] = field(default_factory=list)
    references: dict[str, float] = field(default_factory=dict)
    """Losses of models that know less on the same held-out part, by name."""
    saved_step: int = 0
    reconnected: bool = False
    """Whether it went on in the background before this front end was there."""

    @property
    def active(self) -> bool:
        """Whether it goes on or may go on."""
        return self.state in ("starting", "running", "paused")

    @property
    def paused(self) -> bool:
        """Whether it waits."""
        return self.state == "paused"

    @property
    def best(self) -> Evaluated | None:
        """The evaluation with the lowest validation loss."""
        return min((e for e in self.evaluations if not e.early), key=lambda e: e.validation_loss, default=None)

    @property
    def step(self) -> int:
        """Updates made so far."""
        last = self.evaluations[-1:]
        said = (self.started, self.progress, self.finished, *last)
        return max((event.step for event in said if event is not None), default=0)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        if self.finished is not None and self.finished.reason in ("completed", "early"):
            return 1.0
        total = self.progress or self.started
        return 0.0 if total is None or not total.total_steps else min(1.0, self.step / total.total_steps)

    def handle(self, event: Event) -> None:
        """Note what the run said."""
        match event:
            case Started():
                self.started, self.name, self.state = event, event.name, "running"
            case Progress():
                self.progress = event
                if self.state == "starting":
                    self.state = "running"
                if event.training_loss == event.training_loss:
                    self.training.append((event.step, event.training_loss))
                if len(self.training) > _MOST_POINTS:
                    self.training = self.training[::2]
            case References():
                self.references = event.losses
            case Evaluated():
                self.evaluations.append(event)
            case Inside():
                self.inside.append(event)
            case Sampled():
                self.samples.append(event)
                del self.samples[:-_MOST_SAMPLES]
            case Saved():
                if event.what == "model":
                    self.saved_step = event.step
            case Paused():
                self.state = "paused"
            case Resumed():
                self.state = "running"
            case Finished():
                self.finished, self.state = event, "over"
            case Detached():
                self.state = "background"
            case Failed():
                self.failure, self.state = event.message, "failed"


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


def recipe_for(target: str | None, library: Library) -> Request:
    """The run that a person means by a target: a corpus, a file, or an unfinished model of theirs; None: the default.

    Reads the corpus. Raises TextError, RecipeError or ModelError with a sentence.
    """
    from charrnn_tui.training.plan import target as plan

    return plan.recipe_for(target, library)


class TrainingRuns:
    """The runs of this sitting, the latest last; one is active at a time.

    `on_event(run, event)` is called for every event, after the run has noted it.
    """

    def __init__(
        self,
        library: Library,
        on_event: Callable[[TrainingRun, Event], None],
        *,
        spawn: Spawn = spawn_worker,
        settle: Settle = settle_recipe,
        recipe_for: RecipeFor = recipe_for,
    ) -> None:
        self.library = library
        self.runs: list[TrainingRun] = []
        self._spawn = spawn
        self._on_event = on_event
        self._settle = settle
        self._recipe_for = recipe_for

    @property
    def active(self) -> TrainingRun | None:
        """The run that goes on, if any."""
        return next((run for run in reversed(self.runs) if run.active), None)

    @property
    def latest(self) -> TrainingRun | None:
        """The run that was begun last, over or not."""
        return self.runs[-1] if self.runs else None

    async def start(self, recipe: Recipe, *, base: str | None = None, resume: bool = False) -> TrainingRun:
        """Begin a run. Raises a ValueError with a sentence where the recipe cannot be followed, OSError."""
        self._refuse_a_second()
        if not resume:
            # Reading a large corpus takes time: the screen must not wait for it.
            recipe = await asyncio.to_thread(self._settle, recipe, self.library)
        client = await self._spawn()
        run = TrainingRun(recipe.name or "training", client)
        self._keep(run)
        await client.send(Start(recipe=recipe.to_dict(), models=str(Path(self.library.user)), base=base, resume=resume))
        return run

    async def start_on(self, target: str | None) -> TrainingRun:
        """Begin a run on a target (see `recipe_for`). Raises as `start` does."""
        self._refuse_a_second()
        request = await asyncio.to_thread(self._recipe_for, target, self.library)
        return await self.start(request.recipe, base=request.base, resume=request.resume)

    def _refuse_a_second(self) -> None:
        if sentence := self.why_not():
            raise ValueError(sentence)

    def why_not(self) -> str:
        """Why no run can begin now, as a sentence; '' where one can."""
        if self.active is None:
            return ""
        return f"one run at a time: stop {self.active.name} first, or wait until it is done."

    async def reconnect(self, find: Reconnect) -> list[TrainingRun]:
        """Take on the runs that went on in the background."""
        found = [TrainingRun(name, client, reconnected=True) for name, client in await find()]
        for run in found:
            self._keep(run)
        return found

    def _keep(self, run: TrainingRun) -> None:
        self.runs.append(run)
        del self.runs[:-MOST_RUNS]

    def folder_of(self, run: TrainingRun) -> Path:
        """The folder of a run's model. Raises ModelError for an impossible name."""
        return Path(run.started.folder) if run.started is not None else self.library.folder_for(run.name)

    async def follow(self, run: TrainingRun) -> None:
        """Pass on what a run says until it is over."""
        assert run.client is not None
        async for event in run.client.events():
            self._handle(run, event)
        client, run.client = run.client, None
        if run.active:
            self._handle(run, self._cut_short(run, WITHOUT_A_WORD))
        if run.state != "background":
            await client.close()

    def _cut_short(self, run: TrainingRun, what: str) -> Failed:
        return Failed(f"{what}; {what_is_kept(self.folder_of(run))}.")

    def _handle(self, run: TrainingRun, event: Event) -> None:
        run.handle(event)
        self._on_event(run, event)

    async def pause(self) -> bool:
        """Ask the active run to wait after the step under way. False where nothing runs."""
        return await self._send(Pause())

    async def resume(self) -> bool:
        """Let the active run go on. False where nothing runs."""
        return await self._send(Resume())

    async def toggle(self) -> str:
        """Pause what runs, resume what is paused; what was asked for, in a word, '' where nothing runs."""
        run = self.active
        if run is None:
            return ""
        return ("resume" if await self.resume() else "") if run.paused else ("pause" if await self.pause() else "")

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

    async def _send(self, command: Command) -> bool:
        run = self.active
        if run is None or run.client is None:
            return False
        await run.client.send(command)
        return True

    async def finish(self, following: asyncio.Task[None], within: float = STOP_WITHIN) -> None:
        """Stop the active run with its checkpoint written, and wait for it; kill it where it does not answer in time.

        `following` is the task of `follow`.
        """
        run = self.active
        if run is None:
            return
        client = run.client
        await self.stop()
        await asyncio.wait([following], timeout=within)
        if not following.done():
            if client is not None:
                await client.close(1.0)
            await asyncio.wait([following], timeout=1.0)
            following.cancel()
            await asyncio.wait([following])
        if run.active:
            self._handle(run, self._cut_short(run, WITHOUT_AN_ANSWER))

    async def close(self, grace: float = 5.0) -> None:
        """End what runs, for leaving the program; it is killed where it does not answer within `grace` seconds."""
        run = self.active
        if run is not None and run.client is not None:
            await run.client.close(grace)

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
