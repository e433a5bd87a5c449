"""What a run learns from, as batches of ids: prepared once, and decided by the seed and the epoch alone.

A batch can be made again from its number, so a run that is taken up again sees what it would have seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charrnn_tui.sampling.prefix import start_ids
from charrnn_tui.text import BOUNDARY, EncodedItems, Kind, TextError, Vocabulary, bucketed_batches, text_hashes
from charrnn_tui.text.encoded import encode_file
from charrnn_tui.text.splits import MOST_STREAM_EVALUATED, held_out_block
from charrnn_tui.training.plan.prepare import Texts
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.plan.sizes import items_at_once, streams_at_once
from charrnn_tui.training.run.labelled import NO_LABEL, known_labels, numbered

EVALUATION_BATCH = 512
MOST_TRAINING_EVALUATED = 2_000
EVALUATION_WINDOW = 256
EVALUATION_STREAMS = 32
WARM_UP = 256
"""Characters read before the counted ones of an evaluation stream, so that no stream starts cold but the first."""
RESET_SHARE = 0.02
"""Share of streams whose state is cleared at an update, so that a network also learns to start from nothing."""


@dataclass(frozen=True)
class Batch:
    """ids [rows, time], PAD after an item's end, and the number of next characters among them. `keep` [rows]: 1 where
    the state is carried on, 0 where cleared; None where each row starts afresh (lists). `labels` [rows]: the number of
    each row's label, `NO_LABEL` where it is to be read without; None where the network knows none."""

    ids: Tensor
    count: int
    keep: Tensor | None = None
    labels: Tensor | None = None


@dataclass(frozen=True)
class EvaluationPart:
    """Windows of a part, in order: the state is carried from one to the next where `carried`; the first `skip`
    predictions are read and not counted. `labels` [rows]: as a batch has them."""

    windows: Sequence[Tensor]
    carried: bool
    skip: int = 0
    labels: Tensor | None = None


