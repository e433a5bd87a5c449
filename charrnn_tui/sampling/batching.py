"""The streams of a batch, whatever computes them: finished ones are replaced, not padded along.

Each row of the batch is one stream. The arithmetic is a backend's (NumPy or torch); what is done here is the
bookkeeping: which item stands in which row, what was drawn, and in what order texts are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary

Ints = NDArray[np.int64]
FrontT = TypeVar("FrontT")

_FIRST_WIDTH = 64

_LONGEST_READ_ALONG = 32
"""A longer prefix is read apart: texts are given in order, and all would wait for one that reads it in its row."""


class Backend(Protocol[FrontT]):
    """What computes a batch. A front is where it has got to: the states of all rows and the logits of what follows."""

    def read(self, ids: list[int]) -> FrontT:
        """One row that has read `ids`, which are not empty."""
        ...

    def join(self, fronts: list[FrontT]) -> FrontT:
        """Rows of one or more fronts as one batch."""
        ...

    def draw(self, front: FrontT, numbers: NDArray[np.float64]) -> Ints:
        """One id a row, picked by uniform numbers [rows]."""
        ...

    def advance(self, front: FrontT, ids: Ints) -> FrontT:
        """Read one id a row."""
        ...

    def select(self, front: FrontT, rows: Ints) -> FrontT:
        """Some of the rows."""
        ...

    def put(self, front: FrontT, rows: Ints, other: FrontT) -> None:
        """Write `other` over some of the rows of a front that `advance` made: a row each, or one row for all."""
        ...


class _Start(NamedTuple, Generic[FrontT]):
    """An item before its first new character: its number, the prefix as shown, a front of one row, and what is left
    to read (last id first) before anything is drawn.
    """

    item: int
    head: str
    front: FrontT
    unread: tuple[int, ...]


class _Starts(Iterator[_Start[FrontT]]):
    """The prefixes. Ends at the first one that cannot be read, and keeps the reason in `failure`.

    Short prefixes that differ are read in their rows, as part of the batch; a long one, and one that is equal to the
    last, is read here, once for all that follow.
    """

    def __init__(
        self, backend: Backend[FrontT], vocabulary: Vocabulary, kind: Kind, prefixes: Iterable[str], first_item: int
    ) -> None:
        self.failure: Exception | None = None
        self._backend, self._vocabulary, self._kind = backend, vocabulary, kind
        self._prefixes = enumerate(prefixes, first_item)
        self._prefix: str | None = None
        self._latest: _Start[FrontT]
        self._fronts: dict[tuple[int, ...], FrontT] = {}

    def __next__(self) -> _Start[FrontT]:
        if self.failure is not None:
            raise StopIteration
        try:
            item, prefix = next(self._prefixes)
            if prefix != self._prefix:
                first, *rest = prefix_ids(prefix, self._vocabulary, self._kind).tolist()
                head = clean_prefix(prefix, self._vocabulary, self._kind)
                if len(rest) > _LONGEST_READ_ALONG:
                    self._latest = _Start(item, head, self._backend.read([first, *rest]), ())
                else:
                    self._latest = _Start(item, head, self._front([first]), tuple(reversed(rest)))
                self._prefix = prefix
            elif self._latest.unread:
                ids = prefix_ids(prefix, self._vocabulary, self._kind).tolist()
                self._latest = self._latest._replace(front=self._backend.read(ids), unread=())
        except StopIteration:
            raise
        except Exception as error:
            # What comes before the bad prefix is still to be finished and given.
            self.failure = error
            raise StopIteration from error
        _, head, front, unread = self._latest
        return _Start(item, head, front, unread)

    def _front(self, ids: list[int]) -> FrontT:
        """A row after the start symbol, computed once."""
        key = tuple(ids)
        if key not in self._fronts:
            self._fronts[key] = self._backend.read(ids)
        return self._fronts[key]


def continue_in_batches(
    backend: Backend[FrontT],
    vocabulary: Vocabulary,
    prefixes: Iterable[str],
    kind: Kind,
    seed: int,
    first_item: int,
    max_length: int,
    batch_size: int,
) -> Iterator[str]:
    """Continue each prefix; the texts in the order of the prefixes.

    The contract is that of `bulk.sample_many`; the numbers are expected to be checked.
    """
    starts = _Starts(backend, vocabulary, kind, prefixes, first_item)
    done: dict[int, str] = {}
    due = first_item
    if max_length == 0:
        for start in starts:
            yield start.head
    else:
        batch = _Batch(backend, vocabulary, list(islice(starts, batch_size)), seed, max_length)
        while batch.running:
            done.update(batch.draw())
            while due in done:
                yield done.pop(due)
                due += 1
            batch.step(starts)
    if starts.failure is not None:
        raise starts.failure


class _Batch(Generic[FrontT]):
    """The streams of a batch, each with its own item and position."""

    def __init__(
        self,
        backend: Backend[FrontT],
        vocabulary: Vocabulary,
        starts: list[_Start[FrontT]],
        seed: int,
        longest: int,
    ) -> None:
        self._backend, self._seed, self._longest = backend, seed, longest
        self._points = np.array([0, *map(ord, vocabulary.symbols)], dtype=np.uint32)
        self._knows_nul = "\0" in vocabulary
        self._heads = [start.head for start in starts]
        self._finished: list[int] = []
        self._unread = {row: list(start.unread) for row, start in enumerate(starts) if start.unread}
        if not starts:
            return
        self._items = np.array([start.item for start in starts], dtype=np.int64)
        self._keys = item_keys(seed, self._items)
        self._lengths = np.zeros(len(starts), dtype=np.int64)
        self._every_row = np.arange(len(starts))
        self._drawn = np.zeros((len(starts), min(longest, _FIRST_WIDTH)), dtype=np.int32)
        self._front = backend.join([start.front for start in starts])

    @property
    def running(self) -> bool:
        """Whether any stream is left."""
        return bool(self._heads)

    def draw(self) -> list[tuple[int, str]]:
        """Draw one symbol in each row that has read its prefix; the items that are over, with their texts."""
        ids = self._ids = self._backend.draw(self._front, uniforms(self._keys, self._lengths))
        reading = list(self._unread)
        for row in reading:
            ids[row] = self._unread[row].pop()
            if not self._unread[row]:
                del self._unread[row]
        if int(self._lengths.max()) == self._drawn.shape[1]:
            more = min(self._longest, 2 * self._drawn.shape[1]) - self._drawn.shape[1]
            self._drawn = np.pad(self._drawn, ((0, 0), (0, more)))
        self._drawn[self._every_row, self._lengths] = ids
        self._lengths += ids != BOUNDARY
        if reading:
            self._lengths[reading] = 0  # what was read does not count; the first draw takes its place
        self._finished = np.flatnonzero((ids == BOUNDARY) | (self._lengths >= self._longest)).tolist()
        if not self._finished:
            return []
        heads = [self._heads[row] for row in self._finished]
        texts = map(str.__add__, heads, self._texts(self._finished))
        return list(zip(self._items[self._finished].tolist(), texts, strict=True))

    def _texts(self, rows: list[int]) -> list[str]:
        """What was drawn in some rows; all at once, since for short items this is much of the work."""
        lengths = self._lengths[rows]
        width = int(lengths.max())
        if width == 0:
            return [""] * len(rows)
        points = self._points[self._drawn[rows, :width]]
        points[np.arange(width) >= lengths[:, None]] = 0
        # NumPy's strings end where only zeros follow.
        texts: list[str] = points.view(f"U{width}")[:, 0].tolist()
        if self._knows_nul:
            return [text.ljust(length, "\0") for text, length in zip(texts, lengths.tolist(), strict=True)]
        return texts

    def step(self, starts: Iterator[_Start[FrontT]]) -> None:
        """Read what was drawn; streams that are over are replaced, or leave the batch where nothing follows."""
        fresh = list(islice(starts, len(self._finished)))
        replaced, idle = self._finished[: len(fresh)], self._finished[len(fresh) :]
        for row, start in zip(replaced, fresh, strict=True):
            self._heads[row] = start.head
            if start.unread:
                self._unread[row] = list(start.unread)
        if replaced:
            self._items[replaced] = [start.item for start in fresh]
            self._keys[replaced] = item_keys(self._seed, self._items[replaced])
            self._lengths[replaced] = 0
        at = np.array(replaced, dtype=np.int64)
        if idle:
            keep = np.ones(len(self._heads), dtype=bool)
            keep[idle] = False
            moved = np.cumsum(keep) - 1
            at = moved[at]
            self._unread = {int(moved[row]): ids for row, ids in self._unread.items()}
            self._leave_only(np.flatnonzero(keep))
        if not self._heads:
            return
        self._front = self._backend.advance(self._front, self._ids)
        if fresh:
            fronts = [start.front for start in fresh]
            same = all(front is fronts[0] for front in fronts)
            self._backend.put(self._front, at, fronts[0] if same else self._backend.join(fronts))

    def _leave_only(self, kept: Ints) -> None:
        self._front = self._backend.select(self._front, kept)
        self._ids, self._drawn, self._keys = self._ids[kept], self._drawn[kept], self._keys[kept]
        self._items, self._lengths = self._items[kept], self._lengths[kept]
        self._heads = [self._heads[i] for i in kept]
        self._every_row = np.arange(len(kept))
