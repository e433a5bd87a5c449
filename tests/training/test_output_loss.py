"""The output layer with its loss: against finite differences, and against the network's own answers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from charrnn_tui.cells import Architecture, torch_loop
from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.through_time import Workspaces
from charrnn_tui.cells.through_time.loss import inputs_of, next_character_loss
from charrnn_tui.cells.through_time.output_layer import output_loss
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.text import PAD
from charrnn_tui.training.update.objective import Objective

TARGETS = torch.tensor([[0, 1, 2], [3, PAD, 4], [PAD, PAD, 2]])


def _drawn(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)), dtype=dtype).requires_grad_()


def _expected(states: Tensor, mask: Tensor | None, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """By hand: every counted character's logits and their normalising sum."""
    total = states.new_zeros(())
    for t, b in [(t, b) for t in range(len(states)) for b in range(states.shape[1]) if targets[t, b] != PAD]:
        read = states[t, b] if mask is None else states[t, b] * mask[b]
        logits = weight @ read + bias
        total = total + torch.logsumexp(logits, 0) - logits[targets[t, b]]
    return total


@pytest.mark.parametrize("dropped", [False, True])
def test_loss_and_gradients_are_those_of_every_counted_character(dropped: bool) -> None:
    states, weight, bias = _drawn(3, 3, 4), _drawn(5, 4), _drawn(5)
    mask = torch.tensor([[0.0, 2, 2, 2], [2, 0, 2, 0], [2, 2, 2, 2]], dtype=torch.float64) if dropped else None
    parts = (states, weight, bias)
    workspaces = Workspaces()
    for _ in range(2):  # the second time in the memory of the first
        loss = output_loss(states, mask, weight, bias, TARGETS, workspaces=workspaces)
        expected = _expected(states, mask, weight, bias, TARGETS)
        torch.testing.assert_close(loss, expected)
        for mine, wanted in zip(
            torch.autograd.grad(3 * loss, parts), torch.autograd.grad(3 * expected, parts), strict=True
        ):
            torch.testing.assert_close(mine, wanted)
    loss = output_loss(states, mask, weight, bias, TARGETS, workspaces=workspaces)
    torch.autograd.grad(loss, bias, retain_graph=True)
    with pytest.raises(RuntimeError, match="asked for before"):
        torch.autograd.grad(loss, bias)


def test_nothing_counted_is_no_loss() -> None:
    weight = _drawn(5, 4)
    loss = output_loss(_drawn(2, 3, 4), None, weight, _drawn(5), torch.full((2, 3), PAD), workspaces=Workspaces())
    assert loss.item() == 0
    assert not torch.autograd.grad(loss, weight)[0].any()


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(("family", "hidden"), [("rnn", 16), ("gru", 16), ("lstm", 16), ("lstm", 128)])
def test_the_objective_is_the_loss_of_the_networks_answers(family: Family, hidden: int, narrow: bool) -> None:
    """Through both kernels of the LSTM, with dropout drawn alike, in float32 and with products in bfloat16."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 9, 5, hidden, 2), dropout=0.3, weight_dropout=0.1)
    ids = torch.randint(0, 9, (7, 12))
    ids[2, 8:] = ids[5, 3:] = PAD
    parameters = list(network.parameters())
    torch.manual_seed(1)
    loss, after = Objective(network, narrow=narrow)(ids)
    got = torch.autograd.grad(loss, parameters)
    with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
        torch.manual_seed(1)
        answers, expected_after = network(inputs_of(ids))
        expected = next_character_loss(answers, ids)
        wanted = torch.autograd.grad(expected, parameters)
    near = {"rtol": 0.01, "atol": 0.01} if narrow else {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(loss, expected, **near)
    torch.testing.assert_close(after.hidden, expected_after.hidden)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.dtype == torch.float32
        assert float((mine - right).norm() / right.norm()) < (0.03 if narrow else 1e-4)


def test_asking_for_a_kernel_draws_no_random_numbers() -> None:
    """Dropout is seeded before the question is put, so a run that is taken up again must draw the same after it."""
    network = CharRNNLoop(Architecture("lstm", 9, 5, 128))
    torch_loop._lstm_kernel_runs.cache_clear()
    before = torch.get_rng_state()
    network.written_out(torch.bfloat16)
    assert torch.equal(torch.get_rng_state(), before)
    assert not network.written_out(torch.float32)