class Data(Protocol):
    """What the trainer needs of a corpus."""

    kind: Kind
    vocabulary: Vocabulary
    labels: tuple[str, ...]
    training_size: int
    validation_size: int
    training_sample_size: int
    steps_per_epoch: int
    fingerprint: str

    def is_what(self, fingerprint: str) -> bool:
        """Whether a checkpoint with this fingerprint was made from the same corpus."""
        ...

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        """The batches of an epoch (from 0), from number `first` on."""
        ...

    def validation(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        """The held-out part, or one of several equal shares of it."""
        ...

    def training_sample(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        """A fixed sample of the training part, to be evaluated by the same rule."""
        ...

    def counted(self, most: int | None = None) -> NDArray[np.integer]:
        """The training part as one sequence of ids [characters], a boundary before, between and behind items; running
        text begins with what it is begun with. `most`: of its last so many characters alone."""
        ...

    def held_out_ids(self) -> NDArray[np.integer]:
        """The validation part in the same way."""
        ...

    def facts(self) -> dict[str, Any]:
        """For `model.json`: items, characters, symbols, longest."""
        ...

    def line_hashes(self) -> dict[str, NDArray[np.uint64]] | None:
        """For the novelty mark: hashes of training and validation items."""
        ...


_FINGERPRINT = "items-"


def _fingerprint(*parts: Sequence[str] | None) -> str:
    """Tells lists (None: one that is not there) apart by every item, their order and their number."""
    digest = hashlib.blake2b(digest_size=16)
    for items in parts:
        if items is None:
            continue
        # The lengths say where each item ends, whatever characters it holds.
        digest.update(np.array([len(items), *map(len, items)], dtype="<i8").tobytes())
        digest.update("".join(items).encode("utf-8", "surrogatepass"))
    return _FINGERPRINT + digest.hexdigest()


def _tensor(ids: NDArray[np.integer]) -> Tensor:
    return torch.from_numpy(ids.astype(np.int64))


class LinesData:
    """A list of items, bucketed by length."""

    kind: Kind = "lines"

    def __init__(
        self, texts: Texts, recipe: Recipe, vocabulary: Vocabulary | None = None, labels: tuple[str, ...] | None = None
    ) -> None:
        self.vocabulary = vocabulary or Vocabulary.from_texts([*texts.training, *texts.validation])
        self.labels = known_labels(texts) if labels is None else labels
        self._training_labels = numbered(texts.training_labels, self.labels, len(texts.training))
        self._validation_labels = numbered(texts.validation_labels, self.labels, len(texts.validation))
        self._label_dropout = recipe.label_dropout
        self._label = recipe.label
        self._texts = texts
        self._training = EncodedItems.encode(texts.training, self.vocabulary)
        self._validation = EncodedItems.encode(texts.validation, self.vocabulary)
        self._seed = recipe.seed
        self._batch_size = items_at_once(len(texts.training), recipe.batch_size)
        self.training_size, self.validation_size = len(texts.training), len(texts.validation)
        self.training_sample_size = min(len(self._training), max(len(self._validation), 1), MOST_TRAINING_EVALUATED)
        self.steps_per_epoch = -(-len(self._training) // self._batch_size)
        self.fingerprint = _fingerprint(
            texts.training, texts.validation, texts.training_labels, texts.validation_labels
        )

    def is_what(self, fingerprint: str) -> bool:
        if fingerprint.startswith(_FINGERPRINT):
            return fingerprint == self.fingerprint
        # Of a checkpoint from before fingerprints saw order and number: by the rule that it was written with.
        texts = self._texts
        hashes = text_hashes([*texts.training, *texts.validation])
        blind = f"{len(texts.training)}-{len(texts.validation)}-{int(np.bitwise_xor.reduce(hashes)):016x}"
        return fingerprint == blind

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        generator = np.random.default_rng([self._seed, epoch])
        batches = bucketed_batches(self._training.lengths, self._batch_size, generator)
        labels = None
        if self.labels:
            # Drawn for all items at once, so that a run taken up within an epoch withholds the same ones.
            withheld = generator.random(len(self._training)) < self._label_dropout
            labels = np.where(withheld, NO_LABEL, self._training_labels)
        for rows in batches[first:]:
            yield Batch(
                _tensor(self._training.matrix(rows)),
                int(self._training.lengths[rows].sum()) - len(rows),
                labels=None if labels is None else _tensor(labels[rows]),
            )

    def validation(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        return self._parts(self._validation, self._validation_labels, share, shares)

    def training_sample(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        chosen = np.random.default_rng(0).permutation(len(self._training))[: self.training_sample_size]
        encoded = EncodedItems(self._training.flat, self._training.starts[chosen], self._training.lengths[chosen])
        return self._parts(encoded, self._training_labels[chosen], share, shares)

    def _parts(self, items: EncodedItems, labels: NDArray[np.int64], share: int, shares: int) -> list[EvaluationPart]:
        batches = bucketed_batches(items.lengths, EVALUATION_BATCH)[share::shares]
        return [
            EvaluationPart(
                [_tensor(items.matrix(rows))], carried=False, labels=_tensor(labels[rows]) if self.labels else None
            )
            for rows in batches
        ]

    def held_out(self) -> tuple[Sequence[str], Sequence[str]]:
        """The items held out and their labels; none of either where the corpus has no labels."""
        if self._texts.validation_labels is None:
            return (), ()
        return self._texts.validation, self._texts.validation_labels

    def counted(self, most: int | None = None) -> NDArray[np.integer]:
        joined = self._training.joined()
        return joined if most is None else joined[-most:]

    def held_out_ids(self) -> NDArray[np.integer]:
        return self._validation.joined()

    def facts(self) -> dict[str, Any]:
        texts = self._texts
        held_out, different = texts.held_out
        return {
            "name": texts.name,
            "items": len(texts.training),
            "validation_items": held_out,
            **({"validation_distinct": different} if different != held_out else {}),
            "characters": sum(map(len, texts.training)),
            "symbols": len(self.vocabulary.symbols),
            **self._label_facts(),
            "longest": max(map(len, texts.training)),
        }

    def _label_facts(self) -> dict[str, Any]:
        if self._texts.training_labels is None or not self.labels:
            return {}
        given = self._training_labels[self._training_labels != NO_LABEL]
        counts = np.bincount(given, minlength=len(self.labels)).tolist()
        return ({"label": self._label} if self._label else {}) | {"label_items": counts}

    def line_hashes(self) -> dict[str, NDArray[np.uint64]] | None:
        return self._hashes

    @cached_property
    def _hashes(self) -> dict[str, NDArray[np.uint64]]:
        return {"training": text_hashes(self._texts.training), "validation": text_hashes(self._texts.validation)}


class StreamData:
    """One long text, cut into `batch_size` streams read side by side; the state is carried from window to window.

    Each epoch starts at a random offset and jitters the windows' lengths, so that the cuts of the truncated
    back-propagation fall elsewhere each time. What is held out without a validation file is a block in the middle:
    the end of a text is what resembles its continuation most, too good to learn nothing from.
    """

    kind: Kind = "stream"

    def __init__(
        self, texts: Texts, recipe: Recipe, vocabulary: Vocabulary | None = None, labels: tuple[str, ...] | None = None
    ) -> None:
        assert texts.training_path is not None
        self.labels = labels or ()
        encoded = encode_file(texts.training_path, vocabulary)
        self.vocabulary = encoded.vocabulary
        ids = encoded.ids
        held_out_content = ""
        if texts.validation_path is None:
            self._gap_at, self._gap = held_out_block(len(ids), recipe.validation_fraction)
            self._validation = ids[self._gap_at : self._gap_at + self._gap]
        else:
            self._gap_at, self._gap = len(ids), 0
            held_out_file = encode_file(texts.validation_path, self.vocabulary)
            held_out_content = held_out_file.content
            self._validation = held_out_file.ids[:MOST_STREAM_EVALUATED]
        self._ids = ids
        self._texts = texts
        self._seed, self._window = recipe.seed, recipe.window
        self.training_size, self.validation_size = len(ids) - self._gap, len(self._validation)
        self.training_sample_size = min(self.training_size, max(self.validation_size // 2, 1000), 200_000)
        if min(self.training_size, self.validation_size) < 16:
            raise TextError(
                f"{texts.name} has only {len(ids)} characters, too few for a running text; give a longer one."
            )
        self._streams = streams_at_once(self.training_size, recipe.batch_size, recipe.window)
        self._stream_length = (self.training_size - 1) // self._streams
        self._smallest = max(1, recipe.window // 2)
        self.steps_per_epoch = max(1, self._stream_length // recipe.window)
        self.fingerprint = encoded.content
        if held_out_content:
            self.fingerprint += f"-{held_out_content}"
        self._content = encoded.content

    def is_what(self, fingerprint: str) -> bool:
        # A checkpoint from before a validation file was counted holds the text's own alone.
        return fingerprint in (self.fingerprint, self._content)

    def _windows(self, epoch: int) -> tuple[int, NDArray[np.int64], np.random.Generator]:
        """(offset, ends of the windows within a stream, generator): decided by seed and epoch alone."""
        generator = np.random.default_rng([self._seed, epoch])
        offset = int(generator.integers(0, min(self._window, max(1, self._stream_length // 4)) + 1))
        count = self.steps_per_epoch
        room = self._stream_length - offset
        shares = generator.uniform(0.5, 1.5, size=count)
        ends = np.round(np.cumsum(shares) / shares.sum() * room).astype(np.int64)
        return offset, ends, generator

    def epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        offset, ends, generator = self._windows(epoch)
        # Streams are shifted by the offset as a whole: rows start at different places of the text each epoch.
        starts = offset + np.arange(self._streams, dtype=np.int64) * self._stream_length
        resets = generator.random((len(ends), self._streams)) < RESET_SHARE
        resets[0] = True
        begin = int(ends[first - 1]) if first else 0
        for number in range(first, len(ends)):
            end = int(ends[number])
            columns = np.arange(begin, end + 1)
            index = np.minimum(starts[:, None] + columns, self.training_size - 1)
            keep = torch.from_numpy((~resets[number]).astype(np.float32))
            yield Batch(_tensor(self._read(index)), self._streams * (end - begin), keep)
            begin = end

    def held_out(self) -> tuple[Sequence[str], Sequence[str]]:
        """None: running text has no items."""
        return (), ()

    def validation(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        return _parallel_streams(self._validation, share, shares)

    def training_sample(self, share: int = 0, shares: int = 1) -> list[EvaluationPart]:
        size = self.training_sample_size
        begin = (self.training_size - size) // 3
        return _parallel_streams(self._read(np.arange(begin, begin + size)), share, shares)

    def _read(self, places: NDArray[np.int64]) -> NDArray[np.integer]:
        """The ids at some places of the training text, which goes on behind the block held out."""
        return self._ids[places + self._gap * (places >= self._gap_at)]

    def counted(self, most: int | None = None) -> NDArray[np.integer]:
        # The text is mapped into memory and may be large: only what is asked for is read, in as few bytes an id.
        begin = 0 if most is None else max(0, self.training_size - most)
        start = np.array(start_ids(self.vocabulary, "stream"), dtype=self._ids.dtype)
        return np.concatenate([start, self._read(np.arange(begin, self.training_size))])

    def held_out_ids(self) -> NDArray[np.integer]:
        return np.concatenate([start_ids(self.vocabulary, "stream"), self._validation])

    def facts(self) -> dict[str, Any]:
        return {
            "name": self._texts.name,
            "items": self.training_size,
            "validation_items": self.validation_size,
            "characters": self.training_size,
            "symbols": len(self.vocabulary.symbols),
        }

    def line_hashes(self) -> dict[str, NDArray[np.uint64]] | None:
        return None


def _parallel_streams(ids: NDArray[np.integer], share: int, shares: int) -> list[EvaluationPart]:
    """A text as streams evaluated side by side, each warmed up on what stands before its part."""
    count = max(1, min(EVALUATION_STREAMS, len(ids) // (4 * WARM_UP)))
    length = (len(ids) - 1) // count
    mine = np.arange(count)[share::shares]
    parts = []
    for streams in (mine[mine == 0], mine[mine > 0]):
        if not len(streams):
            continue
        skip = WARM_UP if streams[0] > 0 else 0
        starts = streams.astype(np.int64) * length - skip
        windows = []
        for begin in range(0, length + skip, EVALUATION_WINDOW):
            end = min(begin + EVALUATION_WINDOW, length + skip)
            windows.append(_tensor(np.asarray(ids[starts[:, None] + np.arange(begin, end + 1)])))
        parts.append(EvaluationPart(windows, carried=True, skip=skip))
    return parts


def load_data(
    texts: Texts, recipe: Recipe, vocabulary: Vocabulary | None = None, labels: tuple[str, ...] | None = None
) -> LinesData | StreamData:
    """The data of a run; `labels` are those of its network, at their places, where they are settled.

    Raises TextError, UnknownSymbolsError.
    """
    return (LinesData if texts.kind == "lines" else StreamData)(texts, recipe, vocabulary, labels)


__all__ = ["BOUNDARY", "Batch", "Data", "EvaluationPart", "LinesData", "StreamData", "load_data"]
