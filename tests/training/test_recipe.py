"""Recipes: values without meaning are refused with a sentence; what is settled before a run starts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import tomlkit
from runs import SMALL, make_names, named, train, write_names

from charrnn_tui.model import read_info
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.run_words import corpus
from charrnn_tui.prompt.words import capitalised
from charrnn_tui.text import TextError
from charrnn_tui.text.stdlib import PYTHON_STDLIB, python_stdlib
from charrnn_tui.training.plan.estimate import estimate
from charrnn_tui.training.plan.notes import few_held_out_of
from charrnn_tui.training.plan.prepare import open_corpus, read_texts, settle
from charrnn_tui.training.plan.recipe import PRESETS, Recipe, RecipeError, read_settings
from charrnn_tui.training.update.schedule import learning_rate
from charrnn_tui.tui.content.model_facts import model_facts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden", 0),
        ("hidden", 2.5),
        ("layers", -1),
        ("dropout", 1.0),
        ("dropout", float("nan")),
        ("learning_rate", 0.0),
        ("learning_rate", float("inf")),
        ("epochs", -1),
        ("batch_size", True),
        ("family", "transformer"),
        ("precision", "int8"),
        ("kind", "poem"),
        ("ema", 1.0),
        ("seed", -1),
        ("validation_fraction", 0.0),
        ("seed", 2**63),
        ("hidden", 10**30),
        ("threads", 5000),
        ("clip", 10**400),
        ("epochs", 10**400),
    ],
)
def test_a_value_without_meaning_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(RecipeError) as refused:
        replace(Recipe(), **{name: value})
    words = str(refused.value)
    assert name.replace("_", " ") in words or name == "family"
    assert words.endswith(".")


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    recipe = replace(Recipe(), name="x", hidden=77, kind="lines", separator="\n\n")
    path = tmp_path / "recipe.toml"
    path.write_text(tomlkit.dumps(recipe.to_dict()), encoding="utf-8")
    assert Recipe.from_file(path) == recipe


@pytest.mark.parametrize(
    ("text", "said"),
    [("hiden = 3", "hiden"), ("hidden = ", "not TOML"), ("hidden = -3", "hidden"), ('hidden = "big"', "hidden")],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as refused:
        Recipe.from_file(path)
    assert said in str(refused.value)
    assert "recipe.toml" in str(refused.value)


def test_a_recipe_that_is_not_utf8_is_told_where(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_bytes(b'hidden = 3\nname = "\xff"')
    with pytest.raises(RecipeError, match=r"recipe.toml is not UTF-8: line 2, column 9 holds the byte 0xff"):
        Recipe.from_file(tmp_path / "recipe.toml")


def test_names_are_found_and_kept_apart(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    library = Library()
    recipe = settle(replace(SMALL, corpus=str(corpus)), library)
    assert (recipe.name, recipe.kind) == ("words-lstm", "lines")
    library.folder_for("words-lstm").mkdir(parents=True)
    assert settle(replace(SMALL, corpus=str(corpus)), library).name == "words-lstm-2"
    with pytest.raises(RecipeError, match="already a model"):
        settle(named(SMALL, "words-lstm", corpus), library)


def test_a_file_of_its_own_is_held_out_and_never_learnt(tmp_path: Path) -> None:
    corpus = write_names(tmp_path)
    held = tmp_path / "held.txt"
    items = corpus.read_text().split()
    held.write_text("\n".join(items[:20]) + "\n")
    texts = read_texts(replace(named(SMALL, "x", corpus), validation=str(held)))
    assert list(texts.validation) == items[:20]
    assert set(texts.validation).isdisjoint(texts.training)
    held.write_text("\n".join(items) + "\n")
    with pytest.raises(TextError, match="nothing is left"):
        read_texts(replace(named(SMALL, "x", corpus), validation=str(held)))


def test_the_standard_library_is_a_long_text() -> None:
    path = python_stdlib()
    corpus = open_corpus(replace(SMALL, corpus=PYTHON_STDLIB))
    assert corpus.kind == "stream"
    assert corpus.path == path
    assert path.stat().st_size > 1_000_000
    assert path.read_bytes().isascii()


def test_the_estimate_counts_what_the_run_will_do(tmp_path: Path) -> None:
    from runs import trainer_for

    from charrnn_tui.training.run.reporting import started

    recipe = named(SMALL, "words", write_names(tmp_path))
    told = estimate(recipe)
    trainer = trainer_for(recipe)
    began = started(trainer.parts, trainer.folder)
    assert told.total_steps == began.total_steps
    assert told.parameters == began.parameters == sum(p.numel() for p in trainer.parts.network.parameters())
    assert (told.training_items, told.validation_items) == (began.training_items, began.validation_items)
    assert told.seconds > 0


@pytest.mark.parametrize("held_out", [None, "abc " * 300])
def test_the_estimate_counts_what_a_running_text_will_do(tmp_path: Path, held_out: str | None) -> None:
    from runs import trainer_for

    from charrnn_tui.training.run.reporting import started

    text, other = tmp_path / "text.txt", tmp_path / "other.txt"
    text.write_text("abcde " * 2000, encoding="utf-8")
    recipe = replace(SMALL, name="text", corpus=str(text), kind="stream", epochs=2.0, window=16)
    if held_out:
        other.write_text(held_out, encoding="utf-8")
        recipe = replace(recipe, validation=str(other))
    told = estimate(recipe)
    trainer = trainer_for(recipe)
    began = started(trainer.parts, trainer.folder)
    assert told.total_steps == began.total_steps
    assert (told.training_items, told.validation_items) == (began.training_items, began.validation_items)


@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("preset", list(PRESETS))
def test_presets_are_recipes(preset: str, kind: str) -> None:
    assert isinstance(PRESETS[preset].apply(Recipe(), kind), Recipe)


def test_the_learning_rate_rises_to_its_peak_and_falls() -> None:
    rates = [learning_rate(step, 1000, 0.01, 0.1) for step in range(1000)]
    peak = rates.index(max(rates))
    assert 95 <= peak <= 105
    assert max(rates) == pytest.approx(0.01, rel=0.02)
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] < 1e-4
    assert min(rates) > 0


def test_a_recipe_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_bytes("\ufeffhidden = 7\r\nseed = 9223372036854775807\r\n".encode())
    assert Recipe.from_file(path) == replace(Recipe(), hidden=7, seed=2**63 - 1)
    assert read_settings(path) == {"hidden": 7, "seed": 2**63 - 1}
    path.write_text("seed = " + "9" * 5000)
    with pytest.raises(RecipeError, match="is not TOML"):
        Recipe.from_file(path)
    path.write_text("seed = 18446744073709551616")
    with pytest.raises(RecipeError, match="the seed is a whole number from 0 to 9223372036854775807"):
        Recipe.from_file(path)


def test_a_corpus_whose_name_is_not_utf8_is_trained_on_and_taken_up_again(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("\n".join(make_names(60)))
    recipe = replace(SMALL, corpus=str(path), epochs=1.0)
    (finished,) = (e for e in train(recipe) if e.type == "finished")
    folder = Library().find(finished.name)
    assert Recipe.from_dict(read_info(folder).recipe).corpus == str(path)
    assert train(Recipe(name=finished.name, epochs=1.0), resume=True)[-1].step == 2 * finished.step


@pytest.mark.parametrize(
    ("items", "held_out", "said"),
    [
        (["Anna"] * 40, None, ["all items are the same, so none is held out and nothing can be"]),
        (make_names(400), None, []),
        (make_names(60), 19, ["only 19 items are held out"]),
        (make_names(60), 20, []),
        (make_names(60), 1, ["only 1 item is held out"]),
        (
            ["id\tname", *(f"{i}\t{name}" for i, name in enumerate(make_names(400)))],
            None,
            ["name it (--column, column="],
        ),
    ],
)
def test_what_cannot_be_validated_and_records_are_said(
    tmp_path: Path, items: list[str], held_out: int | None, said: list[str]
) -> None:
    path, other = tmp_path / "items.txt", tmp_path / "other.txt"
    path.write_text("\n".join(items) + "\n")
    recipe = replace(SMALL, name="noted", corpus=str(path), kind="lines", epochs=1.0)
    if held_out:
        other.write_text("\n".join(f"o{'b' * i}" for i in range(held_out)) + "\n")
        recipe = replace(recipe, validation=str(other))
    notes = estimate(recipe).notes
    assert len(notes) == len(said)
    assert all(words in note and note.endswith(".") for words, note in zip(said, notes, strict=True))
    assert next(e for e in train(recipe) if e.type == "started").notes == list(notes)


def test_copies_held_out_tell_no_more_than_the_one(tmp_path: Path) -> None:
    same, copies, other = tmp_path / "same.txt", tmp_path / "copies.txt", tmp_path / "other.txt"
    same.write_text("Anna\n" * 200)
    copies.write_text("\n".join(make_names(60)) + "\n")
    other.write_text("obb\n" * 30 + "occ\n" * 10)
    of_one = replace(SMALL, name="one", corpus=str(same), kind="lines", epochs=1.0)
    of_two = replace(SMALL, name="two", corpus=str(copies), kind="lines", epochs=1.0, validation=str(other))
    began = {}
    for recipe in (of_one, of_two):
        (began[recipe.name],) = (e for e in train(recipe) if e.type == "started")
        assert began[recipe.name].validation_items == estimate(recipe).validation_items
    assert corpus(began["one"]) == "same (200 items, none held out)"
    assert corpus(began["two"]) == "copies (60 items, 40 held out)"
    assert began["two"].notes[0].startswith("only 2 different items are held out (40 with copies), so")
    for name in ("one", "two"):
        info = read_info(Library().find(name))
        assert [few_held_out_of(info)] == began[name].notes
        facts = dict(model_facts(next(entry for entry in Library().entries() if entry.name == name)))
        assert facts["Trained"].plain.startswith("1 epoch in ")
        assert facts[""].plain == capitalised(began[name].notes[0])


def test_a_running_text_that_is_hardly_held_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("abcde " * 800)
    recipe = replace(SMALL, name="text", corpus=str(path), kind="stream")
    assert "only 480 characters are held out" in estimate(recipe).notes[0]
    path.write_text("abcde " * 900)
    assert estimate(recipe).notes == ()
