"""A label beside each item: who is trained under which, both losses, and runs that go on."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from runs import SMALL, assert_same_weights, losses, named, recorded, train, trainer_for, weights

from charrnn_tui.insight.styles import share_right
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import run_words
from charrnn_tui.text import split_by_hash
from charrnn_tui.training.plan.notes import many_labels, notes_on
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.messages import Evaluated
from charrnn_tui.training.run.checkpoint import CheckpointError
from charrnn_tui.training.run.data import LinesData
from charrnn_tui.training.run.labelled import NO_LABEL, mixture_of

LABELLED = replace(SMALL, column="name", label="land", epochs=20, label_dropout=0.3)


def rows(count: int = 400, seed: int = 0, lands: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Words that end as their label has it; a few have none, and some stand under two."""
    rng = random.Random(seed)
    ends = lands or {"north": "kk", "south": "oa", "west": "l"}
    found = []
    for number in range(count):
        land = rng.choice(list(ends))
        word = "".join(rng.choice("bdn" if i % 2 == 0 else "aei") for i in range(rng.randint(2, 5))) + ends[land]
        found.append((word, "" if number % 20 == 19 else land))
        if number % 25 == 0:
            found.append((word, rng.choice(list(ends))))
    return found


def write_table(folder: Path, table: list[tuple[str, str]] | None = None, name: str = "words.csv") -> Path:
    path = folder / name
    path.write_text("name,land\n" + "".join(f"{a},{b}\n" for a, b in table or rows()), encoding="utf-8")
    return path


def data_of(recipe: Recipe) -> LinesData:
    return LinesData(read_texts(recipe), recipe)


def labels_seen(data: LinesData, epoch: int, first: int = 0) -> list[tuple[str, int]]:
    """(item, number of the label it is trained under) in the order of an epoch."""
    seen = []
    for batch in data.epoch(epoch, first):
        assert batch.labels is not None
        texts = [data.vocabulary.decode([i for i in row if i > 0]) for row in batch.ids.tolist()]
        seen += list(zip(texts, batch.labels.tolist(), strict=True))
    return seen


def test_each_item_is_trained_under_its_own_label_or_none(tmp_path: Path) -> None:
    table = rows()
    data = data_of(named(LABELLED, "words", write_table(tmp_path, table)))
    assert data.labels == ("north", "south", "west")
    known = {(word, data.labels.index(land) if land else NO_LABEL) for word, land in table}
    seen = labels_seen(data, 0)
    assert len(seen) == data.training_size
    assert {(word, label) for word, label in seen if label != NO_LABEL} <= known
    bare = sum(not land for word, land in table if word in {w for w, _ in seen})
    withheld = (sum(label == NO_LABEL for _, label in seen) - bare) / (len(seen) - bare)
    assert 0.2 < withheld < 0.4
    assert seen != labels_seen(data, 1)


@pytest.mark.parametrize(("share", "none"), [(0.0, 0), (1.0, 1)])
def test_the_share_without_labels_is_as_asked(tmp_path: Path, share: float, none: int) -> None:
    table = [(word, land or "west") for word, land in rows()]
    data = data_of(named(replace(LABELLED, label_dropout=share), "words", write_table(tmp_path, table)))
    assert {label == NO_LABEL for _, label in labels_seen(data, 0)} == {bool(none)}


def test_an_epoch_can_be_made_again_from_any_batch_with_its_labels(tmp_path: Path) -> None:
    data = data_of(named(LABELLED, "words", write_table(tmp_path)))
    whole, rest = labels_seen(data, 3), labels_seen(data, 3, 2)
    assert whole[-len(rest) :] == rest


def test_labels_leave_the_order_of_items_and_the_start_of_a_network_as_they_are(tmp_path: Path) -> None:
    """So that runs with and without labels can be compared."""
    path = write_table(tmp_path)
    bare = replace(LABELLED, label=None)
    with_labels = labels_seen(data_of(named(LABELLED, "a", path)), 0)
    without = data_of(named(bare, "b", path))
    texts = [without.vocabulary.decode([i for i in row if i > 0]) for b in without.epoch(0) for row in b.ids.tolist()]
    assert [text for text, _ in with_labels] == texts
    one, other = trainer_for(named(LABELLED, "a", path)), trainer_for(named(bare, "b", path))
    mine, theirs = one.parts.network.state_dict(), other.parts.network.state_dict()
    assert mine.keys() - theirs.keys() == {"labels.weight"}
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)


