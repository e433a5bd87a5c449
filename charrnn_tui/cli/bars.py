"""Bars of characters, for a terminal of any encoding."""

from __future__ import annotations

import sys


def bar(length: float) -> str:
    """A bar to an eighth of a column, at least a sliver where there is anything; # where it cannot be shown."""
    eighths = max(1 if length > 0 else 0, round(length * 8))
    drawn: str = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
    return drawn if can_show(drawn) else "#" * max(1 if length > 0 else 0, round(length))


def can_show(symbols: str) -> bool:
    """Whether what is printed can hold these symbols."""
    try:
        symbols.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
