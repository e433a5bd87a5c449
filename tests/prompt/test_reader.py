"""What follows typed text: the shares of the next character, and ghost text, cheap and bounded."""

from __future__ import annotations

import math
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.cells.numpy_stepper import NumpyStepper
from charrnn_tui.model import Model
from charrnn_tui.prompt.ghost import Ghost
from charrnn_tui.prompt.reader import Reader
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.text import UnknownSymbolsError
from toy import write_toy_model


def still() -> float:
    """A clock that stands still: no budget runs out."""
    return 0.0


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def greedy(model: Model, prefix: str) -> str:
    stream = model.stream(prefix, settings=SamplingSettings(0), max_length=60)
    return "".join(token.symbol for token in stream)


def probability(model: Model, prefix: str, text: str) -> float:
    """Of the characters of a text after a prefix, by a stream of its own for each of them."""
    product = 1.0
    for i, symbol in enumerate(text):
        logits = model.stream(prefix + text[:i]).logits.astype(np.float64)
        shares = np.exp(logits - logits.max())
        product *= shares[model.vocabulary.id(symbol)] / shares.sum()
    return product


# --- shares ---


@pytest.mark.parametrize("drawn", [SamplingSettings(1), SamplingSettings(0.7, 3, 0.9, 0.05), SamplingSettings(0)])
@pytest.mark.parametrize("typed", ["", "A", "Ann", "Li", " Li"])
def test_shares_are_those_of_a_fresh_stream(model: Model, typed: str, drawn: SamplingSettings) -> None:
    reader = Reader(model, still)
    reader.shares("Annelie", drawn)  # what was typed before does not matter
    distribution = model.stream(typed, settings=drawn).distribution
    found = reader.shares(typed, drawn)
    expected = {model.vocabulary.symbol(i): p for i, p in enumerate(distribution.tolist()) if p > 0}
    assert dict(found) == pytest.approx(expected)
    values = [share for _, share in found]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(1)


def test_no_more_shares_than_asked_for(model: Model) -> None:
    assert len(Reader(model, still).shares("", SamplingSettings(5), most=3)) == 3


def test_every_unknown_symbol_is_named(model: Model) -> None:
    reader = Reader(model, still)
    with pytest.raises(UnknownSymbolsError) as caught:
        reader.shares("AnZ!é", SamplingSettings())
    assert all(symbol in str(caught.value) for symbol in "Z!é")
    assert reader.ghost("AnZ!é") == Ghost()
    assert reader.ghost("Li").text == "a"  # and the reader goes on


# --- ghost text ---


@pytest.mark.parametrize("prefix", ["A", "Li", "Lian", "D", "De", "Ann"])
def test_it_is_the_greedy_continuation(model: Model, prefix: str) -> None:
    ghost = Reader(model, still).ghost(prefix)
    assert ghost.text == greedy(model, prefix)
    assert ghost.probability == pytest.approx(probability(model, prefix, ghost.text), rel=1e-4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.text(alphabet="ADLaeinz ", max_size=6), st.integers(0, 3)), max_size=12))
def test_it_depends_on_the_text_alone_and_not_on_what_was_typed_before(
    model: Model, texts: list[tuple[str, int]]
) -> None:
    reader = Reader(model, still)
    for text, choice in texts:
        assert reader.ghost(text, choice=choice) == Reader(model, still).ghost(text, choice=choice)


def test_unknown_symbols_and_the_start_token(model: Model) -> None:
    reader = Reader(model, still)
    assert reader.ghost("Zz!").text == ""
    assert reader.ghost("Li").text == "a"
    assert reader.ghost(" Li").text == "a"  # the tutorial's start token
    assert reader.ghost("L i").text == ""


def test_one_character_more_costs_one_step(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(model, still)
    reader.ghost("Ann" * 100)
    steps = count()
    step = NumpyStepper.step

    def counted(self: NumpyStepper, *arguments: object) -> object:
        next(steps)
        return step(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(NumpyStepper, "step", counted)
    reader.ghost("Ann" * 100 + "a", longest=1)
    assert 1 <= next(steps) <= 3


def test_it_gives_up_when_time_is_up_and_goes_on_at_the_next_key(model: Model) -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.001
        return now

    reader = Reader(model, clock)
    long = "Ann" * 5
    answers = [reader.ghost(long).text for _ in range(4)]
    assert answers[0] == ""
    assert answers[-1] == "a"


def test_nothing_that_a_terminal_obeys(home: Path) -> None:
    folder = write_toy_model(home / "m", "m", ["ab\x1b[31m", "xy\u202ez"])
    reader = Reader(Model.open(folder), still)
    assert reader.ghost("a").text == "b"
    assert reader.ghost("x").text == "y"
    assert all("\x1b" not in reader.ghost("ab", choice=n).text for n in range(12))


def test_one_line_of_running_text(home: Path) -> None:
    folder = write_toy_model(home / "m", "m", ["abcd\nabcd\n"], "stream")
    assert Reader(Model.open(folder), still).ghost("a").text == "bcd"


# --- another ghost text ---


def test_another_one_begins_with_the_next_most_probable_character(model: Model) -> None:
    reader = Reader(model, still)
    order = np.argsort(-model.stream("D").logits, kind="stable")
    symbols = [model.vocabulary.symbol(int(i)) for i in order]
    assert symbols[0]  # the end is not the most probable here
    expected = [symbol for symbol in symbols if symbol]
    for choice, symbol in enumerate(expected):
        ghost = reader.ghost("D", choice=choice)
        assert ghost.text == symbol + greedy(model, "D" + symbol)
        assert ghost.probability == pytest.approx(probability(model, "D", ghost.text), rel=1e-4)
    assert reader.ghost("D", choice=len(expected)) == reader.ghost("D")


def test_where_the_end_is_most_probable_the_first_choice_is_nothing(model: Model) -> None:
    reader = Reader(model, still)
    order = np.argsort(-model.stream("Lia").logits, kind="stable")
    symbols = [model.vocabulary.symbol(int(i)) for i in order]
    assert symbols[0] == ""
    assert reader.ghost("Lia") == Ghost()
    assert reader.ghost("Lia", choice=1).text[:1] == symbols[1]
    assert reader.ghost("Lia", choice=2).text[:1] == symbols[2]
    assert reader.ghost("Lia", choice=len(symbols)) == Ghost()
    assert math.isclose(reader.ghost("Lia", choice=0).probability, 1)


def test_the_longest_holds_for_every_choice(model: Model) -> None:
    reader = Reader(model, still)
    for choice in range(4):
        assert len(reader.ghost("D", longest=2, choice=choice).text) <= 2
