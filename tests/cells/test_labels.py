"""A network that knows labels: every backend writes the same under the same mixture, and it costs a step nothing."""

import copy
import pickle

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from charrnn_tui.cells import Architecture, ArchitectureError, NumpyCell
from charrnn_tui.cells.architecture import Family
from charrnn_tui.cells.numpy_stepper import NumpyStepper
from charrnn_tui.cells.through_time import run_layer
from charrnn_tui.cells.torch_cell import make_cell, rnn_loop
from charrnn_tui.cells.torch_loop import CharRNNLoop
from networks import label, labelled_architectures, random_ids, random_weights

TOLERANCE = 1e-5
MIXTURES = [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.7, 0.0, 0.3], [0.2, 0.5, 0.1]]


def numpy_answers(cell: NumpyCell, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    state, out = cell.initial_state(1), []
    for i in ids:
        state, log_probs = cell.step([int(i)], state)
        out.append(log_probs[0])
    return np.stack(out)


def stepper_answers(cell: NumpyCell, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    stepper, out = NumpyStepper(cell), []
    state = stepper.start
    for i in ids:
        state, logits = stepper.step(int(i), state)
        out.append(logits - np.log(np.exp(logits.astype(np.float64)).sum()))
    return np.stack(out)


@pytest.mark.parametrize("architecture", labelled_architectures(), ids=label)
def test_all_backends_agree_under_every_mixture(architecture: Architecture) -> None:
    weights = random_weights(architecture)
    tensors = {name: torch.from_numpy(w) for name, w in weights.items()}
    loop, torch_cell = CharRNNLoop(architecture).eval(), make_cell(architecture)
    loop.load_state_dict(tensors)
    torch_cell.load_state_dict(tensors)
    plain = NumpyCell(architecture, weights)
    ids = random_ids(architecture, 1, 15).repeat(len(MIXTURES), axis=0)
    read, mixture = torch.from_numpy(ids), torch.tensor(MIXTURES)
    with torch.no_grad():
        written_out, _ = loop(read, None, mixture)
        stepped = rnn_loop(torch_cell.styled(mixture), read)
        x = loop.embedding(read.t()) + loop.style(mixture)
        fused = torch.log_softmax(loop.output(loop._layers(x, None)[0]), dim=-1).transpose(0, 1)
        bare, _ = loop(read)
    np.testing.assert_allclose(written_out.numpy(), fused.numpy(), rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(stepped.numpy(), fused.numpy(), rtol=0, atol=TOLERANCE)
    np.testing.assert_array_equal(bare[0].numpy(), written_out[0].numpy())  # zeros are no label
    for row, weights_of_labels in enumerate(MIXTURES):
        cell = plain.styled(weights_of_labels)
        np.testing.assert_allclose(numpy_answers(cell, ids[row]), fused[row].numpy(), rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(stepper_answers(cell, ids[row]), fused[row].numpy(), rtol=0, atol=TOLERANCE)
    # A label that changes nothing would agree with anything.
    assert np.abs(fused[1:].numpy() - fused[:-1].numpy()).max(axis=(1, 2)).min() > 0.5


@pytest.mark.parametrize("architecture", labelled_architectures(), ids=label)
def test_a_style_shares_the_weights_and_leaves_the_plain_cell_as_it_is(architecture: Architecture) -> None:
    plain = NumpyCell(architecture, random_weights(architecture))
    ids = random_ids(architecture, 1, 5)[0]
    before = numpy_answers(plain, ids)
    styled = plain.styled([0, 1, 0])
    assert styled.stepper_weights.products is plain.stepper_weights.products
    assert styled._output is plain._output
    np.testing.assert_array_equal(numpy_answers(plain, ids), before)
    again = styled.styled([0.7, 0, 0.3])  # in the place of the first, not on top of it
    np.testing.assert_array_equal(numpy_answers(again, ids), numpy_answers(plain.styled([0.7, 0, 0.3]), ids))
    assert styled.styled(None) is plain is plain.styled([0, 0, 0])
    for copied in (copy.deepcopy(styled), pickle.loads(pickle.dumps(styled))):
        np.testing.assert_array_equal(stepper_answers(copied, ids), stepper_answers(styled, ids))


def test_a_mixture_of_another_length_gets_a_sentence() -> None:
    architecture = Architecture("gru", 11, 7, 24, labels=3)
    with pytest.raises(ValueError, match="weighs the 3 labels"):
        NumpyCell(architecture, random_weights(architecture)).styled([0.5, 0.5])
    bare = Architecture("gru", 11, 7, 24)
    with pytest.raises(ValueError, match="weighs the 0 labels"):
        NumpyCell(bare, random_weights(bare)).styled([1.0])


def test_the_vanilla_cell_is_the_formula() -> None:
    """h' = tanh(W (x + v) + b + U h + c) with v the label's vector: in NumPy, from the weights alone."""
    architecture = Architecture("rnn", 5, 3, 4, labels=2)
    w = {name: weight.astype(np.float64) for name, weight in random_weights(architecture).items()}
    h = np.zeros(4)
    for i in (0, 3, 1):
        x = w["embedding.weight"][i] + 0.25 * w["labels.weight"][0] + 0.5 * w["labels.weight"][1]
        inputs = w["rnn.weight_ih_l0"] @ x + w["rnn.bias_ih_l0"]
        h = np.tanh(inputs + w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"])
    logits = w["output.weight"] @ h + w["output.bias"]
    expected = logits - np.log(np.exp(logits).sum())
    cell = NumpyCell(architecture, random_weights(architecture)).styled([0.25, 0.5])
    np.testing.assert_allclose(numpy_answers(cell, np.array([0, 3, 1]))[-1], expected, atol=1e-5)


@pytest.mark.parametrize("looked_up", [False, True])
@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_gradients_of_a_style_agree_with_finite_differences(family: Family, looked_up: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    rows = 4 * {"rnn": 1, "gru": 3, "lstm": 4}[family]
    shapes = [(2, 3) if looked_up else (3, 2, 3), (rows, 3), (rows, 4), (rows,), (rows,), (2, 3)]
    ids = torch.tensor([[0, 1], [1, 1], [0, 0]])

    def run(x: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, style: Tensor) -> list[Tensor]:
        given = (ids, x) if looked_up else (x, None)
        return [out for out in run_layer(family, *given, (w_ih, w_hh, b_ih, b_hh), style=style) if out is not None]

    drawn = [torch.randn(*s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes]
    assert torch.autograd.gradcheck(run, drawn)


def test_a_description_with_labels_survives_the_round_trip() -> None:
    architecture = Architecture("gru", 9, 3, 4, 2, labels=5)
    assert Architecture.from_dict(architecture.to_dict()) == architecture
    assert "labels" not in Architecture("gru", 9, 3, 4, 2).to_dict()
    with pytest.raises(ArchitectureError, match="labels is a whole number from 0"):
        Architecture("gru", 9, 3, 4, labels=-1)
    assert architecture.parameters == sum(int(np.prod(s)) for s in architecture.shapes().values())
    for module in (make_cell(architecture), CharRNNLoop(architecture)):
        assert {name: tuple(p.shape) for name, p in module.named_parameters()} == architecture.shapes()
