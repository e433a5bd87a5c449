"""What the screen generates with: the open model, the sampling settings, the seed, the limit."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings

_TEMPERATURE_STEP = 0.05
HOTTEST = 5.0
SEEDS = 100_000
"""A random seed has up to five digits: one can say it and type it again."""


def random_seed() -> int:
    """A new seed."""
    return secrets.randbelow(SEEDS)


@dataclass
class Session:
    """Settings of this sitting. `seed` None takes a new one for each generation; `max_length` 0 is the model's."""

    settings: SamplingSettings
    seed: int | None
    max_length: int
    new_seed: Callable[[], int] = random_seed
    model: Model | None = None
    step: int | None = None
    """Training step of the open weights, where they come from a run of this sitting."""

    def next_seed(self) -> int:
        """The seed of the next generation."""
        return self.new_seed() if self.seed is None else self.seed

    @property
    def limit(self) -> int:
        """New characters at most."""
        if self.max_length or self.model is None:
            return self.max_length
        return self.model.info.default_max_length

    def turned(self, by: int) -> float:
        """The temperature `by` steps from here; steps are even, so that 0.83 goes to 0.85."""
        steps = self.settings.temperature / _TEMPERATURE_STEP
        start = math.floor(steps + 1e-6) if by > 0 else math.ceil(steps - 1e-6)
        return round(min(HOTTEST, max(0.0, (start + by) * _TEMPERATURE_STEP)), 2)
