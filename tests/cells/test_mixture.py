"""Mixtures: against a computation symbol by symbol in Python's floats, which knows the parts' answers only."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, BatchCell, MixtureCell, NumpyCell, join_states
from charrnn_tui.cells.cell_stepper import CellStepper, stepper_for
from charrnn_tui.cells.mixture import FAINT
from charrnn_tui.text import Vocabulary
from networks import random_weights

Answer = dict[str, float]
"""Symbol -> P; the empty string for the end."""


class LastTwo(NamedTuple):
    """The state of a table of trigrams: whole numbers, and no vectors."""

    ids: NDArray[np.int16]

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        return (self.ids,)

    def with_arrays(self, arrays: Iterable[NDArray[Any]]) -> LastTwo:
        return LastTwo(*arrays)

    def select(self, rows: Any) -> LastTwo:
        return LastTwo(self.ids[rows])

    def merge(self, rows: NDArray[np.integer], other: LastTwo) -> LastTwo:
        merged = self.ids.copy()
        merged[rows] = other.ids
        return LastTwo(merged)


class Trigrams(BatchCell):
    """A cell that is no network: what follows is looked up by the last two symbols."""

    def __init__(self, size: int, seed: int) -> None:
        self.architecture = Architecture("rnn", size, 1, 1)
        table = np.random.default_rng(seed).dirichlet(np.full(size, 0.5), (size, size))
        self._table = np.log(table).astype(np.float32)

    def initial_state(self, batch_size: int = 1) -> LastTwo:
        return LastTwo(np.zeros((batch_size, 2), dtype=np.int16))

    def step_logits(self, ids: Any, state: LastTwo) -> tuple[LastTwo, NDArray[np.float32]]:
        after = LastTwo(np.stack([state.ids[:, 1], np.asarray(ids)], axis=1).astype(np.int16))
        return after, self.answer(after)

    def answer(self, state: LastTwo) -> NDArray[np.float32]:
        return self._table[state.ids[:, 0], state.ids[:, 1]]


def network(symbols: str, family: Any = "lstm", seed: int = 0) -> tuple[BatchCell, Vocabulary]:
    vocabulary = Vocabulary(symbols)
    architecture = Architecture(family, vocabulary.size, 5, 12, 2)
    return NumpyCell(architecture, random_weights(architecture, seed)), vocabulary


def trigrams(symbols: str, seed: int = 0) -> tuple[BatchCell, Vocabulary]:
    vocabulary = Vocabulary(symbols)
    return Trigrams(vocabulary.size, seed), vocabulary


PARTS = {
    "one vocabulary": [network("abcd", "lstm", 1), network("abcd", "gru", 2)],
    "overlapping": [network("abcd\n", "lstm", 1), network("cdef\n", "rnn", 2), trigrams("aef", 3)],
    "nothing in common": [network("abc", "gru", 1), trigrams("xyz", 2)],
    "one within the other": [trigrams("ab\n", 1), network("abcde", "lstm", 2)],
}
SHARES = {2: [0.7, 0.3], 3: [0.5, 0.3, 0.2]}
TEXTS = ["", "a", "abba", "cdcd", "bad", "fee", "xa", "zyx", "e\na", "dfab\ncd", "aexf"]


def answers_of(cell: BatchCell, vocabulary: Vocabulary, text: str) -> tuple[Answer, bool]:
    """What one part says after a text, what it does not know left out; and whether it has passed over something
    since the last line began."""
    known = [symbol for symbol in text if symbol in vocabulary]
    _, log_probs = cell.read([0, *vocabulary.encode("".join(known)).tolist()], cell.initial_state(1))
    line = text.rpartition("\n")[2]
    row = np.asarray(log_probs[0], dtype=np.float64)
    symbols = ("", *vocabulary.symbols)
    return {s: math.exp(p) for s, p in zip(symbols, row, strict=True)}, any(s not in vocabulary for s in line)


def expected(parts: list[tuple[BatchCell, Vocabulary]], shares: list[float], text: str, blended: bool) -> Answer:
    """The definition in the module's docstring, symbol by symbol."""
    answers, weights = [], []
    for (cell, vocabulary), share in zip(parts, shares, strict=True):
        answer, passed_over = answers_of(cell, vocabulary, text)
        answers.append(answer)
        weights.append(share * (FAINT if passed_over else 1))
    weights = [weight / sum(weights) for weight in weights]
    symbols = {symbol for answer in answers for symbol in answer}
    if not blended:
        return {s: sum(w * a.get(s, 0.0) for w, a in zip(weights, answers, strict=True)) for s in symbols}
    result: Answer = {}
    for knowing in {tuple(s in a for a in answers) for s in symbols}:
        kind = [s for s in symbols if tuple(s in a for a in answers) == knowing]
        who = [i for i, knows in enumerate(knowing) if knows]
        mass = sum(weights[i] * sum(answers[i][s] for s in kind) for i in who)
        total = sum(weights[i] for i in who)
        scores = {s: math.prod(answers[i][s] ** (weights[i] / total) for i in who) for s in kind}
        # Each part's own distribution over the kind differs from its answer by a factor, which falls out here.
        result |= {s: mass * score / sum(scores.values()) for s, score in scores.items()}
    return result


