"""Columns of CSV, TSV and JSON lines: what is written is read, and what cannot be read is said with its line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import TextError
from charrnn_tui.text.decoding import Decoding
from charrnn_tui.text.reading import normalise
from charrnn_tui.text.tables import ColumnError, Table, is_table

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
DELIMITERS = st.sampled_from(",;\t|")


def table(tmp_path: Path, text: str | bytes, name: str = "t.csv", decoding: Decoding | None = None) -> Table:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Table(path, decoding or Decoding())


def column(table: Table, name: str, label: str | None = None) -> list[tuple[str, str]]:
    return [(value, given) for _, value, given in table.values(name, label)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    delimiter=DELIMITERS,
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_is_read(
    folder: Path, rows: list[tuple[str, str, str]], delimiter: str, end: str, quoting: int
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    heading = ["first", "the item", "label"]
    writer.writerows([heading, *rows])
    text = f"sep={delimiter}\n{written.getvalue()}"
    read = column(table(folder, text), "the item", "label")
    meant = [list(map(normalise, row)) for row in rows]
    # A row of blank cells is no row, nor is the heading that stands again.
    meant = [row for row in meant if any(map(str.strip, row)) and row != heading]
    assert read == [(item if item.strip() else "", label.strip()) for _, item, label in meant]


@given(rows=st.lists(st.fixed_dictionaries({"a": CELLS}, optional={"b": CELLS | st.none()}), min_size=1, max_size=6))
def test_what_json_writes_is_read(folder: Path, rows: list[dict[str, str | None]]) -> None:
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    read = column(table(folder, text, "t.jsonl"), "a", "b" if any("b" in row for row in rows) else None)
    items = [normalise(row["a"] or "") for row in rows]
    assert [item for item, _ in read] == [item if item.strip() else "" for item in items]
    assert [label for _, label in read] == [normalise(row.get("b") or "").strip() for row in rows]


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("name,culture\nAada,finnish\nAadi,indian\n", ("name", "culture"), "Aada"),
        ("name;ort\nJosé;Köln\nZoë;Bonn, am Rhein\n", ("name", "ort"), "José"),
        ("\ufeffname\tx\nAnna\t1\n", ("name", "x"), "Anna"),
        ("sep=|\nname|x\nAnna|1\n", ("name", "x"), "Anna"),
        (",name\n0,Anna\n1,Bea\n", ("1", "name"), "0"),
        ("Emma,F,15581\nOlivia,F,17535\n", ("1", "2", "3"), "Emma"),  # a number in the first row: no names
        ("Anna,fi\nBea,fi\nCarl,fi\n", ("1", "2"), "Anna"),  # what recurs is no name of a column
        ("word,count\nword,3\nother,4\n", ("word", "count"), "word"),  # but numbers below say that it is one
        ("name\nAnna\nBea\n", ("name",), "Anna"),
        ('"a ""b""",c\n"x\ny",z\n', ('a "b"', "c"), "x\ny"),
        ("name,x\nAnna,1\n\nname,x\nBea,2\n", ("name", "x"), "Anna"),  # two tables joined
    ],
)
def test_columns_are_told(tmp_path: Path, text: str, columns: tuple[str, ...], first: str) -> None:
    found = table(tmp_path, text)
    assert found.columns == columns
    assert column(found, "1")[0][0] == first
    assert found.preview()[0].values[0] == first.strip()


def test_a_column_is_found_by_name_in_other_case_and_by_number(tmp_path: Path) -> None:
    found = table(tmp_path, "Name,x,name\nAnna,b,c\n")
    assert [found.place(name) for name in ("Name", "name", "1", "2", "3")] == [0, 2, 0, 1, 2]
    with pytest.raises(ColumnError, match=r"2 times; say which one by its number \(1 and 3\)"):
        found.place("NAME")
    with pytest.raises(ColumnError, match=r"has no column 'nome'; its columns are: Name \(Anna\), x \(b\)") as caught:
        found.place("nome")
    assert [each.name for each in caught.value.columns] == ["Name", "x", "name"]
    # A name in the first row says that this names the columns, whatever it looks like.
    odd = table(tmp_path, "Anna,fi\nBea,fi\nCarl,fi\n", "odd.csv")
    assert column(odd, "1") == [("Anna", ""), ("Bea", ""), ("Carl", "")]
    assert column(odd, "Anna") == [("Bea", ""), ("Carl", "")]


