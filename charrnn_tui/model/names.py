"""What a model may be called, and so its folder: letters of any script, with spaces between words."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64
"""Characters of a name."""

LONGEST_BYTES = 200
"""Bytes of a name in UTF-8: file systems take 255, and `-2` or `.deleted-` may be put to it."""

MEANT = "letters and digits of any script, 1 to 64, with spaces and . _ + - ' between them"


def is_name(name: str) -> bool:
    """Whether a text may be a model's name as it stands.

    Letters, their marks and digits; single spaces and . _ + - ' and ’ within. No slash, no control and no invisible
    character, nothing in front that an option, a hidden file or the folder above begins with, and no dot at the end.
    Composed (NFC): what looks the same is the same.
    """
    return (
        0 < len(name) <= LONGEST
        and len(name.encode("utf-8", "replace")) <= LONGEST_BYTES
        and name[0].isalnum()
        and all(map(_is_allowed, name))
        and not name.endswith((" ", "."))
        and "  " not in name
        and unicodedata.is_normalized("NFC", name)
    )


def _is_allowed(character: str) -> bool:
    return character in " ._+-'’" or unicodedata.category(character)[0] in "LMN"


def composed(name: str) -> str:
    """A name as it was meant: composed, without spaces around it."""
    return unicodedata.normalize("NFC", name).strip(" ")


def possible_name(text: str) -> str:
    """A name made of a text, such as that of a file: what no name may hold becomes a hyphen. 'model' of nothing."""
    kept = "".join(c if _is_allowed(c) else "-" for c in unicodedata.normalize("NFC", text))
    kept = re.sub(r"-{2,}", "-", re.sub(r" {2,}", " ", kept)).strip("-._+ '’")
    while kept and not kept[0].isalnum():
        kept = kept[1:]
    return kept or "model"


def shortened(name: str, ending: str) -> str:
    """The beginning of a name that is left room for an ending."""
    name = composed(name)
    while name and not is_name(name + ending):
        name = name[:-1]
    return name
