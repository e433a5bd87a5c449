"""An n-gram from a corpus to an open model, as any other run is told, kept and refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runs import write_names

from charrnn_tui.cells import NgramArchitecture, NgramCell
from charrnn_tui.insight.between import between
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.estimate import estimate
from charrnn_tui.training.plan.prepare import settle
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.process.messages import Evaluated, Event, Finished, References, Sampled, Saved, Started, Stop
from charrnn_tui.training.run.record import read_history, read_samples
from charrnn_tui.training.run.start import Run, start_run
from charrnn_tui.transfer.exporting import export_safetensors
from charrnn_tui.transfer.importing import import_model
from charrnn_tui.transfer.onnx_step import export_onnx

NGRAM = Recipe(family="ngram", order=4, name="counts")


def begin(recipe: Recipe, *, resume: bool = False, base: str | None = None) -> Run:
    library = Library()
    recipe = settle(recipe, library, resume=resume)
    return start_run(recipe, library.folder_for(recipe.name), library=library, resume=resume, base=base)


def events_of(recipe: Recipe) -> list[Event]:
    return list(begin(recipe).run())


def test_a_list_is_counted_told_kept_and_opened(tmp_path: Path) -> None:
    recipe = replace(NGRAM, corpus=str(write_names(tmp_path)))
    events = events_of(recipe)
    assert [type(event) for event in events] == [Started, References, Evaluated, Sampled, Saved, Finished]
    started, references, evaluated = events[:3]
    assert isinstance(started, Started)
    assert isinstance(references, References)
    assert isinstance(evaluated, Evaluated)
    assert (started.family, started.order, started.layers) == ("ngram", 4, 0)
    model = Library().open("counts")
    assert isinstance(model.cell, NgramCell)
    assert isinstance(model.info.architecture, NgramArchitecture)
    assert model.info.architecture.parameters == started.parameters
    assert started.parameters <= estimate(recipe).parameters
    held_out = [line for line in Path(str(recipe.corpus)).read_text().split() if model.seen(line) == "validation"]
    assert model.evaluate(held_out).nats_per_char == pytest.approx(evaluated.validation_loss, rel=1e-6)
    assert evaluated.training_loss < evaluated.validation_loss < np.log(model.vocabulary.size)
    assert model.info.validation_loss == evaluated.validation_loss
    assert model.info.results["finished"]
    assert "hidden" not in model.info.recipe
    assert model.info.recipe["order"] == 4
    assert [row["step"] for row in read_history(model.folder or tmp_path)] == [1]
    assert len(read_samples(model.folder or tmp_path)[0]["samples"]) == 3
    assert list(model.sample(3, "ba", seed=5)) == list(model.sample(3, "ba", seed=5))


def test_running_text_is_counted_with_a_block_held_out(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("It was the best of times, it was the worst of times.\n" * 60, encoding="utf-8")
    events = events_of(replace(NGRAM, corpus=str(path), kind="stream"))
    assert next(event for event in events if isinstance(event, Evaluated)).validation_loss < 0.5
    model = Library().open("counts")
    assert model.info.kind == "stream"
    assert "times" in next(model.sample(1, "It was the best of ", max_length=20, temperature=0))


def test_it_moves_as_one_file_and_is_no_network(tmp_path: Path) -> None:
    events_of(replace(NGRAM, corpus=str(write_names(tmp_path))))
    folder = Library().find("counts")
    export_safetensors(folder, tmp_path / "one.safetensors")
    moved = Model.open(import_model(tmp_path / "one.safetensors", Library(), "moved"))
    model = Model.open(folder)
    assert list(moved.sample(5, seed=2)) == list(model.sample(5, seed=2))
    with pytest.raises(ModelError, match="counts is a 4-gram, not a network; ONNX files hold networks alone"):
        export_onnx(folder, tmp_path / "step.onnx")
    with pytest.raises(ModelError, match="counts is a 4-gram, not a network; it is counted in one go"):
        begin(replace(NGRAM, name="more", family="lstm", corpus=str(tmp_path / "words.txt")), base="counts")
    with pytest.raises(RecipeError, match="counts is an n-gram: all is counted"):
        begin(Recipe(name="counts"), resume=True)


def test_a_stop_before_all_is_counted_keeps_nothing(tmp_path: Path) -> None:
    run = begin(replace(NGRAM, corpus=str(write_names(tmp_path))))
    run.request(Stop())
    with pytest.raises(RecipeError, match="nothing is kept"):
        list(run.run())
    assert not (Library().user / "counts" / "model.json").exists()


def test_labels_are_passed_over_with_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("name,kind\n" + "".join(f"ba{'na' * (n % 5)},{'xy'[n % 2]}\n" for n in range(60)))
    events = events_of(replace(NGRAM, corpus=str(table), column="name", label="kind"))
    assert isinstance(events[0], Started)
    assert any("learns no labels" in note for note in events[0].notes)
    assert Library().open("counts").labels == ()


def test_what_would_not_be_an_ngram_is_refused() -> None:
    with pytest.raises(RecipeError, match="order is a whole number, at least 1, not 0"):
        replace(NGRAM, order=0)
    with pytest.raises(RecipeError, match="from 1 to 32, not 33"):
        replace(NGRAM, order=33)
    with pytest.raises(RecipeError, match="counted in one go"):
        _ = NGRAM.network_family
    assert Recipe.from_dict(NGRAM.to_dict()) == NGRAM
    assert "order" not in Recipe().to_dict()


def test_nothing_lies_between_two_states_of_characters(tmp_path: Path) -> None:
    events_of(replace(NGRAM, corpus=str(write_names(tmp_path))))
    with pytest.raises(InsightError, match="the states of counts are characters"):
        between(Library().open("counts"), "ba", "ke", 3)
