"""Many generations at once: a batch whose finished streams are replaced, not padded along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import NumpyCell, NumpyState
from charrnn_tui.sampling.filters import SamplingSettings, probabilities
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary

Floats = NDArray[np.float32]


def draw_rows(logits: Floats, settings: SamplingSettings, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """One id a row from logits [rows, vocabulary] and uniform numbers [rows]; as `stream.draw`, in one go."""
    picked: NDArray[np.int64]
    if settings.temperature == 0:
        picked = logits.argmax(axis=1)
        return picked
    if settings.filtered or settings.temperature < 1e-3:
        p = probabilities(logits, settings)
    else:
        p = logits - logits.max(axis=1, keepdims=True)
        if settings.temperature != 1:
            p *= np.float32(1 / settings.temperature)
        np.exp(p, out=p)
    cumulative = p.cumsum(axis=1, dtype=np.float64)
    # The first id whose cumulative mass exceeds the number: an id of probability 0 never does so first.
    picked = (cumulative <= (u * cumulative[:, -1])[:, None]).sum(axis=1)
    beyond = np.flatnonzero(picked >= p.shape[1])
    if len(beyond):
        picked[beyond] = p.shape[1] - 1 - (p[beyond, ::-1] > 0).argmax(axis=1)
    return picked


class _Prefixes:
    """State and first logits after a prefix, computed once for a run of equal prefixes."""

    def __init__(self, cell: NumpyCell, vocabulary: Vocabulary, kind: Kind) -> None:
        self.cell, self.vocabulary, self.kind = cell, vocabulary, kind
        self._prefix: str | None = None
        self._read: tuple[NumpyState, Floats]

    def read(self, prefix: str) -> tuple[NumpyState, Floats]:
        if prefix != self._prefix:
            state = self.cell.initial_state(1)
            for i in prefix_ids(prefix, self.vocabulary, self.kind):
                state, logits = self.cell.step_logits([int(i)], state)
            self._read = state, logits
            self._prefix = prefix
        return self._read


def sample_many(
    cell: NumpyCell,
    vocabulary: Vocabulary,
    prefixes: Iterable[str],
    *,
    kind: Kind = "lines",
    settings: SamplingSettings | None = None,
    seed: int = 0,
    max_length: int = 100,
    batch_size: int = 1024,
) -> Iterator[str]:
    """Continue each prefix; yield the texts, prefix included, in the order of the prefixes.

    Item i draws with the numbers of (seed, i), as `Stream(item=i)` does. Memory stays flat however many there are:
    prefixes are taken as streams become free. Raises UnknownSymbolsError when it comes to a prefix that cannot be
    read, ValueError for a negative `max_length`.
    """
    if max_length < 0:
        raise ValueError(f"the maximum length is 0 or more new characters, not {max_length}.")
    settings = settings or SamplingSettings()
    reader = _Prefixes(cell, vocabulary, kind)
    points = np.array([0, *map(ord, vocabulary.symbols)], dtype="<u4")
    jobs = enumerate(prefixes)
    first = []
    for _, job in zip(range(batch_size), jobs, strict=False):
        first.append(job)
    lanes = len(first)
    if not lanes:
        return
    if max_length == 0:
        for _, prefix in first:
            yield clean_prefix(prefix, vocabulary, kind)
        for _, prefix in jobs:
            yield clean_prefix(prefix, vocabulary, kind)
        return
    starts = [reader.read(prefix) for _, prefix in first]
    state = NumpyState(
        tuple(np.concatenate(rows) for rows in zip(*(s.hidden for s, _ in starts), strict=True)),
        tuple(np.concatenate(rows) for rows in zip(*(s.cell for s, _ in starts), strict=True)),
    )
    logits = np.concatenate([row for _, row in starts])
    items = np.array([i for i, _ in first])
    heads = [clean_prefix(prefix, vocabulary, kind) for _, prefix in first]
    keys = item_keys(seed, items)
    lengths = np.zeros(lanes, dtype=np.int64)
    drawn = np.zeros((lanes, max_length), dtype=np.int32)
    rows = np.arange(lanes)
    done: dict[int, str] = {}
    due = 0
    while lanes:
        if kind == "stream":
            logits[:, BOUNDARY] = -np.inf
        ids = draw_rows(logits, settings, uniforms(keys, lengths))
        drawn[rows, lengths] = ids
        lengths += ids != BOUNDARY
        over = np.flatnonzero((ids == BOUNDARY) | (lengths >= max_length))
        fresh: list[tuple[int, tuple[NumpyState, Floats]]] = []
        idle: list[int] = []
        for lane in over.tolist():
            text = points[drawn[lane, : lengths[lane]]].tobytes().decode("utf-32-le", "surrogatepass")
            done[int(items[lane])] = heads[lane] + text
            following = next(jobs, None)
            if following is None:
                idle.append(lane)
                continue
            items[lane], prefix = following
            heads[lane] = clean_prefix(prefix, vocabulary, kind)
            fresh.append((lane, reader.read(prefix)))
        while due in done:
            yield done.pop(due)
            due += 1
        if idle:
            keep = np.ones(lanes, dtype=bool)
            keep[idle] = False
            moved = np.cumsum(keep) - 1
            fresh = [(int(moved[lane]), start) for lane, start in fresh]
            kept = np.flatnonzero(keep)
            state, ids, drawn, keys = state.select(kept), ids[kept], drawn[kept], keys[kept]
            items, lengths = items[kept], lengths[kept]
            heads = [heads[i] for i in kept]
            lanes = len(kept)
            rows = np.arange(lanes)
            if not lanes:
                break
        state, logits = cell.step_logits(ids, state)
        if fresh:
            at = np.array([lane for lane, _ in fresh])
            lengths[at] = 0
            keys[at] = item_keys(seed, items[at])
            for mine, theirs in zip(
                (*state.hidden, *state.cell, logits),
                zip(*((*s.hidden, *s.cell, row) for _, (s, row) in fresh), strict=True),
                strict=True,
            ):
                # The arrays are this loop's own, made by the step above, so they may be written.
                mine[at] = np.concatenate(theirs)
