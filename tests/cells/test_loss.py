"""The loss predicts the next character and leaves padding out."""

import math

import numpy as np
import pytest
import torch

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.cells.through_time.loss import count_targets, inputs_of, next_character_loss
from charrnn_tui.cells.torch_cell import make_cell, rnn_loop
from charrnn_tui.text import Vocabulary, to_matrix
from networks import architectures, label, random_weights

WORDS = ("ab", "abcab", "c", "ba")
VOCABULARY = Vocabulary("abcdefghij")  # 11 ids, as many as `architectures` have


def matrix(words: tuple[str, ...] = WORDS) -> torch.Tensor:
    return torch.from_numpy(to_matrix(words, VOCABULARY)[0]).long()


def by_hand(architecture: Architecture, words: tuple[str, ...] = WORDS) -> float:
    """Each word alone, character by character, with the NumPy cell; no matrix, no padding, no shift."""
    cell = NumpyCell(architecture, random_weights(architecture))
    total = 0.0
    for word in words:
        state = cell.initial_state(1)
        read = 0
        for following in [*(VOCABULARY.id(c) for c in word), 0]:
            state, log_probs = cell.step([read], state)
            total -= float(log_probs[0, following])
            read = following
    return total


def answers(architecture: Architecture, ids: torch.Tensor) -> torch.Tensor:
    cell = make_cell(architecture)
    cell.load_state_dict({name: torch.from_numpy(w) for name, w in random_weights(architecture).items()})
    with torch.no_grad():
        return rnn_loop(cell, inputs_of(ids))


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_loss_is_the_sum_written_out_by_hand(architecture: Architecture) -> None:
    ids = matrix()
    loss = float(next_character_loss(answers(architecture, ids), ids))
    assert loss == pytest.approx(by_hand(architecture), abs=1e-4)
    assert count_targets(ids) == sum(len(w) + 1 for w in WORDS)


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_the_reversed_shift_would_fail(architecture: Architecture) -> None:
    """Holding each answer against the character just read, or the one before it, is not the sum by hand."""
    ids = matrix()
    said = answers(architecture, ids)
    expected = by_hand(architecture)
    read_again = torch.cat([ids[:, :1], ids[:, :-1]], dim=1)  # position t + 1 holds what was read at t
    assert abs(float(next_character_loss(said, read_again)) - expected) > 1
    backwards = torch.cat([torch.full_like(ids[:, :2], -1), ids[:, :-2]], dim=1)
    assert abs(float(next_character_loss(said, backwards)) - expected) > 1


def test_a_network_that_knows_the_next_character_has_no_loss() -> None:
    """Certain of the next character: loss 0. Certain of the one just read: a huge loss."""
    ids = matrix(("abc", "a"))
    sure = torch.full((2, ids.shape[1] - 1, 11), -50.0)
    following = ids[:, 1:].clamp(min=0)
    sure.scatter_(2, following[..., None], 50.0)
    assert float(next_character_loss(sure.log_softmax(-1), ids)) == pytest.approx(0, abs=1e-6)
    echo = torch.full((2, ids.shape[1] - 1, 11), -50.0)
    echo.scatter_(2, inputs_of(ids)[..., None], 50.0)
    assert float(next_character_loss(echo.log_softmax(-1), ids)) > 300


def test_a_flat_network_loses_log_v_a_character() -> None:
    ids = matrix()
    flat = torch.zeros(len(ids), ids.shape[1] - 1, 11)
    assert float(next_character_loss(flat.log_softmax(-1), ids)) == pytest.approx(
        count_targets(ids) * math.log(11), rel=1e-6
    )


def test_padding_counts_nothing_whatever_stands_there() -> None:
    architecture = Architecture("lstm", 11, 7, 24)
    ids = matrix()
    wide = torch.cat([ids, torch.full((len(ids), 6), -1)], dim=1)
    narrow_loss = float(next_character_loss(answers(architecture, ids), ids))
    said = answers(architecture, wide)
    assert float(next_character_loss(said, wide)) == pytest.approx(narrow_loss, rel=1e-6)
    said[wide[:, 1:] == -1] = torch.randn(11) * 100
    assert float(next_character_loss(said, wide)) == pytest.approx(narrow_loss, rel=1e-6)


def test_padding_gets_no_gradient() -> None:
    ids = matrix()
    logits = torch.randn(len(ids), ids.shape[1] - 1, 11, requires_grad=True)
    next_character_loss(logits.log_softmax(-1), ids).backward()
    assert logits.grad is not None
    padding = ids[:, 1:] == -1
    assert (logits.grad[padding] == 0).all()
    assert (logits.grad[~padding].abs().sum(-1) > 0).all()


def test_score_of_the_numpy_cell_is_the_same_loss() -> None:
    architecture = Architecture("gru", 11, 7, 24, 2)
    ids, mask = to_matrix(WORDS, VOCABULARY)
    scored = NumpyCell(architecture, random_weights(architecture)).score(ids, mask)
    assert -scored.sum() == pytest.approx(by_hand(architecture), abs=1e-4)
    assert (scored[~mask[:, 1:]] == 0).all()
    assert np.isfinite(scored).all()
