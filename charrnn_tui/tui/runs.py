"""Training runs as the screen keeps them: what each has said so far, for the chart and the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from charrnn_tui.training.process.messages import (
    Detached,
    Evaluated,
    Event,
    Failed,
    Finished,
    Paused,
    Progress,
    Resumed,
    Sampled,
    Started,
)

if TYPE_CHECKING:
    from charrnn_tui.training.process.client import TrainingClient

State = Literal["starting", "running", "paused", "over", "failed", "background"]

_MOST_POINTS = 20_000


@dataclass
class Run:
    """One run: its client, its state and its curves. Losses are in nats a character."""

    name: str
    client: TrainingClient | None
    state: State = "starting"
    started: Started | None = None
    progress: Progress | None = None
    finished: Finished | None = None
    failure: str = ""
    training: list[tuple[float, float]] = field(default_factory=list)
    """(step, training loss) of each Progress."""
    evaluations: list[Evaluated] = field(default_factory=list)
    samples: list[Sampled] = field(default_factory=list)
    saved_step: int = 0
    reconnected: bool = False
    """Whether it went on in the background before this screen was there."""

    @property
    def active(self) -> bool:
        """Whether it goes on or may go on."""
        return self.state in ("starting", "running", "paused")

    @property
    def best(self) -> Evaluated | None:
        """The evaluation with the lowest validation loss."""
        return min(self.evaluations, key=lambda e: e.validation_loss, default=None)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        if self.finished is not None and self.finished.reason in ("completed", "early"):
            return 1.0
        if self.progress is None or not self.progress.total_steps:
            return 0.0
        return min(1.0, self.progress.step / self.progress.total_steps)

    def take(self, event: Event) -> None:
        """Note what the run said."""
        if isinstance(event, Started):
            self.started, self.name = event, event.name
            self.state = "running"
        elif isinstance(event, Progress):
            self.progress = event
            if self.state == "starting":
                self.state = "running"
            if event.training_loss == event.training_loss:
                self.training.append((event.step, event.training_loss))
            if len(self.training) > _MOST_POINTS:
                self.training = self.training[::2]
        elif isinstance(event, Evaluated):
            self.evaluations.append(event)
        elif isinstance(event, Sampled):
            self.samples.append(event)
            del self.samples[:-200]
        elif isinstance(event, Paused):
            self.state = "paused"
        elif isinstance(event, Resumed):
            self.state = "running"
        elif isinstance(event, Finished):
            self.finished = event
            self.state = "over"
        elif isinstance(event, Detached):
            self.state = "background"
        elif isinstance(event, Failed):
            self.failure = event.message
            self.state = "failed"


def overlay_colour(number: int) -> str:
    """The theme's colour for the curve of an earlier run, by its place in the list."""
    colours = ("secondary", "success", "warning", "error")
    return colours[number % len(colours)]


def smoothed(points: Sequence[tuple[float, float]], weight: float = 0.9) -> list[tuple[float, float]]:
    """Exponential moving average, corrected for its start (as in Adam), so that the first points are not drawn down."""
    out, mean, mass = [], 0.0, 0.0
    for x, y in points:
        mean = weight * mean + (1 - weight) * y
        mass = weight * mass + (1 - weight)
        out.append((x, mean / mass))
    return out


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most about `most` points, the last one always among them."""
    if len(points) <= most:
        return list(points)
    step = -(-len(points) // most)
    kept = list(points[::step])
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept
