"""How well a model predicts items or a running text: one number for all of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charrnn_tui.sampling.prefix import clean_prefix, start_ids
from charrnn_tui.text import EncodedItems, TextError, bucketed_batches
from charrnn_tui.text.arguments import check_text, check_texts

if TYPE_CHECKING:
    from charrnn_tui.model.model import Model

_BATCH = 256
_REPORT_EVERY = 1024


@dataclass(frozen=True)
class Evaluation:
    """How well a model predicts a text: mean negative log-likelihood of a character, the end symbol counted."""

    nats_per_char: float
    characters: int

    @property
    def bits_per_char(self) -> float:
        """nats / ln 2."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(nats): as many equally likely characters would be as hard to predict."""
        return math.exp(self.nats_per_char) if self.nats_per_char < 700 else math.inf

    def to_dict(self) -> dict[str, float | int]:
        """As `charrnn-tui evaluate --json` prints it."""
        return {
            "nats_per_char": self.nats_per_char,
            "bits_per_char": self.bits_per_char,
            "perplexity": self.perplexity,
            "characters": self.characters,
        }


def evaluate(model: Model, lines: Sequence[str], progress: Callable[[int], None] | None) -> Evaluation:
    """What `Model.evaluate` does."""
    vocabulary = model.vocabulary
    texts = check_texts(lines, "the items")
    items = [item for text in texts if (item := clean_prefix(text, vocabulary, "lines"))]
    if not items:
        raise TextError("there is nothing to evaluate: every line is empty.")
    encoded = EncodedItems.encode(items, vocabulary)
    total, count, done = 0.0, 0, 0
    for rows in bucketed_batches(encoded.lengths, _BATCH):
        ids = encoded.matrix(rows)
        mask = ids >= 0
        total -= float(model.cell.score(ids, mask).sum())
        count += int(mask[:, 1:].sum())
        done += len(rows)
        if progress is not None:
            progress(done)
    return Evaluation(total / count, count)


def evaluate_text(model: Model, text: str, progress: Callable[[int], None] | None) -> Evaluation:
    """What `Model.evaluate_text` does."""
    vocabulary = model.vocabulary
    if not check_text(text, "the text"):
        raise TextError("there is nothing to evaluate: the text is empty.")
    ids = vocabulary.encode(clean_prefix(text, vocabulary, "stream"))
    state = model.cell.initial_state(1)
    total = 0.0
    before = start_ids(vocabulary, "stream")[0]
    for done, id_ in enumerate(ids.tolist()):
        state, log_probs = model.cell.step([before], state)
        total -= float(log_probs[0, id_])
        before = id_
        if progress is not None and done % _REPORT_EVERY == 0:
            progress(done)
    return Evaluation(total / len(ids), len(ids))
