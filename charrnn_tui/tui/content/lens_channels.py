"""What the background of a character under the lens says: channels, their steps, and how a step looks.

Two scales, both told apart by eyes that lack one kind of cone: one of growing lightness for what goes from little to
much (six steps of viridis), one from blue over nothing to orange for what has a sign. Where there is no colour, a mark
stands under each character instead: a bar that grows, or a triangle that points to where the value lies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from charrnn_tui.prompt.probability import LEGEND, LEVELS

ChannelId: TypeAlias = Literal["probability", "rank", "surprise", "entropy", "unit", "mattered"]

SEQUENTIAL = (
    "#ffffff on #440154",
    "#ffffff on #414487",
    "#ffffff on #26697f",
    "#000000 on #22a884",
    "#000000 on #7ad151",
    "#000000 on #fde725",
)
"""From little to much (viridis, van der Walt & Smith 2015); each ink has the contrast that text needs."""
DIVERGING = (
    "#ffffff on #0b4f94",
    "#000000 on #5aa5dc",
    "#000000 on #b5d9f1",
    "",
    "#000000 on #fbd9a6",
    "#000000 on #f0a23c",
    "#000000 on #d97706",
)
"""From well below 0 over about 0 to well above."""
SEQUENTIAL_MARKS = ("▁", "▂", "▃", "▅", "▆", "█")
DIVERGING_MARKS = ("▼", "▽", "v", "·", "^", "△", "▲")
HEIGHTS = "▁▂▃▄▅▆▇█"
BELOW, ABOVE = "#5aa5dc", "#f0a23c"
"""The ink of a value below 0, and of any other, where its height tells how far it is."""
CURSOR = "bold reverse underline"


@dataclass(frozen=True)
class Channel:
    """One thing that is shown at every character. `limits` are the values between which the look changes."""

    id: ChannelId
    title: str
    limits: tuple[float, ...]
    legend: tuple[str, ...]
    """A word for each step: one more than there are limits."""
    signed: bool = False

    def step(self, value: float) -> int:
        """The step of a value."""
        return bisect_right(self.limits, value)

    @property
    def looks(self) -> tuple[str, ...]:
        """The style of each step, as Rich and Textual read it; '' for none."""
        return DIVERGING if self.signed else SEQUENTIAL

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands under a character of each step, where there is no colour."""
        return DIVERGING_MARKS if self.signed else SEQUENTIAL_MARKS


_BITS = ((0.5, 1.0, 2.0, 4.0, 6.0), ("under ½", "½", "1", "2", "4", "6 and more"))
CHANNELS: dict[ChannelId, Channel] = {
    channel.id: channel
    for channel in (
        Channel("probability", "probability", LEVELS, (*LEGEND[:-1], "from 90 %")),
        Channel("rank", "rank", (1.5, 2.5, 5.5, 10.5, 20.5), ("1st", "2nd", "3–5", "6–10", "11–20", "later")),
        Channel("surprise", "surprise, bits", *_BITS),
        Channel("entropy", "expected surprise, bits", *_BITS),
        Channel(
            "unit",
            "unit",
            (-0.8, -0.4, -0.1, 0.1, 0.4, 0.8),
            ("-1", "-.8", "-.4", "0", ".1", ".4", ".8 to 1"),
            signed=True,
        ),
        Channel(
            "mattered",
            "what mattered, nats",
            (-1.0, -0.3, -0.05, 0.05, 0.3, 1.0),
            ("misled", "-1", "-.3", "0", ".05", ".3", "1 helped"),
            signed=True,
        ),
    )
}
"""In the order in which a key goes through them."""


def after(channel: ChannelId, by: int = 1) -> ChannelId:
    """The channel that a key goes to."""
    ids = list(CHANNELS)
    return ids[(ids.index(channel) + by) % len(ids)]


def scaled(values: Sequence[float]) -> list[float]:
    """A unit's activations where some lie beyond -1 to 1 (a cell vector's may): over the largest of the text."""
    largest = max((abs(value) for value in values), default=0.0)
    return list(values) if largest <= 1 else [value / largest for value in values]


def glyph(value: float) -> str:
    """How far a value is from 0, as a height; it can be read without any colour."""
    size = min(1.0, abs(value))
    return HEIGHTS[min(len(HEIGHTS) - 1, round(size * (len(HEIGHTS) - 1)))]
