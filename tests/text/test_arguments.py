"""What the library is given: read as it is obviously meant, or refused with a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charrnn_tui import load
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings, SettingsError
from charrnn_tui.sampling.column import Column
from charrnn_tui.text import Corpus
from charrnn_tui.text.arguments import (
    ArgumentError,
    check_number,
    check_seed,
    check_text,
    check_texts,
    check_whole,
)
from toy import write_toy_model

NAN = math.nan


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


WRONG: list[tuple[str, Callable[[Model], Any]]] = [
    ("is one; give ['Anna']", lambda m: m.evaluate("Anna")),  # type: ignore[arg-type]
    ("is one; give ['An']", lambda m: m.continue_all("An", seed=1)),
    ("number 2 is nan (float)", lambda m: m.evaluate(["Anna", NAN])),  # type: ignore[list-item]
    ("number 2 is None", lambda m: m.evaluate(["Anna", None])),  # type: ignore[list-item]
    ("number 2 is 5 (int)", lambda m: m.evaluate(["Anna", 5])),  # type: ignore[list-item]
    ("not 7 (int)", lambda m: m.evaluate(7)),  # type: ignore[arg-type]
    ("not None", lambda m: m.continue_all(None)),  # type: ignore[arg-type]
    ("number 2 is b'Bo' (bytes)", lambda m: list(m.continue_all(["An", b"Bo"]))),  # type: ignore[list-item]
    ("U+D83D", lambda m: m.evaluate(["Anna\ud83d"])),
    ("the text is a text, not None", lambda m: m.evaluate_text(None)),  # type: ignore[arg-type]
    ("the prefix is a text, not None", lambda m: m.stream(None)),  # type: ignore[arg-type]
    ("the prefix is a text, not 5", lambda m: list(m.sample(1, 5))),  # type: ignore[arg-type]
    ("the prefix is a text", lambda m: m.most_probable(b"De")),  # type: ignore[arg-type]
    ("the prefix is a text", lambda m: m.probability_tree(None)),  # type: ignore[arg-type]
    ("the item is a text", lambda m: m.seen(NAN)),  # type: ignore[arg-type]
    ("comes first: sample(1, 'Ka')", lambda m: m.sample("Ka")),  # type: ignore[arg-type]
    ("the number of texts is 0 or more", lambda m: m.sample(-1, "De")),
    ("the number of texts is a whole number, not True", lambda m: m.sample(True)),
    ("the seed is a whole number, not 1.5", lambda m: m.stream("De", seed=1.5)),  # type: ignore[arg-type]
    ("the seed lies from", lambda m: m.stream("De", seed=2**64)),
    ("the seed lies from", lambda m: list(m.sample(2, seed=-(2**63) - 1))),
    ("the number of the item is 0 or more", lambda m: m.stream("De", item=-1)),
    ("the number of the item", lambda m: m.continue_all(["De"], first_item="1")),  # type: ignore[arg-type]
    ("the maximum length", lambda m: m.stream("De", max_length="long")),  # type: ignore[arg-type]
    ("the maximum length", lambda m: m.most_probable("De", max_length=2.5)),  # type: ignore[arg-type]
    ("the number of items to find", lambda m: m.most_probable("De", count=0)),
    ("the number of streams in a batch", lambda m: m.sample(2, batch_size=0)),
    ("a tree's depth", lambda m: m.probability_tree(depth=0)),
    ("the temperature is a number, not 'hot' (str)", lambda m: m.stream(temperature="hot")),  # type: ignore[arg-type]
    ("the temperature is a number, not None", lambda m: m.sample(2, temperature=None)),  # type: ignore[arg-type]
    ("from 0", lambda m: m.stream(temperature=NAN)),
    ("top-k is a whole number", lambda m: m.stream(top_k=2.5)),  # type: ignore[arg-type]
    ("settings are SamplingSettings", lambda m: m.stream(settings=0.5)),  # type: ignore[arg-type]
    ("draws to take back", lambda m: m.stream("De").rewind("1")),  # type: ignore[arg-type]
    ("a symbol is a text", lambda m: m.stream("De").force(5)),  # type: ignore[arg-type]
    ("from 0 to", lambda m: m.vocabulary.symbol(1000)),
    ("from 0 to", lambda m: m.vocabulary.symbol(-2)),
    ("from 0 to", lambda m: m.vocabulary.decode([1, 1000])),
    ("from 0 to", lambda m: m.cell.step([1000], m.cell.initial_state(1))),
    ("from 0 to", lambda m: m.cell.step([-1], m.cell.initial_state(1))),
    ("from 0 to", lambda m: m.cell.step([0.5], m.cell.initial_state(1))),  # type: ignore[list-item]
    ("of 1 stream, one id each", lambda m: m.cell.step([1, 2], m.cell.initial_state(1))),
    ("have the shape [1]", lambda m: m.cell.step([1], m.cell.initial_state(2))),
    ("have the shape [1, 1]", lambda m: m.cell.step([[1]], m.cell.initial_state(1))),  # type: ignore[list-item]
    ("have the shape []", lambda m: m.cell.step(1, m.cell.initial_state(1))),  # type: ignore[arg-type]
    ("the state is what initial_state", lambda m: m.cell.step([1], None)),
    ("number 3 is nan (float)", lambda m: Corpus.from_lines(["Anna", "Bert", NAN])),  # type: ignore[list-item]
    ("no option 'temprature'; there are: temperature", lambda m: m.stream(temprature=2)),  # type: ignore[call-arg]
    ("what is encoded is a text, not None", lambda m: m.vocabulary.encode(None)),  # type: ignore[arg-type]
    ("ids are whole numbers from 0", lambda m: m.vocabulary.decode(["x"])),  # type: ignore[list-item]
    ("the number of streams is a whole number", lambda m: m.cell.initial_state("x")),  # type: ignore[arg-type]
    ("the number of streams is 0 or more", lambda m: m.cell.initial_state(-1)),
    ("not b'Anna' (bytes)", lambda m: m.evaluate(b"Anna")),  # type: ignore[arg-type]
    ("the name of a model is a text, not None", lambda m: load(None)),  # type: ignore[arg-type]
    ("the name of a model is empty", lambda m: load("")),
    ("the path to save to is a text, not 5", lambda m: m.save(5)),  # type: ignore[arg-type]
    ("the path to save to is empty", lambda m: m.save("")),
    ("the seed", lambda m: Column(m.cell, m.vocabulary, ["De"], seed=1.5)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("words", "call"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_what_has_no_meaning_gets_a_sentence(model: Model, words: str, call: Callable[[Model], Any]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the words are compared below)
        call(model)
    assert words in str(caught.value)
    assert str(caught.value).endswith((".", ".)"))


def test_numbers_of_numpy_and_others_are_numbers(model: Model) -> None:
    expected = next(model.sample(1, "De", seed=3, temperature=0.5, top_k=3, top_p=0.5))
    found = model.sample(
        np.int64(1),  # type: ignore[arg-type]
        np.str_("De"),
        seed=np.uint8(3),  # type: ignore[arg-type]
        temperature=np.float32(0.5),  # type: ignore[typeddict-item]
        top_k=np.int64(3),  # type: ignore[typeddict-item]
        top_p=Fraction(1, 2),  # type: ignore[typeddict-item]
    )
    assert list(found) == [expected]
    assert type(SamplingSettings(top_k=np.int64(3)).top_k) is int  # type: ignore[arg-type]
    assert SamplingSettings(1, np.int8(2)) == SamplingSettings(1.0, 2)  # type: ignore[arg-type]
    assert list(model.continue_all(np.array(["An", "Bo"]))) == list(model.continue_all(["An", "Bo"]))  # type: ignore[arg-type]
    assert list(model.sample(0)) == []


def test_texts_are_taken_one_after_the_other(model: Model) -> None:
    """What comes before a wrong one is still given, as with an unknown symbol."""
    given: list[str] = []
    with pytest.raises(ArgumentError, match="number 3"):
        given.extend(model.continue_all(["An", "Bo", NAN], batch_size=8))  # type: ignore[list-item]
    texts = check_texts(iter(["a", "b", 3]), "the items")
    assert [next(texts), next(texts)] == ["a", "b"]
    with pytest.raises(ArgumentError, match="number 3 is 3"):
        next(texts)


def test_an_argument_error_is_what_callers_expect() -> None:
    for call in (lambda: check_text(1, "it"), lambda: check_whole("1", "it"), lambda: check_number("1", "it")):
        with pytest.raises(TypeError):
            call()
        with pytest.raises(ValueError, match="it is a"):
            call()
    with pytest.raises(SettingsError, match="top-k is a whole number, 0 for off"):
        SamplingSettings(top_k=-1)
    assert check_seed(2**64 - 1) == 2**64 - 1
    assert check_number(10**400, "it") == math.inf
    with pytest.raises(ArgumentError) as caught:
        check_text(["x" * 10_000], "it")
    assert len(str(caught.value)) < 100


def test_running_text_is_checked_too(tmp_path: Path) -> None:
    model = Model.open(write_toy_model(tmp_path / "text", "text", kind="stream"))
    with pytest.raises(ArgumentError, match="the text"):
        model.evaluate_text(["Anna"])  # type: ignore[arg-type]
