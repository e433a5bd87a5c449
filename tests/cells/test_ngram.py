"""The n-gram against Kneser-Ney written down from the paper, with dictionaries and sets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from charrnn_tui.cells import ArchitectureError, NgramArchitecture, NgramCell
from charrnn_tui.cells.ngram_counts import FALLBACK, count_ngrams, discounts_of
from charrnn_tui.sampling import SamplingSettings, Stream, most_probable, sample_many
from charrnn_tui.text import EncodedItems, Vocabulary, load_corpus

ITEMS = ["anna", "ann", "anna", "bo", "b", "abba", "nan", "ab", "hannah", "banana", "ana"]


class Paper:
    """Chen & Goodman 1999, section 3: modified Kneser-Ney, interpolated, from the definitions."""

    def __init__(self, sequences: Sequence[Sequence[int]], size: int, order: int) -> None:
        self.size, self.order = size, order
        met: Counter[tuple[int, ...]] = Counter()
        begins: set[tuple[int, ...]] = set()
        for sequence in sequences:
            for at in range(1, len(sequence)):
                for length in range(1, order + 1):
                    if at - length + 1 < 0:
                        break
                    gram = tuple(sequence[at - length + 1 : at + 1])
                    met[gram] += 1
                    if at - length + 1 == 0:
                        begins.add(gram)
        in_front: dict[tuple[int, ...], set[int]] = {}
        for gram in met:
            if len(gram) > 1:
                in_front.setdefault(gram[1:], set()).add(gram[0])
        self.counts = {
            gram: met[gram] if len(gram) == order or (gram in begins and gram not in in_front) else len(in_front[gram])
            for gram in met
        }
        self.discounts = {}
        for length in range(1, order + 1):
            n = [sum(1 for g, c in self.counts.items() if len(g) == length and c == k) for k in (1, 2, 3, 4)]
            found = FALLBACK
            if all(n):
                y = n[0] / (n[0] + 2 * n[1])
                estimated = (1 - 2 * y * n[1] / n[0], 2 - 3 * y * n[2] / n[1], 3 - 4 * y * n[3] / n[2])
                if all(0 < d <= k for k, d in enumerate(estimated, start=1)):
                    found = estimated
            self.discounts[length] = found

    def p(self, next_: int, context: tuple[int, ...]) -> float:
        """P of a symbol behind a context, which begins at the item's boundary or is the last characters."""
        context = context[max(0, len(context) - self.order + 1) :]
        return self._p(next_, context)

    def _p(self, next_: int, context: tuple[int, ...]) -> float:
        shorter = self._p(next_, context[1:]) if context else 1 / self.size
        behind = {g[-1]: c for g, c in self.counts.items() if g[:-1] == context}
        if not behind:
            return shorter
        d = self.discounts[len(context) + 1]
        taken = {symbol: d[min(c, 3) - 1] for symbol, c in behind.items()}
        total = sum(behind.values())
        own = (behind[next_] - taken[next_]) / total if next_ in behind else 0.0
        return own + sum(taken.values()) / total * shorter


def counted(items: Sequence[str], order: int) -> tuple[NgramCell, Vocabulary, Paper]:
    vocabulary = Vocabulary.from_texts(items)
    encoded = EncodedItems.encode(items, vocabulary)
    cell = NgramCell(*count_ngrams(encoded.joined(), vocabulary.size, order))
    sequences = [[0, *vocabulary.encode(item).tolist(), 0] for item in items]
    return cell, vocabulary, Paper(sequences, vocabulary.size, order)


def distribution(cell: NgramCell, ids: Sequence[int]) -> NDArray[np.float64]:
    state, log_probs = cell.initial_state(1), np.empty(0)
    for id_ in ids:
        state, log_probs = cell.step([id_], state)
    return np.exp(log_probs[0].astype(np.float64))


