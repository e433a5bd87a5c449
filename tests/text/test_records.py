"""Lines that are records of a table are told from items."""

from __future__ import annotations

import re

import pytest

from charrnn_tui.files import paths
from charrnn_tui.text import Source, load_corpus, shipped_corpora
from charrnn_tui.text.records import column_names, delimiter_of
from charrnn_tui.text.shipped import WHAT_THEY_HOLD, corpus_names
from charrnn_tui.training.plan.prepare import told
from charrnn_tui.training.plan.recipe import Recipe

README = paths.shipped_data() / "README.md"


def facts_in_readme() -> dict[str, tuple[int, int]]:
    """File -> (items, symbols) as the table of the README has them."""
    rows = re.findall(r"^\| `([\w.-]+)` \| ([\d,]+) \| (\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    return {file: (int(items.replace(",", "")), int(symbols)) for file, items, symbols in rows}


@pytest.mark.parametrize("name", shipped_corpora())
def test_shipped_lists_are_items_and_what_their_readme_says(name: str) -> None:
    corpus = load_corpus(name)
    assert corpus.kind == "lines"
    assert not corpus.notes
    assert delimiter_of(corpus.items) is None
    assert facts_in_readme()[shipped_corpora()[name].name] == (len(corpus.items), len(set("".join(corpus.items))))
    rows = list(corpus.items) if corpus.labels is None else list(zip(corpus.items, corpus.labels, strict=True))
    assert len(set(rows)) == len(rows)  # each item once, or once with each of its labels
    assert all(item == item.strip() for item in corpus.items)


def test_every_shipped_corpus_is_told_in_a_line_and_in_the_readme() -> None:
    assert set(WHAT_THEY_HOLD) == set(corpus_names())
    assert set(facts_in_readme()) == {path.name for path in shipped_corpora().values()}


@pytest.mark.parametrize(
    ("name", "column", "label", "labels"),
    [
        ("names-by-culture", "name", "culture", 27),
        ("places-by-country", "place", "country", 33),
        ("animals-by-kind", "animal", "kind", 14),
    ],
)
def test_shipped_tables_bring_their_labels(name: str, column: str, label: str, labels: int) -> None:
    corpus = load_corpus(name)
    assert (corpus.source.column, corpus.source.label) == (column, label)  # type: ignore[union-attr]
    assert corpus.labels is not None
    assert len(set(corpus.labels)) == labels
    assert "" not in corpus.labels
    assert f"one of {labels} " in README.read_text(encoding="utf-8")
    bare = load_corpus(Source((name,), column=column))
    assert (bare.items, bare.labels) == (corpus.items, None)
    settled = told(Recipe(corpus=name))
    assert (settled.kind, settled.column, settled.label) == ("lines", column, label)


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (["id,name,land", '1,"An, na",SE', "2,Bo,NO", "3,Cy,DK"], ("id", "name", "land")),
        (["a;b;c", "1;2;3", "4;5;6"], ("a", "b", "c")),
        (["name\tland", "Anna\tSE", "Bo\tNO"], ("name", "land")),
        (["Paris, France", "Rome, Italy", "Oslo, Norway"], ()),
        (["a,b,c", "1,2,3"], ()),
        (["one, two, three", "four", "five, six", "seven"], ()),
        (['"never closed, a', '"b, c', '"d, e'], ()),
        (["x" * 200_000, "y", "z"], ()),
    ],
)
def test_records_have_the_same_fields_on_every_line(lines: list[str], columns: tuple[str, ...]) -> None:
    assert column_names(lines) == columns