def test_missing_values_and_short_rows(tmp_path: Path) -> None:
    found = table(tmp_path, "name,x,label\nAnna,1, fi \n ,2,fi\nBea\nCarl,3,\nDora,4,se,,\n")
    assert column(found, "name", "label") == [("Anna", "fi"), ("", "fi"), ("Bea", ""), ("Carl", ""), ("Dora", "se")]
    rows = '{"n": 1}\n{"n": null}\n{"m": "x"}\n{"n": 1.5}\n{"n": true}\n{"n": NaN}\n{"n": "é"}\n'
    assert [value for value, _ in column(table(tmp_path, rows, "t.jsonl"), "n")] == [
        "1", "", "", "1.5", "true", "", "é"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", 'name,x\nAnna,1\n"Bea,2\nCarl,3\n', "a quote in the row at line 3 of .* is never closed"),
        ("t.csv", "name,x\nAnna,1\nParis, France,2\n", "line 3 of .* has 3 fields where there are 2 columns"),
        ("t.csv", "\n\n", "is empty"),
        ("t.csv", "", "is empty"),
        ("t.jsonl", '{"name": "Anna"}\n{"name": Bea}\n', r"line 2 of .* is not JSON \(Expecting value\)"),
        ("t.jsonl", '{"name": "Anna"}\n"Bea"\n', "line 2 of .* is no JSON object"),
        ("t.jsonl", '{"name": "Anna"}\n{"name": ["Bea"]}\n', "line 2 of .* holds a list in the column 'name'"),
        ("t.jsonl", '{"name": "Anna"}\n{"name": {}}\n', "line 2 of .* holds an object in the column 'name'"),
        ("t.jsonl", '{"name": ' + "[" * 100_000 + "\n", "line 1 of .* "),
        ("t.jsonl", '{"name": ' + "1" * 10_000 + "}\n", "line 1 of .* is not JSON"),
        ("t.csv", b"name,x\nJos\xe9,1\n", "is not UTF-8: line 2, column 4 holds the byte 0xe9"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(tmp_path: Path, name: str, text: str | bytes, said: str) -> None:
    with pytest.raises(TextError, match=said):
        column(table(tmp_path, text, name), "name")


def test_a_quote_that_is_never_closed_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charrnn_tui.text.tables.LONGEST_ROW", 200)
    text = "name,x\nAnna,1\n" + '"Bea,2\n' + "Carl,3\n" * 1000
    with pytest.raises(TextError, match=r"line 3 of .* is never closed"):
        column(table(tmp_path, text), "name")
    with pytest.raises(TextError, match=r"line 2 of .* has more than"):
        column(table(tmp_path, '{"name": "a"}\n{"name": "' + "x" * 1000 + '"}', "t.jsonl"), "name")


def test_a_label_is_another_column(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="cannot be its own label"):
        column(table(tmp_path, "name,x\nAnna,1\n"), "name", "1")


def test_packed_and_in_other_encodings(tmp_path: Path) -> None:
    text = "name;ort\nJosé;Köln\n"
    assert column(table(tmp_path, gzip.compress(text.encode()), "t.csv.gz"), "ort") == [("Köln", "")]
    assert column(table(tmp_path, text.encode("utf-16"), "u.csv"), "ort") == [("Köln", "")]
    assert column(table(tmp_path, text.encode("cp1252"), "w.csv", Decoding("windows-1252")), "name") == [("José", "")]
    for name in ("a.csv", "a.TSV", "a.csv.gz", "a.b.jsonl", "a.ndjson"):
        assert is_table(Path(name)), name
    for name in ("csv", "a.csv.txt", "a.gz", "a.json"):
        assert not is_table(Path(name)), name
