"""The layers whose gradients are written out: against finite differences, and against torch's own layers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.through_time import Workspaces, run_layer
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop

FAMILIES: list[Family] = ["rnn", "gru", "lstm"]
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def _drawn(family: Family, time: int) -> tuple[Tensor, ...]:
    """inputs [time, 2, 3], the four weights, and the start of a layer of four units."""
    generator = torch.Generator().manual_seed(time)
    rows = 4 * GATES[family]
    shapes = [(time, 2, 3), (rows, 3), (rows, 4), (rows,), (rows,), (2, 4), *([(2, 4)] if family == "lstm" else [])]
    return tuple(torch.randn(*s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes)


@pytest.mark.parametrize("time", [1, 2, 5])
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree_with_finite_differences(family: Family, time: int) -> None:
    def run(inputs: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, *start: Tensor) -> list[Tensor]:
        return [out for out in run_layer(family, inputs, None, (w_ih, w_hh, b_ih, b_hh), *start) if out is not None]

    assert torch.autograd.gradcheck(run, _drawn(family, time))


@pytest.mark.parametrize("symbols", [2, 50])
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_looked_up_inputs_agree_with_finite_differences(family: Family, symbols: int) -> None:
    """With fewer symbols than characters, where products are made once a symbol, and with more."""
    ids = torch.randint(0, symbols, (5, 2), generator=torch.Generator().manual_seed(0))
    table = torch.randn(symbols, 3, dtype=torch.float64, requires_grad=True)

    def run(table: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, *start: Tensor) -> list[Tensor]:
        return [out for out in run_layer(family, ids, table, (w_ih, w_hh, b_ih, b_hh), *start) if out is not None]

    assert torch.autograd.gradcheck(run, (table, *_drawn(family, 5)[1:]))


@pytest.mark.parametrize("family", FAMILIES)
def test_kept_memory_changes_nothing(family: Family) -> None:
    """Batches of all shapes through one workspace, one begun before the last one's gradients are known."""
    inputs, *weights_and_start = _drawn(family, 5)
    weights, start = tuple(weights_and_start[:4]), weights_and_start[4:]
    kept = Workspaces()

    def asked(time: int, rows: int, workspaces: Workspaces | None) -> tuple[Tensor, Tensor]:
        begin = [part[:1].expand(rows, -1) for part in start]
        out, last = run_layer(family, inputs[:time, :rows], None, weights, *begin, workspaces=workspaces)  # type: ignore[arg-type]
        return out, out.square().sum() + (0 if last is None else last.sum())

    for time, rows in [(5, 2), (2, 2), (4, 1), (5, 2), (3, 2)]:
        _, waiting = asked(4, 2, kept)
        out, loss = asked(time, rows, kept)
        _, expected = asked(time, rows, None)
        torch.testing.assert_close(loss, expected, rtol=0, atol=0)
        for of in (loss, waiting):
            _, alone = asked(*((time, rows) if of is loss else (4, 2)), None)
            got = torch.autograd.grad(of, weights)
            for mine, wanted in zip(got, torch.autograd.grad(alone, weights), strict=True):
                torch.testing.assert_close(mine, wanted, rtol=0, atol=0)
        del out


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_are_asked_for_once_where_memory_is_kept(family: Family) -> None:
    inputs, w_ih, w_hh, b_ih, b_hh, *start = _drawn(family, 5)
    out, _ = run_layer(family, inputs, None, (w_ih, w_hh, b_ih, b_hh), *start, workspaces=Workspaces())  # type: ignore[arg-type]
    torch.autograd.grad(out.sum(), w_hh, retain_graph=True)
    with pytest.raises(RuntimeError, match="asked for before"):
        torch.autograd.grad(out.sum(), w_hh)


@pytest.mark.parametrize("given", ["hidden", "cell"])
def test_an_lstm_may_start_from_one_of_its_two_states(given: str) -> None:
    inputs, w_ih, w_hh, b_ih, b_hh, hidden, cell = _drawn("lstm", 3)
    start = {"hidden": hidden} if given == "hidden" else {"cell": cell}

    def run(inputs: Tensor, part: Tensor) -> list[Tensor]:
        return [o for o in run_layer("lstm", inputs, None, (w_ih, w_hh, b_ih, b_hh), **{given: part}) if o is not None]

    assert torch.autograd.gradcheck(run, (inputs, start[given]))


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_two_batches_add_up(family: Family) -> None:
    """Where autograd keeps what it is given, no two parameters may share their memory, nor a batch with the next."""
    torch.manual_seed(0)
    network = CharRNNLoop(Architecture(family, 9, 5, 16, 2))
    batches = [torch.randint(0, 9, (4, 6)) for _ in range(2)]
    expected = [torch.autograd.grad(network(ids)[0].sum(), list(network.parameters())) for ids in batches]
    for ids in batches:
        network(ids)[0].sum().backward()
    for parameter, first, second in zip(network.parameters(), *expected, strict=True):
        torch.testing.assert_close(parameter.grad, first + second)


def _as_torch_has_it(
    network: CharRNNLoop, ids: Tensor, state: TorchState | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Log-probabilities, the last hidden state and cell through `nn.RNN`, `nn.GRU` and `nn.LSTM`."""
    start = None if state is None else state.hidden if state.cell is None else (state.hidden, state.cell)
    out, after = network.rnn(network.embedding(ids.t()), start)
    hidden, cell = after if isinstance(after, tuple) else (after, None)
    return torch.log_softmax(network.output(out.transpose(0, 1)), dim=-1), hidden, cell


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_gives_what_torchs_layers_give(family: Family, layers: int, carried: bool) -> None:
    torch.manual_seed(layers)
    network = CharRNNLoop(Architecture(family, 9, 5, 16, layers))
    ids = torch.randint(0, 9, (7, 11))
    state = None
    if carried:
        state = TorchState(torch.randn(layers, 7, 16), torch.randn(layers, 7, 16) if family == "lstm" else None)
    answers, after = network(ids, state)
    found = [answers, *(part for part in after if part is not None)]
    expected = [part for part in _as_torch_has_it(network, ids, state) if part is not None]
    assert len(found) == len(expected)
    for mine, torchs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, torchs, rtol=1e-5, atol=2e-6)
    directions = [torch.randn_like(part) for part in found]
    parameters = list(network.parameters())
    got = torch.autograd.grad(found, parameters, directions)
    wanted = torch.autograd.grad(expected, parameters, directions)
    for mine, torchs in zip(got, wanted, strict=True):
        torch.testing.assert_close(mine, torchs, rtol=2e-4, atol=2e-4)


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


@pytest.mark.parametrize("family", FAMILIES)
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
