"""Training and validation parts by hash."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import split_by_hash, text_hash, text_hashes

items = st.lists(st.text("abcd", min_size=1, max_size=3), min_size=1, max_size=60)


@given(items, st.floats(0.01, 0.99))
def test_duplicates_never_cross_and_nothing_is_lost(items: list[str], fraction: float) -> None:
    training, validation = split_by_hash(items, fraction)
    if len(set(items)) == 1:
        assert training == validation == items
        return
    assert training
    assert validation
    assert not set(training) & set(validation)
    assert Counter(training) + Counter(validation) == Counter(items)
    chosen = set(validation)
    assert training == [i for i in items if i not in chosen]
    assert validation == [i for i in items if i in chosen]


@given(items)
def test_an_item_goes_where_it_goes_whatever_stands_beside_it(items: list[str]) -> None:
    many = [f"item {i}" for i in range(50)]
    _, alone = split_by_hash(many, 0.3)
    _, together = split_by_hash(many + items, 0.3)
    assert [i for i in together if i in set(many)] == alone


def test_the_share_is_about_what_was_asked() -> None:
    training, validation = split_by_hash([f"name {i}" for i in range(10_000)], 0.1)
    assert 900 < len(validation) < 1100
    assert len(training) + len(validation) == 10_000


def test_hashes_are_the_same_on_every_machine() -> None:
    assert text_hash("Anna") == 0x15746D2EC1F99FA9
    hashes = text_hashes(["b", "a", "b"])
    assert hashes.dtype == np.uint64
    assert hashes.tolist() == sorted({text_hash("a"), text_hash("b")})


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_by_hash(["a", "b"], fraction)
