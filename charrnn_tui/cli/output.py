"""What commands print: rows, tables and JSON on stdout, made for the terminal or for a program that reads."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from charrnn_tui.text.safe import visible


def to_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout.isatty()


def styled(text: str, code: str) -> str:
    """The text in an ANSI style ('1' bold, '2' dim, …) where a terminal shows it and NO_COLOR is not set."""
    plain = not to_terminal() or os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return text if plain else f"\x1b[{code}m{text}\x1b[0m"


def bold(text: str) -> str:
    """Headings."""
    return styled(text, "1")


def dim(text: str) -> str:
    """What matters less."""
    return styled(text, "2")


def shown(text: str, *, keep_newlines: bool = False) -> str:
    """Text from a file or a network: control characters visible for a person, exact for a program."""
    return visible(text, keep_newlines=keep_newlines) if to_terminal() else text


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """One JSON value on stdout; on one line where `indent` is None. A lone surrogate is escaped."""
    ascii_only = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, allow_nan=False)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def width_of(text: str) -> int:
    """Columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth, wcwidth

    whole = wcswidth(text)
    return whole if whole >= 0 else sum(max(0, wcwidth(c)) for c in text)  # control characters take no column


def cut(text: str, width: int) -> str:
    """The text, shortened to so many columns with an ellipsis."""
    if width_of(text) <= width:
        return text
    kept = ""
    for symbol in text:
        if width_of(kept + symbol) > width - 1:
            break
        kept += symbol
    return kept + "…"


def terminal_width(fallback: int = 80) -> int:
    """Columns of the terminal that stdout is, or `fallback`."""
    try:
        return int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS") else os.get_terminal_size(1).columns or fallback
    except (OSError, ValueError):
        return fallback


def write_table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> None:
    """A table of aligned columns; `right` holds an `r` for each column whose numbers stand to the right.

    Control characters are made visible: a table is for reading, JSON is exact.
    """
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(heading, *cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        padded = []
        for cell, width, side in zip(row, widths, right.ljust(len(widths)), strict=True):
            space = " " * (width - width_of(cell))
            padded.append(space + cell if side == "r" else cell + space)
        return "  ".join(padded).rstrip()

    print(bold(line(heading)))
    for row in cells:
        print(line(row))


def write_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        print(f"{dim(name.ljust(width))}  {visible(value)}")