texts = st.lists(st.text("abn", min_size=1, max_size=7), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(1, 6), st.text("abn", max_size=8))
def test_every_probability_is_that_of_the_paper(items: list[str], order: int, prefix: str) -> None:
    items = [*items, "abn"]
    cell, vocabulary, paper = counted(items, order)
    ids = [0, *vocabulary.encode(prefix).tolist()]
    found = distribution(cell, ids)
    expected = [paper.p(symbol, tuple(ids)) for symbol in range(vocabulary.size)]
    np.testing.assert_allclose(found, expected, rtol=2e-6)
    assert math.fsum(expected) == pytest.approx(1, abs=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert (found > 0).all()


def test_discounts_come_from_the_counts_where_these_tell() -> None:
    # n1 = 8, n2 = 4, n3 = 2, n4 = 1: y = 8 / 16
    counts = np.array([1] * 8 + [2] * 4 + [3] * 2 + [4] + [9] * 5)
    assert discounts_of(counts) == pytest.approx((1 - 2 * 0.5 * 4 / 8, 2 - 3 * 0.5 * 2 / 4, 3 - 4 * 0.5 * 1 / 2))
    assert discounts_of(np.array([1, 2, 2, 7])) == FALLBACK


def test_names_are_learnt_better_the_longer_the_context_and_as_the_paper_has_it() -> None:
    items = list(load_corpus("names").items[:400])
    losses = []
    for order in (1, 2, 4):
        cell, vocabulary, paper = counted(items[:300], order)
        held_out = [item for item in items[300:] if all(c in vocabulary for c in item)][:20]
        encoded = EncodedItems.encode(held_out, vocabulary)
        found = cell.score_sequence(encoded.joined())
        expected = []
        for item in held_out:
            ids = [0, *vocabulary.encode(item).tolist(), 0]
            expected += [math.log(paper.p(ids[at], tuple(ids[:at]))) for at in range(1, len(ids))]
        np.testing.assert_allclose(found, expected, rtol=1e-9)
        losses.append(-found.mean())
    assert losses[0] > losses[1] > losses[2]


def test_running_text_is_read_from_its_first_character_on() -> None:
    text = "abracadabra abracadabra"
    vocabulary = Vocabulary.from_texts([text])
    ids = np.concatenate([[0], vocabulary.encode(text)])
    cell = NgramCell(*count_ngrams(ids, vocabulary.size, 4))
    paper = Paper([ids.tolist()], vocabulary.size, 4)
    expected = [math.log(paper.p(int(ids[at]), tuple(ids[:at].tolist()))) for at in range(1, len(ids))]
    np.testing.assert_allclose(cell.score_sequence(ids), expected, rtol=1e-9)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_stepping_scoring_and_batches_agree(order: int) -> None:
    cell, vocabulary, _ = counted(ITEMS, order)
    matrix = EncodedItems.encode(ITEMS, vocabulary).matrix(np.arange(len(ITEMS)))
    mask = matrix >= 0
    scored = cell.score(matrix, mask)
    for row, item in enumerate(ITEMS):
        ids = [0, *vocabulary.encode(item).tolist(), 0]
        alone = [math.log(distribution(cell, ids[:at])[ids[at]]) for at in range(1, len(ids))]
        np.testing.assert_allclose(scored[row, : len(alone)], alone, rtol=1e-5)
        assert not scored[row, len(alone) :].any()
    joined = EncodedItems.encode(ITEMS, vocabulary).joined()
    np.testing.assert_allclose(cell.score_sequence(joined).sum(), scored.sum(), rtol=1e-9)


def test_a_state_is_the_last_characters_and_can_be_kept_picked_and_merged() -> None:
    cell, vocabulary, _ = counted(ITEMS, 3)
    a, n = vocabulary.id("a"), vocabulary.id("n")
    start = cell.initial_state(2)
    state, _ = cell.step([0, 0], start)
    state, first = cell.step([a, n], state)
    assert start.last.tolist() == [[-1, -1]] * 2
    assert state.last.tolist() == [[0, a], [0, n]]
    np.testing.assert_array_equal(cell.answer(state.select([1, 0, 1])), cell.answer(state)[[1, 0, 1]])
    after, _ = cell.step([0, n], state)
    assert after.last.tolist() == [[-1, 0], [n, n]]
    merged = state.merge(np.array([0]), after.select([1]))
    assert merged.last.tolist() == [[n, n], [0, n]]
    np.testing.assert_allclose(cell.answer(state), first, rtol=1e-6)


def test_it_streams_draws_and_searches_as_any_cell() -> None:
    cell, vocabulary, paper = counted(ITEMS, 4)
    one = ["".join(t.symbol for t in Stream(cell, vocabulary, "a", seed=3, item=i, max_length=12)) for i in range(4)]
    many = list(sample_many(cell, vocabulary, ["a"] * 4, seed=3, max_length=12, settings=SamplingSettings()))
    assert many == ["a" + text for text in one]
    best = list(most_probable(cell, vocabulary, "", count=3, max_length=12))
    for item in best:
        ids = [0, *vocabulary.encode(item.text).tolist(), 0]
        p = math.prod(paper.p(ids[at], tuple(ids[:at])) for at in range(1, len(ids)))
        assert item.log_prob == pytest.approx(math.log(p), rel=1e-5)
    # Nothing of the corpus is more probable than what was found.
    for text in ITEMS:
        ids = [0, *vocabulary.encode(text).tolist(), 0]
        p = math.prod(paper.p(ids[at], tuple(ids[:at])) for at in range(1, len(ids)))
        assert text in {item.text for item in best} or math.log(p) <= best[-1].log_prob + 1e-6


def damaged(weights: dict[str, NDArray[Any]]) -> list[tuple[str, NDArray[Any]]]:
    """One array, spoilt in one way, at a time."""
    found: list[tuple[str, NDArray[Any]]] = []
    for name, array in weights.items():
        found.append((name, array[:-1]))
        found.append((name, array.astype(np.float32) if name != "discounts" else array.astype(np.int64)))
        for value in (-1, 0, 10**6):
            for at in (0, len(array) // 2, len(array) - 1):
                spoilt = array.astype(np.float64 if name == "discounts" else np.int64)
                spoilt.flat[at * (3 if name == "discounts" else 1)] = value
                if not np.array_equal(spoilt, array):
                    found.append((name, spoilt))
    nan = weights["discounts"].copy()
    nan[0, 0] = np.nan
    return [*found, ("discounts", nan)]


def test_counts_that_are_none_are_refused_with_a_sentence() -> None:
    vocabulary = Vocabulary.from_texts(ITEMS)
    architecture, weights = count_ngrams(EncodedItems.encode(ITEMS, vocabulary).joined(), vocabulary.size, 4)
    good = NgramCell(architecture, weights)
    refused = 0
    for name, array in damaged(weights):
        try:
            cell = NgramCell(architecture, weights | {name: array})
        except ArchitectureError as error:
            sentence = str(error)
        else:
            # What is let through is another n-gram, whose probabilities are probabilities.
            p = np.exp(cell.answer(cell.advance([0], cell.initial_state(1))).astype(np.float64))
            assert p.sum() == pytest.approx(1, abs=1e-5), name
            continue
        refused += 1
        assert sentence.endswith(".")
    assert refused > 30
    with pytest.raises(ArchitectureError, match=r"lack next\.count"):
        NgramCell(architecture, {n: w for n, w in weights.items() if n != "next.count"})
    assert good.architecture.describe() == "4-gram"


@pytest.mark.parametrize("order", [0, -1, 33, 2.5, True])
def test_an_order_that_is_none_is_refused(order: Any) -> None:
    with pytest.raises(ArchitectureError, match="order is a whole number from 1 to 32"):
        count_ngrams(np.array([0, 1, 0]), 2, order)


def test_an_architecture_survives_its_description() -> None:
    architecture = NgramArchitecture(9, 5, 20, 60)
    assert NgramArchitecture.from_dict(architecture.to_dict()) == architecture
    with pytest.raises(ArchitectureError, match="not complete"):
        NgramArchitecture.from_dict({"family": "ngram", "order": 3})
