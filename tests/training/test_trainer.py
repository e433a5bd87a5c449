"""A run learns, tells what it does, keeps what is best and ends in good order."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from runs import SMALL, losses, make_names, named, recorded, train, trainer_for, write_names

from charrnn_tui.cells import Architecture, Family, NumpyCell
from charrnn_tui.model import WEIGHTS, read_tensors
from charrnn_tui.model.library import Library, NameTakenError
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.messages import Evaluated, Finished, Inside, Progress, Sampled, Saved, Started
from charrnn_tui.training.run.trainer import Trainer
from charrnn_tui.training.update.network import NEW_SHARE, grow_weights


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_names(tmp_path)


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_it_learns_more_than_how_often_letters_occur(corpus: Path, family: str) -> None:
    events = train(named(replace(SMALL, family=family, epochs=20), "words", corpus))
    words = make_names()
    counts = Counter("".join(words)) + Counter({"\n": len(words)})
    total = sum(counts.values())
    unigram = -sum(n / total * math.log(n / total) for n in counts.values())
    last = losses(events)[-1]
    assert last[2] < 0.85 * unigram
    model = Library().open("words")
    assert model.info.validation_loss == pytest.approx(min(v for _, _, v in losses(events)))


def test_the_saved_model_has_the_loss_that_was_told(corpus: Path) -> None:
    """The NumPy model, evaluated on the held-out items, agrees with what the trainer measured in torch."""
    recipe = named(SMALL, "words", corpus)
    events = train(recipe)
    held_out = read_texts(recipe).validation
    told = min(v for _, _, v in losses(events))
    assert Library().open("words").evaluate(held_out).nats_per_char == pytest.approx(told, abs=1e-5)


def test_events_come_in_order_and_say_what_they_mean(corpus: Path) -> None:
    events = train(named(SMALL, "words", corpus))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "completed"
    assert events[0].total_steps == events[-1].step
    evaluated = [e for e in events if isinstance(e, Evaluated)]
    sampled = [e for e in events if isinstance(e, Sampled)]
    assert [e.step for e in evaluated] == [e.step for e in sampled]
    assert evaluated[-1].step == events[0].total_steps
    early = [e for e in evaluated if e.early]
    assert [e.step for e in early] == [0, 1, 3, 10]
    assert not any(e.improved for e in early)
    assert early[0].validation_loss == pytest.approx(math.log(events[0].vocabulary_size), abs=0.3)
    inside = [e for e in events if isinstance(e, Inside)]
    assert inside[0].step == 0
    assert inside[0].fading[0] == 1
    evaluated = [e for e in evaluated if not e.early]
    for e in evaluated:
        assert e.bits_per_char == pytest.approx(e.validation_loss / math.log(2))
        assert e.gap == pytest.approx(e.validation_loss - e.training_loss)
        assert e.gradient_norm > 0
        assert e.learning_rate > 0
    assert [e.best_loss for e in evaluated] == list(np.minimum.accumulate([e.validation_loss for e in evaluated]))
    assert [group["temperature"] for group in sampled[0].samples] == [0.5, 0.8, 1.1]
    assert any(isinstance(e, Saved) and e.what == "model" for e in events)


def test_a_finished_run_leaves_a_model_its_history_and_no_checkpoint(corpus: Path) -> None:
    events = train(named(SMALL, "words", corpus))
    folder = Library().find("words")
    names = {p.name for p in folder.iterdir()}
    assert names == {
        "model.safetensors",
        "model.json",
        "history.jsonl",
        "samples.jsonl",
        "inside.jsonl",
        "lines.safetensors",
    }
    assert recorded(folder) == losses(events)
    model = Library().open("words")
    assert model.info.results["finished"] is True
    words = make_names()
    assert model.seen(words[0]) in ("training", "validation")
    assert model.seen("zzz") == ""


def test_the_same_seed_gives_the_same_run(corpus: Path) -> None:
    one, other = train(named(SMALL, "one", corpus)), train(named(SMALL, "other", corpus))
    third = train(replace(named(SMALL, "third", corpus), seed=5))
    assert losses(one) == losses(other)
    assert losses(one) != losses(third)


def test_progress_tells_speed_and_what_is_left(corpus: Path) -> None:
    trainer = trainer_for(named(replace(SMALL, epochs=5000), "words", corpus))
    first = next(event for event in trainer.run() if isinstance(event, Progress))
    assert first.characters_per_second > 0
    assert first.seconds_left >= 0
    assert 0 < first.step < first.total_steps


def test_stopping_keeps_a_checkpoint_and_says_so(corpus: Path) -> None:
    trainer = trainer_for(named(replace(SMALL, epochs=500), "words", corpus))
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, Evaluated):
            trainer.request(messages.Stop())
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "stopped"
    assert events[-1].step < trainer.position.total_steps
    assert (Library().find("words") / "checkpoint.safetensors").exists()


def test_stopped_before_the_first_evaluation_it_still_leaves_a_model(corpus: Path) -> None:
    trainer = trainer_for(named(SMALL, "words", corpus))
    trainer.request(messages.Stop())
    events = list(trainer.run())
    assert isinstance(events[-1], Finished)
    assert events[-1].step == 0
    assert Library().open("words").info.validation_loss is not None


def test_pause_waits_and_resume_goes_on(corpus: Path) -> None:
    trainer = trainer_for(named(SMALL, "words", corpus))
    events = trainer.run()
    head = list(islice(events, 1))
    trainer.request(messages.Pause())
    for event in events:
        head.append(event)
        if isinstance(event, messages.Paused):
            trainer.request(messages.Save())
            trainer.request(messages.Resume())
            break
    tail = list(events)
    assert isinstance(tail[-1], Finished)
    assert any(isinstance(e, messages.Resumed) for e in tail)
    assert losses([*head, *tail]) == losses(train(named(SMALL, "undisturbed", corpus)))


def test_the_learning_rate_can_be_changed_while_it_runs(corpus: Path) -> None:
    trainer = trainer_for(named(SMALL, "words", corpus))
    rates = []
    for event in trainer.run():
        if isinstance(event, Evaluated) and not event.early:
            rates.append(event.learning_rate)
            if len(rates) == 1:
                trainer.request(messages.SetLearningRate(1e-5))
    assert rates[0] > 1e-3
    assert 0 < rates[1] < 2e-5


def test_an_exploding_loss_stops_the_run_and_keeps_the_last_good_weights(corpus: Path) -> None:
    trainer = trainer_for(named(replace(SMALL, epochs=40), "words", corpus))
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, Saved) and event.what == "model":
            for p in trainer.parts.network.parameters():
                p.data.fill_(float("nan"))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "diverged"
    assert "smaller learning rate" in events[-1].message
    assert np.isfinite(Library().open("words").evaluate(["bada"]).nats_per_char)


def test_patience_ends_a_run_that_no_longer_gains(tmp_path: Path) -> None:
    corpus = write_names(tmp_path, count=40)
    recipe = replace(SMALL, epochs=2000, patience=3, dropout=0.0, weight_decay=0.0, hidden=64)
    events = train(named(recipe, "words", corpus))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "early"
    evaluated = [e for e in events if isinstance(e, Evaluated)]
    assert not any(e.improved for e in evaluated[-3:])
    assert events[-1].best_step == evaluated[-4].step
    assert Library().open("words").info.results["step"] == evaluated[-4].step


def test_fine_tuning_starts_from_the_other_model(corpus: Path, tmp_path: Path) -> None:
    train(named(replace(SMALL, epochs=20), "words", corpus))
    other = tmp_path / "other.txt"
    other.write_text("\n".join(make_names(200, seed=9)) + "\n", encoding="utf-8")
    fresh = losses(train(named(replace(SMALL, epochs=4, learning_rate=1e-3), "fresh", other)))
    tuned = losses(train(named(replace(SMALL, epochs=4, learning_rate=1e-3), "tuned", other), base="words"))
    assert tuned[0][2] < fresh[0][2] - 0.3
    model = Library().open("tuned")
    assert model.vocabulary == Library().open("words").vocabulary
    assert model.info.recipe["base"] == "words"


def test_fine_tuning_grows_the_vocabulary_by_new_symbols(corpus: Path, tmp_path: Path) -> None:
    train(named(replace(SMALL, epochs=20), "words", corpus))
    before = Library().open("words")
    other = tmp_path / "other.txt"
    other.write_text("\n".join(w.replace("a", "ä") for w in make_names(300, seed=9)) + "\n", encoding="utf-8")
    with pytest.raises(UnknownSymbolsError):
        before.stream("ä")
    events = train(named(replace(SMALL, epochs=12), "grown", other), base="words")
    grown = Library().open("grown")
    assert set(grown.vocabulary.symbols) == {*before.vocabulary.symbols, "ä"}
    assert "ä" in "".join(grown.sample(50, seed=1))
    assert losses(events)[-1][2] < losses(events)[0][2]


def test_a_grown_network_says_what_it_said_before(corpus: Path) -> None:
    """Growing alone hardly changes the probabilities of the old symbols."""
    train(named(replace(SMALL, epochs=20), "words", corpus))
    model = Library().open("words")
    vocabulary, places = model.vocabulary.grown("äz")
    old = read_tensors(Library().find("words") / WEIGHTS)
    weights = grow_weights(old, places, vocabulary.size)
    a = model.info.architecture
    cell = NumpyCell(Architecture(a.family, vocabulary.size, a.embedding, a.hidden, a.layers), weights)
    _, before = model.cell.read([0, *model.vocabulary.encode("ba")], model.cell.initial_state(1))
    _, after = cell.read([0, *vocabulary.encode("ba")], cell.initial_state(1))
    np.testing.assert_allclose(np.exp(after[0, places]), np.exp(before[0]), atol=0.02)


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("new", [1, 40])
def test_new_symbols_get_a_bounded_share_after_any_text(family: Family, new: int) -> None:
    """Also where the old symbols are nearly equally likely, and where an output row is large."""
    rng = np.random.default_rng(0)
    for size in (0.01, 1.0, 20.0):
        old = Architecture(family, 6, 5, 12, 1)
        weights = {name: size * rng.normal(size=shape) for name, shape in old.shapes().items()}
        places = np.sort(rng.permutation(6 + new - 1)[:5] + 1)
        places = np.concatenate([[0], places])
        grown = grow_weights(weights, places, 6 + new)
        cells = NumpyCell(old, weights), NumpyCell(Architecture(family, 6 + new, 5, 12, 1), grown)
        text = [0, *rng.integers(1, 6, 40)]
        states = [cell.initial_state(1) for cell in cells]
        for id_ in text:
            states[0], before = cells[0].step(np.array([id_]), states[0])
            states[1], after = cells[1].step(places[[id_]], states[1])
            kept = np.exp(after[0, places].astype(np.float64))
            assert 1 - kept.sum() <= NEW_SHARE * 1.01
            np.testing.assert_allclose(kept, np.exp(before[0]), rtol=NEW_SHARE * 1.01, atol=1e-6)


def test_a_corpus_with_an_item_or_two_still_trains(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("solo\nduet\n", encoding="utf-8")
    events = train(replace(named(SMALL, "tiny", path), kind="lines", epochs=30))
    assert isinstance(events[-1], Finished)


def test_evaluations_take_a_bounded_share_of_a_running_text(tmp_path: Path) -> None:
    """By the arithmetic: an update goes forwards and twice backwards, an evaluation forwards only."""
    path = tmp_path / "text.txt"
    path.write_text("".join(f"{n} " for n in range(9_000)), encoding="utf-8")
    recipe = replace(named(SMALL, "text", path), kind="stream", window=16, batch_size=4, epochs=20, learning_rate=0.001)
    trainer = trainer_for(recipe)
    data = trainer.parts.data
    evaluations = trainer.position.total_steps // trainer.evaluator.every
    read = evaluations * (data.validation_size + data.training_sample_size)
    assert 0.07 < read / (3 * 20 * data.training_size) <= 0.1
    short = trainer_for(replace(recipe, epochs=0.5, name="short"))
    assert short.position.total_steps // short.evaluator.every == 4


def test_two_runs_of_one_name_do_not_share_a_folder(corpus: Path) -> None:
    """Both looked before either had begun: the name is the first one's."""
    trainer_for(named(SMALL, "words", corpus))
    with pytest.raises(NameTakenError, match="already a model"):
        Trainer(named(SMALL, "words", corpus), Library().folder_for("words"))


def test_diverged_before_the_first_evaluation_it_claims_no_weights(corpus: Path) -> None:
    trainer = trainer_for(named(SMALL, "words", corpus))
    events = trainer.run()
    next(events)
    for p in trainer.parts.network.parameters():
        p.data.fill_(float("nan"))
    last = list(events)[-1]
    assert isinstance(last, Finished)
    assert last.reason == "diverged"
    assert "kept" not in last.message
    (entry,) = [e for e in Library().entries() if not e.shipped]
    assert (entry.name, entry.unfinished, entry.info) == ("words", True, None)
    Library().delete("words")
    assert isinstance(train(named(SMALL, "words", corpus))[-1], Finished)