def said(cell: MixtureCell, log_probs: NDArray[np.floating]) -> Answer:
    return dict(zip(("", *cell.vocabulary.symbols), np.exp(log_probs.astype(np.float64)).tolist(), strict=True))


@pytest.mark.parametrize("blended", [False, True], ids=["mixed", "blended"])
@pytest.mark.parametrize("name", PARTS)
def test_says_what_its_definition_says(name: str, blended: bool) -> None:
    parts = PARTS[name]
    shares = SHARES[len(parts)]
    cell = MixtureCell(parts, shares, blended=blended)
    tried = 0
    for text in TEXTS:
        if any(symbol not in cell.vocabulary for symbol in text):
            continue
        tried += 1
        ids = [0, *cell.vocabulary.encode(text).tolist()]
        state, log_probs = cell.read(ids, cell.initial_state(1))
        assert said(cell, log_probs[0]) == pytest.approx(expected(parts, shares, text, blended), rel=1e-4, abs=1e-7)
        assert np.exp(log_probs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-6)
        assert np.isfinite(log_probs).all()
        np.testing.assert_allclose(cell.answer(state), log_probs, rtol=1e-4, atol=1e-6)
    assert tried >= 3


@pytest.mark.parametrize("blended", [False, True], ids=["mixed", "blended"])
@pytest.mark.parametrize("name", PARTS)
def test_a_stream_a_batch_and_any_cells_stepper_agree(name: str, blended: bool) -> None:
    cell = MixtureCell(PARTS[name], SHARES[len(PARTS[name])], blended=blended)
    ids = np.random.default_rng(5).integers(0, cell.vocabulary_size, (4, 25))
    state = cell.initial_state(4)
    singles = [(stepper_for(cell), CellStepper(cell)) for _ in ids]
    states: list[list[Any]] = [[one.start for one in pair] for pair in singles]
    for column in ids.T:
        state, log_probs = cell.step(column, state)
        for row, pair in enumerate(singles):
            for number, one in enumerate(pair):
                states[row][number], answer = one.step(int(column[row]), states[row][number])
                np.testing.assert_allclose(answer, log_probs[row], rtol=1e-4, atol=1e-5)


def test_parts_that_agree_are_themselves() -> None:
    one = network("abcd")
    ids = [0, 1, 3, 2]
    alone = one[0].read(ids, one[0].initial_state(1))[1]
    for blended in (False, True):
        cell = MixtureCell([one, one], [0.4, 0.6], blended=blended)
        np.testing.assert_allclose(cell.read(ids, cell.initial_state(1))[1], alone, atol=1e-5)


