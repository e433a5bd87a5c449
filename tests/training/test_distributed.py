"""Two processes at the same global batch learn what one process learns."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tomlkit
import torch
from runs import SMALL, losses, named, recorded, train, weights, write_names

from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.distributed import Ranks
from forking import run_forked

HERE = Path(__file__).parent


def in_two_processes(root: Path, recipes: list[Recipe]) -> list[Path]:
    """Train one after the other in the same two processes; the models' folders."""
    for recipe in recipes:
        (root / f"{recipe.name}.toml").write_text(tomlkit.dumps(recipe.to_dict()), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    arguments = [str(root), *(recipe.name for recipe in recipes)]

    def run(rank: int) -> None:
        """As torchrun starts it (that is done once, where the command line is tested)."""
        env = {**common, "RANK": str(rank), "LOCAL_RANK": str(rank)}
        done = run_forked(arguments, program=(HERE / "two_ranks.py").read_text(encoding="utf-8"), env=env)
        assert done.returncode == 0, done.stderr[-3000:]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    return [root / "models" / recipe.name for recipe in recipes]


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    corpus = write_names(tmp_path, count=200)
    small = replace(SMALL, dropout=0.0, weight_dropout=0.0, epochs=4.0, batch_size=30, device="cpu", window=16, ema=0.9)
    recipes = [replace(named(small, kind, corpus), kind=kind) for kind in ("lines", "stream")]
    table = tmp_path / "labelled.csv"
    rows = [
        f"{name},{'' if at % 9 == 0 else 'ab'[len(name) % 2]}\n" for at, name in enumerate(corpus.read_text().split())
    ]
    table.write_text("name,label\n" + "".join(rows))
    recipes.append(replace(named(small, "labelled", table), column="name", label="label"))
    for recipe, two in zip(recipes, in_two_processes(tmp_path, recipes), strict=True):
        told = losses(train(recipe))
        for (step, *mine), (other_step, *theirs) in zip(told, recorded(two), strict=True):
            assert step == other_step
            assert mine == pytest.approx(theirs, abs=1e-4)
        mine, theirs = weights(Library().find(recipe.name)), weights(two)
        for name in mine:
            np.testing.assert_allclose(mine[name], theirs[name], atol=2e-3, err_msg=f"{recipe.name} {name}")


def test_every_row_goes_to_exactly_one_process() -> None:
    rows = torch.arange(7)
    shares = [Ranks(rank, 3).share(rows) for rank in range(3)]
    assert sorted(torch.cat(shares).tolist()) == list(range(7))


def test_states_come_together_in_the_order_of_the_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TorchState(torch.arange(2 * 6 * 3.0).reshape(2, 6, 3))
    shares = [Ranks(rank, 2).share(whole.hidden, dim=1) for rank in range(2)]

    def all_gather(out: list[torch.Tensor], _: torch.Tensor) -> None:
        for place, share in zip(out, shares, strict=True):
            place.copy_(share)

    monkeypatch.setattr("charrnn_tui.training.process.distributed.dist.all_gather", all_gather)
    assert torch.equal(Ranks(0, 2).gather(TorchState(shares[0])).hidden, whole.hidden)
