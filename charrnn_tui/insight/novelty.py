"""Is a text new, or remembered? Where an item stands, what it is nearest to, and how much was copied word for word.

Distances are Levenshtein's (1966): the fewest insertions, deletions and replacements of one character. The longest
verbatim run is the longest common substring of the text and the corpus (for lists: of any one item), found exactly; a
long one says that the network recites (Carlini et al. 2023, arXiv:2202.07646, measure memorisation by such runs).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from charrnn_tui.insight.learnt_from import LearntFrom, learnt_from
from charrnn_tui.insight.reading import InsightError, cleaned
from charrnn_tui.model import Model

Part = Literal["training", "validation", "new"]

_BETWEEN = "\ud800"
"""Stands between items: half a character, which is in no text."""


class Copied(NamedTuple):
    """The longest run that stands in the corpus word for word: `text[start : start + length]`."""

    start: int
    length: int
    where: int
    """Where it begins in the corpus, in characters; in a list, within its item. Of several places the first."""
    source: str
    """The item that holds it; in running text its line."""
    line: int
    """Number of that item (among those learnt) or line, from 1."""


@dataclass(frozen=True)
class Novelty:
    """What is known of a text."""

    text: str
    part: Part | None
    """Where the whole item stands; None for running text."""
    nearest: str | None
    """The training item with the least distance (of several the first); None for running text."""
    distance: int | None
    copied: Copied | None
    """None where not one character stands in the corpus."""


def longest_common_run(text: str, corpus: str) -> tuple[int, int, int]:
    """(start in text, length, start in corpus) of the longest common substring; of equals the first in the text.

    Each place of the text asks one question more than the record allows: does a longer run begin here? So a text of n
    characters takes n searches and one for each character of the result, at the speed of `str.find`.
    """
    best_start, best, where = 0, 0, 0
    for start in range(len(text)):
        while start + best < len(text):
            at = corpus.find(text[start : start + best + 1])
            if at < 0:
                break
            best_start, best, where = start, best + 1, at
    return best_start, best, where


class Memory:
    """A model's corpus, ready to be asked. Raises InsightError where it is not at hand."""

    def __init__(self, model: Model, learnt: LearntFrom | None = None) -> None:
        self._model = model
        self.learnt = learnt or learnt_from(model)

    @cached_property
    def _parts(self) -> dict[str, Part]:
        parts: dict[str, Part] = dict.fromkeys(self.learnt.validation, "validation")
        return parts | dict.fromkeys(self.learnt.training, "training")

    @cached_property
    def _items(self) -> list[str]:
        """Distinct training items, in order."""
        return list(dict.fromkeys(self.learnt.training))

    @cached_property
    def _joined(self) -> tuple[str, list[int]]:
        """The text that runs are looked for in, and where its items or lines begin."""
        if self.learnt.kind == "stream":
            text, between = self.learnt.text, "\n"
            pieces: Sequence[str] = text.split("\n")
        else:
            pieces, between = self._items, _BETWEEN
            text = between.join(pieces)
        starts, at = [], 0
        for piece in pieces:
            starts.append(at)
            at += len(piece) + len(between)
        return text, starts

    def of(self, text: str) -> Novelty:
        """Ask about a finished item or a piece of running text, of any symbols."""
        text = cleaned(self._model, text)
        copied = self.copied(text)
        if self.learnt.kind == "stream":
            return Novelty(text, None, None, None, copied)
        nearest, distance = self.nearest(text)
        return Novelty(text, self._parts.get(text, "new"), nearest, distance, copied)

    def nearest(self, text: str) -> tuple[str, int]:
        """The training item with the least edit distance, and the distance. Raises InsightError for running text."""
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        if not self._items:
            raise InsightError("running text has no items to compare with.")
        found = process.extractOne(text, self._items, scorer=Levenshtein.distance)
        return str(found[0]), int(found[1])

    def copied(self, text: str) -> Copied | None:
        """The longest run of the text that stands in the corpus (a list's training part)."""
        corpus, starts = self._joined
        start, length, at = longest_common_run(text, corpus)
        if not length:
            return None
        number = bisect_right(starts, at) - 1
        end = starts[number + 1] - 1 if number + 1 < len(starts) else len(corpus)
        begin = starts[number]
        lists = self.learnt.kind == "lines"
        return Copied(start, length, at - begin if lists else at, corpus[begin:end], number + 1)
