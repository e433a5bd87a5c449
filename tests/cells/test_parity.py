"""One network, three backends: torch cell, fused torch loop and NumPy cell say the same."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.cells.torch_cell import CharGRUCell, CharLSTMCell, CharRNNCell, TorchCell, make_cell, rnn_loop
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.text.arguments import ArgumentError
from networks import architectures, label, random_ids, random_weights

TOLERANCE = 1e-5
TIME = 20


def loop_with(architecture: Architecture, weights: dict[str, NDArray[np.float32]]) -> CharRNNLoop:
    loop = CharRNNLoop(architecture)
    loop.load_state_dict({name: torch.from_numpy(w) for name, w in weights.items()})
    return loop.eval()


def numpy_log_probs(cell: NumpyCell, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    state = cell.initial_state(len(ids))
    out = []
    for column in ids.T:
        state, log_probs = cell.step(column, state)
        out.append(log_probs)
    return np.stack(out, axis=1)


@pytest.mark.parametrize("batch", [1, 3, 17])
@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_three_backends_agree(architecture: Architecture, batch: int) -> None:
    weights = random_weights(architecture)
    loop = loop_with(architecture, weights)
    cell = make_cell(architecture)
    cell.load_state_dict(loop.state_dict())
    ids = random_ids(architecture, batch, TIME)
    with torch.no_grad():
        fused, _ = loop(torch.from_numpy(ids))
        stepped = rnn_loop(cell, torch.from_numpy(ids))
    answers = numpy_log_probs(NumpyCell(architecture, weights), ids)
    np.testing.assert_allclose(stepped.numpy(), fused.numpy(), rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(answers, fused.numpy(), rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(np.exp(answers).sum(-1), 1, rtol=0, atol=TOLERANCE)
    # A network whose answers hardly differ would agree with anything.
    assert answers.std() > 0.5


@pytest.mark.parametrize("architecture", [Architecture("lstm", 53, 32, 256, 2), Architecture("gru", 53, 32, 256, 2)])
def test_backends_agree_at_the_size_of_a_real_network(architecture: Architecture) -> None:
    weights = random_weights(architecture)
    ids = random_ids(architecture, 4, 40)
    with torch.no_grad():
        fused, _ = loop_with(architecture, weights)(torch.from_numpy(ids))
    answers = numpy_log_probs(NumpyCell(architecture, weights), ids)
    np.testing.assert_allclose(answers, fused.numpy(), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_state_carried_over_a_cut_gives_the_uncut_answer(architecture: Architecture) -> None:
    weights = random_weights(architecture)
    loop = loop_with(architecture, weights)
    cell = make_cell(architecture)
    cell.load_state_dict(loop.state_dict())
    ids = torch.from_numpy(random_ids(architecture, 2, TIME))
    with torch.no_grad():
        whole, _ = loop(ids)
        _, state = loop(ids[:, :9])
        rest, _ = loop(ids[:, 9:], state)
        stepped = rnn_loop(cell, ids[:, 9:], state)
    np.testing.assert_allclose(rest.numpy(), whole[:, 9:].numpy(), rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(stepped.numpy(), whole[:, 9:].numpy(), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_names_and_shapes_of_weights_are_those_of_the_architecture(architecture: Architecture) -> None:
    for module in (make_cell(architecture), CharRNNLoop(architecture)):
        found = {name: tuple(p.shape) for name, p in module.named_parameters()}
        assert found == architecture.shapes()
        assert sum(p.numel() for p in module.parameters()) == architecture.parameters


@pytest.mark.parametrize(("cell", "family"), [(CharRNNCell, "rnn"), (CharGRUCell, "gru"), (CharLSTMCell, "lstm")])
def test_cell_classes_take_plain_sizes(cell: type[CharRNNCell], family: str) -> None:
    made = cell(5, embedding=3, hidden=4, layers=2)
    assert made.architecture == Architecture(family, 5, 3, 4, 2)  # type: ignore[arg-type]
    state, log_probs = made(torch.tensor([0, 1, 4]), made.initial_state(3))
    assert state.hidden.shape == (2, 3, 4)
    assert (state.cell is None) == (family != "lstm")
    assert log_probs.shape == (3, 5)
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(3))


def test_vanilla_cell_is_the_formula() -> None:
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), written out in plain Python for two units."""
    torch.manual_seed(0)
    cell = CharRNNCell(3, embedding=2, hidden=2)
    w_ih, w_hh, b_ih, b_hh = (w.detach().numpy() for w in cell.rnn.layer(0))
    x = cell.embedding.weight.detach().numpy()[1]
    h = [0.25, -0.5]
    expected = []
    for unit in range(2):
        z = b_ih[unit] + b_hh[unit]
        z += sum(float(w_ih[unit, i]) * float(x[i]) for i in range(2))
        z += sum(float(w_hh[unit, i]) * h[i] for i in range(2))
        expected.append(np.tanh(z))
    state = cell.initial_state(1)._replace(hidden=torch.tensor([[h]]))
    after, _ = cell.step(torch.tensor([1]), state)
    np.testing.assert_allclose(after.hidden[0, 0].detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("family", [CharRNNCell, CharGRUCell, CharLSTMCell])
def test_a_state_of_one_stream_does_not_serve_two(family: type[TorchCell]) -> None:
    cell = family(5, 3, 4)
    with pytest.raises(ArgumentError, match=r"that of 1 stream, one id each; these ids have the shape \[2\]"):
        cell.step(torch.tensor([1, 2]), cell.initial_state(1))
