"""Tables: CSV, TSV and JSON lines, their columns, and the values of one column with a label beside each.

CSV is read as RFC 4180 has it and as programs write it: quoted fields may hold delimiters and line ends; the delimiter
is told from the first rows; `sep=;` on the first line is obeyed. A table without a row of names has its columns
numbered from 1, and a number chooses a column of any table. Of JSON lines each line is one object, and its keys are
the columns.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from charrnn_tui.text.decoding import PLAIN, Decoding, decoded_blocks
from charrnn_tui.text.reading import TextError, normalise, shown
from charrnn_tui.text.safe import visible

TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
"""Endings of files that are tables."""

LOOKED_AT = 1000
"""Rows that tell the columns."""

LONGEST_ROW = 16 << 20
"""Characters of a field or of a line of JSON: an unclosed quote must not take a whole file."""

_LOOKED_AT_CHARACTERS = 1 << 20
_DELIMITERS = ",;\t|"
_SHOWN_COLUMNS = 12
_EXAMPLES = 3

_T = TypeVar("_T")
Row = tuple[int, Sequence[Any]]
"""Its line in the file (from 1), and its cells; those of a JSON object in the order of the columns looked for."""


def is_table(path: Path) -> bool:
    """Whether a file's ending says that it is a table, packed or not."""
    return table_ending(path) in TABLES


