"""How well a network expected a text, character by character.

surprise = -log2 P(character | all before it), in bits (Shannon 1948, 'A mathematical theory of communication');
entropy = the surprise that the network expected there, the mean over its own distribution. A character whose surprise
is far above the entropy is one that the network did not see coming, however sure or unsure it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.prefix import clean_prefix, start_ids
from charrnn_tui.text import BOUNDARY, PAD, bucketed_batches

if TYPE_CHECKING:
    from charrnn_tui.model.model import Model

Floats = NDArray[np.floating[Any]]
Ids = NDArray[np.int64]

_BATCH = 256


def cleaned(model: Model, text: str) -> str:
    """The text as the network will be given it: NFC, LF, the tutorial's start token dropped."""
    return clean_prefix(text, model.vocabulary, model.info.kind)


def symbols_of(model: Model, text: str, *, end: bool = True) -> Ids:
    """Ids [characters] of a text, and the boundary that ends an item of a list where `end`. Raises
    UnknownSymbolsError."""
    ids = model.vocabulary.encode(cleaned(model, text)).astype(np.int64)
    if end and model.info.kind == "lines":
        ids = np.append(ids, BOUNDARY)
    return ids


class CharacterScore(NamedTuple):
    """One character, and what the network made of it. `symbol` is empty for the end of an item."""

    symbol: str
    log_prob: float
    """log P(character | all before it) in nats, at temperature 1 and without filters."""
    rank: int
    """1: nothing was more probable."""
    entropy: float
    """Bits: the surprise that was to be expected here."""

    @property
    def surprise(self) -> float:
        """Bits: -log2 P."""
        return -self.log_prob / math.log(2)

    @property
    def probability(self) -> float:
        """P."""
        return math.exp(self.log_prob)

    def to_dict(self) -> dict[str, Any]:
        """As `charrnn-tui score --json` prints it; `symbol` is null for the end."""
        return {
            "symbol": self.symbol or None,
            "log_prob": self.log_prob,
            "probability": self.probability,
            "rank": self.rank,
            "surprise": self.surprise,
            "entropy": self.entropy,
        }


@dataclass(frozen=True)
class TextScore:
    """A text of n characters; the end of an item is scored as one more."""

    text: str
    ids: Ids
    """[n or n + 1]"""
    log_probs: NDArray[np.float64]
    """[n or n + 1], nats."""
    ranks: Ids
    """[n or n + 1], from 1."""
    entropies: NDArray[np.float64]
    """[n or n + 1], bits."""
    symbols: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, at: int) -> CharacterScore:
        return CharacterScore(
            self.symbols[at], float(self.log_probs[at]), int(self.ranks[at]), float(self.entropies[at])
        )

    @property
    def surprises(self) -> NDArray[np.float64]:
        """[n or n + 1], bits."""
        return -self.log_probs / math.log(2)

    @property
    def log_prob(self) -> float:
        """log P of the whole text (and its end) in nats."""
        return float(self.log_probs.sum())

    @property
    def bits_per_char(self) -> float:
        """Mean surprise, the end counted; 0 for a text without characters and end."""
        return float(self.surprises.mean()) if len(self) else 0.0

    def to_dict(self) -> dict[str, Any]:
        """As `charrnn-tui score --json` prints it."""
        return {
            "text": self.text,
            "log_prob": self.log_prob,
            "bits_per_char": self.bits_per_char,
            "characters": [self[at].to_dict() for at in range(len(self))],
        }


def ranks_of(log_probs: Floats, ids: Ids) -> Ids:
    """The rank [rows] of an id in each distribution [rows, vocabulary]; of equals the lower id comes first."""
    chosen = np.take_along_axis(log_probs, ids[:, None], axis=1)
    before = (log_probs > chosen).sum(axis=1)
    equal = (log_probs == chosen) & (np.arange(log_probs.shape[1]) < ids[:, None])
    ranks: Ids = 1 + before + equal.sum(axis=1)
    return ranks


def entropies_of(log_probs: Floats) -> NDArray[np.float64]:
    """Bits [rows] of distributions [rows, vocabulary]; a probability of 0 adds nothing."""
    wide = np.asarray(log_probs, dtype=np.float64)
    p = np.exp(wide)
    with np.errstate(invalid="ignore"):
        terms = np.where(p > 0, p * wide, 0.0)
    # The distribution itself is rounded; an entropy is never below 0.
    bits: NDArray[np.float64] = np.maximum(0.0, -terms.sum(axis=1) / math.log(2))
    return bits


def score(model: Model, text: str) -> TextScore:
    """Score a text from its start symbol on; an item of a list with its end. Raises UnknownSymbolsError."""
    return score_all(model, [text])[0]


def score_all(model: Model, texts: Sequence[str]) -> list[TextScore]:
    """Score texts, in their order, many at once. Raises UnknownSymbolsError."""
    ids = [symbols_of(model, text) for text in texts]
    lengths = np.array([len(one) for one in ids], dtype=np.int64)
    scores: list[TextScore | None] = [None] * len(texts)
    for rows in bucketed_batches(lengths, _BATCH):
        padded = np.full((len(rows), int(lengths[rows].max())), PAD, dtype=np.int64)
        for place, row in zip(padded, rows, strict=True):
            place[: lengths[row]] = ids[row]
        log_probs, ranks, entropies = _score_batch(model, padded)
        for i, row in enumerate(rows.tolist()):
            symbols = tuple(map(model.vocabulary.symbol, ids[row].tolist()))
            own = i, slice(int(lengths[row]))
            text = cleaned(model, texts[row])
            scores[row] = TextScore(text, ids[row], log_probs[own], ranks[own], entropies[own], symbols)
    return [one for one in scores if one is not None]


def _score_batch(model: Model, ids: Ids) -> tuple[NDArray[np.float64], Ids, NDArray[np.float64]]:
    """log P, rank and entropy [rows, time] of each id in rows that end in PAD."""
    batch, time = ids.shape
    log_probs, entropies = np.zeros((batch, time)), np.zeros((batch, time))
    ranks = np.ones((batch, time), dtype=np.int64)
    state = model.cell.initial_state(batch)
    reading = np.full(batch, start_ids(model.vocabulary, model.info.kind)[0])
    actual = np.where(ids == PAD, BOUNDARY, ids)
    for t in range(time):
        state, answer = model.cell.step(reading, state)
        reading = actual[:, t]
        log_probs[:, t] = np.take_along_axis(answer, reading[:, None], axis=1)[:, 0]
        ranks[:, t] = ranks_of(answer, reading)
        entropies[:, t] = entropies_of(answer)
    return log_probs, ranks, entropies


def ranking(model: Model, candidates: Iterable[str]) -> list[TextScore]:
    """Candidates, the most probable first (equals in their order). Raises UnknownSymbolsError."""
    return sorted(score_all(model, list(candidates)), key=lambda scored: -scored.log_prob)
