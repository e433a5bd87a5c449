"""How the next character is chosen, as values: what the filters and every front end share. Knows no NumPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypedDict, Unpack

from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.text.arguments import ArgumentError, check_integer, check_number, describe
from charrnn_tui.text.safe import visible

Temperature: TypeAlias = float | tuple[float, float]
"""One for every character, or one for the first of an item or word and one for the rest (see `places`)."""


class SettingsError(ValueError):
    """A sampling setting has no meaning; the message says which, what is allowed."""


class SamplingOptions(TypedDict, total=False):
    """The fields of SamplingSettings as keywords."""

    temperature: Temperature
    top_k: int
    top_p: float
    min_p: float


def parse_temperature(text: str) -> Temperature:
    """0.8, or 1.2:0.6 for first characters and the rest. Raises SettingsError."""
    try:
        numbers = [float(part) for part in text.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise SettingsError(
            f"the temperature is a number, or two as in 1.2:0.6 (first characters, the rest), "
            f"not '{visible(text[:40])}'."
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def typed_temperature(temperature: Temperature, form: str = "g") -> str:
    """A temperature as it may be typed; `form` is that of each number."""
    parts = temperature if isinstance(temperature, tuple) else (temperature,)
    return ":".join(format(part, form) for part in parts)


def _checked_temperature(value: Any) -> Temperature:
    """A number, or a pair that differs."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) != 2:
            raise ArgumentError(
                f"the temperature is a number, or two, for first characters and the rest, not {describe(value)}."
            )
        first, rest = (check_number(part, "each temperature") for part in value)
        return (first, rest) if first != rest else rest
    return check_number(value, "the temperature")


@dataclass(frozen=True)
class SamplingSettings:
    """How the next character is chosen. Neutral values: temperature 1, top_k 0 (off), top_p 1, min_p 0.

    A temperature of two numbers, (1.2, 0.6), holds for the first character of each item or word, and for the rest.

    Raises SettingsError for values without meaning (a negative or infinite temperature, a share above 1, NaN).
    """

    temperature: Temperature = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        try:
            values = {
                "temperature": _checked_temperature(self.temperature),
                "top_k": check_integer(self.top_k, "top-k"),
                "top_p": check_number(self.top_p, "top-p"),
                "min_p": check_number(self.min_p, "min-p"),
            }
        except ValueError as error:
            raise SettingsError(str(error)) from error
        for name, value in values.items():
            object.__setattr__(self, name, value)  # NumPy's numbers become Python's
        for temperature in self.temperatures:
            if not (math.isfinite(temperature) and temperature >= 0):
                raise SettingsError(
                    f"the temperature is a number from 0 (always the most probable character) upwards, "
                    f"not {temperature:g}."
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
    def temperatures(self) -> tuple[float, float]:
        """That of first characters, and that of the rest."""
        return self.temperature if isinstance(self.temperature, tuple) else (self.temperature, self.temperature)

    @property
    def varies(self) -> bool:
        """Whether first characters have a temperature of their own."""
        return isinstance(self.temperature, tuple)

    def at(self, *, first: bool) -> SamplingSettings:
        """The settings with the one temperature of a first character, or of any other."""
        return replace(self, temperature=self.temperatures[0 if first else 1]) if self.varies else self

    @property
    def one_temperature(self) -> float:
        """The temperature, where it does not vary. Raises SettingsError where it does: `at` says which one holds."""
        if isinstance(self.temperature, tuple):
            raise SettingsError("which temperature holds depends on the place; give settings.at(first=…).")
        return self.temperature

    @property
    def filtered(self) -> bool:
        """Whether any of top-k, top-p and min-p is on."""
        return self.top_k > 0 or self.top_p < 1 or self.min_p > 0
