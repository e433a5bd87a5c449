"""Long texts on disk: encoded as in memory, in blocks, once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.text import TextError, UnknownSymbolsError, Vocabulary, encoded, read_text

PIECES = st.lists(
    st.sampled_from(["a", "b", " ", "\n", "\r\n", "é", "e\u0301", "Å", "я", "語", "🙂", "a\u0328\u0301", "x" * 9]),
    max_size=60,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, block=st.integers(5, 40), bom=st.booleans())
def test_blocks_give_what_the_whole_text_gives(
    pieces: list[str], block: int, bom: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("encoded")
    path = folder / "text.txt"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + ("z\n" + "".join(pieces)).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "BLOCK", block)
        found = encoded.encode_file(path, cache=folder)
    text = read_text(path)
    assert found.vocabulary == Vocabulary.from_texts([text])
    assert found.vocabulary.decode(found.ids.tolist()) == text


def test_the_second_start_reuses_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "text.txt"
    path.write_text("hello world\n" * 50)
    first = encoded.encode_file(path, cache=tmp_path)
    monkeypatch.setattr(encoded, "_scan", lambda _: pytest.fail("scanned again"))
    second = encoded.encode_file(path, cache=tmp_path)
    assert isinstance(second.ids, np.memmap)
    np.testing.assert_array_equal(first.ids, second.ids)
    copy = tmp_path / "copy.txt"
    copy.write_bytes(path.read_bytes())
    encoded.encode_file(copy, cache=tmp_path)


def test_a_changed_text_or_a_damaged_file_is_encoded_anew(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("abc\n" * 50)
    first = encoded.encode_file(path, cache=tmp_path)
    ids = next((tmp_path / "encoded").glob("*.ids"))
    os.truncate(ids, 10)
    assert len(encoded.encode_file(path, cache=tmp_path).ids) == len(first.ids)
    path.write_text("abcd\n" * 50)
    assert "d" in encoded.encode_file(path, cache=tmp_path).vocabulary


def test_a_given_vocabulary_is_used_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("abba\n" * 50)
    vocabulary = Vocabulary("\nabcxyz")
    found = encoded.encode_file(path, vocabulary, cache=tmp_path)
    assert found.vocabulary == vocabulary
    assert found.vocabulary.decode(found.ids.tolist()) == path.read_text()
    with pytest.raises(UnknownSymbolsError, match="'b'"):
        encoded.encode_file(path, Vocabulary("\na"), cache=tmp_path)


def test_more_symbols_than_a_byte_holds(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + i) for i in range(3000)) + "\n" + "hello\n"
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    found = encoded.encode_file(path, cache=tmp_path)
    assert found.ids.dtype == np.uint16
    assert found.vocabulary.decode(found.ids.tolist()) == text


@pytest.mark.parametrize("block", [7, 1 << 20])
def test_a_byte_that_is_not_utf8_is_named_with_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(encoded, "BLOCK", block)
    path = tmp_path / "text.txt"
    path.write_bytes("erste\nzwe\u00eff\nab".encode() + b"\xff" + b"cd\n")
    with pytest.raises(TextError, match=r"line 3, column 3 .*0xff"):
        encoded.encode_file(path, cache=tmp_path)
