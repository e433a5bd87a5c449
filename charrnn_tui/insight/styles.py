"""What style a text is most like: its probability under each label that a network has learnt, and Bayes' rule.

P(label | text) is proportional to P(text | label) P(label). P(label) is the label's share of what was learnt, where
that is known, else the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.insight.reading import InsightError, cleaned
from charrnn_tui.model import Evaluation, Model
from charrnn_tui.text import EncodedItems, bucketed_batches, visible

MOST_JUDGED = 1000
"""Held-out items that tell how often the most probable label is the right one."""
MOST_READINGS = 27_000
"""Readings of an item under a label that this may take: of a network with many labels fewer items are judged."""
FEW_READINGS = 5_400
"""The same where somebody waits for the end: a second's work, and a share that is right to some hundredths."""
_FEWEST_JUDGED = 20
_BATCH = 512


class Likeness(NamedTuple):
    """How a text is judged under one label."""

    label: str
    log_prob: float
    """log P(text | label) in nats, of all characters and the end."""
    prior: float
    """P(label)"""
    posterior: float
    """P(label | text)"""

    def to_dict(self) -> dict[str, Any]:
        """As `charrnn-tui score --styles --json` prints it."""
        return self._asdict()


def priors(model: Model) -> NDArray[np.float64]:
    """P(label) [labels]: its share of the items learnt from, one added to each; equal shares where none is known."""
    counts = model.info.corpus.get("label_items")
    if not isinstance(counts, list) or len(counts) != len(model.labels):
        counts = [0] * len(model.labels)
    seen = np.array(counts, dtype=np.float64) + 1  # none is impossible for want of items (Laplace's rule of succession)
    share: NDArray[np.float64] = seen / seen.sum()
    return share


def log_probs_under(model: Model, texts: Sequence[str]) -> NDArray[np.float64]:
    """log P(text | label) in nats [texts, labels], ends counted.

    Raises InsightError for a network without labels, UnknownSymbolsError.
    """
    _check_labels(model, "so it cannot tell styles apart")
    encoded = EncodedItems.encode([cleaned(model, text) for text in texts], model.vocabulary)
    found = np.zeros((len(texts), len(model.labels)))
    cells = [model.styled(label).cell for label in model.labels]
    for rows in bucketed_batches(encoded.lengths, _BATCH):
        ids = encoded.matrix(rows)
        for at, cell in enumerate(cells):
            found[rows, at] = cell.score(ids, ids >= 0).reshape(len(rows), -1).sum(axis=1)
    return found


def _check_labels(model: Model, therefore: str) -> None:
    if not model.labels:
        raise InsightError(
            f"{visible(model.name)} has learnt no labels, {therefore}; a network learns them from a table "
            "(charrnn-tui train FILE.csv --column NAME --label LABEL)."
        )


def posteriors(log_probs: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(label | text) [texts, labels] of log P(text | label) in nats and P(label)."""
    with np.errstate(divide="ignore"):
        joint = log_probs + np.log(prior)
    joint -= joint.max(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.exp(joint)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def likeness(model: Model, text: str) -> list[Likeness]:
    """A text under each label, the most probable label first. Raises InsightError, UnknownSymbolsError."""
    log_probs = log_probs_under(model, [text])
    prior = priors(model)
    shares = posteriors(log_probs, prior)
    rows = zip(model.labels, log_probs[0].tolist(), prior.tolist(), shares[0].tolist(), strict=True)
    return sorted((Likeness(*row) for row in rows), key=lambda one: -one.posterior)


def share_right(
    model: Model, texts: Sequence[str], labels: Sequence[str], *, readings: int = MOST_READINGS
) -> float | None:
    """Of how many texts the most probable label is the one that stands beside it; None where none has a known one.

    Of many texts a fixed sample is judged, so that at most about so many `readings` of a text are needed.
    """
    places = {label: place for place, label in enumerate(model.labels)}
    known = [(text, places[label]) for text, label in zip(texts, labels, strict=True) if label in places]
    if not known:
        return None
    most = min(MOST_JUDGED, max(_FEWEST_JUDGED, readings // len(model.labels)))
    if len(known) > most:
        chosen = np.random.default_rng(0).permutation(len(known))[:most]
        known = [known[at] for at in chosen.tolist()]
    shares = posteriors(log_probs_under(model, [text for text, _ in known]), priors(model))
    return float(np.mean(shares.argmax(axis=1) == [label for _, label in known]))


class LabelEvaluation(NamedTuple):
    """The items of one label, read under it and without."""

    label: str
    """'' for items without a label that the network knows."""
    items: int
    labelled: Evaluation
    unlabelled: Evaluation

    def to_dict(self) -> dict[str, Any]:
        """As `charrnn-tui evaluate --label --json` prints it."""
        return {
            "label": self.label or None,
            "items": self.items,
            "characters": self.labelled.characters,
            "nats_per_char": self.labelled.nats_per_char,
            "unlabelled_nats_per_char": self.unlabelled.nats_per_char,
        }


@dataclass(frozen=True)
class LabelledEvaluation:
    """How well a network predicts items under the labels that stand beside them, and without."""

    labels: tuple[LabelEvaluation, ...]
    """In the order of the network's labels; last the items without one."""

    @property
    def labelled(self) -> Evaluation:
        """All items, each under its label where it has one."""
        return _together(one.labelled for one in self.labels)

    @property
    def unlabelled(self) -> Evaluation:
        """All items, read without labels."""
        return _together(one.unlabelled for one in self.labels)


def _together(parts: Iterable[Evaluation]) -> Evaluation:
    total, count = 0.0, 0
    for part in parts:
        total += part.nats_per_char * part.characters
        count += part.characters
    return Evaluation(total / count, count)


def evaluate_labelled(
    model: Model, items: Sequence[str], labels: Sequence[str], *, progress: Callable[[int], None] | None = None
) -> LabelledEvaluation:
    """Evaluate items under the label beside each, and without. An item whose label the network has not learnt is read
    without. `progress` is told how many readings are done, of two an item.

    Raises InsightError for a network without labels, UnknownSymbolsError, TextError.
    """
    _check_labels(model, "so there is nothing to measure under a label")
    groups: dict[str, list[str]] = {label: [] for label in (*model.labels, "")}
    for item, label in zip(items, labels, strict=True):
        groups[label if label in groups else ""].append(item)
    done = 0

    def told(count: int) -> None:
        if progress is not None:
            progress(done + count)

    found = []
    plain = model.styled(None)
    for label, of_label in groups.items():
        if not of_label:
            continue
        without = plain.evaluate(of_label, progress=told)
        done += len(of_label)
        beneath = plain.styled(label).evaluate(of_label, progress=told) if label else without
        done += len(of_label)
        found.append(LabelEvaluation(label, len(of_label), beneath, without))
    return LabelledEvaluation(tuple(found))
