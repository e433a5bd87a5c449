"""Reading text files: encodings, line ends, composed form, and what is wrong with a file."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.text import Corpus, TextError, facts, find_corpus, load_corpus, read_text, tell_kind
from charrnn_tui.text.decoding import decode_text
from charrnn_tui.text.shipped import corpus_names

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"))


def write(folder: Path, data: bytes, name: str = "text.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@given(texts, st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bom_line_ends_and_composition_do_not_matter(text: str, bom: bool, end: str) -> None:
    plain = unicodedata.normalize("NFC", text.replace("\r", ""))
    data = unicodedata.normalize("NFD", plain).replace("\n", end).encode("utf-8-sig" if bom else "utf-8")
    assert decode_text(data, "text") == plain


@given(
    st.lists(st.text("aé😀", max_size=6), max_size=5), st.text("aé😀", max_size=6), st.sampled_from([b"\n", b"\r\n"])
)
def test_a_byte_that_is_not_utf8_is_named_by_line_and_column(before: list[str], start: str, end: bytes) -> None:
    data = b"".join(line.encode() + end for line in before) + start.encode() + b"\xff tail"
    with pytest.raises(TextError) as caught:
        decode_text(data, "bad.txt")
    assert f"bad.txt is not UTF-8: line {len(before) + 1}, column {len(start) + 1} holds the byte 0xff" in str(
        caught.value
    )


def test_a_bom_takes_no_column() -> None:
    with pytest.raises(TextError, match="line 1, column 2 holds the byte 0xe9"):
        decode_text(b"\xef\xbb\xbfa\xe9", "latin1.txt")


def test_missing_folder_and_empty_files_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="there is no file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(TextError, match="is a folder"):
        read_text(tmp_path)
    with pytest.raises(TextError, match="is empty"):
        Corpus.from_file(write(tmp_path, b""))
    with pytest.raises(TextError, match="every line is empty"):
        Corpus.from_file(write(tmp_path, b"\n\r\n\n"), kind="lines")


def test_an_escape_in_a_file_name_is_shown_not_sent(tmp_path: Path) -> None:
    with pytest.raises(TextError) as caught:
        read_text(tmp_path / "a\x1b[31mb.txt")
    assert "\x1b" not in str(caught.value)
    assert "␛" in str(caught.value)


def test_an_unreadable_file_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, b"a\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TextError, match="cannot be read: Permission denied"):
        read_text(path)


def test_lines_are_items_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    corpus = Corpus.from_file(write(tmp_path, b"Ada\r\n\r\n Bo\r\nAda"), kind="lines")
    assert corpus.items == ("Ada", " Bo", "Ada")
    assert corpus.name == "text"


def test_blocks_between_separators_are_items(tmp_path: Path) -> None:
    path = write(tmp_path, b"one\ntwo\n\nthree\n\n\nfour\n")
    corpus = Corpus.from_file(path, separator="\n\n")
    assert corpus.kind == "lines"
    assert corpus.items == ("one\ntwo", "three", "four")


def test_items_given_as_a_list_are_composed_and_kept_in_order() -> None:
    assert Corpus.from_lines(["Zoe\u0308", "", "Al"]).items == ("Zo\xeb", "Al")
    with pytest.raises(TextError, match="holds no items"):
        Corpus.from_lines(["", ""])


NAMES = "\n".join(f"Name{i:04}" for i in range(500))
PLAY = "\n\n".join(f"KING {i}:\nMy lord, the time is come for us to part,\nand so farewell." for i in range(200))
PROSE = "\n".join(
    [
        "it was the best of times and it was the worst of times, they",
        "But still the wisdom of the age was gone by then and so",
    ]
    * 200
)
CODE = "\n".join(["def f(x):", "    return x + 1", "", "y = f(2)"] * 100)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NAMES, "lines"),
        (PLAY, "stream"),
        (PROSE, "stream"),
        (CODE, "stream"),
        ("one long line " * 50, "stream"),
        ("x" * 3000 + "\ny", "stream"),
    ],
)
def test_list_and_running_text_are_told_apart(text: str, kind: str) -> None:
    found, reason = tell_kind(text)
    assert found == kind
    assert reason


def test_the_kind_can_be_set_and_the_reason_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, NAMES.encode())
    assert Corpus.from_file(path).kind == "lines"
    stream = Corpus.from_file(path, kind="stream")
    assert (stream.kind, stream.items, stream.reason) == ("stream", (), "as asked")


@given(st.lists(st.text("ab", min_size=1, max_size=9), min_size=1))
def test_facts_count_items(items: list[str]) -> None:
    found = facts(items)
    assert found.items == len(items)
    assert found.distinct == len(set(items))
    assert found.characters == sum(map(len, items))
    assert found.symbols == len(set("".join(items)))
    assert found.longest == len(found.longest_item) == max(map(len, items))
    assert sum(n for _, n in found.histogram) == len(items)
    assert [length for length, _ in found.histogram] == list(range(min(map(len, items)), found.longest + 1))


def test_the_tutorials_space_before_every_item_is_its_start_token(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text(" Anna\n Mary Ann\n Bo\n")
    corpus = Corpus.from_file(path)
    assert (corpus.kind, corpus.items) == ("lines", ("Anna", "Mary Ann", "Bo"))
    assert Corpus.from_lines([" Anna", " Bo"]).items == ("Anna", "Bo")
    for kept in ([" Anna", "Bo"], ["  Anna", "  Bo"], [" Anna"], [" ", " Bo"]):
        assert list(Corpus.from_lines(kept).items) == kept
    path.write_text("def f():\n    return 1\n" * 5)
    assert Corpus.from_file(path).kind == "stream"


def test_half_a_character_is_named_with_its_item() -> None:
    with pytest.raises(TextError, match=r"item 2 of lines \(x�\) holds half a character \(U\+D83D\)"):
        Corpus.from_lines(["Anna", "x\ud83d"])


def test_the_standard_library_is_a_corpus_by_name() -> None:
    corpus = load_corpus("python-stdlib")
    assert (corpus.name, corpus.kind, corpus.path) == ("python-stdlib", "stream", find_corpus("python-stdlib"))
    assert "python-stdlib" in corpus_names()
    assert load_corpus("python-stdlib", kind="lines").kind == "lines"
    with pytest.raises(TextError, match="python-stdlib"):
        find_corpus("nothing")
    with pytest.raises(TextError, match="cannot be read"):
        find_corpus("n" * 5000)
