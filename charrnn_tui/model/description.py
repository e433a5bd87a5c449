"""What `model.json` says of a trained model, and the names of the files beside it."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charrnn_tui.cells import (
    Architecture,
    ArchitectureError,
    NgramArchitecture,
    StoredArchitecture,
    stored_architecture,
)
from charrnn_tui.files.atomic import write_json
from charrnn_tui.model import facts
from charrnn_tui.text import visible
from charrnn_tui.text.decoding import decode_utf8
from charrnn_tui.text.reading import TextError

if TYPE_CHECKING:
    from charrnn_tui.text import Kind, Vocabulary

FORMAT = 1
FORMAT_WITH_LABELS = 2
"""What a model with labels is written as: a program that knows no labels refuses it by this number."""
FORMAT_OF_NGRAMS = 3
"""What an n-gram is written as: a program that knows networks alone refuses it by this number."""
FORMATS = (FORMAT, FORMAT_WITH_LABELS, FORMAT_OF_NGRAMS)
WEIGHTS = "model.safetensors"
DESCRIPTION = "model.json"
HISTORY = "history.jsonl"
LINES = "lines.safetensors"
CHECKPOINT = "checkpoint.safetensors"
CARD = "README.md"

LARGEST_DESCRIPTION = 32 << 20


class ModelError(ValueError):
    """A model cannot be used; the message says which file, what is wrong and what to do."""


@dataclass(frozen=True)
class ModelInfo:
    """What `model.json` says: everything about a model but its weights.

    `labels`: names of the labels that stood beside its items, in the order of the network's vectors.
    `corpus`: name, items, validation_items and, where some of these are equal, validation_distinct (how many different
    ones), characters, symbols, longest (characters); label (the column of the labels) and label_items (how many items
    of each).
    `results`: validation_loss and training_loss (nats a character), step, last_step, epoch, seconds, finished; of a
    network with labels unlabelled_loss (validation, where none is given) and label_accuracy (of how many held-out items
    the most probable label is the right one); references, losses of models that know less on the same held-out part.
    Read from a file, these are of the kind that `facts` says, or missing.
    """

    name: str
    architecture: StoredArchitecture
    vocabulary: Vocabulary
    kind: Kind = "lines"
    corpus: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""
    labels: tuple[str, ...] = ()

    def network(self, otherwise: str) -> Architecture:
        """The architecture of the network that it is. Raises ModelError where it is none: "… is a 5-gram, not a
        network; `otherwise`."."""
        if isinstance(self.architecture, NgramArchitecture):
            raise ModelError(f"{self.name} is a {self.architecture.describe()}, not a network; {otherwise}.")
        return self.architecture

    @property
    def validation_loss(self) -> float | None:
        """Nats a character on the validation part; None where it was never measured."""
        return _float(self.results.get("validation_loss"))

    @property
    def training_loss(self) -> float | None:
        """Nats a character on the training part, at that time; None where unknown."""
        return _float(self.results.get("training_loss"))

    @property
    def references(self) -> Mapping[str, float]:
        """Name -> nats a character of models that know less (uniform, unigram, bigram, 5-gram) on the same part."""
        references: Mapping[str, float] = self.results.get("references", {})
        return references

    @property
    def step(self) -> int | None:
        """Updates after which the weights are as they are; None where unknown."""
        return self.results.get("step")

    @property
    def seconds(self) -> float | None:
        """How long it was trained; None where unknown."""
        return _float(self.results.get("seconds"))

    @property
    def corpus_name(self) -> str | None:
        """What it learnt from; None where unknown."""
        return self.corpus.get("name") or None

    @property
    def items(self) -> int | None:
        """How many items (characters of running text) it learnt from; None where unknown."""
        return self.corpus.get("items")

    @property
    def validation_items(self) -> int | None:
        """Items (characters of running text) held out; None where that is not known."""
        return self.corpus.get("validation_items")

    @property
    def default_max_length(self) -> int:
        """A sensible limit of new characters: twice the longest item learnt from, or a screenful of text."""
        if self.kind == "stream":
            return 500
        longest = self.corpus.get("longest", -1)
        return max(30, 2 * longest) if facts.whole(longest) else 100

    @property
    def _format(self) -> int:
        if isinstance(self.architecture, NgramArchitecture):
            return FORMAT_OF_NGRAMS
        return FORMAT_WITH_LABELS if self.labels else FORMAT

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "format": self._format,
            "name": self.name,
            "architecture": self.architecture.to_dict(),
            "vocabulary": "".join(self.vocabulary.symbols),
            **({"labels": list(self.labels)} if self.labels else {}),
            "kind": self.kind,
            "corpus": dict(self.corpus),
            "recipe": dict(self.recipe),
            "results": dict(self.results),
            "created": self.created,
        }

    @classmethod
    def from_dict(cls, values: Any, source: str) -> ModelInfo:
        """From plain values. Raises ModelError, naming `source`, for another format or a damaged description."""
        if not isinstance(values, dict):
            raise ModelError(f"{source} is no description of a model.")
        version = values.get("format")
        if version not in FORMATS or isinstance(version, bool):
            raise ModelError(
                f"{source} has the format {reprlib.repr(version)}, and this program reads the formats {FORMATS[0]} to "
                f"{FORMATS[-1]}; update charrnn-tui or train the model again."
            )
        from charrnn_tui.text import Vocabulary  # NumPy: the first paint needs no description

        try:
            architecture = stored_architecture(values["architecture"])
            symbols = values["vocabulary"]
            vocabulary = Vocabulary(symbols)
            kind: Kind = values["kind"]
            corpus, recipe, results = (values.get(name) or {} for name in ("corpus", "recipe", "results"))
        except ArchitectureError as error:
            raise ModelError(visible(f"{source}: {error}")) from error
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(visible(f"{source} is damaged: {_reason(error)}.")) from error
        if kind not in ("lines", "stream"):
            raise ModelError(f"{source} is damaged: its kind is {reprlib.repr(kind)}, neither 'lines' nor 'stream'.")
        if not isinstance(symbols, str) or "".join(vocabulary.symbols) != symbols:
            raise ModelError(f"{source} is damaged: its vocabulary is not sorted or repeats a symbol.")
        if vocabulary.size != architecture.vocabulary_size:
            raise ModelError(
                f"{source} is damaged: {vocabulary.size} symbols stand beside a network "
                f"for {architecture.vocabulary_size}."
            )
        labels = _labels(values.get("labels", []), architecture.labels, source)
        if not all(isinstance(table, dict) for table in (corpus, recipe, results)):
            raise ModelError(f"{source} is damaged: corpus, recipe and results are tables.")
        name, created = values.get("name"), values.get("created")
        return cls(
            facts.text(name) if isinstance(name, str) else "",
            architecture,
            vocabulary,
            kind,
            facts.table(corpus, facts.CORPUS),
            facts.table(recipe, facts.ANY),
            facts.table(results, facts.RESULTS),
            facts.text(str(created)) if isinstance(created, str | int) else "",
            labels,
        )


