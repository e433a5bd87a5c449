"""A recipe: everything that decides a training run, so that the same recipe gives the same network."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

from charrnn_tui.cells import MODEL_FAMILIES, NGRAM, Family, ModelFamily
from charrnn_tui.cells.ngram_architecture import DEFAULT_ORDER, LARGEST_ORDER
from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.text import Kind, Source, TextError, visible
from charrnn_tui.text.decoding import Errors, decode_utf8
from charrnn_tui.text.shipped import DEFAULT_CORPUS
from charrnn_tui.text.source import names_of

MOST_THREADS = 4096
"""More cores than any machine of today has; torch takes what is far beyond for a negative number."""


class RecipeError(ValueError):
    """A recipe holds a value without meaning; the message says which and what is allowed."""


OF_NETWORKS = (
    *("layers", "hidden", "embedding", "dropout", "input_dropout", "weight_dropout", "label_dropout", "batch_size"),
    *(
        "window",
        "epochs",
        "steps",
        "learning_rate",
        "schedule",
        "warmup",
        "weight_decay",
        "beta1",
        "beta2",
        "clip",
        "ema",
        "patience",
    ),
    *("device", "threads", "precision", "compile"),
)
"""What decides a network and its training, and has no meaning for an n-gram."""

Device = str
Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["cycle", "constant"]
"""How the learning rate goes: up to the peak and down again (see `update.schedule`), or always the same."""


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of a run. Losses are in nats a character.

    `corpus` is a shipped corpus's name, a path, a folder or a pattern, or several of these; with `kind` None the text
    tells. `column` is that of a table whose values are the items and `label` that whose values stand beside them;
    `encoding` and `errors` say how bytes become text (`source` is all of these together). `validation` is a file, read
    in the same way, to hold out instead of a part of the corpus. `batch_size` counts items (lines; fewer where the list
    is short) or streams side by side, `window` characters of a stream between updates. `epochs` may be fractional;
    `steps` says how many updates there are instead, 0 leaves it to `epochs`. `warmup` is the share of steps in which
    the learning rate rises. `patience` counts evaluations without a better validation loss before the run ends early; 0
    never does. `ema` is the decay of the averaged weights that are evaluated and saved, 0 for none. `label_dropout` is
    the share of items that are trained without their label, so that
    a network also writes well where none is given. `order` is that of an n-gram, the characters of context and the one
    that follows; it has no use for what decides a network.
    """

    name: str = ""
    corpus: str | tuple[str, ...] = DEFAULT_CORPUS
    kind: Kind | None = None
    separator: str | None = None
    column: str | None = None
    label: str | None = None
    encoding: str | None = None
    errors: Errors = "strict"
    validation: str | None = None
    validation_fraction: float = 0.1
    family: ModelFamily = "lstm"
    order: int = DEFAULT_ORDER
    layers: int = 1
    hidden: int = 384
    embedding: int = 64
    dropout: float = 0.3
    input_dropout: float = 0.0
    weight_dropout: float = 0.1
    label_dropout: float = 0.4
    batch_size: int = 128
    window: int = 128
    epochs: float = 9.0
    steps: int = 0
    learning_rate: float = 8e-3
    schedule: Schedule = "cycle"
    warmup: float = 0.1
    weight_decay: float = 0.05
    beta1: float = 0.9
    beta2: float = 0.99
    clip: float = 1.0
    ema: float = 0.998
    patience: int = 10
    seed: int = 0
    device: Device = "auto"
    threads: int = 0
    """torch threads; 0 chooses by the size of the network and what else runs."""
    precision: Precision = "auto"
    """Of the matrix products in training; weights, sums and evaluations are float32 always. 'auto' takes bfloat16
    where the processor has it and the network is large enough to gain (docs/performance.md)."""
    compile: bool = False

    def __post_init__(self) -> None:
        if self.family not in MODEL_FAMILIES:
            raise RecipeError(f"the architecture is one of {', '.join(MODEL_FAMILIES)}, not {self.family!r}.")
        _whole("order", self.order, 1, LARGEST_ORDER)
        for name, least in (("layers", 1), ("hidden", 1), ("embedding", 1), ("batch_size", 1), ("window", 2)):
            _whole(name, getattr(self, name), least)
        for name in ("patience", "seed", "steps"):
            _whole(name, getattr(self, name), 0)
        _whole("threads", self.threads, 0, MOST_THREADS)
        _between("dropout", self.dropout, 0, 1, upper_open=True)
        _between("input_dropout", self.input_dropout, 0, 1, upper_open=True)
        _between("weight_dropout", self.weight_dropout, 0, 1, upper_open=True)
        _between("label_dropout", self.label_dropout, 0, 1)
        _between("validation_fraction", self.validation_fraction, 0, 1, lower_open=True, upper_open=True)
        _between("learning_rate", self.learning_rate, 0, 10, lower_open=True)
        _between("warmup", self.warmup, 0, 1, upper_open=True)
        _between("weight_decay", self.weight_decay, 0, 10)
        _between("beta1", self.beta1, 0, 1, upper_open=True)
        _between("beta2", self.beta2, 0, 1, upper_open=True)
        _between("clip", self.clip, 0, math.inf, lower_open=True)
        _between("ema", self.ema, 0, 1, upper_open=True)
        _between("epochs", self.epochs, 0, 1e6, lower_open=True)
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise RecipeError(f"the precision is auto, float32 or bfloat16, not {self.precision!r}.")
        if self.schedule not in get_args(Schedule):
            raise RecipeError(f"the schedule is {' or '.join(get_args(Schedule))}, not {self.schedule!r}.")
        if self.kind not in (None, "lines", "stream"):
            raise RecipeError(f"the kind is lines or stream, not {self.kind!r}.")
        if self.separator is not None and not isinstance(self.separator, str):
            raise RecipeError(f"the separator is a text, not {self.separator!r}.")
        if self.validation is not None and not isinstance(self.validation, str):
            raise RecipeError(f"the validation is the path of a file, not {self.validation!r}.")
        try:
            source = self.source
        except TextError as error:
            raise RecipeError(str(error)) from error
        object.__setattr__(self, "corpus", source.corpus)
        object.__setattr__(self, "encoding", source.encoding)

    def __repr__(self) -> str:
        """What differs from the defaults, as it would be typed."""
        changed = [f"{f.name}={value!r}" for f in fields(self) if (value := getattr(self, f.name)) != f.default]
        return f"Recipe({', '.join(changed)})"

    @property
    def source(self) -> Source:
        """What it learns from and how that is read. Raises TextError."""
        return Source(
            names_of(self.corpus), self.kind, self.separator, self.column, self.label, self.encoding, self.errors
        )

    def reading(self, source: Source) -> Recipe:
        """The recipe with another source."""
        return replace(
            self,
            corpus=source.corpus,
            kind=source.kind,
            separator=source.separator,
            column=source.column,
            label=source.label,
            encoding=source.encoding,
            errors=source.errors,
        )

    @property
    def is_ngram(self) -> bool:
        """Whether it counts an n-gram of `order`; what decides a network and its training then says nothing."""
        return self.family == NGRAM

    @property
    def network_family(self) -> Family:
        """The family of the network that it trains. Raises RecipeError for an n-gram, which is counted."""
        if self.family == NGRAM:
            raise RecipeError("an n-gram is counted in one go: it is not trained step by step.")
        return self.family

    @property
    def drops(self) -> bool:
        """Whether there is any dropout."""
        return bool(self.dropout or self.input_dropout or self.weight_dropout)

    def total_steps(self, steps_per_epoch: int) -> int:
        """Updates of the whole run, where an epoch has so many."""
        return self.steps or max(1, round(self.epochs * steps_per_epoch))

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON and TOML; unset values are left out."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        for name in OF_NETWORKS if self.is_ngram else ("order",):
            values.pop(name, None)
        return values | ({} if isinstance(self.corpus, str) else {"corpus": list(self.corpus)})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """From plain values. Raises RecipeError naming an unknown setting or a value without meaning."""
        known = {f.name for f in fields(cls)}
        for name in values:
            if name not in known:
                raise RecipeError(f"a recipe has no setting {visible(str(name))!r}.")
        return cls(**values)

    @classmethod
    def from_file(cls, path: Path) -> Recipe:
        """From a TOML file. Raises RecipeError naming the file."""
        return cls.from_dict(read_settings(path))


