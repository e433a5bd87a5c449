"""Words for numbers, the same in every front end: times, sizes, counts, losses, and how settings are said."""

from __future__ import annotations

import math
from typing import Protocol

from charrnn_tui.cells import NGRAM, NgramArchitecture, StoredArchitecture
from charrnn_tui.sampling.settings import Temperature, typed_temperature
from charrnn_tui.text import visible

_LONGEST_QUOTE = 40


def duration(seconds: float) -> str:
    """A time as a person says it: 8 s, 2 min 5 s, 1 h 10 min, 2 h; '?' where there is none."""
    if not 0 <= seconds < 1e9:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        large, small, units = whole // 60, whole % 60, ("min", "s")
    else:
        large, small, units = whole // 3600, whole % 3600 // 60, ("h", "min")
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def size(count: float) -> str:
    """A number of bytes as a person says it: 480 bytes, 12.3 kB, 4 MB."""
    if count < 1000:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB"):
        count /= 1000
        if count < 999.5:
            return f"{count:.3g} {unit}"
    return f"{count / 1000:.3g} GB"


def count(number: float, one: str, many: str = "") -> str:
    """A number of things: 1 epoch, 1,200 items, 2.5 epochs. `many` is `one` with an s where it is not given."""
    said = f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"
    return f"{said} {one if said == '1' else many or one + 's'}"


def loss(nats: float) -> str:
    """A loss in both of its units, a character."""
    return f"{nats:.3f} nats, {nats / math.log(2):.3f} bits" if math.isfinite(nats) else "unknown"


def quoted(text: str) -> str:
    """What was typed, as it may stand in a message: visible, and no longer than a row."""
    shown = visible(text.strip())
    return (shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…") or "nothing"


class HasFilters(Protocol):
    """What knows its filters: SamplingSettings, a favourite."""

    @property
    def top_k(self) -> int:
        """0: off."""

    @property
    def top_p(self) -> float:
        """1: off."""

    @property
    def min_p(self) -> float:
        """0: off."""


def temperature(value: Temperature) -> str:
    """A temperature as a status row says it: T 0.80, T 1.20:0.60."""
    return f"T {typed_temperature(value, '.2f')}"


def filters(settings: HasFilters) -> list[str]:
    """The filters that are on: top-k 5, top-p 0.9, min-p 0.05."""
    said = []
    if settings.top_k:
        said.append(f"top-k {settings.top_k}")
    if settings.top_p < 1:
        said.append(f"top-p {settings.top_p:g}")
    if settings.min_p:
        said.append(f"min-p {settings.min_p:g}")
    return said


def network(family: str, layers: int, hidden: int, order: int = 0) -> str:
    """A network in few words: LSTM 256, 2 × GRU 128; or the n-gram of an order: 5-gram."""
    if family == NGRAM:
        return f"{order}-gram"
    return (f"{layers} × " if layers > 1 else "") + f"{family.upper()} {hidden}"


def architecture(made_of: StoredArchitecture) -> str:
    """The network or n-gram of an architecture, as `network` says it."""
    if isinstance(made_of, NgramArchitecture):
        return network(NGRAM, 0, 0, made_of.order)
    return network(made_of.family, made_of.layers, made_of.hidden)


def capitalised(sentence: str) -> str:
    """A sentence with its first letter in upper case; the rest stays."""
    return sentence[:1].upper() + sentence[1:]
