"""How a character's probability is shown: six levels, the same in every front end."""

from __future__ import annotations

from bisect import bisect_right

LEVELS = (0.02, 0.1, 0.3, 0.6, 0.9)
"""Probabilities between which the colour changes."""
LEGEND = ("under 2 %", "2 %", "10 %", "30 %", "60 %", "90 % and more")
"""What each level means, the least probable first: from this probability on."""


def level(probability: float) -> int:
    """The level of a probability: 0 for a surprise, len(LEVELS) for near certainty."""
    return bisect_right(LEVELS, probability)
