"""An n-gram as a cell: it knows the last characters only, and has counted what followed them.

Interpolated Kneser-Ney with three discounts (Chen & Goodman 1999, 'An empirical study of smoothing techniques for
language modeling', section 3, equations 26 and 27, there called modified Kneser-Ney). With c the last k characters,
c' the last k - 1, and n(c w) how often w followed c:

    P(w | c) = (n(c w) - D(n(c w))) / n(c)  +  share(c) P(w | c'),     share(c) = sum of D(n(c v)) over v, / n(c)

so what the discounts D took from the symbols seen behind c is given to what the shorter context says. Below the highest
order n counts *different* characters that stood in front of c w, not how often it was met (the continuation counts);
what begins an item has nothing in front of it and keeps its plain count. The shortest context is discounted towards
1 / vocabulary, so nothing is impossible. A context never seen is passed over.

The contexts are a tree: that of c hangs under that of c', which is one character shorter, by the character further
back. `charrnn_tui.cells.ngram_counts` grows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.architecture import ArchitectureError
from charrnn_tui.cells.batch_cell import BatchCell, Floats, Ids, Rows, merge_rows, select_rows, state_repr
from charrnn_tui.cells.ngram_architecture import DISCOUNTS, MOST_COUNTED, NgramArchitecture
from charrnn_tui.text.arguments import check_whole

BEFORE = -1
"""In a state: nothing stood there."""

_SCORED_AT_ONCE = 1 << 16

Whole = NDArray[np.int64]


class NgramState(NamedTuple):
    """The last characters of some streams, [batch, order - 1], `BEFORE` where there were fewer; never written into."""

    last: Whole

    def __repr__(self) -> str:
        return state_repr(self)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The characters."""
        return (self.last,)

    def with_arrays(self, arrays: Iterable[NDArray[Any]]) -> NgramState:
        """The state that this array makes."""
        return NgramState(*arrays)

    def select(self, rows: Rows) -> NgramState:
        """The state of some of the streams, in the given order; a row may be given several times (a fork)."""
        return select_rows(self, rows)

    def merge(self, rows: NDArray[np.integer], other: NgramState) -> NgramState:
        """This state with the streams `rows` replaced by those of `other`."""
        return merge_rows(self, rows, other)


