"""Many generations at once: a batch whose finished streams are replaced, not padded along."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import NumpyCell, NumpyState
from charrnn_tui.sampling.filters import SamplingSettings, probabilities
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.stream import Stream
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary

Floats = NDArray[np.float32]

_LARGEST_EXPONENT = 80.0
"""exp of this is finite in float32, and exp of minus this is not 0."""

_MANY_ROWS = 96
"""From here on, adding up column by column beats `cumsum` along the rows."""

_FIRST_WIDTH = 64


def draw_rows(
    logits: Floats, settings: SamplingSettings, u: NDArray[np.float64], largest_logit: float = math.inf
) -> NDArray[np.int64]:
    """One id a row from logits [rows, vocabulary] and uniform numbers [rows]; as `stream.draw`, in one go.

    `largest_logit`: a bound on the logits' magnitude; where it is small enough they need no shift by the maximum.
    """
    picked: NDArray[np.int64]
    temperature = settings.temperature
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


class _Start(NamedTuple):
    """An item before its first new character: its number, the prefix as shown, state and logits after it."""

    item: int
    head: str
    state: NumpyState
    logits: Floats


class _Starts(Iterator[_Start]):
    """The prefixes, read. Ends at the first one that cannot be read, and keeps the reason in `failure`."""

    def __init__(
        self, cell: NumpyCell, vocabulary: Vocabulary, kind: Kind, prefixes: Iterable[str], first_item: int
    ) -> None:
        self.failure: Exception | None = None
        self._cell, self._vocabulary, self._kind = cell, vocabulary, kind
        self._prefixes = enumerate(prefixes, first_item)
        self._prefix: str | None = None
        self._latest: _Start

    def __next__(self) -> _Start:
        if self.failure is not None:
            raise StopIteration
        try:
            item, prefix = next(self._prefixes)
            if prefix != self._prefix:
                self._latest = self._read(prefix)
                self._prefix = prefix
        except StopIteration:
            raise
        except Exception as error:
            # What comes before the bad prefix is still to be finished and given.
            self.failure = error
            raise StopIteration from error
        return self._latest._replace(item=item)

    def _read(self, prefix: str) -> _Start:
        state = self._cell.initial_state(1)
        for id_ in prefix_ids(prefix, self._vocabulary, self._kind).tolist():
            state, logits = self._cell.step_logits([id_], state)
        return _Start(0, clean_prefix(prefix, self._vocabulary, self._kind), state, logits)


def sample_many(
    cell: NumpyCell,
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
    if max_length < 0:
        raise ValueError(f"the maximum length is 0 or more new characters, not {max_length}.")
    if batch_size < 1:
        raise ValueError(f"a batch has at least one stream, not {batch_size}.")
    settings = settings or SamplingSettings()
    if batch_size == 1:
        return _one_at_a_time(cell, vocabulary, prefixes, kind, settings, seed, first_item, max_length)
    starts = _Starts(cell, vocabulary, kind, prefixes, first_item)
    return _in_batches(cell, vocabulary, starts, kind, settings, seed, first_item, max_length, batch_size)


def _one_at_a_time(
    cell: NumpyCell,
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


def _in_batches(
    cell: NumpyCell,
    vocabulary: Vocabulary,
    starts: _Starts,
    kind: Kind,
    settings: SamplingSettings,
    seed: int,
    first_item: int,
    max_length: int,
    batch_size: int,
) -> Iterator[str]:
    lanes = _Lanes(cell, vocabulary, kind, settings, seed, max_length)
    done: dict[int, str] = {}
    due = first_item
    if max_length == 0:
        for start in starts:
            yield start.head
    else:
        lanes.admit(list(islice(starts, batch_size)))
    while lanes.running:
        done.update(lanes.draw())
        while due in done:
            yield done.pop(due)
            due += 1
        lanes.step(starts)
    if starts.failure is not None:
        raise starts.failure


class _Lanes:
    """The streams of a batch, one a row, each with its own item and position."""

    def __init__(
        self, cell: NumpyCell, vocabulary: Vocabulary, kind: Kind, settings: SamplingSettings, seed: int, longest: int
    ) -> None:
        self._cell, self._settings, self._seed, self._longest = cell, settings, seed, longest
        self._endless = kind == "stream"
        self._points = np.array([0, *map(ord, vocabulary.symbols)], dtype="<u4")
        self._heads: list[str] = []
        self._finished: list[int] = []

    @property
    def running(self) -> bool:
        """Whether any stream is left."""
        return bool(self._heads)

    def admit(self, starts: list[_Start]) -> None:
        """Fill the batch."""
        self._heads = [start.head for start in starts]
        if not starts:
            return
        self._items = np.array([start.item for start in starts], dtype=np.int64)
        self._keys = item_keys(self._seed, self._items)
        self._lengths = np.zeros(len(starts), dtype=np.int64)
        self._rows = np.arange(len(starts))
        self._drawn = np.zeros((len(starts), min(self._longest, _FIRST_WIDTH)), dtype=np.int32)
        self._state = _joined([start.state for start in starts])
        self._logits = np.concatenate([start.logits for start in starts])

    def draw(self) -> Iterator[tuple[int, str]]:
        """Draw one symbol in each stream; the items that are over, with their texts."""
        if self._endless:
            self._logits[:, BOUNDARY] = -np.inf
        numbers = uniforms(self._keys, self._lengths)
        ids = self._ids = draw_rows(self._logits, self._settings, numbers, self._cell.largest_logit)
        if int(self._lengths.max()) == self._drawn.shape[1]:
            more = min(self._longest, 2 * self._drawn.shape[1]) - self._drawn.shape[1]
            self._drawn = np.pad(self._drawn, ((0, 0), (0, more)))
        self._drawn[self._rows, self._lengths] = ids
        self._lengths += ids != BOUNDARY
        self._finished = np.flatnonzero((ids == BOUNDARY) | (self._lengths >= self._longest)).tolist()
        for lane in self._finished:
            ids_of_text = self._drawn[lane, : self._lengths[lane]]
            text = self._points[ids_of_text].tobytes().decode("utf-32-le")
            yield int(self._items[lane]), self._heads[lane] + text

    def step(self, starts: Iterator[_Start]) -> None:
        """Read what was drawn; streams that are over are replaced, or leave the batch where nothing follows."""
        fresh = list(islice(starts, len(self._finished)))
        replaced, idle = self._finished[: len(fresh)], self._finished[len(fresh) :]
        for lane, start in zip(replaced, fresh, strict=True):
            self._heads[lane] = start.head
            self._items[lane] = start.item
        if replaced:
            self._keys[replaced] = item_keys(self._seed, self._items[replaced])
            self._lengths[replaced] = 0
        at = np.array(replaced, dtype=np.int64)
        if idle:
            keep = np.ones(len(self._heads), dtype=bool)
            keep[idle] = False
            at = (np.cumsum(keep) - 1)[at]
            self._leave_only(np.flatnonzero(keep))
        if not self._heads:
            return
        self._state, self._logits = self._cell.step_logits(self._ids, self._state)
        if fresh:
            # The arrays are this batch's own, made by the step above, so they may be written.
            theirs = _joined([start.state for start in fresh])
            for mine, other in zip(
                chain(self._state.hidden, self._state.cell), chain(theirs.hidden, theirs.cell), strict=True
            ):
                mine[at] = other
            self._logits[at] = np.concatenate([start.logits for start in fresh])

    def _leave_only(self, kept: NDArray[np.int64]) -> None:
        self._state, self._ids, self._drawn = self._state.select(kept), self._ids[kept], self._drawn[kept]
        self._keys, self._items, self._lengths = self._keys[kept], self._items[kept], self._lengths[kept]
        self._heads = [self._heads[i] for i in kept]
        self._rows = np.arange(len(kept))


def _joined(states: list[NumpyState]) -> NumpyState:
    """States of one or more streams each as the state of one batch."""
    return NumpyState(
        tuple(np.concatenate(rows) for rows in zip(*(s.hidden for s in states), strict=True)),
        tuple(np.concatenate(rows) for rows in zip(*(s.cell for s in states), strict=True)),
    )
