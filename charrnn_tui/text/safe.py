"""Make text that came from a file or a network safe to send to a terminal."""

from __future__ import annotations

import re

_C0 = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_C1 = {code: f"⟨{code:02X}⟩" for code in range(0x80, 0xA0)}
_BIDI = {code: f"⟨{code:04X}⟩" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_OTHER = {0x2028: "⟨2028⟩", 0x2029: "⟨2029⟩", 0xFEFF: "⟨FEFF⟩"}
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")
_MAP: dict[int, int | str] = {**_C0, **_C1, **_BIDI, **_OTHER, **_SURROGATES}
_KEEP_NEWLINE = {k: v for k, v in _MAP.items() if k != 0x0A}
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


NEWLINE = "↵"
"""A line's end where a text stands in one row."""


def visible(text: str, *, keep_newlines: bool = False) -> str:
    """The text with every control character shown (ESC as ␛, C1 and bidi controls as ⟨hex⟩), none sent.

    Length may change. `keep_newlines` leaves line feeds as they are, for a display of several lines.
    """
    if not _UNSAFE.search(text):
        return text
    return text.translate(_KEEP_NEWLINE if keep_newlines else _MAP)


def in_one_row(text: str) -> str:
    """The text as `visible` shows it, in one row: its lines' ends are marks of their own."""
    return visible(text.replace("\n", NEWLINE))
