"""The labels beside the items of a run, as numbers and as mixtures: which there are, and who is trained under which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charrnn_tui.training.plan.prepare import Texts

NO_LABEL = -1
"""Stands for a label where an item has none, or is read without it."""


def known_labels(texts: Texts, learnt: Sequence[str] = ()) -> tuple[str, ...]:
    """The labels of a network: those it has learnt before, at their places, then new ones of what it learns, sorted."""
    beside = set(texts.training_labels or ()) - set(learnt) - {""}
    return (*learnt, *sorted(beside))


def numbered(labels: Sequence[str] | None, known: Sequence[str], count: int) -> NDArray[np.int64]:
    """The number of each item's label [items]; `NO_LABEL` where it has none, or one that nothing was learnt of."""
    if labels is None:
        return np.full(count, NO_LABEL, dtype=np.int64)
    places = {label: place for place, label in enumerate(known)}
    return np.fromiter((places.get(label, NO_LABEL) for label in labels), dtype=np.int64, count=count)


def mixture_of(labels: Tensor | None, rows: int, count: int) -> Tensor | None:
    """The weight of each label in each row, [rows, count]: 1 for its own. None for a network that knows no labels.

    A network with labels always gets one, of zeros where no row has a label, so that processes that train together
    agree on which parameters take part.
    """
    if not count:
        return None
    mixture = torch.zeros(rows, count)
    if labels is not None:
        given = labels != NO_LABEL
        mixture[given, labels[given]] = 1.0
    return mixture


__all__ = ["NO_LABEL", "known_labels", "mixture_of", "numbered"]
