"""How a character's probability is shown: six levels, the same in every front end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from charrnn_tui.text import NEWLINE, visible

LEVELS = (0.02, 0.1, 0.3, 0.6, 0.9)
"""Probabilities between which the colour changes."""
LEGEND = ("under 2 %", "2 %", "10 %", "30 %", "60 %", "90 % and more")
"""What each level means, the least probable first: from this probability on."""


def level(probability: float) -> int:
    """The level of a probability: 0 for a surprise, len(LEVELS) for near certainty."""
    return bisect_right(LEVELS, probability)


def percent(probability: float) -> str:
    """A probability as it is said beside an item: 42.0 %, 3.14 %, 0.052 %; a tiny one, as what is asked of items makes
    it, as a power of ten (1.2e-07)."""
    share = 100 * probability
    if share < 0.001:
        return f"{probability:.1e}" if probability > 0 else "0 %"
    return f"{share:.{1 if share >= 10 else 2 if share >= 0.1 else 3}f} %"


def symbol_name(symbol: str, shown: Callable[[str], str] = visible) -> str:
    """A symbol as it can be read in a row: the end of an item, a space and a line's end have pictures.

    `shown` makes another symbol safe to show.
    """
    return {"": "end", " ": "␣", "\n": NEWLINE}.get(symbol) or shown(symbol)