class RecipeOptions(TypedDict, total=False):
    """The fields of Recipe that `train` takes as keywords; a seed of None is drawn."""

    kind: Kind | None
    separator: str | None
    column: str | None
    label: str | None
    encoding: str | None
    errors: Errors
    validation_fraction: float
    family: ModelFamily
    order: int
    layers: int
    hidden: int
    embedding: int
    dropout: float
    input_dropout: float
    weight_dropout: float
    label_dropout: float
    batch_size: int
    window: int
    epochs: float
    steps: int
    learning_rate: float
    schedule: Schedule
    warmup: float
    weight_decay: float
    beta1: float
    beta2: float
    clip: float
    ema: float
    patience: int
    seed: int | None
    device: Device
    threads: int
    precision: Precision
    compile: bool


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a recipe that stand in a TOML file, each checked. Raises RecipeError naming the file."""
    source = visible(str(path))
    try:
        values = tomllib.loads(decode_utf8(path.read_bytes(), path))
        Recipe.from_dict(values)
    except FileNotFoundError as error:
        raise RecipeError(f"there is no file {source}.") from error
    except OSError as error:
        raise RecipeError(f"{source} cannot be read: {error.strerror or error}.") from error
    except RecipeError as error:
        raise RecipeError(f"{source}: {error}") from error
    except TextError as error:
        raise RecipeError(str(error)) from error
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise RecipeError(f"{source} is not TOML: {error}.") from error
    return values


def _whole(name: str, value: Any, least: int, most: int = LARGEST_WHOLE) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise RecipeError(f"{_words(name)} is a whole number, at least {least}, not {value!r}.")
    if value > most:
        raise RecipeError(f"{_words(name)} is a whole number from {least} to {most}, not {value!r}.")


def _between(
    name: str, value: Any, low: float, high: float, *, lower_open: bool = False, upper_open: bool = False
) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and abs(value) > LARGEST_WHOLE:
        value = math.inf if value > 0 else -math.inf  # a whole number may be too large for a float
    if (
        not number
        or not low <= value <= high
        or (lower_open and value == low)
        or (upper_open and value == high)
        or not math.isfinite(value)
    ):
        left, right = ("above" if lower_open else "from"), ("below" if upper_open else "up to")
        limits = f"{left} {low:g}" + (f" and {right} {high:g}" if math.isfinite(high) else "")
        raise RecipeError(f"{_words(name)} is a number {limits}, not {value!r}.")


def _words(name: str) -> str:
    return "the " + name.replace("_", " ")


PresetName = Literal["quick", "balanced", "best"]


@dataclass(frozen=True)
class Preset:
    """A named set of choices for each kind of corpus, and what to expect of it in a sentence."""

    name: PresetName
    summary: str
    lines: Mapping[str, Any] = field(default_factory=dict)
    stream: Mapping[str, Any] = field(default_factory=dict)

    def choices(self, kind: Kind) -> Mapping[str, Any]:
        """What it chooses for a kind of corpus: fields of a recipe."""
        return self.lines if kind == "lines" else self.stream

    def apply(self, recipe: Recipe, kind: Kind) -> Recipe:
        """The recipe with this preset's choices for a kind of corpus."""
        return replace(recipe, **self.choices(kind))


