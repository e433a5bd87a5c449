"""Lines that are records: fields between tabs, semicolons or commas, as tables are exported."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

_LOOKED_AT = 1000
_FEWEST_LINES = 3
_SHARE = 0.9
"""Share of lines that have the same number of fields."""
_FEWEST_FIELDS = {"\t": 2, ";": 3, ",": 3}
"""A line with one comma (Paris, France) may well be an item; one with a tab is none."""


def delimiter_of(lines: Sequence[str]) -> str | None:
    """What stands between the fields of lines that are plainly records, quoted fields read as CSV has them (RFC 4180);
    None where they are items."""
    looked_at = lines[:_LOOKED_AT]
    if len(looked_at) < _FEWEST_LINES:
        return None
    for delimiter, fewest in _FEWEST_FIELDS.items():
        counts = Counter(len(row) for row in _rows(looked_at, delimiter))
        fields, most = counts.most_common(1)[0] if counts else (0, 0)
        if fields >= fewest and most >= _SHARE * len(looked_at):
            return delimiter
    return None


def column_names(lines: Sequence[str]) -> tuple[str, ...]:
    """The fields of the first of lines that are plainly records, which mostly name the columns; empty for items."""
    delimiter = delimiter_of(lines)
    return () if delimiter is None else tuple(next(_rows(lines[:1], delimiter)))


def _rows(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    # Each line alone: a quote that is never closed must not swallow the lines that follow.
    for line in lines:
        try:
            yield next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:  # a field that is longer than any of a table
            yield []
