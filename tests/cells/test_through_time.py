"""The layers whose gradients are written out: against finite differences, and against torch's own layers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.through_time import WRITTEN_OUT, run_layer
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop

FAMILIES = sorted(WRITTEN_OUT)


@pytest.mark.parametrize("time", [1, 2, 5])
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree_with_finite_differences(family: Family, time: int) -> None:
    generator = torch.Generator().manual_seed(time)
    gates = {"rnn": 1, "gru": 3}[family]

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()

    parts = drawn(time, 2, gates * 4), drawn(gates * 4, 4), drawn(gates * 4), drawn(2, 4)
    assert torch.autograd.gradcheck(lambda *of: run_layer(family, of[0].clone(), *of[1:]), parts)


def _as_torch_has_it(network: CharRNNLoop, ids: Tensor, state: TorchState | None) -> tuple[Tensor, Tensor]:
    """Log-probabilities and the last hidden state through `nn.RNN` and `nn.GRU`."""
    out, after = network.rnn(network.embedding(ids), None if state is None else state.hidden)
    return torch.log_softmax(network.output(out), dim=-1), after


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_gives_what_torchs_layers_give(family: Family, layers: int, carried: bool) -> None:
    torch.manual_seed(layers)
    network = CharRNNLoop(Architecture(family, 9, 5, 16, layers))
    ids = torch.randint(0, 9, (7, 11))
    state = TorchState(torch.randn(layers, 7, 16)) if carried else None
    found, after = network(ids, state)
    expected, last = _as_torch_has_it(network, ids, state)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=2e-6)
    torch.testing.assert_close(after.hidden, last, rtol=1e-5, atol=2e-6)
    direction, last_direction = torch.randn_like(found), torch.randn_like(last)
    parameters = list(network.parameters())
    mine = torch.autograd.grad([found, after.hidden], parameters, [direction, last_direction])
    torchs = torch.autograd.grad([expected, last], parameters, [direction, last_direction])
    for got, wanted in zip(mine, torchs, strict=True):
        torch.testing.assert_close(got, wanted, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_inputs_weights_learn_does_not_depend_on_the_way_in(family: Family) -> None:
    """Without dropout the symbols' products are looked up; with it, however small, they are made for each character."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 9, 5, 16))
    ids = torch.randint(0, 9, (7, 11))
    gradients = []
    for dropped in (0.0, 1e-9):
        network.input_dropout = nn.Dropout(dropped)
        gradients.append(torch.autograd.grad(network(ids)[0].sum(), list(network.parameters())))
    for looked_up, made in zip(*gradients, strict=True):
        torch.testing.assert_close(looked_up, made, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_dropped_units_stay_dropped_through_a_row(family: Family) -> None:
    """The output layer is the identity here, so a dropped unit shows as one symbol at the same low score throughout."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 32, 4, 32), dropout=0.5)
    with torch.no_grad():
        network.output.weight.copy_(torch.eye(32))
        network.output.bias.zero_()
    log_probs, _ = network(torch.randint(0, 32, (3, 6)))
    zeros = (log_probs == log_probs.mode(dim=-1, keepdim=True).values).float()
    assert bool((zeros == zeros[:, :1]).all())
    assert 0.2 < float(zeros.mean()) < 0.8
    assert not bool((zeros[0] == zeros[1]).all())


@pytest.mark.parametrize("family", FAMILIES)
def test_dropped_recurrent_weights_are_the_same_at_every_step(family: Family) -> None:
    """With all but a vanishing share dropped, a row of equal symbols gives equal steps."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 5, 4, 8, layers=1), weight_dropout=0.999999)
    network.rnn.bias_hh_l0.data.zero_()
    if family == "rnn":
        log_probs, _ = network(torch.full((2, 4), 3))
        torch.testing.assert_close(log_probs, log_probs[:, :1].expand_as(log_probs))
    kept, _ = network.eval()(torch.full((2, 4), 3))
    assert not torch.allclose(kept[:, 0], kept[:, 3])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("family", FAMILIES)
def test_products_in_bfloat16_stay_close(family: Family, layers: int) -> None:
    """As close to float32 as bfloat16's eight bits allow, forwards and backwards; sums and states are float32."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 9, 5, 64, layers))
    ids = torch.randint(0, 9, (16, 12))
    exact, _ = network(ids)
    with torch.autocast("cpu", torch.bfloat16):
        near, after = network(ids)
    assert after.hidden.dtype == near.dtype == torch.float32
    torch.testing.assert_close(near, exact, rtol=0.02, atol=0.02)
    assert not torch.equal(near, exact)
    direction = torch.randn_like(exact)
    parameters = list(network.parameters())
    wanted = torch.autograd.grad(exact, parameters, direction)
    got = torch.autograd.grad(near, parameters, direction)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.dtype == torch.float32
        assert float((mine - right).norm() / right.norm()) < 0.03
