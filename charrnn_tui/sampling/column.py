"""Several generations side by side, stepped as one batch, whose settings may change while they run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell, BatchState, join_states, log_softmax
from charrnn_tui.sampling.bulk import draw_rows
from charrnn_tui.sampling.places import settings_by_row
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.stream import EndReason
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_max_length, check_seed


class Drawn(NamedTuple):
    """What one step gave one stream. `symbol` is empty where the network ended the item."""

    stream: int
    """Which of the column's streams."""
    symbol: str
    probability: float
    """P of the symbol at temperature 1 and without filters."""
    end: EndReason | None


class Column:
    """Continue several prefixes at once: stream i writes the text of `Stream(seed=seed, item=items[i])`.

    `settings` holds one SamplingSettings a stream and may be assigned between steps: the next characters obey.
    Streams that are over leave the batch, so that the rest goes on faster.

    prefixes: one a stream; items: place of each in a batch of the seed, 0, 1, 2, … by default (the same item
    with other settings shows what a setting does). Raises UnknownSymbolsError for a prefix that the network cannot
    read, ValueError for a negative `max_length`, which counts new characters.

    texts: whole items, one a stream, that were drawn elsewhere: the streams write these, and nothing is drawn.
    """

    def __init__(
        self,
        cell: BatchCell,
        vocabulary: Vocabulary,
        prefixes: Sequence[str],
        *,
        kind: Kind = "lines",
        settings: SamplingSettings | Sequence[SamplingSettings] | None = None,
        seed: int = 0,
        items: Sequence[int] | None = None,
        max_length: int = 100,
        texts: Sequence[str] | None = None,
    ) -> None:
        max_length, seed = check_max_length(max_length), check_seed(seed)
        count = len(prefixes)
        if settings is None or isinstance(settings, SamplingSettings):
            settings = [settings or SamplingSettings()] * count
        self.settings: list[SamplingSettings] = list(settings)
        self.prefixes = [clean_prefix(prefix, vocabulary, kind) for prefix in prefixes]
        self.vocabulary = vocabulary
        self.kind = kind
        self.seed = seed
        self.max_length = max_length
        self.items = list(range(count)) if items is None else list(items)
        self._cell = cell
        self._keys = item_keys(seed, np.array(self.items, dtype=np.int64))
        self._position = 0
        self._running = np.arange(count) if max_length > 0 else np.arange(0)
        """Indices of the streams that still run, in the order of the batch's rows."""
        self._texts = None if texts is None else self._rests(texts)
        self._read(prefixes)

    def _rests(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """[streams, longest + 1], what follows the prefixes in whole items; the boundary after each."""
        begun = zip(texts, self.prefixes, strict=True)
        rests = [self.vocabulary.encode(text[len(prefix) :]) for text, prefix in begun]
        ids = np.full((len(rests), 1 + max(map(len, rests), default=0)), BOUNDARY, dtype=np.int64)
        for row, rest in enumerate(rests):
            ids[row, : len(rest)] = rest
        return ids

    def _read(self, prefixes: Sequence[str]) -> None:
        """State and logits after each prefix; equal prefixes are read once."""
        known: dict[str, tuple[BatchState, int]] = {}
        for prefix in prefixes:
            if prefix not in known:
                *ids, last = prefix_ids(prefix, self.vocabulary, self.kind).tolist()
                state = self._cell.initial_state(1)
                for i in ids:
                    state, _ = self._cell.step_logits([i], state)
                known[prefix] = state, last
        order = {prefix: row for row, prefix in enumerate(known)}
        rows = np.array([order[prefix] for prefix in prefixes], dtype=np.int64)
        last_ids = np.array([last for _, last in known.values()])
        self._advance(last_ids[rows], join_states([state for state, _ in known.values()]).select(rows))

    def _advance(self, ids: NDArray[np.int64], before: BatchState) -> None:
        """Read one id in every stream that runs; what was there before is kept, for `cell`."""
        self._last = ids, before
        self._state, self._logits = self._cell.step_logits(ids, before)

    @property
    def cell(self) -> BatchCell:
        """What computes the next characters."""
        return self._cell

    @cell.setter
    def cell(self, cell: BatchCell) -> None:
        """Go on with another cell whose states mean the same, as `Stream.cell`: the next characters obey."""
        self._cell = cell
        if self.running:
            self._advance(*self._last)

    def reread(self, cell: BatchCell, texts: Sequence[str]) -> None:
        """Go on with another cell of the same vocabulary, such as the same network in another style: what stands of
        each text is read anew with it, and the next characters obey.

        texts: one a stream, prefix included, as far as it is written.
        """
        self._cell = cell
        ids = [prefix_ids(texts[stream], self.vocabulary, self.kind) for stream in self._running.tolist()]
        if not ids:
            return
        # The longest first, so that those that are read to their end leave the batch at its foot.
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        state, left = cell.initial_state(len(ids)), len(ids)
        states, logits = [], []
        for place in range(len(ids[order[0]])):
            column = [int(ids[row][place]) for row in order[:left]]
            state, answers = cell.step_logits(column, state)
            going = sum(len(ids[row]) > place + 1 for row in order[:left])
            if going < left:
                states.append(state.select(np.arange(going, left)))
                logits.append(answers[going:left])
                state, left = state.select(np.arange(going)), going
        back = np.argsort(order)
        self._state = join_states(states[::-1]).select(back)
        self._logits = np.concatenate(logits[::-1])[back]

    def __copy__(self) -> Column:
        """Another column that goes on from here, with settings of its own."""
        other = Column.__new__(Column)
        vars(other).update(vars(self))
        other.settings, other.prefixes, other.items = list(self.settings), list(self.prefixes), list(self.items)
        return other

    @property
    def running(self) -> bool:
        """Whether any stream goes on."""
        return len(self._running) > 0

    def step(self) -> list[Drawn]:
        """Draw one symbol in every stream that runs; empty where all are over."""
        if not self.running:
            return []
        indices, logits = self._running, self._logits
        if self.kind == "stream":
            logits[:, BOUNDARY] = -np.inf
        ids = self._draw(indices, logits) if self._texts is None else self._texts[indices, self._position]
        probability = np.exp(log_softmax(logits)[np.arange(len(indices)), ids]).tolist()
        self._position += 1
        full = self._position >= self.max_length
        drawn = []
        for row, (index, id_) in enumerate(zip(indices.tolist(), ids.tolist(), strict=True)):
            end: EndReason | None = "end" if id_ == BOUNDARY else "length" if full else None
            drawn.append(Drawn(index, self.vocabulary.symbol(id_), probability[row], end))
        going = np.flatnonzero(ids != BOUNDARY) if not full else np.arange(0)
        if len(going) < len(indices):
            self._running = indices[going]
            self._state = self._state.select(going)
            ids = ids[going]
        if len(going):
            self._advance(ids, self._state)
        return drawn

    def _draw(self, indices: NDArray[np.int64], logits: NDArray[np.float32]) -> NDArray[np.int64]:
        """One id for each stream that runs."""
        numbers = uniforms(self._keys[indices], np.array([self._position]))
        ids = np.zeros(len(indices), dtype=np.int64)
        groups: dict[SamplingSettings, list[int]] = {}
        held = settings_by_row([self.settings[index] for index in indices.tolist()], self._last[0], self.vocabulary)
        for row, settings in enumerate(held):
            groups.setdefault(settings, []).append(row)
        for settings, rows in groups.items():
            ids[rows] = draw_rows(logits[rows], settings, numbers[rows])
        return ids


__all__ = ["Column", "Drawn"]
