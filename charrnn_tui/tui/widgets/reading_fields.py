"""How a text is read, where it needs saying: the column of a table, the label beside it, the encoding."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Select

from charrnn_tui.text import Source, visible
from charrnn_tui.text.decoding import written
from charrnn_tui.text.tables import Column
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.widgets.form_field import FormField

NONE = ""
"""No column, no label, the usual encoding."""

REPLACE = "replace"
"""UTF-8, with U+FFFD for what is none."""

ENCODINGS = ("cp1252", "cp1250", "cp1251", "latin-1", "koi8-r", "utf-16", "shift_jis", "gb18030", "big5", "euc_kr")

READING = ("column", "label", "encoding")
"""The names of the controls."""

_LONGEST = 24


class ReadingFields(Vertical):
    """Choices that most texts do not need: each is shown where the text that was chosen asks for it."""

    DEFAULT_CSS = """
    ReadingFields { height: auto; }
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def compose(self) -> ComposeResult:
        """Three fields, shown where they are needed."""
        source = self._source
        column = Select(_columns((), source.column), value=source.column or NONE, allow_blank=False, compact=True)
        column.id = "column"
        yield FormField("Column", column, "Its values are the items.", long=True, id="field-column")
        label = Select(_labels((), source.label), value=source.label or NONE, allow_blank=False, compact=True)
        label.id = "label"
        yield FormField("Label", label, long=True, id="field-label")
        encoding = Select(
            _encodings(source, None), value=_chosen(source), allow_blank=False, compact=True, id="encoding"
        )
        yield FormField("Encoding", encoding, long=True, id="field-encoding")

    def on_mount(self) -> None:
        """Show what was chosen before."""
        self._show(columns=bool(self._source.column), encoding=_chosen(self._source) != NONE)

    def _select(self, name: str) -> Select[str]:
        return self.query_one(f"#{name}", Select)

    def _show(self, *, columns: bool, encoding: bool) -> None:
        self.query_one("#field-column").display = columns
        self.query_one("#field-label").display = columns and self._select("column").value != NONE
        self.query_one("#field-encoding").display = encoding

    @property
    def choices(self) -> dict[str, str | None]:
        """What is chosen, as fields of a Source."""
        column, label, encoding = (str(self._select(name).value) for name in ("column", "label", "encoding"))
        return {
            "column": column or None,
            "label": (label or None) if column else None,
            "encoding": None if encoding == REPLACE else encoding or None,
            "errors": "replace" if encoding == REPLACE else "strict",
        }

    def set(self, source: Source) -> None:
        """Choose what a source says, without a Changed of the controls."""
        self._source = source
        self._fill("column", _columns((), source.column), source.column or NONE)
        self._fill("label", _labels((), source.label), source.label or NONE)
        self._fill("encoding", _encodings(source, None), _chosen(source))
        self._show(columns=bool(source.column), encoding=_chosen(source) != NONE)

    def forget(self) -> None:
        """Another text: nothing of what was chosen for the one before holds for it."""
        self.set(Source(("-",)))

    def ask_encoding(self, proposal: str | None) -> str:
        """Show the choice of an encoding for a text that is not of the one that was said; what is to be done."""
        encoding = str(self._select("encoding").value)
        self._fill("encoding", _encodings(self._source, proposal, encoding), encoding)
        field = self.query_one("#field-encoding", FormField)
        field.hint = f"It looks like {written(proposal)}." if proposal else "Say how it is written."
        field.display = True
        return f"Choose {written(proposal)} under Encoding." if proposal else "Choose one under Encoding."

    def offer(self, columns: Sequence[Column], read: Source | None = None) -> None:
        """Show the columns of the text (none where it is no table). `read`: how it was read, with the column that it
        told by itself; None where it could not be, since one of them has to be chosen."""
        column, label = str(self._select("column").value), str(self._select("label").value)
        if read is not None and not column:
            column, label = read.column or NONE, read.label or NONE
        self._fill("column", _columns(columns, column), column)
        self._fill("label", _labels([c for c in columns if c.name != column], label), label)
        self.query_one("#field-column", FormField).hint = (
            "Its values are the items." if column or read is None else "Whole lines are learnt until you choose one."
        )
        self.query_one("#field-encoding", FormField).hint = ""
        self._show(columns=bool(columns) or bool(column), encoding=str(self._select("encoding").value) != NONE)

    def _fill(self, name: str, options: list[tuple[Content, str]], value: str) -> None:
        select = self._select(name)
        with self.prevent(Select.Changed):
            select.set_options(options)
            select.value = value


def _examples(column: Column) -> str:
    values = " · ".join(visible(value)[:_LONGEST] for value in column.values)
    return f"  {values}" if values else ""


def _columns(columns: Sequence[Column], chosen: str | None) -> list[tuple[Content, str]]:
    options = [(Content("choose a column"), NONE)]
    options += [(plain(c.name) + plain(_examples(c)).stylize("dim"), c.name) for c in columns]
    return _with(options, chosen)


def _labels(columns: Sequence[Column], chosen: str | None) -> list[tuple[Content, str]]:
    options = [(Content("none"), NONE)]
    options += [(plain(c.name) + plain(_examples(c)).stylize("dim"), c.name) for c in columns]
    return _with(options, chosen)


def _encodings(source: Source, proposal: str | None, chosen: str | None = None) -> list[tuple[Content, str]]:
    names = dict.fromkeys(name for name in (proposal, source.encoding, *ENCODINGS) if name and name != "utf-8")
    options = [(Content("UTF-8, or as its first bytes say"), NONE)]
    options += [(plain(written(name)), name) for name in names]
    options.append((Content("UTF-8, with \ufffd for what is none"), REPLACE))
    return _with(options, chosen)


def _with(options: list[tuple[Content, str]], chosen: str | None) -> list[tuple[Content, str]]:
    """The options, and the one that is chosen where it is not among them."""
    if chosen and chosen not in (value for _, value in options):
        options.append((plain(chosen), chosen))
    return options


def _chosen(source: Source) -> str:
    if source.errors == "replace" and source.encoding in (None, "utf-8"):
        return REPLACE
    return source.encoding or NONE
