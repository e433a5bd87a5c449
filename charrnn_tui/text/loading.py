"""A corpus from its source: files found, decoded, a column taken out of tables, and its kind told."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.text.corpus import LARGEST_LIST, Corpus, Kind, split_items, tell_kind, without_start
from charrnn_tui.text.decoding import Errors, NotDecodedError, TooLongError, check_is_text, decoded_blocks, read_text
from charrnn_tui.text.files import Found, find_files
from charrnn_tui.text.gathered import running_text
from charrnn_tui.text.reading import TextError, normalise, shown
from charrnn_tui.text.safe import visible
from charrnn_tui.text.shipped import LABELLED, known_kind, shipped_name
from charrnn_tui.text.source import Source, title_of
from charrnn_tui.text.stdlib import PYTHON_STDLIB
from charrnn_tui.text.symbols import half_a_character
from charrnn_tui.text.tables import ColumnError, Table, is_table

PEEK = 1 << 20
"""Characters that tell what a text is."""

_LONG_VALUES = 1000
"""Characters of the median value of a column from which on its values are texts and no items."""


def load_corpus(source: Source | str, *, kind: Kind | None = None, separator: str | None = None) -> Corpus:
    """A corpus from where a Source says, or by its name or path alone. Raises TextError."""
    if isinstance(source, str):
        source = Source((source,), kind, separator)
    found = find_files(source.names)
    if source.names == (PYTHON_STDLIB,):
        return _known(found, source, PYTHON_STDLIB)
    return _known(found, source, _name(source))


def load_beside(path: Path, source: Source) -> Corpus:
    """Another file, read as a corpus is, such as what is held out. Raises TextError.

    Of a file that is no table, beside a corpus that is one, the lines are the items.
    """
    if source.column is not None and not is_table(path) and any(is_table(Path(name)) for name in source.names):
        source = replace(source, column=None, label=None)
    return read_files(Found((path,)), replace(source, names=(str(path),)), title_of(str(path)))


def _name(source: Source) -> str:
    more = len(source.names) - 1
    return source.title + (f" and {more:,} more" if more else "")


def _known(found: Found, source: Source, name: str) -> Corpus:
    """A corpus that may be one with a name of its own, of which it is known what it is."""
    known = _known_kind(found, source)
    if known is None:
        return read_files(found, source, name)
    kind, reason = known
    return replace(read_files(found, replace(source, kind=kind), name), reason=reason, source=source)


def _known_kind(found: Found, source: Source) -> tuple[Kind, str] | None:
    """The kind of a corpus with a name of its own and why, in a few words; None of what is told by its text."""
    told = source.kind is None and source.separator is None and source.column is None and len(found.files) == 1
    if source.names == (PYTHON_STDLIB,):
        return known_kind(PYTHON_STDLIB) if told else None
    shipped = shipped_name(found.files) if told else None
    return None if shipped is None or shipped in LABELLED else known_kind(shipped)


def load_beginning(source: Source, most: int) -> tuple[Corpus, str, bool]:
    """A large corpus as its first `most` characters tell it: the corpus, the text of it where it is running text, and
    whether there is more. Raises TextError, ColumnError."""
    found = find_files(source.names)
    known = _known_kind(found, source)
    for file in found.files:
        check_is_text(file, source.decoding)
    asked, name = with_column(found.files, source), _name(source)
    path = found.files[0] if len(found.files) == 1 else None
    if asked.column is not None:
        read, more = _Values([], []), False
        for value, label in _pairs(found.files, asked):
            read.take(value, label)
            if more := read.characters > most:
                break
        corpus = _column_corpus(read, asked, name, path)
        text = "".join(f"{item}\n" for item in read.items)
        return (corpus if corpus.kind == "lines" else replace(corpus, path=path)), text, more
    text = normalise(beginning(found.files, asked, most, asked.errors))
    more = _is_more(found.files, asked, most)
    size = sum(file.stat().st_size for file in found.files)
    kind, reason = _kind_of(asked, size, text[:PEEK]) if known is None else known
    if kind == "stream":
        return Corpus(name, kind, (), path, reason, source=asked), text, more
    if size > LARGEST_LIST:
        raise _too_large(path, len(found.files), size)
    items = split_items(text, asked.separator)
    return Corpus(name, kind, items, path, reason, asked.separator or "\n", source=asked), text, more


def read_files(found: Found, source: Source, name: str) -> Corpus:
    """The corpus in some files. Raises TextError, ColumnError."""
    for path in found.files:
        check_is_text(path, source.decoding)
    source = with_column(found.files, source)
    try:
        corpus = (_of_text if source.column is None else _of_column)(found.files, source, name)
    except NotDecodedError as error:
        raise error.among(len(found.files)) from error
    notes = list(corpus.notes)
    if found.left_out:
        one = found.left_out == 1
        notes.insert(0, f"{found.left_out:,} file{' is' if one else 's are'} empty or no text and left out.")
    return replace(corpus, source=source, notes=tuple(notes))


def with_column(files: Sequence[Path], source: Source) -> Source:
    """The source with its column, where its files are tables of one column and none was named; with the column and the
    label of a shipped table.

    Raises ColumnError naming the columns where there are several. A kind that was set says that whole lines are
    meant.
    """
    if source.column is not None or source.kind is not None or source.separator is not None:
        return source
    tables = [path for path in files if is_table(path)]
    if not tables:
        return source
    if (shipped := shipped_name(files)) in LABELLED:
        column, label = LABELLED[shipped]
        return replace(source, column=column, label=label)
    found = [Table(path, source.decoding) for path in tables]
    names = {table.columns for table in found}
    if len(names) == 1 and len(found[0].columns) == 1 and len(tables) == len(files):
        return replace(source, column=found[0].columns[0])
    table = next((table for table in found if len(table.columns) > 1), found[0])
    raise ColumnError(
        f"{shown(table.path)} is a table; say which column to take (--column NAME). Its columns are: {table.told()}.",
        table.preview(),
    )


def with_column_of(source: Source, usual: str | None, label: str | None = None) -> Source:
    """The source with the usual column (and label), where its files are tables that have it; else as `with_column`,
    whatever kind is asked for. Raises ColumnError, TextError.
    """
    files = find_files(source.names).files
    tables = [Table(path, source.decoding) for path in files if is_table(path)]
    if usual is not None and len(tables) == len(files) and all(table.has(usual) for table in tables):
        beside = label is not None and all(table.has(label) for table in tables)
        return replace(source, column=usual, label=label if beside else None)
    return replace(with_column(files, replace(source, kind=None)), kind=source.kind)


# --- text ----------------------------------------------------------------------------------------------------


def _of_text(files: Sequence[Path], source: Source, name: str) -> Corpus:
    size = sum(path.stat().st_size for path in files)
    path = files[0] if len(files) == 1 else None
    what = shown(path) if path is not None else f"{len(files)} files"
    if size == 0:
        raise TextError(f"{what} {'is' if path else 'are'} empty; give a file with text in it.")
    kind, reason = _kind_of(source, size, None if size > LARGEST_LIST else beginning(files, source))
    if kind == "stream":
        return Corpus(name, "stream", (), running_text(files, source), reason)
    if size > LARGEST_LIST:
        raise _too_large(path, len(files), size)
    items: list[str] = []
    room = LARGEST_LIST
    replaced = 0
    for each in files:
        try:
            text = read_text(each, source.decoding, room)
        except TooLongError:
            if source.kind is not None or source.separator is not None:
                raise
            return Corpus(name, "stream", (), running_text(files, source), "too large for a list")
        room -= len(text)
        if source.errors == "replace":
            replaced += text.count("\ufffd")
        items += split_items(text, source.separator, keep_start=True)
    if not items:
        raise TextError(f"{what} {'holds' if path else 'hold'} no items: every line is empty.")
    return Corpus(
        name, "lines", without_start(tuple(items)), path, reason, source.separator or "\n", notes=_replaced(replaced)
    )


def _kind_of(source: Source, size: int, text: str | None) -> tuple[Kind, str]:
    """The kind of a text of so many bytes that begins so (None: too large for a list), and why, in a few words."""
    if source.kind is not None:
        return source.kind, "as asked"
    if source.separator is not None:
        return "lines", "items between separators"
    return ("stream", "too large for a list") if size > LARGEST_LIST or text is None else tell_kind(text)


def _too_large(path: Path | None, count: int, size: int) -> TextError:
    what = f"{shown(path)} has" if path is not None else f"{count} files have"
    return TextError(
        f"{what} {size >> 20} MiB, too much for a list of items ({LARGEST_LIST >> 20} MiB at most); train on it as a "
        "stream."
    )


def _replaced(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count:,} character{' stands' if count == 1 else 's stand'} as � for bytes that could not be read.",)


def beginning(files: Sequence[Path], source: Source, most: int = PEEK, errors: Errors = "replace") -> str:
    """The first characters of some files, cut at a line's end where there is one."""
    parts: list[str] = []
    size = 0
    for path in files:
        for block in decoded_blocks(path, replace(source.decoding, errors=errors)):
            parts.append(block)
            size += len(block)
            if size > most:
                text = "".join(parts)[:most]
                return text[: text.rindex("\n") + 1] if "\n" in text else text
        if parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    return "".join(parts)


