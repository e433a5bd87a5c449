"""What `model.json` says of a trained model, and the names of the files beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charrnn_tui.cells import Architecture, ArchitectureError
from charrnn_tui.files.atomic import write_json
from charrnn_tui.text import Kind, Vocabulary, visible

FORMAT = 1
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

    `corpus`: name, items, validation_items, characters, symbols, longest (characters).
    `results`: validation_loss and training_loss (nats a character), step, epoch, seconds, finished.
    """

    name: str
    architecture: Architecture
    vocabulary: Vocabulary
    kind: Kind = "lines"
    corpus: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""

    @property
    def validation_loss(self) -> float | None:
        """Nats a character on the validation part; None where it was never measured."""
        value = self.results.get("validation_loss")
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else None

    @property
    def default_max_length(self) -> int:
        """A sensible limit of new characters: twice the longest item learnt from, or a screenful of text."""
        if self.kind == "stream":
            return 500
        longest = self.corpus.get("longest")
        return max(30, 2 * longest) if isinstance(longest, int) else 100

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "format": FORMAT,
            "name": self.name,
            "architecture": self.architecture.to_dict(),
            "vocabulary": "".join(self.vocabulary.symbols),
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
        if version != FORMAT:
            raise ModelError(
                f"{source} has the format {version!r}, and this program reads format {FORMAT}; "
                "update charrnn-tui or train the model again."
            )
        try:
            architecture = Architecture.from_dict(values["architecture"])
            symbols = values["vocabulary"]
            vocabulary = Vocabulary(symbols)
            kind: Kind = values["kind"]
            corpus, recipe, results = (values.get(name) or {} for name in ("corpus", "recipe", "results"))
        except ArchitectureError as error:
            raise ModelError(f"{source}: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{source} is damaged: {_reason(error)}.") from error
        if kind not in ("lines", "stream"):
            raise ModelError(f"{source} is damaged: its kind is {kind!r}, neither 'lines' nor 'stream'.")
        if not isinstance(symbols, str) or "".join(vocabulary.symbols) != symbols:
            raise ModelError(f"{source} is damaged: its vocabulary is not sorted or repeats a symbol.")
        if vocabulary.size != architecture.vocabulary_size:
            raise ModelError(
                f"{source} is damaged: {vocabulary.size} symbols stand beside a network "
                f"for {architecture.vocabulary_size}."
            )
        if not all(isinstance(table, dict) for table in (corpus, recipe, results)):
            raise ModelError(f"{source} is damaged: corpus, recipe and results are tables.")
        name = values.get("name")
        return cls(
            name if isinstance(name, str) else "",
            architecture,
            vocabulary,
            kind,
            corpus,
            recipe,
            results,
            str(values.get("created", "")),
        )


def _reason(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")


def read_info(folder: Path) -> ModelInfo:
    """The description of the model in a folder; cheap, no weights are read. Raises ModelError."""
    path = folder / DESCRIPTION
    source = visible(str(path))
    try:
        if path.stat().st_size > LARGEST_DESCRIPTION:
            raise ModelError(f"{source} is too large to be a description of a model.")
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{visible(str(folder))} holds no model: there is no {DESCRIPTION} in it.") from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{source} is not JSON: {error}.") from error
    return ModelInfo.from_dict(values, source)


def write_info(folder: Path, info: ModelInfo) -> None:
    """Write `model.json` atomically."""
    write_json(folder / DESCRIPTION, info.to_dict())
