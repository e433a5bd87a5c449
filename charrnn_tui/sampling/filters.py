"""From logits to the distribution that a character is drawn from: temperature, then top-k, top-p, min-p.

The filters act in this order, each on what the one before left, and what remains is renormalised at the end:

1. temperature: logits / T (T = 0: all mass on the most probable symbol; nothing else matters then);
2. top-k: keep the k most probable (Fan et al. 2018, arXiv:1805.04833);
3. top-p: keep the smallest set whose mass, of what top-k left, reaches p (Holtzman et al. 2020, arXiv:1904.09751);
4. min-p: keep what is at least p times as probable as the most probable (Nguyen et al. 2024, arXiv:2407.01082).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.text.arguments import ArgumentError, check_number, check_whole, describe


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
                "top_k": check_whole(self.top_k, "top-k", -(2**63)),
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
        if self.top_k < 0:
            raise SettingsError(f"top-k is a whole number, 0 for off, not {self.top_k}.")
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


def probabilities(logits: NDArray[np.floating], settings: SamplingSettings) -> NDArray[np.float64]:
    """Distributions [..., vocabulary] after temperature and filters; each sums to 1.

    logits: [..., vocabulary], unnormalised or log-probabilities alike; -inf is probability 0.
    """
    wide: NDArray[np.float64] = np.asarray(logits, dtype=np.float64)
    if settings.temperature == 0:
        return _one_hot_of_maximum(wide)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    # A temperature near 0 sends the losers' quotients to -inf, which is their limit.
    with np.errstate(over="ignore", divide="ignore"):
        p: NDArray[np.float64] = np.exp(shifted / settings.temperature)
    p /= p.sum(axis=-1, keepdims=True)
    if settings.filtered:
        p = _filter(p, settings)
    return p


def _one_hot_of_maximum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    p = np.zeros_like(values)
    np.put_along_axis(p, values.argmax(axis=-1)[..., None], 1.0, axis=-1)
    return p


def _filter(p: NDArray[np.float64], settings: SamplingSettings) -> NDArray[np.float64]:
    """Top-k, top-p and min-p on normalised distributions; ties go to the lower id."""
    order = np.argsort(-p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    if 0 < settings.top_k < ranked.shape[-1]:
        ranked[..., settings.top_k :] = 0
    if settings.top_p < 1:
        before = np.cumsum(ranked, axis=-1) - ranked
        ranked = np.where(before < settings.top_p * ranked.sum(axis=-1, keepdims=True), ranked, 0)
    if settings.min_p > 0:
        ranked = np.where(ranked >= settings.min_p * ranked[..., :1], ranked, 0)
    ranked /= ranked.sum(axis=-1, keepdims=True)
    out = np.zeros_like(p)
    np.put_along_axis(out, order, ranked, axis=-1)
    return out
