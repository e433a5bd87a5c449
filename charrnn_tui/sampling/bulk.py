"""Many generations at once: a batch whose finished streams are replaced, not padded along."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell, BatchState, join_states
from charrnn_tui.sampling.batching import continue_in_batches
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.places import by_place, opens
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.stream import Stream
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_item, check_max_length, check_seed, check_texts, check_whole

Floats = NDArray[np.float32]

_LARGEST_EXPONENT = 80.0
"""exp of this is finite in float32, and exp of minus this is not 0."""

_MANY_ROWS = 96
"""From here on, adding up column by column beats `cumsum` along the rows."""


def draw_rows(
    logits: Floats, settings: SamplingSettings, u: NDArray[np.float64], largest_logit: float = math.inf
) -> NDArray[np.int64]:
    """One id a row from logits [rows, vocabulary] and uniform numbers [rows]; as `stream.draw`, in one go.

    The settings have one temperature.
    `largest_logit`: a bound on the magnitude of each row's largest; a small one spares the shift by the maximum.
    """
    picked: NDArray[np.int64]
    temperature = settings.one_temperature
    if temperature == 0:
        picked = logits.argmax(axis=1)
        return picked
    p: NDArray[np.floating]
    if settings.filtered or temperature < 1e-3:
        p = probabilities(logits, settings)
    else:
        scale = np.float32(1 / temperature)
        if largest_logit / temperature < _LARGEST_EXPONENT:
            p = logits * scale
        else:
            p = logits - logits.max(axis=1, keepdims=True)
            p *= scale
        np.exp(p, out=p)
    # The first id whose cumulative mass exceeds the number: an id of probability 0 never does so first.
    if len(p) < _MANY_ROWS:
        cumulative = p.cumsum(axis=1, dtype=np.float64)
        picked = (cumulative <= (u * cumulative[:, -1])[:, None]).sum(axis=1)
    else:
        columns = p.T.astype(np.float64, order="C")
        total = columns[0]
        for column in columns[1:]:
            total = np.add(column, total, column)
        below = (columns <= u * total).view(np.uint8)
        picked = below.sum(axis=0, dtype=np.uint8 if len(columns) < 256 else np.int64).astype(np.int64)
    beyond = np.flatnonzero(picked >= p.shape[1])
    if len(beyond):
        picked[beyond] = p.shape[1] - 1 - (p[beyond, ::-1] > 0).argmax(axis=1)
    return picked


class NumpyFront(NamedTuple):
    """State of some rows, the logits [rows, vocabulary] of what follows, and the ids [rows] that were read last."""

    state: BatchState
    logits: Floats
    ids: NDArray[np.int64]


class NumpyBackend:
    """A batch computed in NumPy, by whatever kind of cell."""

    def __init__(self, cell: BatchCell, vocabulary: Vocabulary, kind: Kind, settings: SamplingSettings) -> None:
        self._cell, self._settings, self._opens = cell, settings, opens(vocabulary)
        self._endless = kind == "stream"

    def read(self, ids: list[int]) -> NumpyFront:
        """One row that has read `ids`."""
        state = self._cell.initial_state(1)
        for id_ in ids:
            state, logits = self._cell.step_logits([id_], state)
        return NumpyFront(state, logits, np.array(ids[-1:], dtype=np.int64))

    def join(self, fronts: list[NumpyFront]) -> NumpyFront:
        """Rows of one or more fronts as one batch."""
        states, logits, ids = zip(*fronts, strict=True)
        return NumpyFront(join_states(states), np.concatenate(logits), np.concatenate(ids))

    def draw(self, front: NumpyFront, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        """One id a row."""
        if self._endless:
            front.logits[:, BOUNDARY] = -np.inf
        settings, largest = self._settings, self._cell.largest_logit
        if not settings.varies:
            return draw_rows(front.logits, settings, numbers, largest)
        drawn: NDArray[np.int64] = np.empty(len(numbers), dtype=np.int64)
        for held, rows in by_place(settings, self._opens[front.ids]):
            drawn[rows] = draw_rows(front.logits[rows], held, numbers[rows], largest)
        return drawn

    def advance(self, front: NumpyFront, ids: NDArray[np.int64]) -> NumpyFront:
        """Read one id a row."""
        # Whoever draws may change its array of ids.
        return NumpyFront(*self._cell.step_logits(ids, front.state), ids.copy())

    def select(self, front: NumpyFront, rows: NDArray[np.int64]) -> NumpyFront:
        """Some of the rows."""
        return NumpyFront(front.state.select(rows), front.logits[rows], front.ids[rows])

    def put(self, front: NumpyFront, rows: NDArray[np.int64], other: NumpyFront) -> None:
        """Write `other`, of as many rows or of one, over some; the arrays are the batch's own, made by a step."""
        mine, theirs = (*front.state.arrays, front.logits), (*other.state.arrays, other.logits)
        for array, values in zip(mine, theirs, strict=True):
            array[rows] = values
        front.ids[rows] = other.ids


def check_sizes(max_length: int, batch_size: int) -> None:
    """Raise ValueError for a negative length and an empty batch, ArgumentError for what is no whole number."""
    check_max_length(max_length)
    if check_whole(batch_size, "the number of streams in a batch", -(2**63)) < 1:
        raise ValueError(f"a batch has at least one stream, not {batch_size}.")


def sample_many(
    cell: BatchCell,
    vocabulary: Vocabulary,
    prefixes: Iterable[str],
    *,
    kind: Kind = "lines",
    settings: SamplingSettings | None = None,
    seed: int = 0,
    first_item: int = 0,
    max_length: int = 100,
    batch_size: int = 1024,
) -> Iterator[str]:
    """Continue each prefix; yield the texts, prefix included, in the order of the prefixes.

    Item i draws with the numbers of (seed, i), as `Stream(item=i)` does; the first is item `first_item`. Memory stays
    flat however many there are: prefixes are taken as streams become free. `max_length` counts new characters.

    Raises ValueError for a negative `max_length` and an empty batch. A prefix that cannot be read raises
    UnknownSymbolsError after the texts of all prefixes before it were given.
    """
    check_sizes(max_length, batch_size)
    seed, first_item = check_seed(seed), check_item(first_item)
    prefixes = check_texts(prefixes, "the prefixes")
    settings = SamplingSettings.of(settings)
    if batch_size == 1:
        return _one_at_a_time(cell, vocabulary, prefixes, kind, settings, seed, first_item, max_length)
    backend = NumpyBackend(cell, vocabulary, kind, settings)
    return continue_in_batches(backend, vocabulary, prefixes, kind, seed, first_item, max_length, batch_size)


def _one_at_a_time(
    cell: BatchCell,
    vocabulary: Vocabulary,
    prefixes: Iterable[str],
    kind: Kind,
    settings: SamplingSettings,
    seed: int,
    first_item: int,
    max_length: int,
) -> Iterator[str]:
    for item, prefix in enumerate(prefixes, first_item):
        stream = Stream(
            cell, vocabulary, prefix, kind=kind, settings=settings, seed=seed, item=item, max_length=max_length
        )
        for _ in stream:
            pass
        yield stream.text
