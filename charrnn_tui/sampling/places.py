"""Where the first character of an item or word stands, and which settings hold there.

A first character follows the start of an item or white space: what the network has read last says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.text import BOUNDARY, Vocabulary


@lru_cache(maxsize=16)
def opens(vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """[vocabulary], after which ids a first character stands."""
    return np.array([id_ == BOUNDARY or vocabulary.symbol(id_).isspace() for id_ in range(vocabulary.size)])


def settings_after(id_: int, settings: SamplingSettings, vocabulary: Vocabulary) -> SamplingSettings:
    """The settings, with one temperature, of the character that follows an id."""
    return settings.at(first=bool(opens(vocabulary)[id_])) if settings.varies else settings


def settings_by_row(
    settings: Sequence[SamplingSettings], ids: NDArray[np.integer], vocabulary: Vocabulary
) -> list[SamplingSettings]:
    """As `settings_after`, for rows with settings of their own that have read `ids` [rows] last."""
    if not any(one.varies for one in settings):
        return list(settings)
    first = opens(vocabulary)[ids].tolist()
    return [one.at(first=place) for one, place in zip(settings, first, strict=True)]


def by_place(
    settings: SamplingSettings, first: NDArray[np.bool_]
) -> Iterator[tuple[SamplingSettings, NDArray[np.int64]]]:
    """Settings with one temperature and the rows that they hold for; `first` [rows] as `opens` has it."""
    for place in (True, False):
        rows = np.flatnonzero(first == place)
        if len(rows):
            yield settings.at(first=place), rows
