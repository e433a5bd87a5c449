"""How much a run takes at once: as asked for, but less where a corpus is short or very long.

Knows no torch, since an estimate needs it as well.
"""

from __future__ import annotations

UPDATES_AN_EPOCH = 150
FEWEST_UPDATES_AN_EPOCH = 24
SMALL_BATCH = 16
SMALLEST_BATCH = 8


def items_at_once(items: int, batch_size: int) -> int:
    """Items an update: a short list takes smaller batches, so that an epoch still has many updates.

    Some 150 where that leaves 16 items to an update, two dozen where it leaves 8. Measured (docs/performance.md): with
    few updates an epoch a list of some thousand items is far from learnt when the run ends.
    """
    small = min(SMALL_BATCH, max(SMALLEST_BATCH, items // FEWEST_UPDATES_AN_EPOCH))
    return min(batch_size, max(small, items // UPDATES_AN_EPOCH))


def streams_at_once(characters: int, batch_size: int, window: int) -> int:
    """Streams of a running text: a short one gets fewer, each long enough for two windows."""
    return max(1, min(batch_size, characters // (2 * window)))
