"""What a run chooses by itself: threads, number format, the size of an update."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from runs import SMALL, losses, named, train, trainer_for, write_names

from charrnn_tui.training.plan import precision, threads
from charrnn_tui.training.plan.sizes import items_at_once, streams_at_once


def test_small_updates_take_one_thread_and_the_screen_keeps_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "available_cores", lambda: 4)
    assert threads.most_threads(30_000, 32 * 8, reserve_core=False) == 1
    assert threads.most_threads(300_000, 128 * 8, reserve_core=False) == 4
    assert threads.most_threads(300_000, 128 * 8, reserve_core=True) == 3
    monkeypatch.setattr(threads, "available_cores", lambda: 1)
    assert threads.most_threads(300_000, 128 * 8, reserve_core=True) == 1


def test_bfloat16_is_taken_where_it_is_in_hardware_and_the_network_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    monkeypatch.setattr(precision, "_has_bfloat16", lambda device: True)
    taken = {
        (family, hidden): precision.choose_precision("auto", cpu, family, hidden)
        for family in ("rnn", "gru", "lstm")
        for hidden in (64, 128, 256, 512)
    }
    large = {key for key, chosen in taken.items() if chosen == "bfloat16"}
    assert large == {("rnn", 512), ("gru", 256), ("gru", 512), ("lstm", 128), ("lstm", 256), ("lstm", 512)}
    assert precision.choose_precision("auto", torch.device("cuda"), "rnn", 128) == "bfloat16"
    assert precision.choose_precision("float32", cpu, "lstm", 256) == "float32"
    monkeypatch.setattr(precision, "_has_bfloat16", lambda device: False)
    assert precision.choose_precision("auto", cpu, "lstm", 256) == "float32"
    assert precision.choose_precision("bfloat16", cpu, "rnn", 8) == "bfloat16"


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_bfloat16_learns_what_float32_learns(tmp_path: Path, family: str) -> None:
    corpus = write_names(tmp_path)
    recipe = replace(SMALL, family=family, epochs=12)
    exact = losses(train(named(recipe, "exact", corpus)))[-1][2]
    rounded = losses(train(named(replace(recipe, precision="bfloat16"), "rounded", corpus)))[-1][2]
    assert rounded == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_dropped_recurrent_weights_still_learn_and_are_whole_in_evaluation(tmp_path: Path, family: str) -> None:
    corpus = write_names(tmp_path)
    recipe = replace(SMALL, family=family, layers=2, weight_dropout=0.3, dropout=0.2, epochs=12)
    trainer = trainer_for(named(recipe, "dropped", corpus))
    events = list(trainer.run())
    assert losses(events)[-1][2] < losses(events)[0][2] - 0.2
    network = trainer.parts.network
    ids = torch.tensor([[0, 1, 2, 3]])
    network.train()
    torch.manual_seed(0)
    first, _ = network(ids)
    second, _ = network(ids)
    assert not torch.equal(first, second)
    network.eval()
    assert torch.equal(network(ids)[0], network(ids)[0])


def test_short_corpora_take_smaller_updates() -> None:
    assert items_at_once(30_000, 128) == 128
    assert items_at_once(7000, 128) == 46
    assert items_at_once(1000, 128) == 16
    assert items_at_once(240, 128) == 10
    assert items_at_once(3, 128) == 8
    assert items_at_once(3, 4) == 4
    assert streams_at_once(1_000_000, 32, 64) == 32
    assert streams_at_once(1000, 32, 64) == 7
    assert streams_at_once(10, 32, 64) == 1
