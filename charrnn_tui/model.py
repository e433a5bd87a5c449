"""A trained model: its folder, what stands in it, and what one can do with it once it is open.

A folder holds `model.safetensors` (weights), `model.json` (everything else), `history.jsonl` (a row an
evaluation), `lines.safetensors` (hashes of the items it learnt from) and, while unfinished,
`checkpoint.safetensors`. Nothing is unpickled; shapes are checked before anything is allocated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from charrnn_tui.atomic import write_json
from charrnn_tui.cells import Architecture, ArchitectureError, NumpyCell
from charrnn_tui.sampling import Found, SamplingOptions, SamplingSettings, Stream, most_probable, sample_many
from charrnn_tui.sampling.prefix import start_ids
from charrnn_tui.text import BOUNDARY, EncodedItems, Kind, TextError, Vocabulary, bucketed_batches, text_hash, visible
from charrnn_tui.text.reading import normalise

FORMAT = 1
WEIGHTS = "model.safetensors"
DESCRIPTION = "model.json"
HISTORY = "history.jsonl"
LINES = "lines.safetensors"
CHECKPOINT = "checkpoint.safetensors"
CARD = "README.md"

LARGEST_DESCRIPTION = 32 << 20
_EVALUATION_BATCH = 256
_REPORT_EVERY = 1024


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


def read_tensors(path: Path, shapes: Mapping[str, tuple[int, ...]] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file. With `shapes`, names, shapes and type (floating point) are checked first.

    Raises ModelError with a sentence for a missing, damaged or foreign file.
    """
    source = visible(str(path))
    refuse_pickle(path)
    try:
        with safe_open(path, framework="numpy") as opened:
            if shapes is not None:
                _check_header(opened, shapes, source)
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, TypeError, ValueError, KeyError, AttributeError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{source} is no readable safetensors file ({error}); the file may be damaged.") from error


