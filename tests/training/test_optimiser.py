"""The optimiser against torch's own class and clipping, and its memory of the past."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.update.optimiser import KINDS, Optimiser

RECIPE = Recipe(name="x", corpus="names", clip=0.5, weight_decay=0.1, beta2=0.98)
CPU = torch.device("cpu")


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def _loss(network: nn.Module, step: int, size: float) -> torch.Tensor:
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(step))
    loss: torch.Tensor = size * network(x).square().sum()
    return loss


def test_steps_are_those_of_adamw_behind_clipping() -> None:
    """With gradients above and below the norm at which they are clipped, and a rate that changes."""
    mine, torchs = _network(), _network()
    optimiser = Optimiser(mine, RECIPE, CPU)
    adamw = torch.optim.AdamW(torchs.parameters(), betas=(RECIPE.beta1, RECIPE.beta2), weight_decay=0.1)
    norms = []
    for step in range(6):
        size, rate = (0.01, 0.02) if step % 2 else (10.0, 0.01)
        _loss(mine, step, size).backward()
        _loss(torchs, step, size).backward()
        adamw.param_groups[0]["lr"] = rate
        expected = nn.utils.clip_grad_norm_(torchs.parameters(), RECIPE.clip)
        adamw.step()
        adamw.zero_grad()
        norm = optimiser.clip()
        optimiser.step(rate)
        torch.testing.assert_close(norm, expected)
        norms.append(float(norm))
        for p, q in zip(mine.parameters(), torchs.parameters(), strict=True):
            torch.testing.assert_close(p, q)
    assert min(norms) < RECIPE.clip < max(norms)


def test_the_past_goes_by_name_and_comes_back() -> None:
    network = _network()
    optimiser = Optimiser(network, RECIPE, CPU)
    assert optimiser.moments() == {}
    for step in range(3):
        _loss(network, step, 1.0).backward()
        optimiser.clip()
        optimiser.step(0.01)
    moments = {name: part.clone() for name, part in optimiser.moments().items()}
    assert set(moments) == {f"{kind}/{name}" for kind in KINDS for name, _ in network.named_parameters()}
    assert moments["momentum/0.weight"].shape == (4, 3)
    assert float(moments["count/2.bias"]) == 3
    other = _network()
    other.load_state_dict(network.state_dict())
    again = Optimiser(other, RECIPE, CPU)
    again.restore({kind: {n.split("/")[1]: p for n, p in moments.items() if n.startswith(kind)} for kind in KINDS})
    for run, its in ((network, optimiser), (other, again)):
        _loss(run, 9, 1.0).backward()
        its.step(0.01)
    for p, q in zip(network.parameters(), other.parameters(), strict=True):
        assert torch.equal(p, q)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_seen(bad: float) -> None:
    network = _network()
    optimiser = Optimiser(network, RECIPE, CPU)
    assert optimiser.all_finite()
    with torch.no_grad():
        next(network.parameters())[1, 1] = bad
    assert not optimiser.all_finite()
