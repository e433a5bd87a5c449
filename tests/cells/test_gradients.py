"""Every parameter of every family is learnt: it gets a gradient, and the gradient is the right one."""

import pytest
import torch
from torch import Tensor, nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.through_time.loss import inputs_of, next_character_loss
from charrnn_tui.cells.torch_cell import make_cell, rnn_loop
from charrnn_tui.cells.torch_loop import CharRNNLoop
from networks import architectures, label, random_ids, random_weights


def loss_of(module: nn.Module, ids: Tensor) -> Tensor:
    read = inputs_of(ids)
    answers = module(read)[0] if isinstance(module, CharRNNLoop) else rnn_loop(module, read)  # type: ignore[arg-type]
    return next_character_loss(answers, ids)


@pytest.mark.parametrize("make", [make_cell, CharRNNLoop])
@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_every_parameter_gets_a_gradient(architecture: Architecture, make: type[nn.Module]) -> None:
    torch.manual_seed(0)
    module = make(architecture)
    ids = torch.from_numpy(random_ids(architecture, 8, 12))
    loss_of(module, ids).backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        # Each unit's row takes part, not just some; only symbols that were never read have no gradient.
        rows = parameter.grad.reshape(len(parameter), -1).abs().sum(1)
        if name == "embedding.weight":
            rows = rows[inputs_of(ids).unique()]
        assert (rows > 0).all(), name


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_cell_and_loop_have_the_same_gradients(architecture: Architecture) -> None:
    weights = {name: torch.from_numpy(w).double() for name, w in random_weights(architecture).items()}
    ids = torch.from_numpy(random_ids(architecture, 3, 8))
    gradients = []
    for module in (make_cell(architecture).double(), CharRNNLoop(architecture).double()):
        module.load_state_dict(weights)
        loss_of(module, ids).backward()
        gradients.append({name: p.grad for name, p in module.named_parameters()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "architecture", [Architecture(f, 4, 2, 3, n) for f in ("rnn", "gru", "lstm") for n in (1, 2)], ids=label
)
def test_finite_differences_agree(architecture: Architecture) -> None:
    cell = make_cell(architecture).double()
    cell.load_state_dict({name: torch.from_numpy(w).double() for name, w in random_weights(architecture).items()})
    ids = torch.tensor([[0, 1, 2, 3, 0], [0, 3, 0, -1, -1]])
    loss_of(cell, ids).backward()
    step = 1e-6
    with torch.no_grad():
        for name, parameter in cell.named_parameters():
            assert parameter.grad is not None
            flat, gradient = parameter.view(-1), parameter.grad.view(-1)
            for i in range(len(flat)):
                value = float(flat[i])
                flat[i] = value + step
                above = float(loss_of(cell, ids))
                flat[i] = value - step
                below = float(loss_of(cell, ids))
                flat[i] = value
                difference = (above - below) / (2 * step)
                assert difference == pytest.approx(float(gradient[i]), rel=1e-5, abs=1e-7), (name, i)