def _is_more(files: Sequence[Path], source: Source, most: int) -> bool:
    """Whether files hold more than so many characters."""
    size = 0
    for path in files:
        for block in decoded_blocks(path, source.decoding):
            size += len(block)
            if size > most:
                return True
    return False


# --- a column ------------------------------------------------------------------------------------------------


@dataclass
class _Values:
    """The values of a column, and what was passed over."""

    items: list[str]
    labels: list[str]
    rows: int = 0
    characters: int = 0
    replaced: int = 0

    def take(self, value: str, label: str) -> None:
        """The next row."""
        self.rows += 1
        if value:
            self.characters += len(value)
            self.replaced += value.count("\ufffd")
            self.items.append(value)
            self.labels.append(label)

    @property
    def missing(self) -> int:
        return self.rows - len(self.items)


def _of_column(files: Sequence[Path], source: Source, name: str) -> Corpus:
    assert source.column is not None
    path = files[0] if len(files) == 1 else None
    if source.kind == "stream":
        for table in files:
            Table(table, source.decoding).place(source.column)
        return Corpus(name, "stream", (), running_text(files, source), f"the column {visible(source.column)}")
    read = _Values([], [])
    for value, label in _pairs(files, source):
        read.take(value, label)
        if read.characters > LARGEST_LIST:
            if source.kind is None and source.label is None:
                reason = f"the column {visible(source.column)}, too large for a list"
                return Corpus(name, "stream", (), running_text(files, source), reason)
            raise TextError(
                f"the column {visible(source.column)!r} holds more than {LARGEST_LIST >> 20} Mi characters, too much "
                "for a list of items; train on it as a stream."
            )
    corpus = _column_corpus(read, source, name, path)
    return corpus if corpus.kind == "lines" else replace(corpus, path=running_text(files, source))


