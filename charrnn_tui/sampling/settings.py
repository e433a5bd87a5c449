"""How the next character is chosen, as values: what the filters and every front end share. Knows no NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.text.arguments import ArgumentError, check_integer, check_number, describe


class SettingsError(ValueError):
    """A sampling setting has no meaning; the message says which, what is allowed."""


class SamplingOptions(TypedDict, total=False):
    """The fields of SamplingSettings as keywords."""

    temperature: float
    top_k: int
    top_p: float
    min_p: float


@dataclass(frozen=True)
class SamplingSettings:
    """How the next character is chosen. Neutral values: temperature 1, top_k 0 (off), top_p 1, min_p 0.

    Raises SettingsError for values without meaning (a negative or infinite temperature, a share above 1, NaN).
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        try:
            values = {
                "temperature": check_number(self.temperature, "the temperature"),
                "top_k": check_integer(self.top_k, "top-k"),
                "top_p": check_number(self.top_p, "top-p"),
                "min_p": check_number(self.min_p, "min-p"),
            }
        except ValueError as error:
            raise SettingsError(str(error)) from error
        for name, value in values.items():
            object.__setattr__(self, name, value)  # NumPy's numbers become Python's
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise SettingsError(
                f"the temperature is a number from 0 (always the most probable character) upwards, "
                f"not {self.temperature:g}."
            )
        if not 0 <= self.top_k <= LARGEST_WHOLE:
            raise SettingsError(f"top-k is a whole number, 0 for off, at most {LARGEST_WHOLE}, not {self.top_k}.")
        if not 0 < self.top_p <= 1:
            raise SettingsError(f"top-p lies above 0 and up to 1 (1 for off), not {self.top_p:g}.")
        if not 0 <= self.min_p <= 1:
            raise SettingsError(f"min-p lies from 0 (off) to 1, not {self.min_p:g}.")

    @classmethod
    def of(cls, settings: SamplingSettings | None, **options: Unpack[SamplingOptions]) -> SamplingSettings:
        """Settings (neutral ones where None) with some fields changed. Raises SettingsError, ArgumentError."""
        if settings is not None and not isinstance(settings, cls):
            raise SettingsError(f"settings are SamplingSettings, not {describe(settings)}; give temperature=… by name.")
        for option in options:
            if option not in SamplingOptions.__annotations__:
                known = ", ".join(SamplingOptions.__annotations__)
                raise ArgumentError(f"sampling has no option {option!r}; there are: {known}.")
        return replace(settings or cls(), **options)

    @property
    def filtered(self) -> bool:
        """Whether any of top-k, top-p and min-p is on."""
        return self.top_k > 0 or self.top_p < 1 or self.min_p > 0
