"""A corpus from its source: several files, folders, patterns, columns, other encodings."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.files import paths
from charrnn_tui.text import Corpus, Source, TextError, load_corpus
from charrnn_tui.text import files as files_module
from charrnn_tui.text import loading as loading_module
from charrnn_tui.text.files import absolute, find_files, stdin_file
from charrnn_tui.text.source import names_in, text_of, title_of
from charrnn_tui.text.summary import summarise
from charrnn_tui.text.tables import ColumnError


@pytest.fixture(autouse=True)
def place(home: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with texts in it, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src/deep").mkdir(parents=True)
    (tmp_path / "src/.git").mkdir()
    (tmp_path / "src/one.txt").write_text("Anna\nBea\nCarl")
    (tmp_path / "src/deep/two.txt").write_text("Dora\nEmil\n")
    (tmp_path / "src/deep/three.py").write_text("def three():\n    return 3\n")
    (tmp_path / "src/.git/config").write_text("hidden")
    (tmp_path / "src/.hidden.txt").write_text("hidden")
    (tmp_path / "src/picture.bin").write_bytes(b"\x00\x01")
    (tmp_path / "src/empty.txt").touch()
    (tmp_path / "t.csv").write_text("name,culture\nAnna,fi\nBea,\n,se\nAnna,se\n")
    (tmp_path / "my [odd] file.txt").write_text("x\ny\nz\n")
    stdin_file.cache_clear()
    return tmp_path


def load(*names: str, **how: Any) -> Corpus:
    return load_corpus(Source(names, **how))


def test_files_folders_and_patterns(place: Path) -> None:
    assert [path.name for path in find_files(["src"]).files] == ["three.py", "two.txt", "one.txt"]
    assert find_files(["src"]).left_out == 2
    assert [path.name for path in find_files(["src/**/*.txt"]).files] == ["two.txt", "one.txt"]
    assert [path.name for path in find_files([str(place / "src/*/*.py")]).files] == ["three.py"]
    twice = find_files(["src/one.txt", "src/*.txt", "./src/one.txt"])
    assert [path.name for path in twice.files] == ["one.txt"]
    assert find_files(["my [odd] file.txt"]).files[0].name == "my [odd] file.txt"
    (place / "src/loop").symlink_to(place / "src")
    assert len(find_files(["src"]).files) == 3
    assert load("src/*.txt", "src/deep/two.txt").items == ("Anna", "Bea", "Carl", "Dora", "Emil")
    assert load("src/**/*.txt").notes == ("1 file is empty or no text and left out.",)
    assert load("names", "src/one.txt").items[-3:] == ("Anna", "Bea", "Carl")
    assert load("names", "src/one.txt").name == "names and 1 more"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["nix/*.txt"], "no file fits the pattern"),
        (["src/.git"], "no file|nothing"),
        (["nix"], "there is no file and no corpus"),
        (["src/*.bin"], "none of the 1 files of .* is a text"),
        (["src/empty.txt"], "is empty"),
        (["~nobody-at-all/*.txt"], "home folder of a user"),
        (["x" * 5000], "cannot be read|no file"),
        ([], "give the name of a corpus"),
        ([""], "give the name of a corpus"),
    ],
)
def test_names_that_stand_for_nothing(names: list[str], said: str) -> None:
    if names == ["src/.git"]:
        assert [path.name for path in find_files(names).files] == ["config"]  # named itself, it is taken
        return
    with pytest.raises(TextError, match=said):
        load(*names)


def test_too_many_files_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "MOST_FILES", 2)
    for name in ("src", "src/**"):
        with pytest.raises(TextError, match="stands for more than 2 files"):
            find_files([name])


def test_several_files_are_one_running_text(place: Path) -> None:
    corpus = load("src/**/*.txt", "src/deep/three.py", kind="stream")
    assert corpus.path is not None
    assert corpus.path.read_text() == "Dora\nEmil\n\nAnna\nBea\nCarl\n\ndef three():\n    return 3\n"
    assert corpus.path.is_relative_to(paths.cache())
    assert load("src/**/*.txt", "src/deep/three.py", kind="stream").path == corpus.path
    (place / "src/one.txt").write_text("Other\n")
    assert load("src/**/*.txt", "src/deep/three.py", kind="stream").path != corpus.path
    assert load("src/one.txt", kind="stream").path == Path("src/one.txt")  # as it stands


def test_a_packed_text_and_one_in_another_encoding_are_as_the_plain_one(place: Path) -> None:
    text = "Zoë\nJosé\n" * 30
    (place / "plain.txt").write_text(text)
    (place / "packed.gz").write_bytes(gzip.compress(text.encode()))
    (place / "old.txt").write_bytes(text.encode("cp1252"))
    (place / "wide.txt").write_bytes(text.encode("utf-16"))
    for kind in ("lines", "stream"):
        plain = load("plain.txt", kind=kind)
        others = [
            load("packed.gz", kind=kind),
            load("wide.txt", kind=kind),
            load("old.txt", kind=kind, encoding="cp1252"),
        ]
        for other in others:
            assert other.items == plain.items
            if kind == "stream":
                assert other.path is not None
                assert other.path.read_text() == text
    replaced = load("old.txt", errors="replace")
    assert replaced.items[0] == "Zo\ufffd"
    assert replaced.notes == ("60 characters stand as � for bytes that could not be read.",)
    assert summarise(Source(("old.txt",), encoding="cp1252")).encoding == "cp1252"


def test_a_column_and_the_labels_beside_it() -> None:
    with pytest.raises(ColumnError, match=r"is a table; say which column .* name \(Anna\), culture \(fi\)") as caught:
        load("t.csv")
    assert [column.values for column in caught.value.columns] == [("Anna", "Bea"), ("fi", "se")]
    corpus = load("t.csv", column="name", label="culture")
    assert corpus.items == ("Anna", "Bea", "Anna")
    assert corpus.labels == ("fi", "", "se")
    assert corpus.notes == ("1 row has nothing in the column name and is left out.", "1 item has no culture.")
    assert load("t.csv", column="name").labels is None
    # A kind that was set says that whole lines are meant, as it always did.
    assert load("t.csv", kind="lines").items[0] == "name,culture"
    Path("one.csv").write_text("name\nAnna\n")
    told = load("one.csv")
    assert told.items == ("Anna",)
    assert told.source is not None
    assert told.source.column == "name"
    with pytest.raises(TextError, match="holds the items"):
        Source(("t.csv",), label="culture")
    with pytest.raises(TextError, match="a column and a separator"):
        Source(("t.csv",), column="name", separator="x")
    Path("hole.csv").write_text("name,x\n,1\n,2\n")
    with pytest.raises(TextError, match="the column name is empty"):
        load("hole.csv", column="name")
    Path("half.jsonl").write_text('{"name": "a\\ud800b"}\n')
    with pytest.raises(TextError, match=r"line 1 of .* holds half a character"):
        load("half.jsonl", column="name")


def test_long_values_are_running_text(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "a long story. " * 100
    (place / "stories.jsonl").write_text("".join(f'{{"text": "{long}{n}"}}\n' for n in range(5)))
    corpus = load("stories.jsonl", column="text")
    assert corpus.kind == "stream"
    assert corpus.path is not None
    assert corpus.path.read_text() == "".join(f"{long}{n}\n" for n in range(5))
    assert load("stories.jsonl", column="text", kind="lines").items == tuple(f"{long}{n}" for n in range(5))
    monkeypatch.setattr(loading_module, "LARGEST_LIST", 2000)
    with pytest.raises(TextError, match="too much for a list"):
        load("stories.jsonl", column="text", kind="lines")
    (place / "list.gz").write_bytes(gzip.compress(b"Anna\n" * 1000))
    assert load("list.gz").kind == "stream"


def test_standard_input_is_read_once_and_kept_for_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        closed = False
        buffer = io.BytesIO(b"Anna\nBea\nCarl\n")

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert load("-").items == load("-").items == ("Anna", "Bea", "Carl")
    kept = Path(absolute("-"))
    assert kept.parent == paths.texts()
    assert kept.read_text() == "Anna\nBea\nCarl\n"
    assert load("-").name == title_of(str(kept)) == "stdin"
    stdin_file.cache_clear()
    with pytest.raises(TextError, match="standard input is empty"):
        load("-")
    assert not list(paths.cache().rglob(".stdin*"))


def test_devices_and_pipes_are_not_waited_for(place: Path) -> None:
    os.mkfifo(place / "pipe")
    for name in ("pipe", "/dev/zero"):
        with pytest.raises(TextError, match="no regular file"):
            load(name)


def test_a_summary_of_a_table_and_of_many_files() -> None:
    summary = summarise(Source(("t.csv",), column="name", label="culture"))
    assert [column.name for column in summary.columns] == ["name", "culture"]
    assert summary.labels == (("fi", 1), ("se", 1))
    assert summary.encoding == "UTF-8"
    assert summary.where == "t.csv"
    assert summarise("src/**/*.txt").items == 5
    first = summarise(Source(("t.csv",), column="name"), read_at_most=3)
    assert (first.partial, first.items) == (True, 1)
    packed = Path("names.gz")
    packed.write_bytes(gzip.compress(b"Anna\nBea\n" * 100))
    whole, part = summarise(str(packed)), summarise(str(packed), read_at_most=90)
    assert (whole.items, whole.partial) == (200, False)
    assert (part.items, part.partial) == (20, True)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=2))
def test_several_names_are_one_typed_text(names: list[str]) -> None:
    source = Source(tuple(names))
    typed = text_of(source.names)
    found = names_in(typed + " '*.txt'")
    assert found[:-1] == source.names
    assert Source.of({"corpus": names}) == source


def test_names_in_a_typed_text(place: Path) -> None:
    assert names_in("my [odd] file.txt") == ("my [odd] file.txt",)
    assert names_in(" t.csv ") == ("t.csv",)
    assert names_in("t.csv src") == ("t.csv", "src")
    assert names_in("'t.csv'") == ("t.csv",)
    assert names_in("not there.txt") == ("not there.txt",)  # one name with a space
    assert names_in("don't.txt") == ("don't.txt",)
    assert names_in("") == ()
    with pytest.raises(TextError, match="the corpus is a name"):
        Source.of({"corpus": 5})
