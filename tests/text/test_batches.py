"""Padded matrices and length-bucketed batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.text import (
    BOUNDARY,
    PAD,
    EncodedItems,
    TextError,
    UnknownSymbolsError,
    Vocabulary,
    bucketed_batches,
    to_matrix,
)

lines = st.lists(st.text("abcé", max_size=12), min_size=1, max_size=40)
VOCABULARY = Vocabulary("abcé")


@given(lines, st.integers(0, 3))
def test_matrix_holds_each_line_between_boundaries_then_padding(lines: list[str], spare: int) -> None:
    longest = max(map(len, lines))
    ids, mask = to_matrix(lines, VOCABULARY, longest + spare)
    assert ids.shape == mask.shape == (len(lines), longest + spare + 2)
    for line, row, real in zip(lines, ids, mask, strict=True):
        expected = [BOUNDARY, *(VOCABULARY.id(c) for c in line), BOUNDARY]
        assert row.tolist() == expected + [PAD] * (len(row) - len(expected))
        assert real.tolist() == [i < len(expected) for i in range(len(row))]


def test_matrix_is_as_wide_as_the_longest_line_unless_told() -> None:
    assert to_matrix(["a", "abc"], VOCABULARY)[0].shape == (2, 5)
    assert to_matrix([], VOCABULARY)[0].shape == (0, 2)


def test_a_line_longer_than_the_matrix_is_named() -> None:
    with pytest.raises(TextError, match=r"line 2 \(abca\) has 4 characters, more than the 3"):
        to_matrix(["abc", "abca"], VOCABULARY, 3)


def test_unknown_symbols_in_a_line_are_named() -> None:
    with pytest.raises(UnknownSymbolsError, match="'z'"):
        to_matrix(["abc", "az"], VOCABULARY)
    with pytest.raises(UnknownSymbolsError, match="'z'"):
        EncodedItems.encode(["abc", "az"], VOCABULARY)


@given(lines, st.data())
def test_encoded_items_give_the_same_rows_as_the_matrix(lines: list[str], data: st.DataObject) -> None:
    encoded = EncodedItems.encode(lines, VOCABULARY)
    rows = np.array(data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=1)))
    chosen = [lines[i] for i in rows]
    assert np.array_equal(encoded.matrix(rows), to_matrix(chosen, VOCABULARY)[0])
    assert encoded.targets == sum(len(line) + 1 for line in lines)


def test_no_items_encode_to_nothing() -> None:
    encoded = EncodedItems.encode([], VOCABULARY)
    assert len(encoded) == encoded.targets == len(encoded.flat) == 0


@given(st.lists(st.integers(2, 30), max_size=200), st.integers(1, 17), st.one_of(st.none(), st.integers(0, 99)))
def test_each_item_stands_in_exactly_one_batch(lengths: list[int], batch_size: int, seed: int | None) -> None:
    generator = None if seed is None else np.random.default_rng(seed)
    batches = bucketed_batches(np.array(lengths, dtype=np.int64), batch_size, generator)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= batch_size for batch in batches)


@given(st.lists(st.integers(2, 30), min_size=1, max_size=300), st.integers(1, 17), st.integers(0, 99))
def test_padding_is_no_more_than_one_batch_a_step_of_length(lengths: list[int], batch_size: int, seed: int) -> None:
    sizes = np.array(lengths, dtype=np.int64)
    batches = bucketed_batches(sizes, batch_size, np.random.default_rng(seed))
    padding = sum(int(sizes[b].max()) * len(b) - int(sizes[b].sum()) for b in batches)
    # The batches cover disjoint ranges of length, so all together they waste at most the whole range once.
    assert padding <= (sizes.max() - sizes.min()) * batch_size


def test_batches_are_shuffled_by_the_generator_alone() -> None:
    lengths = np.arange(100) % 9 + 2

    def order(seed: int) -> list[list[int]]:
        return [b.tolist() for b in bucketed_batches(lengths, 8, np.random.default_rng(seed))]

    assert order(1) == order(1)
    assert order(1) != order(2)
    by_length = [int(lengths[b[0]]) for b in bucketed_batches(lengths, 8)]
    assert by_length == sorted(by_length)


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        bucketed_batches(np.array([3]), 0)
