"""Times, sizes and losses in words, the same in every front end."""

from __future__ import annotations

import math


def duration(seconds: float) -> str:
    """A time: 8 s, 2 min 5 s, 1 h 10 min, 2 h; '?' where it is negative, endless or not a number."""
    if not 0 <= seconds < 1e9:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        large, small, units = whole // 60, whole % 60, ("min", "s")
    else:
        large, small, units = whole // 3600, whole % 3600 // 60, ("h", "min")
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def file_size(size: float) -> str:
    """The size of a file, from bytes: 999 bytes, 58.5 kB, 3.4 MB."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 999.5:
            return f"{size:.3g} {unit}"
    return f"{size / 1000:.3g} GB"


def loss_in_both_units(nats: float) -> str:
    """A loss per character, from nats, in both of its units."""
    return f"{nats:.3f} nats, {nats / math.log(2):.3f} bits"
