"""What a training run and its front end say to each other: commands in, events out, one JSON object a line.

The same events come from the child process, from `charrnn-tui train --json` and from a `Trainer` in this process.
Losses are in nats a character, the end symbol counted; times in seconds; speeds in useful characters a second
(padding is not counted).
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal, TypeAlias

Ending: TypeAlias = Literal["completed", "early", "stopped", "diverged"]
"""How a run ends."""

# --- commands ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """Begin a run. `recipe` as `Recipe.to_dict`; `resume`: take up the unfinished model `recipe['name']`.

    `base`: the name of a model whose weights to start from (fine-tuning). `reserve_core`: leave a core to the
    screen. `models`: the folder of the user's models.
    """

    type: ClassVar[str] = "start"
    recipe: dict[str, Any]
    models: str
    resume: bool = False
    base: str | None = None
    reserve_core: bool = True


@dataclass(frozen=True)
class Pause:
    """Stop after the step under way and keep everything in memory; a checkpoint is written."""

    type: ClassVar[str] = "pause"


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""

    type: ClassVar[str] = "resume"


@dataclass(frozen=True)
class Save:
    """Write a checkpoint now."""

    type: ClassVar[str] = "save"


@dataclass(frozen=True)
class Stop:
    """End the run after the step under way; a checkpoint is written, so that it can be taken up again."""

    type: ClassVar[str] = "stop"


@dataclass(frozen=True)
class SetLearningRate:
    """Scale the schedule so that the learning rate is this from the next step on."""

    type: ClassVar[str] = "set-learning-rate"
    value: float


@dataclass(frozen=True)
class Detach:
    """The front end leaves; the run goes on in the background (see `background`)."""

    type: ClassVar[str] = "detach"


Command: TypeAlias = Start | Pause | Resume | Save | Stop | SetLearningRate | Detach

SHARES_AT = 0.8
"""The temperature at which shares of samples are measured."""

# --- events --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    """The corpus is read and the network made. `step` is above 0 where a run is taken up again."""

    type: ClassVar[str] = "started"
    name: str
    folder: str
    corpus: str
    kind: str
    family: str
    layers: int
    hidden: int
    embedding: int
    parameters: int
    vocabulary_size: int
    training_items: int
    """Items of a list, characters of a stream."""
    validation_items: int
    step: int
    total_steps: int
    epochs: float
    device: str
    threads: int
    seed: int
    notes: list[str] = field(default_factory=list)
    """Sentences on the corpus: what could not be validated, lines that look like records."""
    order: int = 0
    """Of an n-gram, which has no layers and no units; 0 for a network."""


@dataclass(frozen=True)
class References:
    """What the validation loss is to be compared with (see `training.run.references`), before the first update."""

    type: ClassVar[str] = "references"
    losses: dict[str, float] = field(default_factory=dict)
    """Name ('uniform', 'unigram', 'bigram', '5-gram') -> loss on the held-out part."""


@dataclass(frozen=True)
class Progress:
    """A few times a second. `training_loss` is the mean over the characters since the last Progress."""

    type: ClassVar[str] = "progress"
    step: int
    total_steps: int
    epoch: float
    training_loss: float
    learning_rate: float
    gradient_norm: float
    characters_per_second: float
    elapsed: float
    seconds_left: float


@dataclass(frozen=True)
class Evaluated:
    """A pass over the validation part. `gap` is validation minus training loss, both by the same rule."""

    type: ClassVar[str] = "evaluated"
    step: int
    epoch: float
    training_loss: float
    validation_loss: float
    bits_per_char: float
    gap: float
    best_loss: float
    best_step: int
    improved: bool
    learning_rate: float
    gradient_norm: float
    characters_per_second: float
    elapsed: float
    unlabelled_loss: float | None = None
    """The validation loss of a network with labels where none is given; None for another network."""
    early: bool = False
    """One of the first steps, between which everything changes: measured on a few items, and never the best."""


@dataclass(frozen=True)
class Inside:
    """What goes on in the network (see `training.run.inside`), now and then, beside an evaluation."""

    type: ClassVar[str] = "inside"
    step: int
    hidden: list[list[float]] = field(default_factory=list)
    """[layers] of shares of the hidden activations in equal parts of -1 to 1."""
    saturated: list[float] = field(default_factory=list)
    """[layers], share of hidden activations near -1 or 1."""
    gates: list[dict[str, float]] = field(default_factory=list)
    """[layers] of gate -> mean openness, 0 (shut) to 1 (open); none for a vanilla RNN."""
    fading: list[float] = field(default_factory=list)
    """Norm of d loss / d state k steps back, for k = 0, 1, …; that of k = 0 is 1."""
    update: float = math.nan
    """Size of the last update against that of the weights."""


@dataclass(frozen=True)
class Sampled:
    """What the network says now: the same seeds each time, so that samples can be compared over time."""

    type: ClassVar[str] = "sample"
    step: int
    seed: int
    samples: list[dict[str, Any]] = field(default_factory=list)
    """[{'temperature': 0.5, 'texts': ['…', …]}, …]"""
    shares: dict[str, float] = field(default_factory=dict)
    """'distinct' and 'novel' (in no part of the corpus) among `drawn` items at the temperature `SHARES_AT`; none of
    running text."""
    drawn: int = 0


@dataclass(frozen=True)
class Saved:
    """A file was written: 'model' (the best weights so far; the prompt may load them) or 'checkpoint'."""

    type: ClassVar[str] = "saved"
    what: Literal["model", "checkpoint"]
    folder: str
    step: int


@dataclass(frozen=True)
class Paused:
    """The run waits."""

    type: ClassVar[str] = "paused"
    step: int


@dataclass(frozen=True)
class Resumed:
    """The run goes on."""

    type: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True)
class Finished:
    """The run is over: completed, ended early by patience, stopped on request, or diverged (the last good kept)."""

    type: ClassVar[str] = "finished"
    reason: Ending
    name: str
    folder: str
    step: int
    best_loss: float
    best_step: int
    elapsed: float
    message: str = ""
    unlabelled_loss: float | None = None
    """Of the best weights, where no label is given; None for a network without labels."""
    label_accuracy: float | None = None
    """Of how many held-out items they tell the label."""


@dataclass(frozen=True)
class Failed:
    """The run cannot go on; a sentence says why and what to do."""

    type: ClassVar[str] = "failed"
    message: str


@dataclass(frozen=True)
class Detached:
    """The run goes on in the background; the last event that the front end hears."""

    type: ClassVar[str] = "detached"
    name: str


Event: TypeAlias = (
    Started
    | References
    | Progress
    | Evaluated
    | Inside
    | Sampled
    | Saved
    | Paused
    | Resumed
    | Finished
    | Failed
    | Detached
)

COMMANDS: dict[str, type[Command]] = {c.type: c for c in (Start, Pause, Resume, Save, Stop, SetLearningRate, Detach)}
_EVENTS: tuple[type[Event], ...] = (
    *(Started, References, Progress, Evaluated, Inside, Sampled, Saved),
    *(Paused, Resumed, Finished, Failed, Detached),
)
EVENTS: dict[str, type[Event]] = {event.type: event for event in _EVENTS}


class MessageError(ValueError):
    """A line is no message of this protocol."""


def to_dict(message: Command | Event) -> dict[str, Any]:
    """Plain values with a `type`; numbers that JSON lacks (NaN, infinity) become None."""
    return {"type": message.type, **{k: _plain(v) for k, v in asdict(message).items()}}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def encode(message: Command | Event) -> str:
    """One line of JSON, without the line's end. Everything outside ASCII is escaped, so no line breaks early."""
    return json.dumps(to_dict(message))


def decode_command(line: str) -> Command:
    """A command from its line. Raises MessageError."""
    return _decode(line, COMMANDS)  # type: ignore[no-any-return]


def decode_event(line: str) -> Event:
    """An event from its line. Raises MessageError."""
    return _decode(line, EVENTS)  # type: ignore[no-any-return]


def _decode(line: str, types: dict[str, Any]) -> Any:
    try:
        values = json.loads(line)
        cls = types[values.pop("type")]
        floats = {f.name for f in fields(cls) if f.type == "float"}
        for name in floats & values.keys():
            if values[name] is None:
                values[name] = math.nan
        return cls(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MessageError(f"not a message: {line[:200]!r} ({error})") from error
