"""What the widgets of the main screen tell each other and the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from textual.message import Message

from charrnn_tui.prompt import commands
from charrnn_tui.tui.content.blocks import GenerationAct

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.choices import Choice
    from charrnn_tui.prompt.runs import TrainingRun
    from charrnn_tui.training.process.messages import Event

ScreenAction: TypeAlias = (
    commands.Look
    | commands.ShowContext
    | commands.ShowContinuations
    | commands.ShowBetween
    | commands.ShowStep
    | commands.OpenModel
    | commands.Train
    | commands.Race
    | commands.Present
    | commands.Help
    | commands.Quit
    | commands.Keeping
    | commands.Forking
)
"""What a line may ask for that is not the conversation's to do."""


class Upward(Message):
    """A message that goes all the way up to the screen.

    Textual lets a message go no further than to whoever called the method that posted it; what is told here concerns
    those above, whoever called.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._sender = None


@dataclass
class Entered(Upward):
    """Lines were entered at the prompt, which is empty again: one typed, or several pasted (each a prefix)."""

    lines: list[str]


@dataclass
class Typed(Upward):
    """The text in the prompt changed."""

    value: str


@dataclass
class Proposed(Upward):
    """What the text in the prompt may become; `at` is under the bar. Empty closes the list."""

    choices: Sequence[Choice]
    at: int


@dataclass
class Picked(Upward):
    """One of the proposals was clicked."""

    line: str


@dataclass
class GenerationAction(Upward):
    """An action on a block was clicked."""

    number: int
    act: GenerationAct


@dataclass
class Chosen(Upward):
    """Another block was chosen, or none; whether it has several `lines`, of which one can be chosen."""

    lines: bool


@dataclass
class Below(Upward):
    """How many lines lie below the view of the pane changed."""

    lines: int


@dataclass
class Said(Upward):
    """Something was changed or done, in words."""

    sentence: str


@dataclass
class Over(Upward):
    """What this sentence said to go on is over, and must not be read any longer."""

    sentence: str


class StateChanged(Upward):
    """Model, settings, or what is being written changed: what shows them is to be drawn anew."""


@dataclass
class Asked(Upward):
    """A line asked for something that is the screen's to do."""

    action: ScreenAction
    line: str


@dataclass
class PlaceAsked(Upward):
    """A text is to be laid open with a network, the cursor at a place."""

    model: Model
    text: str
    place: int


@dataclass
class ModelOpened(Upward):
    """The prompt answers from a model. `step` is the training step it comes from, where it is being trained."""

    model: Model
    step: int | None = None


class TrainingBegan(Upward):
    """A run was begun, or was found to go on: there is something to show."""


@dataclass
class TrainingSaid(Upward):
    """A training run said something, and has noted it."""

    run: TrainingRun
    event: Event


@dataclass
class Refused(Upward):
    """What was asked for cannot be done; a sentence says why. `line` is what was typed for it, '' where nothing was."""

    sentence: str
    line: str = ""