@pytest.mark.parametrize("blended", [False, True], ids=["mixed", "blended"])
@pytest.mark.parametrize("name", PARTS)
def test_a_share_that_goes_to_nothing_takes_the_influence_with_it(name: str, blended: bool) -> None:
    parts = PARTS[name][:2]
    cell = MixtureCell(parts, [1.0, 0.0], blended=blended)
    near = MixtureCell(parts, [1 - 1e-5, 1e-5], blended=blended)
    own, vocabulary = parts[0]
    _, alone = own.read([0, 1, 2], own.initial_state(1))
    ids = [0, *cell.vocabulary.encode("".join(vocabulary.symbols[:2])).tolist()]
    for one, tolerance in ((cell, 1e-6), (near, 1e-3)):
        answer = said(one, one.read(ids, one.initial_state(1))[1][0])
        for symbol, p in zip(("", *vocabulary.symbols), np.exp(alone[0]).tolist(), strict=True):
            assert answer[symbol] == pytest.approx(p, abs=tolerance)


def test_a_text_goes_on_in_the_alphabet_that_it_begins_in() -> None:
    cell = MixtureCell(PARTS["nothing in common"], [0.9, 0.1])
    begins = said(cell, cell.read([0], cell.initial_state(1))[1][0])
    goes_on = said(cell, cell.read([0, cell.vocabulary.id("x")], cell.initial_state(1))[1][0])
    assert sum(begins.get(s, 0) for s in "xyz") < 0.1 + 1e-6
    assert sum(goes_on[s] for s in "abc") < 0.01 < 0.3 < sum(goes_on[s] for s in "xyz") + goes_on[""]


def test_states_are_picked_joined_and_stored_as_arrays() -> None:
    cell = MixtureCell(PARTS["overlapping"], SHARES[3])
    ids = np.random.default_rng(1).integers(0, cell.vocabulary_size, (3, 6))
    state = cell.initial_state(3)
    for column in ids.T:
        state, log_probs = cell.step(column, state)
    turned = join_states([state.select([2]), state.select([0, 1])])
    np.testing.assert_allclose(cell.answer(turned), log_probs[[2, 0, 1]], rtol=1e-4, atol=1e-5)
    back = turned.merge(np.array([0]), state.select([1]))
    np.testing.assert_allclose(cell.answer(back), log_probs[[1, 0, 1]], rtol=1e-4, atol=1e-5)
    assert [a.dtype for a in state.with_arrays([a.copy() for a in state.arrays]).arrays] == [
        a.dtype for a in state.arrays
    ]


def test_a_step_writes_into_no_state() -> None:
    cell = MixtureCell(PARTS["overlapping"], SHARES[3])
    state, _ = cell.step([1, 5], cell.initial_state(2))
    before = [array.copy() for array in state.arrays]
    after, _ = cell.step([2, 6], state)
    assert all(np.array_equal(a, b) for a, b in zip(before, state.arrays, strict=True))
    assert not any(np.shares_memory(a, b) for a, b in zip(after.arrays, state.arrays, strict=True))


def test_mixtures_are_parts_and_copies_are_whole() -> None:
    inner = MixtureCell(PARTS["one vocabulary"], [0.5, 0.5])
    cell = MixtureCell([(inner, inner.vocabulary), PARTS["overlapping"][1]], [0.8, 0.2])
    ids = [0, 2, 3, 1]
    log_probs = cell.read(ids, cell.initial_state(1))[1]
    assert np.exp(log_probs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-6)
    flat = MixtureCell([*PARTS["one vocabulary"], PARTS["overlapping"][1]], [0.4, 0.4, 0.2])
    np.testing.assert_allclose(flat.read(ids, flat.initial_state(1))[1], log_probs, atol=1e-5)
    for other in (copy.deepcopy(cell), pickle.loads(pickle.dumps(cell))):
        np.testing.assert_array_equal(other.read(ids, other.initial_state(1))[1], log_probs)


@pytest.mark.parametrize("shares", [[0.5], [0.5, 0.6], [1.2, -0.2], [math.nan, 1.0], [0.2, 0.2]])
def test_shares_that_are_none_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        MixtureCell(PARTS["one vocabulary"], shares)


def test_an_id_beyond_the_united_vocabulary_is_refused() -> None:
    cell = MixtureCell(PARTS["one vocabulary"], [0.5, 0.5])
    with pytest.raises(ValueError, match="from 0 to 4"):
        cell.step([5], cell.initial_state(1))
