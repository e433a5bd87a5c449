"""Vocabulary: ids, round trips, and unknown symbols named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import BOUNDARY, PAD, UnknownSymbolsError, Vocabulary

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(texts)
def test_encode_and_decode_are_inverse(text: str) -> None:
    vocabulary = Vocabulary.from_texts([text])
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert BOUNDARY not in ids
    assert PAD not in ids
    assert ids.max() < vocabulary.size


@given(texts)
def test_ids_count_the_sorted_symbols_from_one(text: str) -> None:
    vocabulary = Vocabulary(text)
    assert list(vocabulary.symbols) == sorted(set(text))
    assert [vocabulary.id(s) for s in vocabulary.symbols] == list(range(1, vocabulary.size))
    assert [vocabulary.symbol(i) for i in range(1, vocabulary.size)] == list(vocabulary.symbols)


@given(texts, texts)
def test_unknown_symbols_are_named_once_in_order(known: str, text: str) -> None:
    vocabulary = Vocabulary(known)
    unknown = list(dict.fromkeys(c for c in text if c not in set(known)))
    if not unknown:
        assert vocabulary.decode(vocabulary.encode(text)) == text
        return
    with pytest.raises(UnknownSymbolsError) as caught:
        vocabulary.encode(text)
    assert list(caught.value.unknown) == unknown
    padded = vocabulary.encode_or_pad(text)
    assert [c for c, i in zip(text, padded, strict=True) if i == PAD] == [c for c in text if c in unknown]


@given(texts, texts)
def test_growing_keeps_every_old_symbol_where_the_map_says(known: str, more: str) -> None:
    old = Vocabulary(known)
    new, where = old.grown(more)
    assert set(new.symbols) == set(known) | set(more)
    assert where[BOUNDARY] == BOUNDARY
    assert [new.symbol(int(where[i])) for i in range(1, old.size)] == list(old.symbols)


def test_boundary_and_padding_decode_to_nothing() -> None:
    assert Vocabulary("ab").decode([BOUNDARY, 1, 2, BOUNDARY, PAD]) == "ab"


@pytest.mark.parametrize(
    ("symbol", "first"),
    [("É", "E"), ("a", "A"), ("ß", "s"), ("7", "3"), ("—", "-"), ("Я", "E")],
)
def test_nearest_is_the_same_letter_else_the_same_kind(symbol: str, first: str) -> None:
    assert Vocabulary("AE3-s ").nearest(symbol)[0] == first


def test_message_names_what_is_unknown_and_what_is_near() -> None:
    with pytest.raises(UnknownSymbolsError) as caught:
        Vocabulary("AEe").encode("Aé\x1b\u202e")
    message = str(caught.value)
    assert "'é' (nearest known: 'e' 'E'" in message
    assert "U+001B" in message
    assert "U+202E (right-to-left override)" in message
    assert "\x1b" not in message
    assert "\u202e" not in message


@pytest.mark.parametrize("symbols", ["", ["ab"], [""], "\ud800"])
def test_impossible_symbols_are_refused(symbols: str) -> None:
    with pytest.raises(ValueError, match=r"symbol|character"):
        Vocabulary(symbols)


def test_a_lone_surrogate_in_a_text_is_an_unknown_symbol() -> None:
    with pytest.raises(UnknownSymbolsError, match=r"U\+DC80"):
        Vocabulary("ab").encode("a\udc80")


def test_equal_symbols_make_equal_vocabularies() -> None:
    assert Vocabulary("ba") == Vocabulary("aab")
    assert hash(Vocabulary("ba")) == hash(Vocabulary("ab"))
    assert Vocabulary("ab") != Vocabulary("abc")
    assert np.array_equal(Vocabulary("cab").encode("cab"), Vocabulary("abc").encode("cab"))
