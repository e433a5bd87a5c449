"""Lines of a batch: how they are typed, from 1, and which texts they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from charrnn_tui.prompt import words
from charrnn_tui.prompt.options import CommandError, whole_number
from charrnn_tui.prompt.words import quoted

MOST = 100_000


def parse_lines(typed: str) -> tuple[int, ...]:
    """Numbers and ranges with blanks or commas between them, each once: `3`, `3 7-9`. Empty for nothing.

    Raises CommandError.
    """
    found: list[int] = []
    for part in re.split(r"[\s,]+", typed.strip()) if typed.strip() else []:
        first, dash, last = part.partition("-")
        if not (first.isascii() and first.isdigit()) or (dash and not (last.isascii() and last.isdigit())):
            raise CommandError(f"a line is given by its number, several as 3 7-9, not {quoted(part)}.")
        start = whole_number(first, "a line", 1, MOST)
        end = whole_number(last, "a line", 1, MOST) if dash else start
        if end < start:
            raise CommandError(f"{start} to {end} are no lines; the smaller number comes first.")
        found += range(start, end + 1)
    return tuple(dict.fromkeys(found))


def places(lines: Sequence[int], count: int) -> list[int]:
    """Which of `count` texts lines are, from 0; all where no line is named. Raises CommandError for one that is not
    there."""
    if count == 0:
        raise CommandError("nothing was found here, so there is no line.")
    missing = next((line for line in lines if line > count), None)
    if missing is not None:
        there = f"it has {words.count(count, 'line')}, 1 to {count:,}" if count > 1 else "it has one"
        raise CommandError(f"there is no line {missing:,} in what was written last; {there}.")
    return [line - 1 for line in lines] or list(range(count))
