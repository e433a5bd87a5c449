"""The whole distribution at a place of a text; and what `model.scores` says of how well the text was expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.insight.reading import Floats, Ids, Reading
from charrnn_tui.model import Model
from charrnn_tui.model.scores import CharacterScore, TextScore, entropies_of, ranking, ranks_of, score, score_all
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.places import settings_after
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.text import BOUNDARY

__all__ = [
    "CharacterScore",
    "Distribution",
    "TextScore",
    "distribution",
    "distribution_at",
    "entropies_of",
    "ranking",
    "ranks_of",
    "score",
    "score_all",
]


@dataclass(frozen=True)
class Distribution:
    """What may stand at a place: the network's answer, and what the settings leave of it.

    Both sum to 1. `raw` is at temperature 1 and without filters. The end of an item is row 0, which in running text
    has no share.
    """

    vocabulary: tuple[str, ...]
    """[size], the empty string for the end of an item."""
    raw: NDArray[np.float64]
    """[size]"""
    filtered: NDArray[np.float64]
    """[size], what the next character is drawn from."""
    actual: int | None
    """The id that stands there, or None."""

    @property
    def cut_off(self) -> NDArray[np.bool_]:
        """[size], true for what could be drawn without filters and cannot now."""
        cut: NDArray[np.bool_] = (self.filtered == 0) & (self.raw > 0)
        return cut

    @property
    def order(self) -> Ids:
        """Ids, the most probable first (raw; of equals the lower id)."""
        return np.argsort(-self.raw, kind="stable").astype(np.int64)

    @property
    def rank(self) -> int | None:
        """The rank of the symbol that stands there, from 1."""
        return None if self.actual is None else 1 + int(np.flatnonzero(self.order == self.actual)[0])

    @property
    def entropy(self) -> float:
        """Bits of the raw distribution."""
        with np.errstate(divide="ignore"):
            return float(entropies_of(np.log(self.raw)[None])[0])


def distribution(log_probs: Floats, model: Model, settings: SamplingSettings, actual: int | None) -> Distribution:
    """The distribution of an answer [vocabulary] in nats (or logits) under settings of one temperature."""
    row = np.array(log_probs, dtype=np.float64)
    if model.info.kind == "stream":
        row[BOUNDARY] = -np.inf  # running text has no end to draw
    raw = probabilities(row, SamplingSettings())
    symbols = ("", *model.vocabulary.symbols)
    return Distribution(symbols, raw, probabilities(row, settings), actual)


def distribution_at(model: Model, reading: Reading, at: int, settings: SamplingSettings | None = None) -> Distribution:
    """The distribution at a place of a text, from 0 to its length (what follows it). Raises InsightError."""
    at = reading.check(at)
    held = settings_after(int(reading.read[at]), settings or SamplingSettings(), model.vocabulary)
    return distribution(reading.log_probs[at], model, held, reading.actual(at))
