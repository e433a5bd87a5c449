"""The message about symbols that a network does not know."""

from __future__ import annotations

import pytest

from charrnn_tui.text import UnknownSymbolsError, Vocabulary


def test_a_message_names_eight_symbols_and_counts_the_others() -> None:
    with pytest.raises(UnknownSymbolsError) as caught:
        Vocabulary("xyz").encode("abcdefghij")
    assert caught.value.unknown == tuple("abcdefghij")
    assert all(f"{symbol!r} (nearest" in str(caught.value) for symbol in "abcdefgh")
    assert "'i'" not in str(caught.value)
    assert str(caught.value).endswith(" and 2 more.")


def test_eight_symbols_are_all_named() -> None:
    with pytest.raises(UnknownSymbolsError) as caught:
        Vocabulary("xyz").encode("abcdefgh")
    assert "'h' (nearest" in str(caught.value)
    assert "more" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dy\udce9", "half a character (U+DCE9: the byte 0xe9, which is not UTF-8)"),
        ("Dy\ud83d", "half a character (U+D83D)"),
    ],
)
def test_half_a_character_is_called_so_and_has_no_nearest(text: str, said: str) -> None:
    with pytest.raises(UnknownSymbolsError) as caught:
        Vocabulary("xyz").encode(text)
    assert said in str(caught.value)
    assert "nearest" not in str(caught.value)
    assert str(caught.value).isascii()