def table_ending(path: Path) -> str:
    """The ending that says what a file is: without that of the packing."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


@dataclass(frozen=True)
class Column:
    """A column as it is offered: its name, and some of its first values."""

    name: str
    values: tuple[str, ...]


class ColumnError(TextError):
    """No column of a table was chosen, or none that it has; `columns` are those there are."""

    def __init__(self, message: str, columns: tuple[Column, ...]) -> None:
        super().__init__(message)
        self.columns = columns


class Table:
    """A table in a file: its columns, and its rows one after the other, in flat memory.

    Its beginning is read at once. Raises TextError with a sentence where it holds no table.
    """

    def __init__(self, path: Path, decoding: Decoding = PLAIN) -> None:
        self.path, self.decoding = path, decoding
        self._json = table_ending(path) in (".jsonl", ".ndjson")
        self._delimiter, self._skipped = ",", 0
        if self._json:
            first = _beginning(values for _, values in self._objects())
            self.columns = tuple(dict.fromkeys(key for values in first for key in values))
            self._first: list[Sequence[Any]] = [[values.get(key) for key in self.columns] for values in first]
            self.has_names = True
        else:
            self._delimiter, self._skipped = _delimiter(path, self._lines())
            rows = _beginning(cells for _, cells in self._records())
            self.has_names = bool(rows) and _names_columns(rows)
            width = Counter(map(len, rows[1:] or rows)).most_common(1)[0][0] if rows else 0
            names = [cell.strip() for cell in rows[0]] if self.has_names else []
            width = max(width, len(names))
            self.columns = tuple(names[at] if at < len(names) and names[at] else str(at + 1) for at in range(width))
            self._first = list(rows[1:] if self.has_names else rows)
            self._heading = rows[0] if rows else []
        if not self.columns:
            raise TextError(f"{shown(path)} is empty; give a table with rows in it.")

    def preview(self, values: int = _EXAMPLES) -> tuple[Column, ...]:
        """Each column with its first different values."""
        found: list[dict[str, None]] = [{} for _ in self.columns]
        for cells in self._first:
            for seen, cell in zip(found, cells, strict=False):
                if len(seen) < values and (text := _shown_cell(cell)):
                    seen[text] = None
        return tuple(Column(name, tuple(seen)) for name, seen in zip(self.columns, found, strict=True))

    def told(self) -> str:
        """The columns and an example of each, for a sentence."""
        parts = []
        for column in self.preview(1)[:_SHOWN_COLUMNS]:
            example = f" ({visible(column.values[0][:20])})" if column.values else ""
            parts.append(f"{visible(column.name[:40])}{example}")
        more = len(self.columns) - _SHOWN_COLUMNS
        return ", ".join(parts) + (f" and {more} more" if more > 0 else "")

    def has(self, column: str) -> bool:
        """Whether there is such a column (see `place`)."""
        try:
            self.place(column)
        except TextError:
            return False
        return True

    def place(self, column: str) -> int:
        """Where a column stands, from 0: by its name, by its name in other case, or by its number from 1.

        Raises ColumnError naming the columns there are.
        """
        names = list(self.columns)
        wanted = normalise(column).strip()
        for alike in (normalise, lambda text: normalise(text).casefold()):
            found = [at for at, name in enumerate(names) if alike(name) == alike(wanted)]
            if len(found) == 1:
                return found[0]
            if found:
                numbers = " and ".join(str(at + 1) for at in found)
                raise ColumnError(
                    f"{shown(self.path)} has the column {visible(column)!r} {len(found)} times; say which one by its "
                    f"number ({numbers}).",
                    self.preview(),
                )
        if not self._json and not self.has_names:
            # A name that stands in the first row says that this names the columns, whatever it looks like.
            heading = [normalise(cell).strip() for cell in self._heading]
            if heading.count(wanted) == 1:
                return heading.index(wanted)
        if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            return int(wanted) - 1
        raise ColumnError(
            f"{shown(self.path)} has no column {visible(column)!r}; its columns are: {self.told()}.", self.preview()
        )

    def values(self, column: str, label: str | None = None) -> Iterator[tuple[int, str, str]]:
        """(Line, value, label) of each row: the value '' where it is missing, the label '' where it is or where none
        is asked for. Texts are in NFC; labels are stripped. Raises TextError naming the line of what cannot be read.
        """
        at = self.place(column)
        beside = None if label is None else self.place(label)
        if at == beside:
            raise TextError(f"the column {visible(column)!r} cannot be its own label; name another one.")
        for number, cells in self._rows((column, label)):
            value = self._text(cells, at, number)
            given = "" if beside is None else self._text(cells, beside, number).strip()
            yield number, value if value.strip() else "", given

    # --- rows ------------------------------------------------------------------------------------------------

    def _rows(self, chosen: Sequence[str | None]) -> Iterator[Row]:
        if self._json:
            for number, values in self._objects():
                yield number, [values.get(name) for name in self.columns]
            return
        by_name = {normalise(cell).strip() for cell in self._heading}
        named = self.has_names or any(name is not None and normalise(name).strip() in by_name for name in chosen)
        for count, (number, cells) in enumerate(self._records()):
            if named and (count == 0 or cells == self._heading):
                continue  # the names, which stand again where tables were joined
            if len(cells) > len(self.columns) and any(cell.strip() for cell in cells[len(self.columns) :]):
                raise TextError(
                    f"line {number} of {shown(self.path)} has {len(cells)} fields where there are "
                    f"{len(self.columns)} columns; put quotes round a field that holds "
                    f"{'a tab' if self._delimiter == chr(9) else repr(self._delimiter)}."
                )
            yield number, cells

    def _text(self, cells: Sequence[Any], at: int, number: int) -> str:
        cell = cells[at] if at < len(cells) else None
        if isinstance(cell, str):
            return normalise(cell)
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            return ""
        if isinstance(cell, list | dict):
            kind = "a list" if isinstance(cell, list) else "an object"
            raise TextError(
                f"line {number} of {shown(self.path)} holds {kind} in the column {visible(self.columns[at])!r}, where "
                "a text is wanted."
            )
        return json.dumps(cell)

    def _lines(self) -> Iterator[str]:
        """The lines of the file with their ends, in flat memory. Raises TextError for one that is too long."""
        begun: list[str] = []
        length = 0
        number = 1
        for block in decoded_blocks(self.path, self.decoding):
            for part in _cut(block):
                begun.append(part)
                length += len(part)
                if length > LONGEST_ROW:
                    raise TextError(
                        f"line {number} of {shown(self.path)} has more than {LONGEST_ROW >> 20} million characters, "
                        "too much for a row of a table."
                    )
                if part.endswith("\n"):
                    yield "".join(begun)
                    begun, length = [], 0
                    number += 1
        if begun:
            yield "".join(begun)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Rows of a CSV file that are not blank."""
        lines = itertools.islice(self._lines(), self._skipped, None)
        for number, cells in _records(self.path, lines, self._delimiter):
            yield number + self._skipped, cells

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, line in enumerate(self._lines(), start=1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except RecursionError as error:
                raise TextError(f"line {number} of {shown(self.path)} nests too deep.") from error
            except ValueError as error:
                reason = getattr(error, "msg", None) or str(error)
                raise TextError(
                    f"line {number} of {shown(self.path)} is not JSON ({visible(reason[:100])}); of JSON lines, each "
                    "line is one object."
                ) from error
            if not isinstance(values, dict):
                raise TextError(
                    f"line {number} of {shown(self.path)} is no JSON object ({{…}}); of JSON lines, each line is one."
                )
            yield number, values


def _beginning(rows: Iterable[_T], most: int = LOOKED_AT) -> list[_T]:
    """The first rows: so many at most, and fewer where they are long."""
    found: list[_T] = []
    size = 0
    for row in itertools.islice(rows, most):
        found.append(row)
        size += len(row) if isinstance(row, str) else sum(len(str(cell)) for cell in _cells(row))
        if size > _LOOKED_AT_CHARACTERS:
            break
    return found


def _cells(row: Any) -> Iterable[Any]:
    return row.values() if isinstance(row, dict) else row


def _cut(block: str) -> Iterator[str]:
    """Lines with their ends. LF alone ends one: `str.splitlines` also breaks at characters that stand in a text."""
    begin = 0
    while (end := block.find("\n", begin)) >= 0:
        yield block[begin : end + 1]
        begin = end + 1
    if begin < len(block):
        yield block[begin:]


def _records(path: Path, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(Line, cells) of rows that are not blank; the line is that in which a row begins, from 1.

    Raises TextError for a quote that is never closed, which would take the rest of the file.
    """
    number, length, ended = 1, 0, False

    def counted() -> Iterator[str]:
        nonlocal length, ended
        for line in lines:
            length += len(line)
            if length > LONGEST_ROW:
                raise _unclosed(path, number)
            yield line
        ended = True

    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
    reader = csv.reader(counted(), delimiter=delimiter)
    while True:
        number, length = reader.line_num + 1, 0
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise TextError(f"line {number} of {shown(path)} is no row of a table: {error}.") from error
        if cells is None:
            return
        if ended:  # within a row: it wanted more lines than there are
            raise _unclosed(path, number)
        if any(map(str.strip, cells)):
            yield number, cells


def _unclosed(path: Path, number: int) -> TextError:
    return TextError(
        f"a quote in the row at line {number} of {shown(path)} is never closed; close it, or double a quote that "
        'belongs to the text ("").'
    )


def _delimiter(path: Path, lines: Iterator[str]) -> tuple[str, int]:
    """What stands between the fields of a file, and how many lines before the table say so (`sep=;`)."""
    head = _beginning(lines, LOOKED_AT // 10)
    first = head[0].strip() if head else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    if table_ending(path) in (".tsv", ".tab"):
        return "\t", 0

    def told(delimiter: str) -> tuple[float, int]:
        try:
            counts = Counter(len(cells) for cells in csv.reader(head, delimiter=delimiter) if cells)
        except csv.Error:
            return 0.0, 0
        if not counts:
            return 0.0, 0
        fields, rows = counts.most_common(1)[0]
        return (rows / counts.total() if fields > 1 else 0.0), fields

    best = max(_DELIMITERS, key=told)
    return (best if told(best)[0] > 0 else ","), 0


def _names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows names the columns: no number stands in it, and it does not look like the rest."""
    first, rest = rows[0], rows[1:]
    if any(map(_is_number, first)) or not any(cell.strip() for cell in first):
        return False
    recurs = False
    for at, name in enumerate(first):
        column = [row[at] for row in rest if at < len(row) and row[at].strip() and row != first]
        if name.strip() and column and all(map(_is_number, column)):
            return True
        recurs = recurs or (bool(name.strip()) and column.count(name) > 1)
    return not recurs


def _is_number(cell: str) -> bool:
    if not any(map(str.isdecimal, cell)):
        return False  # float() also takes "nan" and "infinity"
    try:
        float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def _shown_cell(cell: Any) -> str:
    if cell is None or isinstance(cell, str):
        return (cell or "").strip()
    return json.dumps(cell, ensure_ascii=False)