def _stream(**changes: Any) -> dict[str, Any]:
    shared = {"batch_size": 32, "window": 64, "learning_rate": 8e-3, "weight_dropout": 0.0, "ema": 0.995}
    return {**shared, **changes}


PRESETS: dict[PresetName, Preset] = {
    "quick": Preset(
        "quick",
        "a few passes, good enough to play with",
        {"hidden": 256, "epochs": 6.0, "dropout": 0.1, "weight_dropout": 0.0, "learning_rate": 1e-2},
        _stream(hidden=256, epochs=2.5, dropout=0.05),
    ),
    "balanced": Preset(
        "balanced",
        "the default: a good network soon",
        {"hidden": 384, "epochs": 9.0, "dropout": 0.3, "weight_dropout": 0.1, "learning_rate": 8e-3},
        _stream(hidden=256, epochs=5.0, dropout=0.15),
    ),
    "best": Preset(
        "best",
        "the largest network and patience: the lowest loss",
        {
            "hidden": 384,
            "layers": 2,
            "dropout": 0.35,
            "weight_dropout": 0.4,
            "batch_size": 64,
            "epochs": 18.0,
            "learning_rate": 6e-3,
        },
        _stream(hidden=512, epochs=6.0, dropout=0.35, learning_rate=5e-3),
    ),
}
DEFAULT_PRESET: PresetName = "balanced"


def preset_named(name: str) -> Preset:
    """A preset by its name. Raises RecipeError."""
    if name not in PRESETS:
        raise RecipeError(f"the preset is one of {', '.join(PRESETS)}, not {name!r}.")
    return PRESETS[name]
