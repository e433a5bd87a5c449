"""A training run that says what a test tells it to say, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from charrnn_tui.model.library import Library
from charrnn_tui.training.process.messages import (
    Command,
    Detached,
    Evaluated,
    Event,
    Failed,
    Finished,
    Progress,
    Sampled,
    Started,
)


class FakeClient:
    """A TrainingClient without a process."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.closed = False
        self.detached = False
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def send(self, command: Command) -> None:
        self.commands.append(command)

    def say(self, *events: Event) -> None:
        for event in events:
            self._queue.put_nowait(event)

    def hang_up(self) -> None:
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._queue.get()) is not None:
            yield event
            if isinstance(event, Finished | Failed | Detached):
                return

    async def close(self, grace: float = 5.0) -> None:
        self.closed = True
        self.hang_up()

    async def detach(self) -> None:
        self.detached = True
        self.say(Detached("x"))


class FakeSpawner:
    """Hands out fake clients and keeps them."""

    def __init__(self, fails: OSError | None = None) -> None:
        self.clients: list[FakeClient] = []
        self.fails = fails

    async def __call__(self) -> FakeClient:
        if self.fails is not None:
            raise self.fails
        self.clients.append(FakeClient())
        return self.clients[-1]

    @property
    def last(self) -> FakeClient:
        return self.clients[-1]


def started(name: str = "names-lstm-2", **changes: object) -> Started:
    values: dict[str, object] = {
        "name": name,
        "folder": str(Library().user / name),
        "corpus": "names",
        "kind": "lines",
        "family": "lstm",
        "layers": 1,
        "hidden": 256,
        "embedding": 32,
        "parameters": 312_566,
        "vocabulary_size": 54,
        "training_items": 7_200,
        "validation_items": 800,
        "step": 0,
        "total_steps": 1_000,
        "epochs": 20.0,
        "device": "cpu",
        "threads": 1,
        "seed": 0,
    }
    return Started(**(values | changes))  # type: ignore[arg-type]


def progress(step: int, loss: float = 2.0, **changes: object) -> Progress:
    values: dict[str, object] = {
        "step": step,
        "total_steps": 1_000,
        "epoch": step / 50,
        "training_loss": loss,
        "learning_rate": 0.004,
        "gradient_norm": 0.5,
        "characters_per_second": 128_000.0,
        "elapsed": step / 20,
        "seconds_left": (1_000 - step) / 20,
    }
    return Progress(**(values | changes))  # type: ignore[arg-type]


def evaluated(step: int, loss: float, best: tuple[int, float] | None = None) -> Evaluated:
    best_step, best_loss = best or (step, loss)
    return Evaluated(
        step=step,
        epoch=step / 50,
        training_loss=loss - 0.05,
        validation_loss=loss,
        bits_per_char=loss / 0.6931471805599453,
        gap=0.05,
        best_loss=best_loss,
        best_step=best_step,
        improved=best is None,
        learning_rate=0.004,
        gradient_norm=0.5,
        characters_per_second=128_000.0,
        elapsed=step / 20,
    )


def sampled(step: int, *texts: str) -> Sampled:
    words = list(texts or ("Anna", "Bo"))
    return Sampled(step, 7, [{"temperature": t, "texts": words} for t in (0.5, 0.8, 1.1)])


def finished(reason: str = "completed", name: str = "names-lstm-2", **changes: object) -> Finished:
    values: dict[str, object] = {
        "reason": reason,
        "name": name,
        "folder": "/nowhere",
        "step": 1_000,
        "best_loss": 1.95,
        "best_step": 900,
        "elapsed": 50.0,
        "message": "the run is complete." if reason == "completed" else "",
    }
    return Finished(**(values | changes))  # type: ignore[arg-type]


Settled = Callable[[object, object], object]


def keep_recipe(recipe: object, library: object) -> object:
    """Settles a recipe without looking at corpora: what it is given, with a name."""
    from dataclasses import replace

    return replace(recipe, name=recipe.name or "names-lstm-2", kind=recipe.kind or "lines")  # type: ignore