def test_a_text_under_two_labels_never_crosses(tmp_path: Path) -> None:
    texts = read_texts(named(LABELLED, "words", write_table(tmp_path)))
    assert texts.training_labels is not None
    assert texts.validation_labels is not None
    assert set(texts.training).isdisjoint(texts.validation)
    both = [*zip(texts.training, texts.training_labels, strict=True)]
    both += zip(texts.validation, texts.validation_labels, strict=True)
    assert sorted(both) == sorted(rows())
    assert (list(texts.training), list(texts.validation)) == split_by_hash([word for word, _ in rows()])


def test_a_mixture_has_a_row_for_each_item() -> None:
    mixture = mixture_of(torch.tensor([1, NO_LABEL, 0]), 3, 2)
    assert mixture is not None
    assert mixture.tolist() == [[0, 1], [0, 0], [1, 0]]
    assert mixture_of(None, 2, 3).sum() == 0  # type: ignore[union-attr]
    assert mixture_of(None, 2, 0) is None


def test_the_model_knows_its_labels_and_both_losses(tmp_path: Path) -> None:
    """Both are those that the saved model has when it reads the held-out items itself, with and without."""
    path = write_table(tmp_path)
    events = train(named(LABELLED, "words", path))
    best = min((e for e in events if isinstance(e, Evaluated)), key=lambda e: e.validation_loss)
    folder = Library().find("words")
    model = Model.open(folder)
    assert model.labels == ("north", "south", "west")
    assert model.info.corpus["label"] == "land"
    assert model.info.results["unlabelled_loss"] == best.unlabelled_loss
    texts = read_texts(named(LABELLED, "words", path))
    assert texts.validation_labels is not None
    total, count = 0.0, 0
    for text, label in zip(texts.validation, texts.validation_labels, strict=True):
        one = model.styled(label or None).evaluate([text])
        total, count = total + one.nats_per_char * one.characters, count + one.characters
    assert total / count == pytest.approx(best.validation_loss, abs=1e-5)
    assert model.evaluate(texts.validation).nats_per_char == pytest.approx(best.unlabelled_loss, abs=1e-5)
    assert best.validation_loss < best.unlabelled_loss - 0.1  # type: ignore[operator]


def test_a_style_shows_in_what_is_written(tmp_path: Path) -> None:
    train(named(LABELLED, "words", write_table(tmp_path)))
    model = Model.open(Library().find("words"))
    for label, end in (("north", "kk"), ("south", "oa")):
        drawn = list(model.styled(label).sample(60, seed=1, temperature=0.5))
        assert sum(text.endswith(end) for text in drawn) > 45


def stop_after(recipe: Recipe, step: int, base: str | None = None) -> list[messages.Event]:
    trainer = trainer_for(recipe, base=base)
    update = trainer.update

    def counted(batch) -> None:
        update(batch)
        if trainer.position.step == step:
            trainer.request(messages.Stop())

    trainer.update = counted  # type: ignore[method-assign]
    return list(trainer.run())


def test_the_end_of_a_run_says_both_losses_and_how_often_the_label_is_told(tmp_path: Path) -> None:
    """Also of a run that is stopped, whose model is there to be written with."""
    path = write_table(tmp_path)
    done = train(named(replace(LABELLED, epochs=4), "words", path))[-1]
    stopped = stop_after(named(replace(LABELLED, epochs=14), "cut", path), 40)[-1]
    for event, name, finished in ((done, "words", True), (stopped, "cut", False)):
        assert isinstance(event, messages.Finished)
        results = Model.open(Library().find(name)).info.results
        assert results["finished"] is finished
        assert (event.unlabelled_loss, event.label_accuracy) == (results["unlabelled_loss"], results["label_accuracy"])
        assert f"({results['unlabelled_loss']:.3f} without a label)" in run_words.best(event)
        texts = read_texts(named(LABELLED, name, path))
        assert results["label_accuracy"] == share_right(
            Model.open(Library().find(name)), texts.validation, texts.validation_labels or ()
        )


