"""Resuming is exact: a run that was interrupted gives the losses and weights of one that was not."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from runs import SMALL, assert_same_weights, losses, named, recorded, train, trainer_for, write_names

from charrnn_tui.files import paths
from charrnn_tui.model.library import Library
from charrnn_tui.text import text_hash
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.client import WorkerClient
from charrnn_tui.training.process.messages import Evaluated, Failed, Finished, Save, Saved, Start
from charrnn_tui.training.run.checkpoint import CheckpointError
from charrnn_tui.training.run.data import LinesData

LONG = replace(SMALL, epochs=14, dropout=0.3, layers=2)


def stop_after(recipe, step: int) -> None:
    """Run until a step and stop there."""
    trainer = trainer_for(recipe)
    update = trainer.update

    def counted(batch) -> None:
        update(batch)
        if trainer.position.step == step:
            trainer.request(messages.Stop())

    trainer.update = counted
    events = list(trainer.run())
    assert isinstance(events[-1], Finished)
    assert events[-1].step == step


def test_stopped_at_any_step_it_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    recipe = replace(LONG, epochs=5)
    whole = train(named(recipe, "whole", corpus))
    library = Library()
    for step in (1, 33, 40):
        cut = f"cut-{step}"
        stop_after(named(recipe, cut, corpus), step)
        train(replace(recipe, name=cut), resume=True)
        assert recorded(library.find(cut)) == losses(whole)
        assert_same_weights(library.find("whole"), library.find(cut))


def test_a_stream_takes_its_state_up_again_too(tmp_path: Path) -> None:
    corpus = tmp_path / "text.txt"
    corpus.write_text("the cat sat on the mat, and the dog ran off.\n" * 300, encoding="utf-8")
    recipe = replace(SMALL, kind="stream", window=16, batch_size=4, epochs=0.6, dropout=0.2)
    whole = train(named(recipe, "whole", corpus))
    stop_after(named(recipe, "cut", corpus), 37)
    train(replace(recipe, name="cut"), resume=True)
    library = Library()
    assert recorded(library.find("cut")) == losses(whole)
    assert_same_weights(library.find("whole"), library.find("cut"))


async def test_killed_outright_it_is_taken_up_again_exactly(tmp_path: Path) -> None:
    """kill -9 of the real process, some steps after its last checkpoint."""
    corpus = write_names(tmp_path)
    recipe = replace(named(LONG, "cut", corpus), kind="lines", epochs=24)
    models = str(paths.models())
    client = await WorkerClient.spawn()
    await client.send(Start(recipe.to_dict(), models))
    evaluations = 0
    saved = killed = False
    async for event in client.events():
        if isinstance(event, Evaluated):
            evaluations += 1
            if evaluations == 2:
                await client.send(Save())
            if evaluations >= 4 and saved and not killed:
                os.kill(client.pid, signal.SIGKILL)
                killed = True
        if isinstance(event, Saved) and event.what == "checkpoint":
            saved = event.step > 0
        last = event
    assert isinstance(last, Failed)
    assert "signal 9" in last.message
    await client.close()
    client = await WorkerClient.spawn()
    await client.send(Start(replace(recipe).to_dict(), models, resume=True))
    events = [event async for event in client.events()]
    await client.close()
    assert isinstance(events[-1], Finished)
    assert events[0].step > 0
    whole = train(replace(recipe, name="whole"))
    library = Library()
    assert recorded(library.find("cut")) == losses(whole)
    assert_same_weights(library.find("whole"), library.find("cut"))


def test_a_finished_model_trains_on(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    first = train(named(replace(SMALL, epochs=4), "words", corpus))
    events = train(replace(SMALL, name="words", epochs=8), resume=True)
    assert events[0].step == first[-1].step
    assert events[-1].step == 3 * first[-1].step
    assert losses(events)[-1][2] < losses(first)[-1][2]
    rows = recorded(Library().find("words"))
    assert rows == [*losses(first), *losses(events)]


def test_what_cannot_be_taken_up_again_is_said(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        trainer_for(replace(SMALL, name="nothing"), resume=True)
    stop_after(named(LONG, "cut", corpus), 30)
    write_names(tmp_path, seed=1)
    with pytest.raises(CheckpointError, match="has changed"):
        trainer_for(replace(LONG, name="cut"), resume=True)
    path = Library().folder_for("cut") / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        trainer_for(replace(LONG, name="cut"), resume=True)


@pytest.mark.parametrize("how", ["sorted", "doubled", "two doubled"])
def test_a_list_in_another_order_or_number_has_changed(tmp_path: Path, how: str) -> None:
    """What resuming must give depends on both, and an even number of repetitions must not cancel out."""
    corpus = write_names(tmp_path)
    stop_after(named(LONG, "cut", corpus), 3)
    lines = corpus.read_text(encoding="utf-8").splitlines()
    changed = {
        "sorted": sorted(lines, reverse=True),
        "doubled": [*lines, lines[0]],
        "two doubled": lines[:1] * 3 + lines[1:],
    }
    corpus.write_text("\n".join(changed[how]) + "\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match="has changed"):
        trainer_for(replace(LONG, name="cut"), resume=True)


def test_a_checkpoint_with_the_fingerprint_of_before_is_taken_up(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    texts = read_texts(named(LONG, "x", corpus))
    data = LinesData(texts, LONG)
    hashes = {text_hash(item) for item in (*texts.training, *texts.validation)}
    blind = f"{len(texts.training)}-{len(texts.validation)}-{reduce(xor, hashes):016x}"
    assert data.is_what(blind)
    assert data.is_what(data.fingerprint)
    assert not data.is_what(blind[:-1] + ("0" if blind[-1] != "0" else "1"))


def test_another_file_held_out_has_changed(tmp_path: Path) -> None:
    text, held_out = tmp_path / "text.txt", tmp_path / "held_out.txt"
    text.write_text("the cat sat on the mat, and the dog ran off.\n" * 200, encoding="utf-8")
    held_out.write_text("the dog sat on the mat.\n" * 20, encoding="utf-8")
    recipe = replace(SMALL, kind="stream", window=16, batch_size=4, epochs=0.6, validation=str(held_out))
    stop_after(named(recipe, "cut", text), 3)
    held_out.write_text("the cat ran off the mat.\n" * 20, encoding="utf-8")
    with pytest.raises(CheckpointError, match="has changed"):
        trainer_for(replace(recipe, name="cut"), resume=True)
