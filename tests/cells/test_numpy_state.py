"""States are immutable to their user, and can be selected, forked and merged."""

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, ArchitectureError, NumpyCell, NumpyState, log_softmax
from networks import architectures, label, random_ids, random_weights


def after_reading(cell: NumpyCell, batch: int, time: int = 5) -> NumpyState:
    state = cell.initial_state(batch)
    for column in random_ids(cell.architecture, batch, time).T:
        state, _ = cell.step_logits(column, state)
    return state


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_a_step_changes_no_earlier_state_and_no_earlier_answer(architecture: Architecture) -> None:
    cell = NumpyCell(architecture, random_weights(architecture))
    kept = []
    for batch in (1, 4):
        state = cell.initial_state(batch)
        for column in random_ids(architecture, batch, 6).T:
            state, logits = cell.step_logits(column, state)
            arrays = (*state.hidden, *state.cell, logits)
            kept.append((arrays, [a.copy() for a in arrays]))
    for arrays, copies in kept:
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_a_fork_goes_on_like_its_origin(architecture: Architecture) -> None:
    cell = NumpyCell(architecture, random_weights(architecture))
    state = after_reading(cell, 3)
    fork = state.select([2, 0, 2])
    assert fork.batch_size == 3
    _, expected = cell.step([1, 2, 3], state.select([0, 1, 2]))
    _, forked = cell.step([3, 1, 4], fork)
    np.testing.assert_allclose(forked[0], expected[2], atol=1e-5)
    np.testing.assert_allclose(forked[1], expected[0], atol=1e-5)
    merged = state.merge(np.array([1]), fork.select([0]))
    for mine, before, theirs in zip(merged.hidden, state.hidden, fork.hidden, strict=True):
        np.testing.assert_array_equal(mine[[0, 2]], before[[0, 2]])
        np.testing.assert_array_equal(mine[1], theirs[0])


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_reading_a_sequence_is_stepping_through_it(architecture: Architecture) -> None:
    cell = NumpyCell(architecture, random_weights(architecture))
    ids = random_ids(architecture, 1, 7)[0]
    state = cell.initial_state(1)
    for i in ids:
        state, expected = cell.step([int(i)], state)
    after, answer = cell.read(ids, cell.initial_state(1))
    np.testing.assert_array_equal(answer, expected)
    for mine, theirs in zip(after.hidden + after.cell, state.hidden + state.cell, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_log_softmax_neither_overflows_nor_loses_the_impossible() -> None:
    logits = np.array([[1e30, 0, -1e30], [5, -np.inf, 5]], dtype=np.float32)
    answer = log_softmax(logits)
    np.testing.assert_allclose(np.exp(answer), [[1, 0, 0], [0.5, 0, 0.5]], atol=1e-6)


def test_weights_that_do_not_fit_are_refused_before_use() -> None:
    architecture = Architecture("lstm", 5, 3, 4)
    weights = random_weights(architecture)
    with pytest.raises(ArchitectureError, match=r"output.weight has the shape \[4, 5\]"):
        NumpyCell(architecture, weights | {"output.weight": weights["output.weight"].T})


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_the_largest_logit_stays_within_its_bound(architecture: Architecture) -> None:
    weights = random_weights(architecture)
    for shift in (0.0, -50.0, 50.0):
        cell = NumpyCell(architecture, weights | {"output.bias": weights["output.bias"] + np.float32(shift)})
        state = cell.initial_state(64)
        for column in random_ids(architecture, 64, 10).T:
            state, logits = cell.step_logits(column, state)
            assert np.abs(logits.max(axis=1)).max() <= cell.largest_logit + 1e-3
    # One symbol that never comes does not matter.
    weights["output.bias"][0] = -1e4
    assert NumpyCell(architecture, weights).largest_logit < 100
