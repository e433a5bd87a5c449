"""How many items or lanes an update takes: as asked for, but fewer where a corpus is short.

Knows no torch, since an estimate needs it as well.
"""

from __future__ import annotations

UPDATES_AN_EPOCH = 24
SMALLEST_BATCH = 8


def items_at_once(items: int, batch_size: int) -> int:
    """Items an update: a short list takes smaller batches, so that an epoch still has some two dozen updates."""
    return min(batch_size, max(SMALLEST_BATCH, items // UPDATES_AN_EPOCH))


def lanes_at_once(characters: int, batch_size: int, window: int) -> int:
    """Lanes of a running text: a short one gets fewer, each long enough for two windows."""
    return max(1, min(batch_size, characters // (2 * window)))
