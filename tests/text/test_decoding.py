"""Encodings: read where they are said, proposed where they are not; packed files, and those that are no text."""

from __future__ import annotations

import gzip
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import TextError, load_corpus, read_text
from charrnn_tui.text import decoding as module
from charrnn_tui.text.decoding import Decoding, NotDecodedError, check_is_text, decoded_blocks, encoding_named

TEXTS = {
    "cp1251": "Александр\nМария\nНадежда Петровна\nЮрий Щукин\n",
    "koi8-r": "Александр\nМария\nНадежда Петровна\nЮрий Щукин\n",
    "cp1250": "Łukasz Wąsik\nŚwiętosława\nŻółć\nGrażyna\n",
    "cp1252": "The keeper’s lamp — “small”, he said — costs £5 at the café.\nNobody’s boat came.\n",
    "cp932": "東京\n大阪市\n京都のお寺\n名古屋\n",
    "gb18030": "北京\n上海市\n广州的天气\n深圳\n",
    "utf-16-le": "Анна\nМария Петровна\n",
    "utf-16-be": "Anna\nZoë\n",
    "utf-16": "Zoë\nAnna\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encodings")


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_is_read_where_it_is_said_and_proposed_where_not(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes((TEXTS[encoding] * 20).encode(encoding))
    assert read_text(path, Decoding(encoding)) == TEXTS[encoding] * 20
    if encoding == "utf-16":  # its first bytes say so
        assert read_text(path) == TEXTS[encoding] * 20
        return
    with pytest.raises(NotDecodedError, match="is not UTF-8: line ") as caught:
        load_corpus(str(path))
    assert caught.value.proposal == encoding
    assert f"--encoding {encoding}" in str(caught.value)
    # Some of it as the encoding reads it stands in the sentence, so that one can see whether it fits.
    assert any(word in str(caught.value) for word in TEXTS[encoding].split()), str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding", "proposal"),
    [
        ("Zoë\nJosé\n", "latin-1", "cp1252"),
        ("Müller\nGröße\n", "cp1252", "cp1252"),
        ("Łukasz\nŻaneta\n", "cp1250", "cp1250"),
        ("Иван\nМария\nОльга\n", "cp1251", "cp1251"),
        ("さくら\nたろう\n", "cp932", "cp932"),
    ],
)
def test_of_encodings_that_fit_a_few_letters_the_usual_one_is_proposed(
    tmp_path: Path, text: str, encoding: str, proposal: str
) -> None:
    path = tmp_path / "short.txt"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(NotDecodedError) as caught:
        load_corpus(str(path))
    assert caught.value.proposal == proposal
    assert "--" not in caught.value.found
    (tmp_path / "other.txt").write_text("Anna\nBea\n")
    with pytest.raises(NotDecodedError, match=r"where all 2 files are so .*--errors replace"):
        load_corpus(str(tmp_path))


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    packed=st.booleans(),
    block=st.integers(4, 12),
)
def test_a_text_is_read_whatever_it_is_written_in(
    folder: Path, text: str, encoding: str, end: str, packed: bool, block: int
) -> None:
    text = text.replace("\r", "\n").removeprefix("\ufeff")
    data = text.replace("\n", end).encode(encoding)
    path = folder / "text.txt"
    path.write_bytes(gzip.compress(data) if packed else data)
    before, module.BLOCK = module.BLOCK, block
    try:
        blocks = list(decoded_blocks(path, Decoding("gb18030" if encoding == "gb18030" else None)))
    finally:
        module.BLOCK = before
    assert "".join(blocks) == text
    assert read_text(path, Decoding("gb18030" if encoding == "gb18030" else None)) == unicodedata.normalize("NFC", text)


@given(
    lines=st.lists(st.text("aé漢\t", max_size=5), max_size=5),
    start=st.text("aé漢", max_size=5),
    block=st.integers(1, 7),
)
def test_a_byte_that_is_none_of_the_encoding_is_found(folder: Path, lines: list[str], start: str, block: int) -> None:
    before = "".join(f"{line}\r\n" for line in lines) + start
    path = folder / "bad.txt"
    path.write_bytes(before.encode() + b"\xff and more")
    usual, module.BLOCK = module.BLOCK, block
    try:
        with pytest.raises(TextError, match=f"line {len(lines) + 1}, column {len(start) + 1} holds the byte 0xff"):
            read_text(path)
        assert read_text(path, Decoding(errors="replace")) == before.replace("\r\n", "\n") + "\ufffd and more"
    finally:
        module.BLOCK = usual


def test_names_of_encodings() -> None:
    assert [encoding_named(n) for n in ("UTF8", "windows-1252", "latin1", "sjis")] == [
        "utf-8", "cp1252", "latin-1", "shift_jis"
    ]  # fmt: skip
    for name in ("", "nix", "base64", "rot13", "undefined", "unicode_escape", "a\0b", "é"):
        with pytest.raises(TextError, match="there is no encoding"):
            encoding_named(name)
    with pytest.raises(TextError, match="strict or replace"):
        Decoding(errors="ignore")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\x02\x01\0\0\xff", "is no text but a program"),
        (b"PK\x03\x04\0\0\xff", "a ZIP archive .* a table as CSV"),
        (b"%PDF-1.7\n\xff\xff\xff", "a PDF"),
        (b"x\0y", "looks like no text"),
        (bytes(range(256)) * 10, "looks like no text"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "data"
    path.write_bytes(data)
    with pytest.raises(NotDecodedError, match=said) as caught:
        load_corpus(str(path))
    assert caught.value.proposal is None
    check_is_text(path, Decoding("latin-1"))  # one's own word counts


def test_packed_files_that_are_damaged_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "text.gz"
    data = gzip.compress(b"Anna\n" * 100_000)
    for damaged in (data[:40], data[:-9] + b"123456789"):
        path.write_bytes(damaged)
        with pytest.raises(TextError, match="is damaged and cannot be unpacked"):
            read_text(path)
    path.write_bytes(data)
    assert len(read_text(path)) == 500_000
    with pytest.raises(TextError, match="too much for a list"):
        read_text(path, most=1000)
    monkeypatch.setattr(module, "LARGEST_UNPACKED", 1 << 10)
    with pytest.raises(TextError, match=r"unpacks to more than .* unpack it yourself"):
        read_text(path)
