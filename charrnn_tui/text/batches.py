"""Items as padded id matrices, and batches of items of like length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.text.reading import TextError
from charrnn_tui.text.safe import visible
from charrnn_tui.text.symbols import BOUNDARY, PAD
from charrnn_tui.text.vocabulary import Vocabulary


def to_matrix(
    lines: Sequence[str], vocabulary: Vocabulary, max_length: int | None = None
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Ids [lines, max_length + 2] and a mask of the same shape, true where an id stands.

    A row is boundary, characters, boundary, then PAD. `max_length` counts characters and is the longest line's
    where not given. Raises TextError for a line longer than that, UnknownSymbolsError for unknown symbols.
    """
    longest = max(map(len, lines), default=0)
    if max_length is None:
        max_length = longest
    elif longest > max_length:
        i, line = next((i, line) for i, line in enumerate(lines) if len(line) > max_length)
        raise TextError(
            f"line {i + 1} ({visible(line[:30])}{'…' if len(line) > 30 else ''}) has {len(line)} characters, "
            f"more than the {max_length} of the matrix; leave it out or make the matrix wider."
        )
    ids = np.full((len(lines), max_length + 2), PAD, dtype=np.int32)
    ids[:, 0] = BOUNDARY
    for row, line in zip(ids, lines, strict=True):
        row[1 : len(line) + 1] = vocabulary.encode(line)
        row[len(line) + 1] = BOUNDARY
    return ids, ids != PAD


@dataclass(frozen=True)
class EncodedItems:
    """Items as one flat array of ids, prepared once: item i is `flat[starts[i] : starts[i] + lengths[i]]`.

    Each item is boundary, characters, boundary; `lengths` counts both boundaries.
    """

    flat: NDArray[np.int32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def encode(cls, items: Sequence[str], vocabulary: Vocabulary) -> EncodedItems:
        """Encode all items with one look-up. Raises UnknownSymbolsError."""
        lengths = np.fromiter(map(len, items), dtype=np.int64, count=len(items)) + 2
        starts = np.cumsum(lengths) - lengths
        flat = np.full(int(lengths.sum()), BOUNDARY, dtype=np.int32)
        inside = np.ones(len(flat), dtype=bool)
        inside[starts] = False
        inside[starts + lengths - 1] = False
        flat[inside] = vocabulary.encode("".join(items))
        return cls(flat, starts, lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    def joined(self) -> NDArray[np.int32]:
        """All items as one sequence, one boundary before, between and behind them."""
        first = np.zeros(len(self.flat), dtype=bool)
        first[self.starts] = True
        first[self.starts.min(initial=0)] = False
        joined: NDArray[np.int32] = self.flat[~first]
        return joined

    @property
    def targets(self) -> int:
        """Number of predicted characters, the end of each item counted."""
        return int(self.lengths.sum() - len(self))

    def matrix(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The padded ids [rows, longest of them] of some items."""
        lengths = self.lengths[rows]
        columns = np.arange(int(lengths.max()))
        index = np.minimum(self.starts[rows][:, None] + columns, len(self.flat) - 1)
        ids: NDArray[np.int32] = np.where(columns < lengths[:, None], self.flat[index], PAD).astype(np.int32)
        return ids


def bucketed_batches(
    lengths: NDArray[np.int64], batch_size: int, generator: np.random.Generator | None = None
) -> list[NDArray[np.int64]]:
    """Batches of item numbers, items of like length together, every item in exactly one batch.

    With a generator, items are shuffled within their length and the batches come in random order; without one,
    the order is by length, for evaluation.
    """
    if batch_size < 1:
        raise ValueError(f"a batch has at least one item, not {batch_size}.")
    order = np.arange(len(lengths)) if generator is None else generator.permutation(len(lengths))
    order = order[np.argsort(lengths[order], kind="stable")]
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    if generator is not None:
        batches = [batches[i] for i in generator.permutation(len(batches))]
    return batches
