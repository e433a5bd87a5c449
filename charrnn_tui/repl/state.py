"""What the inline prompt generates with: model, sampling settings, seed, limit and pace, and what came of it last."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.sampling import SamplingSettings

if TYPE_CHECKING:
    from charrnn_tui.model import Model

TEMPERATURE_STEP = 0.05
HOTTEST = 5.0
SEEDS = 100_000
"""A random seed has up to five digits: one can say it and type it again."""


def random_seed() -> int:
    """A new seed."""
    return secrets.randbelow(SEEDS)


@dataclass
class PromptState:
    """Settings of one sitting at the prompt.

    `seed` None takes a new one for each generation; `max_length` 0 leaves the limit to the model; `pace` is in
    characters a second, 0 for as fast as possible.
    """

    settings: SamplingSettings = field(default_factory=SamplingSettings)
    seed: int | None = None
    max_length: int = 0
    pace: float = 30.0
    colour: bool = False
    model: Model | None = None
    new_seed: Callable[[], int] = random_seed
    last_seed: int | None = None
    """The seed of the last generation, so that it can be made again."""
    speed: float | None = None
    """Characters a second of the last generation, or of the one that runs."""
    last: list[Favourite] = field(default_factory=list)
    """The last generation (or batch), ready to be kept."""
    turned: bool = False
    """Whether a setting was turned while the last generation ran: its seed alone does not make it again then."""

    def next_seed(self) -> int:
        """The seed of the next generation, which is noted."""
        self.last_seed = self.new_seed() if self.seed is None else self.seed
        return self.last_seed

    def turn_temperature(self, steps: int) -> None:
        """Turn the temperature by so many steps of 0.05, to an even step and within 0 and 5."""
        now = self.settings.temperature / TEMPERATURE_STEP
        # 0.83 goes up to 0.85 and down to 0.80: the first step leads to the next even value.
        floor = int(now + 1e-6)
        even = abs(now - round(now)) < 1e-6
        base = round(now) if even or steps == 0 else floor + (steps < 0)
        value = min(HOTTEST, max(0.0, (base + steps) * TEMPERATURE_STEP))
        self.settings = replace(self.settings, temperature=round(value, 2))

    def set_sampling(self, name: str, value: float) -> None:
        """Change one field of the sampling settings. Raises SettingsError."""
        self.settings = SamplingSettings(**{**self.settings.__dict__, name: value})

    def limit(self) -> int:
        """New characters at most."""
        if self.max_length or self.model is None:
            return self.max_length
        return self.model.info.default_max_length

    def note(self, text: str, prefix: str, seed: int, settings: SamplingSettings, item: int = 0) -> Favourite:
        """What is kept of a generation by /save."""
        return Favourite(
            text=text,
            prefix=prefix,
            model="" if self.model is None else self.model.name,
            seed=seed,
            item=item,
            temperature=settings.temperature,
            top_k=settings.top_k,
            top_p=settings.top_p,
            min_p=settings.min_p,
            max_length=self.limit(),
            kept=datetime.now(UTC).isoformat(timespec="seconds"),
        )
