"""Gradients without autograd are those that autograd finds, dropout, carried state and padding included."""

from __future__ import annotations

import pytest
import torch

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.text import PAD
from charrnn_tui.training.update.objective import Objective

KINDS = {
    "plain": (9, {}),
    "labelled": (9, {"dropout": 0.3}),
    "labelled, inputs dropped": (9, {"input_dropout": 0.2}),
    "dropped": (9, {"dropout": 0.3, "weight_dropout": 0.2}),
    "inputs dropped": (9, {"dropout": 0.3, "input_dropout": 0.2}),
    "many symbols": (200, {"dropout": 0.3}),
}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_gradients_are_those_of_autograd(family: Family, layers: int, kind: str, carried: bool, narrow: bool) -> None:
    symbols, dropout = KINDS[kind]
    torch.manual_seed(0)
    labels = 3 if kind.startswith("labelled") else 0
    network = CharRNNLoop(Architecture(family, symbols, 5, 16, layers, labels=labels), **dropout)
    ids = torch.randint(0, symbols, (7, 12))
    ids[2, 8:] = ids[5, 3:] = PAD
    state = None
    if carried:
        state = TorchState(torch.randn(layers, 7, 16), torch.randn(layers, 7, 16) if family == "lstm" else None)
    mixture = torch.rand(7, labels) if labels else None  # any weights, not only one label a row
    objective = Objective(network, narrow=narrow)
    for seed in (1, 2):  # the second time in the memory of the first
        torch.manual_seed(seed)
        expected, expected_after = objective(ids, state, mixture)
        wanted = torch.autograd.grad(expected, list(network.parameters()), torch.tensor(0.25))
        torch.manual_seed(seed)
        loss, after = objective.gradients(ids, state, mixture, torch.tensor(0.25), carry=True)
        torch.testing.assert_close(loss, expected.detach())
        assert after is not None
        torch.testing.assert_close(after, TorchState(*(None if p is None else p.detach() for p in expected_after)))
        for (name, parameter), right in zip(network.named_parameters(), wanted, strict=True):
            assert parameter.grad is not None, name
            torch.testing.assert_close(parameter.grad, right, rtol=1e-4, atol=1e-5, msg=name)
