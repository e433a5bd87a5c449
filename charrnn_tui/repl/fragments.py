"""Pieces of styled text, and how they are cut to a number of terminal cells; a wide character takes two."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

from prompt_toolkit.utils import get_cwidth

Fragments = list[tuple[str, str]]
"""Pieces of text, each after the name of its style. The text is already safe for a terminal."""


def cells(text: str) -> int:
    """Terminal cells that a text takes."""
    return get_cwidth(text)


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text, or its beginning and an ellipsis where it takes more than `width` cells."""
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    kept, used = [], 0
    for character in text:
        used += cells(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept) + ellipsis if room >= 0 else ""


def cut_start(text: str, width: int) -> str:
    """The text, or an ellipsis and its end where it takes more than `width` cells."""
    return cut(text[::-1], width)[::-1]


def cut_fragments(fragments: Fragments, width: int) -> Fragments:
    """Fragments cut to `width` cells."""
    kept: Fragments = []
    for style, text in fragments:
        part = cut(text, width, ellipsis="")
        kept.append((style, part))
        width -= cells(part)
        if part != text:
            break
    return kept


def plain(fragments: Fragments | str) -> str:
    """The text alone."""
    return fragments if isinstance(fragments, str) else "".join(text for _, text in fragments)


def wrapped(fragments: Fragments, width: int) -> Fragments:
    """Prose broken at spaces into rows of at most `width` cells; a longer word is left to the terminal.

    The line feeds put in take the place of spaces. Text that fits stays as it is, leading spaces and all.
    """
    if cells(plain(fragments)) <= width:
        return fragments
    text = plain(fragments)
    styles = [style for style, part in fragments for _ in part]
    rows: Fragments = []
    used, space = 0, ""
    for match in re.finditer(r"\n|[^\S\n]+|\S+", text):
        part = match.group()
        if part == "\n":
            rows.append(("", "\n"))
            used, space = 0, ""
        elif part.isspace():
            space = part
        else:
            if used and used + cells(space + part) > width:
                rows.append(("", "\n"))
                used = 0
            else:
                rows.append((styles[match.start()], space))
                used += cells(space)
            rows += zip(styles[match.start() : match.end()], part, strict=True)
            used += cells(part)
            space = ""
    return [(style, "".join(piece for _, piece in run)) for style, run in groupby(rows, key=itemgetter(0))]
