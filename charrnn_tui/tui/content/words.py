"""Sizes, times and losses in words for people."""

from __future__ import annotations

import math


def size_words(size: float) -> str:
    """A file's size for people."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.3g} {unit}"
    return f"{size / 1000:.3g} GB"


def duration_words(seconds: float) -> str:
    """A time for people: '40 s', '3 min', '2 h 10 min'."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def loss_words(nats: float) -> str:
    """A loss in both of its units, a character."""
    return f"{nats:.3f} nats, {nats / math.log(2):.3f} bits"
