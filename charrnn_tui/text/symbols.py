"""Ids that are no characters, and what is said of symbols that a network does not know. Knows no NumPy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

BOUNDARY = 0
"""Id of the start and of the end of an item (BOS and EOS)."""

PAD = -1
"""What stands in an id matrix where a line has ended; never fed to a network, never counted in a loss."""


_NAMED = 8
"""Unknown symbols that a message names; a text in another script may hold thousands."""


class UnknownSymbolsError(ValueError):
    """A text holds symbols that the vocabulary lacks; the message names the first ones and the nearest known.

    `unknown` holds all of them. Half a character is no symbol at all, and is spoken of as what it is.
    """

    def __init__(self, unknown: Sequence[str], nearest: dict[str, tuple[str, ...]]) -> None:
        self.unknown = tuple(unknown)
        self.nearest = nearest
        if half := half_a_character("".join(unknown)):
            super().__init__(f"the text holds {half}, which stands in no text; write the whole character.")
            return
        parts = []
        for symbol in unknown[:_NAMED]:
            known = " ".join(repr(s) for s in nearest.get(symbol, ()))
            parts.append(f"{describe_symbol(symbol)}" + (f" (nearest known: {known})" if known else ""))
        plural = "s" if len(unknown) > 1 else ""
        more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
        super().__init__(f"this network does not know the symbol{plural} {', '.join(parts)}{more}.")


_HALF = re.compile("[\ud800-\udfff]")


def half_a_character(text: str) -> str:
    """The first lone surrogate of a text in words, with the byte that Python read where it is one that is no UTF-8.

    The empty string where there is none.
    """
    if not (half := _HALF.search(text)):
        return ""
    point = ord(half[0])
    byte = f": the byte 0x{point - 0xDC00:02x}, which is not UTF-8" if 0xDC80 <= point <= 0xDCFF else ""
    return f"half a character (U+{point:04X}{byte})"


def describe_symbol(symbol: str) -> str:
    """A symbol as a person can read it: quoted, with its code point where it cannot be seen."""
    if symbol.isprintable() and symbol != " " and not unicodedata.category(symbol).startswith("M"):
        return repr(symbol)
    name = unicodedata.name(symbol, "").lower()
    return f"U+{ord(symbol):04X}" + (f" ({name})" if name else "")
