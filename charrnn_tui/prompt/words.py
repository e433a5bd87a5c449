"""Times as a person says them; shared by the front ends."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A time as a person says it: 8 s, 2 min 5 s, 1 h 10 min."""
    if not 0 <= seconds < 1e9:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def count(number: float, one: str, many: str = "") -> str:
    """A number of things: 1 epoch, 1,200 items, 2.5 epochs. `many` is `one` with an s where it is not given."""
    said = f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"
    return f"{said} {one if said == '1' else many or one + 's'}"
