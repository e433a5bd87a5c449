"""Styles that are turned by keys while text is written: a slider a label, or one dial between two.

Both are drawn by the same row of `Track`s, and turned by the same keys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from charrnn_tui.model.style import Style
from charrnn_tui.text import visible

STEPS = 10
"""Of a track from one end to the other."""


class Track(NamedTuple):
    """How a slider is drawn: what stands at its ends, and where its handle is, from 0 to `STEPS`."""

    before: str
    at: int
    after: str
    chosen: bool

    @property
    def bar(self) -> str:
        """The track with its handle, `STEPS + 1` cells."""
        return "━" * self.at + "●" + "─" * (STEPS - self.at)


@dataclass(frozen=True)
class Dial:
    """Between two styles: at 0 all of the first, at `STEPS` all of the second. A first of None is no style."""

    first: str | None
    second: str
    at: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Those that it turns between."""
        return (self.second,) if self.first is None else (self.first, self.second)

    @property
    def style(self) -> Style:
        """The style where it stands."""
        share = self.at / STEPS
        first = () if self.first is None else ((self.first, round(1 - share, 3)),)
        return Style((*first, (self.second, share)))

    def turned(self, steps: int) -> Dial:
        """The dial so many steps further, up to its ends."""
        return self.set(0, self.at + steps)

    def set(self, number: int, at: int) -> Dial:
        """The dial at a place of its only track."""
        return replace(self, at=min(STEPS, max(0, at)))

    def moved(self, by: int) -> Sliders:
        """A slider each instead, the first or the last of them chosen."""
        weights = self.style.to_plain()
        return Sliders(tuple((label, weights.get(label, 0.0)) for label in self.labels), 0).moved(min(0, by))

    @property
    def tracks(self) -> Sequence[Track]:
        """One track."""
        return [Track("no style" if self.first is None else visible(self.first), self.at, visible(self.second), True)]

    def words(self) -> str:
        """As a row says it: 'finnish ━━━●─────── japanese'."""
        (track,) = self.tracks
        return f"{track.before} {track.bar} {track.after}"


@dataclass(frozen=True)
class Sliders:
    """The weight of each label, from 0 to 1, and which of them is turned."""

    weights: tuple[tuple[str, float], ...]
    chosen: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Those that have a slider."""
        return tuple(label for label, _ in self.weights)

    @property
    def style(self) -> Style:
        """The style where they stand."""
        return Style(self.weights)

    def turned(self, steps: int) -> Sliders:
        """The chosen one so many tenths up or down."""
        at = self.weights[self.chosen][1] * STEPS
        start = math.floor(at + 1e-6) if steps > 0 else math.ceil(at - 1e-6)
        return self.set(self.chosen, start + steps)

    def set(self, number: int, at: int) -> Sliders:
        """One of them chosen and at a place of its track."""
        weights = list(self.weights)
        weights[number] = (weights[number][0], min(STEPS, max(0, at)) / STEPS)
        return Sliders(tuple(weights), number)

    def moved(self, by: int) -> Sliders:
        """Another one chosen; behind the last comes the first."""
        return replace(self, chosen=(self.chosen + by) % len(self.weights))

    @property
    def tracks(self) -> Sequence[Track]:
        """A track a label, its weight behind it."""
        return [
            Track(visible(label), round(weight * STEPS), f"{weight:.3g}", number == self.chosen)
            for number, (label, weight) in enumerate(self.weights)
        ]

    def words(self) -> str:
        """As a row says it: 'finnish 0.4  ▸japanese 0.2'."""
        return "  ".join(f"{'▸' if t.chosen else ''}{t.before} {t.after}" for t in self.tracks)


Turned: TypeAlias = Dial | Sliders
"""What keys turn."""


def turned_by_keys(style: Style) -> Turned | None:
    """What stands at a style: a dial for one label, or for two that are all of it, else sliders; None for no style.

    Weights above 1 are made smaller, in proportion.
    """
    match style.weights:
        case []:
            return None
        case [(label, weight)]:
            return Dial(None, label, round(min(1.0, weight) * STEPS))
        case [(first, one), (second, other)] if one + other > 1 - 1e-9:
            return Dial(first, second, round(other / (one + other) * STEPS))
    largest = max(1.0, *(weight for _, weight in style.weights))
    return Sliders(tuple((label, weight / largest) for label, weight in style.weights))
