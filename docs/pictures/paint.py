"""Paint a screen as a PNG, cell by cell, with a font whose box-drawing characters join.

A cell is as high as the font's ascent and descent together, so rules and corners meet; what the monospaced font lacks
comes from its proportional sister, and braille is drawn as dots. Needs Pillow and the DejaVu fonts.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
SIZE = 20
"""Pixels of the font."""
MARGIN = 14


@lru_cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / f"{name}.ttf"), SIZE)


@lru_cache
def _has_glyph(font: str, character: str) -> bool:
    missing = _font(font).getmask("\U0010ffff").getbbox(), bytes(_font(font).getmask("\U0010ffff"))
    mask = _font(font).getmask(character)
    return (mask.getbbox(), bytes(mask)) != missing


def _cell() -> tuple[int, int]:
    ascent, descent = _font("DejaVuSansMono").getmetrics()
    return round(_font("DejaVuSansMono").getlength("M")), ascent + descent


def _rgb(color: Color | None, fallback: tuple[int, int, int], *, foreground: bool) -> tuple[int, int, int]:
    if color is None or color.is_default:
        return fallback
    return tuple(color.get_truecolor(DIMMED_MONOKAI, foreground=foreground))  # type: ignore[return-value]


def _mixed(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return tuple((x + y) // 2 for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def paint(strips: list[Any], path: Path, background: str) -> None:
    """Write the rows of a screen (Textual's strips) as a PNG. `background` is the page's colour, #rrggbb."""
    width, height = _cell()
    page = tuple(int(background[i : i + 2], 16) for i in (1, 3, 5))
    ink = (30, 32, 40) if sum(page) > 384 else (213, 217, 232)
    columns = max(strip.cell_length for strip in strips)
    image = Image.new("RGB", (columns * width + 2 * MARGIN, len(strips) * height + 2 * MARGIN), page)
    draw = ImageDraw.Draw(image)
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            style: Style = segment.style or Style.null()
            front = _rgb(style.color, ink, foreground=True)
            back = _rgb(style.bgcolor, page, foreground=False)
            if style.reverse:
                front, back = back, front
            if style.dim:
                front = _mixed(front, back)
            for character in segment.text:
                cells = cell_len(character)
                if not cells:
                    continue
                left, top = MARGIN + x * width, MARGIN + y * height
                draw.rectangle((left, top, left + cells * width - 1, top + height - 1), fill=back)
                _glyph(draw, character, left, top, front, style)
                x += cells
    image.quantize(128).save(path, optimize=True)


def _glyph(draw: ImageDraw.ImageDraw, character: str, left: int, top: int, ink: Any, style: Style) -> None:
    width, height = _cell()
    if "\u2800" <= character <= "\u28ff":
        bits = ord(character) - 0x2800
        places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
        for bit, (column, row) in enumerate(places):
            if bits >> bit & 1:
                x, y = left + (column + 0.5) * width / 2, top + (row + 0.5) * height / 4
                draw.ellipse((x - 1.6, y - 1.6, x + 1.6, y + 1.6), fill=ink)
    elif character != " ":
        bold, slanted = bool(style.bold), bool(style.italic)
        name = (
            "DejaVuSansMono"
            + {
                (True, True): "-BoldOblique",
                (True, False): "-Bold",
                (False, True): "-Oblique",
                (False, False): "",
            }[bold, slanted]
        )
        shift = 0.0
        if not _has_glyph(name, character):
            name = "DejaVuSans"
            shift = max(0.0, (width - _font(name).getlength(character)) / 2)
        baseline = top + _font("DejaVuSansMono").getmetrics()[0]
        draw.text((left + math.floor(shift), baseline), character, font=_font(name), fill=ink, anchor="ls")
    if style.underline:
        draw.line((left, top + height - 3, left + width - 1, top + height - 3), fill=ink)
