"""Two models side by side: what `/beside MODEL De` names."""

from __future__ import annotations

from collections.abc import Iterable


def named(typed: str, models: Iterable[str]) -> tuple[str, str | None]:
    """The model that a line begins with, and the prefix behind it and one space; None where nothing stands there.

    Names may hold blanks, so the longest of `models` counts; where none of them stands there, the first word.
    """
    known = [name for name in models if typed == name or typed.startswith(f"{name} ")]
    name = max(known, key=len, default=typed.partition(" ")[0])
    rest = typed[len(name) :]
    return name, rest[1:] if rest else None
