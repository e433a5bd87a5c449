"""Lines that are records of a table are told from items."""

from __future__ import annotations

import pytest

from charrnn_tui.text import load_corpus, shipped_corpora
from charrnn_tui.text.records import column_names, delimiter_of


@pytest.mark.parametrize("name", shipped_corpora())
def test_shipped_lists_are_items(name: str) -> None:
    assert delimiter_of(load_corpus(name).items) is None


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