class NgramCell(BatchCell):
    """An n-gram, stepped as a network is.

    weights: name -> array, as `NgramArchitecture.shapes` says. Raises ArchitectureError where they do not fit or cannot
    be counts: nothing in a file is trusted, since a wrong place would be read somewhere else without a word.
    """

    architecture: NgramArchitecture

    def __init__(self, architecture: NgramArchitecture, weights: Mapping[str, NDArray[Any]]) -> None:
        self.architecture = architecture
        _check(architecture, weights)
        size, self._first = architecture.vocabulary_size, weights["contexts.first"].astype(np.int64)
        self._symbols = weights["next.symbol"].astype(np.int64)
        parents, by = (weights[f"contexts.{name}"].astype(np.int64) for name in ("parent", "symbol"))
        # The empty context is number 0 and hangs nowhere. The others' keys rise, so one search finds them.
        self._keys: Whole = parents[1:] * size + by[1:]
        depths = _depths(parents)
        counts = weights["next.count"].astype(np.int64)
        lengths = np.diff(self._first)
        discounts = weights["discounts"].astype(np.float64)
        taken = discounts[np.repeat(depths, lengths), np.minimum(counts, DISCOUNTS) - 1]
        totals = np.add.reduceat(counts, self._first[:-1]).astype(np.float64)
        self._shares: NDArray[np.float64] = np.add.reduceat(taken, self._first[:-1]) / totals
        self._own: NDArray[np.float64] = (counts - taken) / np.repeat(totals, lengths)
        self._entries: Whole = np.repeat(np.arange(architecture.contexts), lengths) * size + self._symbols

    def initial_state(self, batch_size: int = 1) -> NgramState:
        """Nothing read, for `batch_size` streams. Raises ValueError where that is no whole number from 0 upwards."""
        batch_size = check_whole(batch_size, "the number of streams")
        return NgramState(np.full((batch_size, self.architecture.order - 1), BEFORE, dtype=np.int64))

    def advance(self, ids: Ids, state: NgramState) -> NgramState:
        """As `step`, the new state alone. The boundary begins a new item: what stood before it is forgotten."""
        read = np.asarray(ids, dtype=np.int64)
        if self.architecture.order == 1:
            return state
        last = np.concatenate([state.last[:, 1:], read[:, None]], axis=1)
        last[read == 0, :-1] = BEFORE
        return NgramState(last)

    def step_logits(self, ids: Ids, state: NgramState) -> tuple[NgramState, Floats]:
        """Read ids [batch]; the new state and log P of what comes next [batch, vocabulary], normalised."""
        after = self.advance(ids, state)
        return after, self.answer(after)

    def answer(self, state: NgramState) -> Floats:
        """log P of what comes next [batch, vocabulary] in nats."""
        log_probs: Floats = np.log(self.probabilities(state)).astype(np.float32)
        return log_probs

    def probabilities(self, state: NgramState) -> NDArray[np.float64]:
        """P of what comes next [batch, vocabulary]."""
        batch, size = len(state.last), self.vocabulary_size
        p = np.full((batch, size), 1 / size)
        for rows, contexts in self._contexts(state.last):
            p[rows] *= self._shares[contexts][:, None]
            begins = self._first[contexts]
            lengths = self._first[contexts + 1] - begins
            # All entries of all these contexts, one after the other.
            within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            at = np.repeat(begins, lengths) + within
            p[np.repeat(rows, lengths), self._symbols[at]] += self._own[at]
        return p

    def log_probabilities_of(self, ids: NDArray[np.integer], last: NDArray[np.integer]) -> NDArray[np.float64]:
        """log P of an id each [places] given the characters before it [places, order - 1], in nats: what scoring asks,
        without the rest of the distribution."""
        p = np.full(len(ids), 1 / self.vocabulary_size)
        for rows, contexts in self._contexts(np.asarray(last, dtype=np.int64)):
            wanted = contexts * self.vocabulary_size + np.asarray(ids)[rows]
            at = np.minimum(np.searchsorted(self._entries, wanted), len(self._entries) - 1)
            p[rows] = p[rows] * self._shares[contexts] + np.where(self._entries[at] == wanted, self._own[at], 0.0)
        log_probs: NDArray[np.float64] = np.log(p)
        return log_probs

    def score_sequence(self, ids: NDArray[np.integer]) -> NDArray[np.float64]:
        """log P in nats of each id but the first [characters - 1], given those before it, from the last boundary on."""
        read, width = np.asarray(ids, dtype=np.int64), self.architecture.order - 1
        places, known = places_in(read)
        out = np.empty(len(places), dtype=np.float64)
        back = np.arange(width, 0, -1)
        for begin in range(0, len(places), _SCORED_AT_ONCE):
            some = slice(begin, begin + _SCORED_AT_ONCE)
            at = places[some, None] - back
            last = np.where(back <= known[some, None], read[np.maximum(at, 0)], BEFORE)
            out[some] = self.log_probabilities_of(read[places[some]], last)
        return out

    def score(self, ids: NDArray[np.integer], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """log P [batch, time - 1] of each id given those before it; 0 where `mask` is false (see `BatchCell.score`)."""
        batch, time = ids.shape
        read = np.where(mask, ids, 0).astype(np.int64)
        state, before = self.initial_state(batch), []
        for t in range(time - 1):
            state = self.advance(read[:, t], state)
            before.append(state.last)
        last = np.stack(before, axis=1).reshape(batch * (time - 1), -1)
        out = self.log_probabilities_of(read[:, 1:].ravel(), last).reshape(batch, time - 1)
        out[~mask[:, 1:]] = 0
        return out

    def _contexts(self, last: Whole) -> Iterable[tuple[Whole, Whole]]:
        """From the empty context to the longest that was met: (rows that have one of this length, their contexts)."""
        rows = np.arange(len(last))
        contexts = np.zeros(len(last), dtype=np.int64)
        yield rows, contexts
        for back in range(1, last.shape[1] + 1):
            if not len(self._keys):
                return
            by = last[rows, -back]
            wanted = contexts * self.vocabulary_size + by
            at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            found = (self._keys[at] == wanted) & (by != BEFORE)
            rows, contexts = rows[found], at[found] + 1
            if not len(rows):
                return
            yield rows, contexts


def places_in(ids: Whole) -> tuple[Whole, Whole]:
    """Every place of a sequence of ids but the first, and how many characters stand before it, counted from the
    boundary that begins its item (from the first id on where none does)."""
    places = np.arange(1, len(ids))
    begins = np.maximum.accumulate(np.where(ids == 0, np.arange(len(ids)), 0))
    return places, places - begins[:-1]


def _depths(parents: Whole) -> Whole:
    """How many characters each context has; a parent stands before its children."""
    depths = np.zeros(len(parents), dtype=np.int64)
    begin, end, depth = 0, 1, 0
    while end < len(parents):
        # The children of one depth stand side by side, behind all of that depth: parents rise.
        begin, end, depth = end, int(np.searchsorted(parents[1:], end, side="left")) + 1, depth + 1
        if end == begin:
            break
        depths[begin:end] = depth
    return depths


def _check(architecture: NgramArchitecture, weights: Mapping[str, NDArray[Any]]) -> None:
    """Raise ArchitectureError unless these are the counts of such an n-gram."""
    size, whole = architecture.vocabulary_size, architecture.whole_arrays
    for name, shape in architecture.shapes().items():
        if name not in weights:
            raise ArchitectureError(f"the counts lack {name}; the file belongs to another model.")
        if weights[name].shape != shape or weights[name].dtype.kind not in ("iu" if name in whole else "f"):
            raise ArchitectureError(
                f"{name} is {weights[name].dtype} of the shape {list(weights[name].shape)}, "
                f"and {'whole numbers' if name in whole else 'fractions'} of the shape {list(shape)} are expected."
            )
    parents, by, first, symbols, counts = (weights[name].astype(np.int64) for name in whole)
    keys, entries = parents * size + by, np.diff(first)
    whole_tree = (
        parents[0] == by[0] == 0
        and (parents >= 0).all()
        and (parents[1:] < np.arange(1, len(parents))).all()
        and (by >= 0).all()
        and (by < size).all()
        and (np.diff(keys[1:]) > 0).all()
    )
    if not whole_tree:
        raise ArchitectureError("the contexts of the n-gram are no tree; the file is damaged.")
    if _depths(parents).max(initial=0) >= architecture.order:
        raise ArchitectureError(f"a context is longer than a {architecture.describe()} knows; the file is damaged.")
    if first[0] != 0 or first[-1] != len(symbols) or (entries < 1).any():
        raise ArchitectureError("a context of the n-gram has nothing behind it; the file is damaged.")
    keys = np.repeat(np.arange(len(parents)), entries) * size + symbols
    if (symbols < 0).any() or (symbols >= size).any() or (np.diff(keys) <= 0).any():
        raise ArchitectureError("the symbols counted by the n-gram are not in order; the file is damaged.")
    if (counts < 1).any() or (counts > MOST_COUNTED).any():
        raise ArchitectureError(f"a count of the n-gram is not from 1 to {MOST_COUNTED:,}; the file is damaged.")
    discounts = weights["discounts"].astype(np.float64)
    if not ((discounts > 0) & (discounts <= np.arange(1, DISCOUNTS + 1))).all():
        raise ArchitectureError("a discount of the n-gram is not above 0 and within its count; the file is damaged.")
