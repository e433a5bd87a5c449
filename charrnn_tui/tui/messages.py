"""What the widgets of the main screen tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.training.process.messages import Event
    from charrnn_tui.tui.runs import Run


@dataclass
class Entered(Message):
    """Lines were entered at the prompt: one typed, or several pasted (each a prefix)."""

    lines: list[str]


@dataclass
class Typed(Message):
    """The text in the prompt changed."""

    value: str


@dataclass
class Act(Message):
    """An action on a generation was clicked: `what` is the name of the screen's action."""

    number: int
    what: str


@dataclass
class ModelOpened(Message):
    """A model was opened in a thread. `step` is the training step it comes from, where it is being trained."""

    model: Model
    step: int | None = None


@dataclass
class ModelFailed(Message):
    """A model could not be opened; a sentence says why."""

    reason: str


@dataclass
class Trained(Message):
    """A training run said something."""

    run: Run
    event: Event