def _column_corpus(read: _Values, source: Source, name: str, path: Path | None) -> Corpus:
    """The corpus of what was read of a column; that of running text is still without its file."""
    what = f"the column {visible(source.column or '')}"
    if not read.items:
        raise TextError(f"{what} is empty; choose another one.")
    if source.kind == "stream":
        return Corpus(name, "stream", (), None, what, source=source)
    if source.kind is None and source.label is None and statistics.median(map(len, read.items)) > _LONG_VALUES:
        return Corpus(name, "stream", (), None, f"{what}, whose values are long texts", source=source)
    return Corpus(
        name,
        "lines",
        without_start(tuple(read.items)),
        path,
        f"{what} of {read.rows:,} row{'' if read.rows == 1 else 's'}",
        labels=None if source.label is None else tuple(read.labels),
        source=source,
        notes=_passed_over(read, source) + _replaced(read.replaced if source.errors == "replace" else 0),
    )


def _pairs(files: Sequence[Path], source: Source) -> Iterator[tuple[str, str]]:
    assert source.column is not None
    for path in files:
        for number, value, label in Table(path, source.decoding).values(source.column, source.label):
            if not value.isascii() and (half := half_a_character(value)):
                raise TextError(f"line {number} of {shown(path)} holds {half}, which stands in no text; take it out.")
            yield value.strip("\n"), label


def _passed_over(read: _Values, source: Source) -> tuple[str, ...]:
    notes = []
    if read.missing:
        verb = "row has" if read.missing == 1 else "rows have"
        notes.append(
            f"{read.missing:,} {verb} nothing in the column {visible(source.column or '')} and "
            f"{'is' if read.missing == 1 else 'are'} left out."
        )
    if source.label is not None and (bare := read.labels.count("")):
        notes.append(f"{bare:,} item{' has' if bare == 1 else 's have'} no {visible(source.label)}.")
    return tuple(notes)
