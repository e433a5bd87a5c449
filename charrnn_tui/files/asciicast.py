"""Recordings of a terminal in asciinema's open format, asciicast 2: written as it happens, and read with care.

A header in JSON on the first line, then a line an event: `[seconds, "o", text]` for what the program wrote,
`[seconds, "r", "80x24"]` where the window changed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from charrnn_tui.files import bounds

LARGEST = 100_000_000
"""Bytes of a recording that is read."""
_LONGEST_TIME = 1e7
_LARGEST_WINDOW = 1000


class CastError(ValueError):
    """A file is no recording that can be replayed; the message says where and why."""


class Output(NamedTuple):
    """What was written at a time, in seconds from the start."""

    at: float
    text: str


@dataclass(frozen=True)
class Cast:
    """A recording. `columns` and `rows`: the largest window that it was made in."""

    columns: int
    rows: int
    outputs: tuple[Output, ...]


class Recording:
    """A file that takes what a program writes to its terminal, each piece on disk at once."""

    def __init__(self, path: Path, size: tuple[int, int], clock: Callable[[], float] = time.monotonic) -> None:
        """Begin a file for a window of so many columns and rows. Raises OSError; also where the file is there."""
        bounds.check(path, write=True)
        self._file = path.open("x", encoding="utf-8", newline="\n")
        self._clock, self._begun, self._size = clock, clock(), size
        self._lock = Lock()  # the program writes from two threads
        self.trouble = ""
        """Why nothing more is written; '' while all is well."""
        columns, rows = size
        self._put({"version": 2, "width": columns, "height": rows, "timestamp": int(time.time())})

    def write(self, text: str, size: tuple[int, int]) -> None:
        """Take a piece, and the size of the window, should it be another one. A full disk ends the recording alone."""
        if not text:
            return
        with self._lock:
            at = round(self._clock() - self._begun, 6)
            if size != self._size and min(size) > 0:
                self._size = size
                self._put([at, "r", f"{size[0]}x{size[1]}"])
            # The terminal's line discipline goes to the line's start too, which no player would.
            self._put([at, "o", text.replace("\n", "\r\n")])

    def _put(self, value: object) -> None:
        if self.trouble or self._file.closed:
            return
        try:
            self._file.write(json.dumps(value) + "\n")
            self._file.flush()
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def close(self) -> None:
        """End the file."""
        with self._lock:
            try:
                self._file.close()
            except OSError as error:
                self.trouble = self.trouble or error.strerror or str(error)


def read_cast(path: Path) -> Cast:
    """Read a recording; a last line that was cut short is left out. Raises OSError, CastError with a sentence."""
    bounds.check(path)
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise CastError(f"{path} is larger than {LARGEST // 1_000_000} MB, which is no recording that can be replayed.")
    lines = data.decode("utf-8", "replace").split("\n")
    header = _json(lines[0])
    if not isinstance(header, dict) or "version" not in header:
        raise CastError(f"{path} is no recording: its first line is not the header of an asciicast file.")
    if header["version"] != 2:
        raise CastError(f"{path} is an asciicast file of version {header['version']!r}; version 2 can be replayed.")
    sizes: list[tuple[Any, Any]] = [(header.get("width"), header.get("height"))]
    if not _is_size(sizes[0]):
        raise CastError(f"{path} line 1: width and height are whole numbers from 1 to {_LARGEST_WINDOW:,}.")
    outputs: list[Output] = []
    last = 0.0
    for number, line in enumerate(lines[1:], start=2):
        event = _json(line)
        if event is None and (not line.strip() or number == len(lines)):
            continue  # the last line has its end, or was cut short in a crash
        if not _is_event(event):
            raise CastError(f"{path} line {number}: an event is [seconds, kind, text]; the file is damaged.")
        at, kind, text = event
        if not last <= at <= _LONGEST_TIME:
            raise CastError(f"{path} line {number}: its time lies before that of the line above, or is none.")
        last = float(at)
        if kind == "o":
            outputs.append(Output(last, text))
        elif kind == "r":
            sizes.append(_size_in(text))
            if not _is_size(sizes[-1]):
                raise CastError(f"{path} line {number}: a size is columns x rows, such as 80x24.")
    if not outputs:
        raise CastError(f"{path} holds nothing to replay.")
    return Cast(max(columns for columns, _ in sizes), max(rows for _, rows in sizes), tuple(outputs))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_event(event: Any) -> bool:
    if not isinstance(event, list) or len(event) != 3:
        return False
    at, kind, text = event
    return isinstance(at, int | float) and not isinstance(at, bool) and isinstance(kind, str) and isinstance(text, str)


def _size_in(text: str) -> tuple[Any, Any]:
    columns, _, rows = text[:16].partition("x")
    known = columns.isdecimal() and rows.isdecimal()
    return (int(columns), int(rows)) if known else (None, None)


def _is_size(size: tuple[Any, Any]) -> bool:
    return all(type(value) is int and 1 <= value <= _LARGEST_WINDOW for value in size)
