"""A corpus is summed up in one place: by its beginning for a screen, whole for the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from charrnn_tui.text import TextError
from charrnn_tui.text.encoded import encode_file
from charrnn_tui.text.summary import summarise


def test_summary_of_a_list_and_of_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("one\ntwo\ntwo\nthree\n")
    summary = summarise(str(path))
    assert (summary.kind, summary.items, summary.distinct, summary.longest) == ("lines", 4, 3, 5)
    assert summary.characters == 14
    assert summary.histogram == ((3, 3), (4, 0), (5, 1))
    assert "".join(summary.symbols) == "ehnortw"
    stream = summarise(str(path), kind="stream")
    assert stream.kind == "stream"
    assert stream.characters == 18
    assert "\n" in stream.symbols


def test_how_shipped_corpora_are_read() -> None:
    assert summarise("smiles").told == "a list of items: a shipped list"
    assert summarise("smiles", kind="stream").told == "one running text: as asked"
    library = summarise("python-stdlib")
    assert (library.name, library.kind, library.partial) == ("python-stdlib", "stream", True)
    assert library.reason == "the source of Python's library"


def test_items_between_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "poems.txt"
    path.write_text("a\nb\n\nc\n\n\nd\n")
    assert summarise(str(path), "lines", "\n\n").samples == ("a\nb", "c", "d")


def test_a_large_file_is_told_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text("\n".join(f"näme{i:03d}" for i in range(100)))
    summary = summarise(str(path), read_at_most=100)
    assert summary.partial
    assert summary.kind == "lines"
    assert summary.items == 12
    assert summary.counted.startswith("over 12 items")
    one_line = tmp_path / "line.txt"
    one_line.write_text("ä" * 99 + "é" * 99)
    assert summarise(str(one_line), read_at_most=100).characters == 100


def test_summaries_that_cannot_be(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    blank = tmp_path / "blank.txt"
    blank.write_text("\n\n\n")
    for target in (empty, blank, tmp_path, tmp_path / "none.txt"):
        with pytest.raises(TextError):
            summarise(str(target))
    with pytest.raises(TextError):
        summarise(str(blank), kind="stream")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TextError, match="no regular file"):
        summarise(str(tmp_path / "pipe"))


def test_a_running_text_is_counted_as_it_will_be_learnt(tmp_path: Path) -> None:
    """Independently: the encoded text, and Python's own lines; blocks, CRLF and composed characters included."""
    path = tmp_path / "text.txt"
    path.write_bytes("one re\u0301sume\u0301\r\n\r\nand a last line".encode() * 9 + b"\n" + b"x" * 3_000_000 + b"\n")
    whole = summarise(str(path), "stream", read_at_most=None)
    encoded = encode_file(path)
    text = encoded.vocabulary.decode(encoded.ids.tolist())
    lines = text.removesuffix("\n").split("\n")
    assert (whole.characters, "".join(whole.symbols)) == (len(text), "".join(encoded.vocabulary.symbols))
    assert (whole.items, whole.longest, whole.longest_item) == (len(lines), 3_000_000, "x" * 2000)
    assert {n: count for n, count in whole.histogram if count} == {
        n: [len(line) for line in lines].count(n) for n in set(map(len, lines))
    }


def test_samples_are_spread_over_a_list_or_drawn_with_a_seed(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("".join(f"n{i:03}\n" for i in range(200)))
    assert summarise(str(path), samples=4).samples == ("n000", "n050", "n100", "n150")
    drawn = summarise(str(path), samples=9, seed=1).samples
    assert drawn == summarise(str(path), samples=9, seed=1).samples != summarise(str(path), samples=9, seed=2).samples
    assert len(set(drawn)) == 9
    passage = summarise(str(path), "stream", samples=3).samples
    at = int(passage[0][1:])
    assert passage == tuple(f"n{i:03}" for i in range(at, at + 3))
    assert len(set(summarise(str(path), "stream", samples=9, seed=1).samples)) == 9
    one_line = tmp_path / "one.txt"
    one_line.write_text("no end of it")
    assert summarise(str(one_line)).samples == ("no end of it",)
