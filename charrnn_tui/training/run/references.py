"""What a loss is to be compared with: how well models that know almost nothing predict the same held-out part.

*Uniform* takes all symbols for equally likely; the *unigram* knows how often each stands in the training part, the
*bigram* what follows which, the *5-gram* the last four characters (`charrnn_tui.cells.ngram`).
"""

from __future__ import annotations

import math

import numpy as np

from charrnn_tui.cells.ngram import NgramCell
from charrnn_tui.cells.ngram_counts import count_ngrams
from charrnn_tui.training.run.data import Data

ORDERS = {"unigram": 1, "bigram": 2, "5-gram": 5}
MOST_COUNTED = 1_000_000
"""Characters of the training part that are counted, its last ones: enough for these orders, and soon done."""
MOST_SCORED = 100_000
"""Characters of the held-out part that are scored."""


def reference_losses(data: Data) -> dict[str, float]:
    """Name -> nats a character of the held-out part, from the one that knows least on."""
    counted, held_out = data.counted(MOST_COUNTED), data.held_out_ids()[: MOST_SCORED + 1]
    size = data.vocabulary.size
    losses = {"uniform": math.log(size)}
    for name, order in ORDERS.items():
        cell = NgramCell(*count_ngrams(counted, size, order))
        losses[name] = -float(np.mean(cell.score_sequence(held_out)))
    return losses