def refuse_pickle(path: Path) -> None:
    """Raise ModelError for a file that is missing, cannot be read, or would run code when opened."""
    source = visible(str(path))
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except FileNotFoundError as error:
        raise ModelError(f"there is no file {source}; the model is not complete.") from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror or error}.") from error
    # A safetensors file may begin with the same two bytes, as the length of its header; a brace comes ninth then.
    if start[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05") and start[8:] != b"{":
        raise ModelError(
            f"{source} is a pickle or a torch.save archive, which can run code when it is opened; "
            "save the state dict with safetensors.torch.save_file and try again."
        )


def _check_header(opened: Any, shapes: Mapping[str, tuple[int, ...]], source: str) -> None:
    """Compare names, shapes and types with the expected ones, from the file's header alone."""
    names = set(opened.keys())
    for name in shapes:
        if name not in names:
            raise ModelError(f"{source} lacks the weights {name!r}; it belongs to another network.")
    for name in sorted(names - set(shapes)):
        raise ModelError(f"{source} holds {name!r}, which this network does not have.")
    for name, shape in shapes.items():
        part = opened.get_slice(name)
        if tuple(part.get_shape()) != shape:
            raise ModelError(f"{source}: {name} has the shape {part.get_shape()}, and {list(shape)} is expected.")
        if part.get_dtype() not in ("F16", "F32", "F64"):
            raise ModelError(f"{source}: {name} holds {part.get_dtype()}, and floating-point numbers are expected.")


@dataclass(frozen=True)
class Evaluation:
    """How well a model predicts a text: mean negative log-likelihood of a character, the end symbol counted."""

    nats_per_char: float
    characters: int

    @property
    def bits_per_char(self) -> float:
        """nats / ln 2."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(nats): as many equally likely characters would be as hard to predict."""
        return math.exp(self.nats_per_char) if self.nats_per_char < 700 else math.inf

    def to_dict(self) -> dict[str, float | int]:
        """As `charrnn-tui evaluate --json` prints it."""
        return {
            "nats_per_char": self.nats_per_char,
            "bits_per_char": self.bits_per_char,
            "perplexity": self.perplexity,
            "characters": self.characters,
        }


class Model:
    """An open model: a description and a NumPy cell. Making one costs milliseconds and needs no torch."""

    def __init__(self, info: ModelInfo, cell: NumpyCell, folder: Path | None = None) -> None:
        self.info = info
        self.cell = cell
        self.folder = folder

    @classmethod
    def open(cls, folder: Path) -> Model:
        """Open the model in a folder. Raises ModelError."""
        info = read_info(folder)
        path = folder / WEIGHTS
        weights = read_tensors(path, info.architecture.shapes())
        for name, weight in weights.items():
            if not np.isfinite(weight).all():
                raise ModelError(f"{visible(str(path))}: {name} holds NaN or infinite numbers; train it again.")
        return cls(info, NumpyCell(info.architecture, weights), folder)

    @property
    def name(self) -> str:
        """The name it goes by."""
        return self.info.name

    @property
    def vocabulary(self) -> Vocabulary:
        """Its symbols."""
        return self.info.vocabulary

    def stream(
        self,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        item: int = 0,
        max_length: int | None = None,
        **options: Unpack[SamplingOptions],
    ) -> Stream:
        """Continue a prefix, one Token (symbol, id, logits, probability) at a time; the last one may be the end.

        `settings` or its fields as keywords (`temperature=0.8`) say how characters are drawn; `max_length` counts new
        characters, None for a sensible limit. The same `seed` and `item` give the same text.

        Raises UnknownSymbolsError, SettingsError, ValueError.
        """
        return Stream(
            self.cell,
            self.vocabulary,
            prefix,
            kind=self.info.kind,
            settings=SamplingSettings.of(settings, **options),
            seed=seed,
            item=item,
            max_length=self.info.default_max_length if max_length is None else max_length,
        )

    def sample(
        self,
        n: int = 1,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Iterator[str]:
        """`n` continuations of one prefix, prefix included, in constant memory.

        Text i is that of `stream(prefix, seed=seed, item=i)`. Raises UnknownSymbolsError, SettingsError, ValueError.
        """
        batch_size = max(1, min(batch_size, n))
        return self.continue_all(
            repeat(prefix, n), settings=settings, seed=seed, max_length=max_length, batch_size=batch_size, **options
        )

    def continue_all(
        self,
        prefixes: Iterable[str],
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        first_item: int = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Iterator[str]:
        """One continuation of each prefix, in their order; the first is item `first_item` of the seed.

        Raises UnknownSymbolsError.
        """
        return sample_many(
            self.cell,
            self.vocabulary,
            prefixes,
            kind=self.info.kind,
            settings=SamplingSettings.of(settings, **options),
            seed=seed,
            first_item=first_item,
            max_length=self.info.default_max_length if max_length is None else max_length,
            batch_size=batch_size,
        )

    def most_probable(self, prefix: str = "", *, max_length: int = 40) -> Iterator[Found]:
        """The most probable items that begin with a prefix, exactly. Raises ModelError for running text."""
        if self.info.kind == "stream":
            raise ModelError(f"{self.name} writes running text, which has no most probable items.")
        return most_probable(self.cell, self.vocabulary, prefix, max_length=max_length)

    def evaluate(self, lines: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character and of each item's end. Raises UnknownSymbolsError, TextError.

        `progress` is told now and then how many items are done.
        """
        items = [normalise(line) for line in lines if line]
        if not items:
            raise TextError("there is nothing to evaluate: every line is empty.")
        encoded = EncodedItems.encode(items, self.vocabulary)
        total, count, done = 0.0, 0, 0
        for rows in bucketed_batches(encoded.lengths, _EVALUATION_BATCH):
            ids = encoded.matrix(rows)
            mask = ids >= 0
            total -= float(self.cell.score(ids, mask).sum())
            count += int(mask[:, 1:].sum())
            done += len(rows)
            if progress is not None:
                progress(done)
        return Evaluation(total / count, count)

    def evaluate_text(self, text: str, *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character of one running text, the state carried all through.

        The first character is predicted from the start symbol. `progress` is told now and then how many characters
        are done. Raises UnknownSymbolsError, TextError.
        """
        if not text:
            raise TextError("there is nothing to evaluate: the text is empty.")
        ids = self.vocabulary.encode(normalise(text))
        state = self.cell.initial_state(1)
        total = 0.0
        before = start_ids(self.vocabulary, "stream")[0]
        for done, id_ in enumerate(ids.tolist()):
            state, log_probs = self.cell.step([before], state)
            total -= float(log_probs[0, id_])
            before = id_
            if progress is not None and done % _REPORT_EVERY == 0:
                progress(done)
        return Evaluation(total / len(ids), len(ids))

    @cached_property
    def _seen(self) -> dict[str, NDArray[np.uint64]] | None:
        if self.folder is None or not (self.folder / LINES).exists():
            return None
        hashes = read_tensors(self.folder / LINES)
        for part, values in hashes.items():
            if values.dtype != np.uint64 or values.ndim != 1:
                raise ModelError(f"{visible(str(self.folder / LINES))}: {visible(part)} holds no hashes of items.")
        return hashes

    def seen(self, item: str) -> str | None:
        """'training' or 'validation' where the item stands in the corpus, '' where it is new, None if unknown."""
        if self._seen is None:
            return None
        wanted = text_hash(item)
        for part, hashes in self._seen.items():
            at = int(np.searchsorted(hashes, np.uint64(wanted)))
            if at < len(hashes) and int(hashes[at]) == wanted:
                return part
        return ""


__all__ = ["BOUNDARY", "Evaluation", "Model", "ModelError", "ModelInfo", "read_info", "read_tensors", "write_info"]