def _labels(values: Any, wanted: int, source: str) -> tuple[str, ...]:
    """The labels of a description, as many as the network has vectors for. Raises ModelError."""
    if not isinstance(values, list) or not all(isinstance(label, str) and label for label in values):
        raise ModelError(f"{source} is damaged: its labels are no list of texts.")
    if len(set(values)) != len(values) or len(values) != wanted:
        raise ModelError(
            f"{source} is damaged: {len(set(values))} labels stand beside a network that has vectors for {wanted}."
        )
    return tuple(facts.text(label) for label in values)


def _float(value: Any) -> float | None:
    return float(value) if facts.number(value, math.inf) and math.isfinite(value) else None


def _reason(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")


def read_info(folder: Path) -> ModelInfo:
    """The description of the model in a folder; cheap, no weights are read. Raises ModelError."""
    path = folder / DESCRIPTION
    source = visible(str(path))
    try:
        if path.stat().st_size > LARGEST_DESCRIPTION:
            raise ModelError(f"{source} is too large to be a description of a model.")
        values = json.loads(decode_utf8(path.read_bytes(), path))
    except FileNotFoundError as error:
        raise ModelError(f"{visible(str(folder))} holds no model: there is no {DESCRIPTION} in it.") from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror or error}.") from error
    except TextError as error:
        raise ModelError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{source} is not JSON: {error}.") from error
    return ModelInfo.from_dict(values, source)


def write_info(folder: Path, info: ModelInfo) -> None:
    """Write `model.json` atomically."""
    write_json(folder / DESCRIPTION, info.to_dict())
