"""Colours for terminals that have 256 of them (no COLORTERM, as is usual over ssh).

Rich rounds a colour to the palette by its hue: dark blue-grey surfaces become navy or black, warm white becomes pale
yellow, and text may lose its contrast. This filter chooses the nearest colour as the eye sees it, and keeps text as
legible as the theme made it, up to the contrast that WCAG 2.1 asks of text.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

LEGIBLE = 4.5
"""Least contrast of text and ground, WCAG 2.1, success criterion 1.4.3."""

Triplet = tuple[int, int, int]

_FIRST = 16
"""Palette entries below this one are the terminal's own: what they look like is not known."""


def palette() -> dict[int, Triplet]:
    """Number -> colour of the 216 colours of the cube and the 24 greys, as xterm defines them."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(r, g, b) for r in levels for g in levels for b in levels]
    greys = [(grey, grey, grey) for grey in range(8, 239, 10)]
    return dict(enumerate([*cube, *greys], _FIRST))


def _linear(channel: int) -> float:
    c = channel / 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def _luminance(colour: Triplet) -> float:
    r, g, b = map(_linear, colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Triplet, b: Triplet) -> float:
    """The contrast ratio of WCAG 2.1 between two colours: 1 to 21."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _oklab(colour: Triplet) -> tuple[float, float, float]:
    """Oklab coordinates (B. Ottosson, 2020): equal distances look equally large."""
    r, g, b = map(_linear, colour)
    l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)  # noqa: E741
    m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    )


_PALETTE = palette()
_PLACES = {number: _oklab(colour) for number, colour in _PALETTE.items()}


@lru_cache(4096)
def by_nearness(colour: Triplet) -> tuple[int, ...]:
    """Palette numbers, the nearest to a colour first."""
    place = _oklab(colour)
    return tuple(
        sorted(_PLACES, key=lambda number: sum((a - b) ** 2 for a, b in zip(_PLACES[number], place, strict=True)))
    )


@lru_cache(4096)
def rounded(ink: Triplet, ground: Triplet) -> tuple[int, int]:
    """The palette numbers of a text's colour and of its ground.

    The text is as legible as it was, up to `LEGIBLE`: where the nearest colour is not, a farther one is taken.
    """
    on = by_nearness(ground)[0]
    least = min(LEGIBLE, contrast(ink, ground))
    legible = (number for number in by_nearness(ink) if contrast(_PALETTE[number], _PALETTE[on]) >= least)
    return next(legible, by_nearness(ink)[0]), on


@lru_cache(4096)
def _restyled(style: Style, behind: Triplet) -> Style:
    ground = style.bgcolor.triplet if style.bgcolor is not None else None
    ink = style.color.triplet if style.color is not None else None
    if ink is None and ground is None:
        return style
    under: Triplet = behind if ground is None else (ground.red, ground.green, ground.blue)
    if ink is None:
        return style + Style(bgcolor=RichColor.from_ansi(by_nearness(under)[0]))
    fore, back = rounded((ink.red, ink.green, ink.blue), under)
    return style + Style(color=RichColor.from_ansi(fore), bgcolor=None if ground is None else RichColor.from_ansi(back))


class EightBitColours(LineFilter):
    """Gives every true colour its place in the palette of 256 colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in colours of the palette."""
        behind = background.rgb
        return [
            segment
            if segment.style is None
            else Segment(segment.text, _restyled(segment.style, behind), segment.control)
            for segment in segments
        ]
