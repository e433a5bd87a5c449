"""What the units of a network do along its corpus: asked in threads, what was read kept for the next question."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.cells import NumpyCell
from charrnn_tui.insight.activations import numpy_cell, parts_of
from charrnn_tui.insight.learnt_from import learnt_from
from charrnn_tui.insight.matches import Pattern, Surroundings, matches, surroundings
from charrnn_tui.insight.passages import Kept, Passages
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.units import Correlations, find
from charrnn_tui.text import TextError, UnknownSymbolsError

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.tui.content.asking import Asking

PLACES = 50
"""Matches that are listed."""
AROUND = 400
"""Characters on either side of a match in running text, when it is opened."""


class FoundPlace(NamedTuple):
    """A match with what stands around it."""

    share: float
    around: Surroundings


class CorpusUnits:
    """The corpus of one network, read when it is first asked about."""

    def __init__(self, model: Model, passages: Passages | None = None) -> None:
        self.model = model
        self.passages = passages
        """Read already for a network of the same vocabulary, such as an earlier state of this one."""
        self._kept: Kept | None = None
        self._lock = threading.Lock()

    @property
    def parts(self) -> tuple[str, ...]:
        """All that a layer of the network shows; nothing where it has no units."""
        cell = self.model.cell
        return parts_of(cell.architecture.family) if isinstance(cell, NumpyCell) else ()

    def later(self, model: Model) -> CorpusUnits:
        """The same corpus for a later state of the network."""
        known = self.passages is not None and model.vocabulary.symbols == self.model.vocabulary.symbols
        return CorpusUnits(model, self.passages if known else None)

    def _read(self) -> Kept:
        """Raises InsightError, in a sentence whatever is wrong with the corpus."""
        with self._lock:
            if self._kept is None:
                numpy_cell(self.model)
                try:
                    self.passages = self.passages or learnt_from(self.model).passages(self.model)
                except (TextError, UnknownSymbolsError) as error:
                    raise InsightError(str(error)) from error
                self._kept = Kept(self.model, self.passages)
            return self._kept

    def find(self, properties: Sequence[str], parts: Sequence[str], asking: Asking) -> Correlations:
        """Units with properties, all named ones where none is given. Raises InsightError, CalledOff."""
        kept = self._read()
        total = kept.passages.characters
        return find(
            self.model,
            kept.passages,
            properties or None,
            parts or None,
            kept=kept,
            progress=lambda done: asking.tell(done, total),
        )

    def places(self, pattern: Pattern, asking: Asking) -> list[FoundPlace]:
        """Where the same units are on, the best first. Raises InsightError, CalledOff."""
        kept = self._read()
        passages, total = kept.passages, kept.passages.characters
        found = matches(
            self.model, passages, pattern, PLACES, kept=kept, progress=lambda done: asking.tell(done, total)
        )
        vocabulary = self.model.vocabulary
        return [FoundPlace(match.share, surroundings(match, passages, pattern, vocabulary, AROUND)) for match in found]