def test_a_column_that_is_no_label_is_told(tmp_path: Path) -> None:
    words = [word for word, _ in rows()]
    ids = write_table(tmp_path, [(word, str(at)) for at, word in enumerate(words)], "ids.csv")
    (note,) = [note for note in notes_on(read_texts(named(LABELLED, "ids", ids)), 40) if "labels" in note]
    assert "different values" in note
    few = write_table(tmp_path)
    assert not many_labels(read_texts(named(LABELLED, "words", few)))
    many = write_table(tmp_path, [(f"{word}{at}", str(at % 600)) for at, word in enumerate(words * 4)], "many.csv")
    assert "different values" in many_labels(read_texts(named(LABELLED, "many", many)))


def test_a_run_with_labels_goes_on_exactly(tmp_path: Path) -> None:
    path = write_table(tmp_path)
    recipe = replace(LABELLED, epochs=5)
    whole = train(named(recipe, "whole", path))
    library = Library()
    for step in (1, 33):
        cut = f"cut-{step}"
        stop_after(named(recipe, cut, path), step)
        train(replace(SMALL, name=cut), resume=True)
        assert recorded(library.find(cut)) == losses(whole)
        assert_same_weights(library.find("whole"), library.find(cut))
        assert Model.open(library.find(cut)).labels == ("north", "south", "west")


def test_a_run_does_not_go_on_where_labels_have_changed(tmp_path: Path) -> None:
    table = rows()
    path = write_table(tmp_path, table)
    stop_after(named(LABELLED, "cut", path), 3)
    word, land = table[5]
    table[5] = word, "south" if land != "south" else "north"
    write_table(tmp_path, table)
    with pytest.raises(CheckpointError, match="has changed"):
        trainer_for(replace(SMALL, name="cut"), resume=True)


def test_a_finished_model_trains_on_with_its_labels(tmp_path: Path) -> None:
    train(named(replace(LABELLED, epochs=4), "words", write_table(tmp_path)))
    before = weights(Library().find("words"))["labels.weight"]
    train(replace(SMALL, name="words", epochs=4), resume=True)
    after = weights(Library().find("words"))["labels.weight"]
    assert before.shape == after.shape
    assert not np.array_equal(before, after)


def test_another_corpus_adds_its_labels_behind_those_that_are_known(tmp_path: Path) -> None:
    train(named(replace(LABELLED, epochs=4), "words", write_table(tmp_path)))
    more = write_table(tmp_path, rows(lands={"east": "nn", "south": "oa"}), "more.csv")
    trainer = trainer_for(named(replace(LABELLED, epochs=1), "more", more), base="words")
    assert trainer.parts.data.labels == ("north", "south", "west", "east")
    vectors = trainer.parts.network.labels.weight.detach().numpy()
    known = weights(Library().find("words"))["labels.weight"]
    np.testing.assert_array_equal(vectors[:3], known)
    assert np.abs(vectors[3]).max() < 1
    list(trainer.run())
    assert Model.open(Library().find("more")).labels == ("north", "south", "west", "east")


@pytest.mark.parametrize(("first", "then"), [("land", None), (None, "land")])
def test_labels_can_come_and_stay_away_on_the_way(tmp_path: Path, first: str | None, then: str | None) -> None:
    """A network with labels reads a corpus without; one without labels learns those of a corpus."""
    path = write_table(tmp_path)
    train(named(replace(LABELLED, label=first, epochs=2), "one", path))
    train(named(replace(LABELLED, label=then, epochs=2), "two", path), base="one")
    model = Model.open(Library().find("two"))
    assert model.labels == ("north", "south", "west")
    assert math.isfinite(model.info.results["unlabelled_loss"])


def test_a_label_that_only_stands_beside_held_out_items_is_none(tmp_path: Path) -> None:
    table = [(word, "north") for word, _ in rows()]
    _, held_out = split_by_hash([word for word, _ in table])
    table = [(word, "rare" if word in held_out else land) for word, land in table]
    data = data_of(named(LABELLED, "words", write_table(tmp_path, table)))
    assert data.labels == ("north",)
    assert {int(label) for part in data.validation() for label in part.labels} == {NO_LABEL}  # type: ignore[union-attr]


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_without_labels_lies_between_0_and_1(share: float) -> None:
    with pytest.raises(RecipeError, match="label dropout"):
        Recipe(label_dropout=share)
