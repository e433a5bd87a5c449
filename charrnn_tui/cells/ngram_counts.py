"""Count an n-gram: from ids to the arrays that `charrnn_tui.cells.ngram` steps.

Every context of every length is numbered, one length after the other, by sorting: a context is told by the number of
the one that is a character shorter, and the character further back. So counting is a few sorts, whatever the order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.ngram import places_in
from charrnn_tui.cells.ngram_architecture import DISCOUNTS, NgramArchitecture

FALLBACK = (0.5, 1.0, 1.5)
"""Discounts of a length whose counts tell none: too little text, or every symbol met often. As KenLM's (Heafield et al.
2013, 'Scalable modified Kneser-Ney language model estimation')."""

Whole = NDArray[np.int64]


@dataclass
class _Length:
    """The n-grams of one length of context."""

    parents: Whole
    """[contexts], of what is one character shorter, among all contexts."""
    symbols: Whole
    """[contexts], the character further back."""
    entries: Whole
    """[n-grams], context · vocabulary + what followed, rising."""
    counts: Whole
    """[n-grams], how often."""


def count_ngrams(
    ids: NDArray[np.integer], size: int, order: int, between: Callable[[], object] | None = None
) -> tuple[NgramArchitecture, dict[str, NDArray[Any]]]:
    """Count the n-grams of some text: what a cell is made of.

    ids [characters]: the boundary (id 0) stands before the first item, between items and behind the last one; where it
    only begins the text, that is running text. No context reaches over a boundary. size: that of the vocabulary.
    `between` is called before each length, and may raise.
    Raises ArchitectureError for an order that is none, or for text of which nothing follows anything.
    """
    lengths = _lengths(np.asarray(ids, dtype=np.int64), size, order, between)
    parents = np.concatenate([one.parents for one in lengths])
    for shorter, longer in pairwise(lengths):
        _count_continuations(shorter, longer, parents, size)
    entries = np.concatenate([one.entries for one in lengths])
    architecture = NgramArchitecture(size, order, len(parents), len(entries))
    discounts = [discounts_of(one.counts) for one in lengths]
    weights = {
        "contexts.parent": _narrow(parents),
        "contexts.symbol": _narrow(np.concatenate([one.symbols for one in lengths])),
        "contexts.first": _narrow(np.searchsorted(entries, np.arange(len(parents) + 1) * size)),
        "next.symbol": _narrow(entries % size),
        "next.count": _narrow(np.concatenate([one.counts for one in lengths])),
        "discounts": np.array(discounts + [FALLBACK] * (order - len(discounts)), dtype=np.float64),
    }
    return architecture, weights


def _lengths(ids: Whole, size: int, order: int, between: Callable[[], object] | None) -> list[_Length]:
    """The n-grams of every length of context that there is, each counted as often as it stands in the text."""
    places, known = places_in(ids)
    contexts = np.zeros(len(places), dtype=np.int64)
    root = np.zeros(1, dtype=np.int64)
    lengths = [_Length(root, root, *np.unique(ids[places], return_counts=True))]
    numbered = 1
    for length in range(1, NgramArchitecture(size, order, 1, max(1, len(places))).order):
        if between is not None:
            between()
        longer = known >= length
        if not longer.any():
            break
        places, known, contexts = places[longer], known[longer], contexts[longer]
        keys, numbers = np.unique(contexts * size + ids[places - length], return_inverse=True)
        contexts = numbers + numbered
        numbered += len(keys)
        lengths.append(
            _Length(keys // size, keys % size, *np.unique(contexts * size + ids[places], return_counts=True))
        )
    return lengths


def _count_continuations(shorter: _Length, longer: _Length, parents: Whole, size: int) -> None:
    """Count how many different characters stood in front of each n-gram. What begins an item keeps its count: nothing
    stands in front of it."""
    kinds, counts = np.unique(parents[longer.entries // size] * size + longer.entries % size, return_counts=True)
    shorter.counts[np.searchsorted(shorter.entries, kinds)] = counts


def discounts_of(counts: NDArray[np.integer]) -> tuple[float, float, float]:
    """What is taken from a count of one, of two and of three or more (Chen & Goodman 1999, equation 26).

    counts: of all n-grams of one length, as they are to be discounted; `FALLBACK` where they tell nothing sensible.
    """
    n = np.bincount(np.minimum(counts, DISCOUNTS + 2), minlength=DISCOUNTS + 3)[1 : DISCOUNTS + 2].astype(np.float64)
    if not n.all():
        return FALLBACK
    y = n[0] / (n[0] + 2 * n[1])
    found = tuple(float(k - (k + 1) * y * n[k] / n[k - 1]) for k in range(1, DISCOUNTS + 1))
    if not all(0 < discount <= k for k, discount in enumerate(found, start=1)):
        return FALLBACK
    return found[0], found[1], found[2]


def _narrow(array: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    """In as few bytes a number as hold the largest."""
    most = int(array.max(initial=0))
    for dtype in (np.uint8, np.uint16, np.uint32):
        if most <= np.iinfo(dtype).max:
            return array.astype(dtype)
    raise OverflowError(f"a count of {most:,} is more than can be held.")
