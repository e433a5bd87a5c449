"""From logits to the distribution that a character is drawn from: temperature, then top-k, top-p, min-p.

The filters act in this order, each on what the one before left, and what remains is renormalised at the end:

1. temperature: logits / T (T = 0: all mass on the most probable symbol; nothing else matters then);
2. top-k: keep the k most probable (Fan et al. 2018, arXiv:1805.04833);
3. top-p: keep the smallest set whose mass, of what top-k left, reaches p (Holtzman et al. 2020, arXiv:1904.09751);
4. min-p: keep what is at least p times as probable as the most probable (Nguyen et al. 2024, arXiv:2407.01082).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.settings import SamplingSettings


def probabilities(logits: NDArray[np.floating], settings: SamplingSettings) -> NDArray[np.float64]:
    """Distributions [..., vocabulary] after temperature and filters; each sums to 1.

    logits: [..., vocabulary], unnormalised or log-probabilities alike; -inf is probability 0. The settings have one
    temperature: `places` says which. Raises SettingsError for two.
    """
    wide: NDArray[np.float64] = np.asarray(logits, dtype=np.float64)
    temperature = settings.one_temperature
    if temperature == 0:
        return _one_hot_of_maximum(wide)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    # A temperature near 0 sends the losers' quotients to -inf, which is their limit.
    with np.errstate(over="ignore", divide="ignore"):
        p: NDArray[np.float64] = np.exp(shifted / temperature)
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
