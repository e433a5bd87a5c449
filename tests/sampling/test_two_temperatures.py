"""One temperature for the first character of an item or word, another for the rest, against brute force."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.insight.pin import pin
from charrnn_tui.insight.reading import read
from charrnn_tui.insight.scores import distribution_at
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings, SettingsError, Stream, probabilities, sample_many
from charrnn_tui.sampling.column import Column
from charrnn_tui.sampling.constrained import ConstrainedDraws, Network
from charrnn_tui.sampling.constraints import Constraint
from charrnn_tui.sampling.places import opens
from charrnn_tui.sampling.settings import parse_temperature, typed_temperature
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import Kind, Vocabulary
from charrnn_tui.text.arguments import ArgumentError
from networks import random_weights
from toy import write_toy_model

WORDS = Vocabulary("ab \n")
TWO = SamplingSettings((2.0, 0.4))
FILTERED = SamplingSettings((1.7, 0.5), top_k=4, top_p=0.95)
ZERO = SamplingSettings((1.0, 0.0))
LENGTH = 12


@pytest.fixture(scope="module")
def cell() -> NumpyCell:
    architecture = Architecture("gru", WORDS.size, 3, 8, 1)
    return NumpyCell(architecture, random_weights(architecture, 5))


def by_hand(cell: NumpyCell, prefix: str, settings: SamplingSettings, seed: int, item: int, kind: Kind) -> str:
    """One character after the other; whether it is a first one is seen from the text alone."""
    first, rest = settings.temperatures
    state = cell.initial_state(1)
    before = ([WORDS.id("\n")] if kind == "stream" else [0]) + WORDS.encode(prefix).tolist()
    for id_ in before:
        state, logits = cell.step_logits([id_], state)
    text = prefix
    for number in uniforms(item_keys(seed, np.array([item])), np.arange(LENGTH)).tolist():
        at_start = text == "" or text[-1] in " \n"
        row = logits[0].copy()
        if kind == "stream":
            row[0] = -np.inf
        one = SamplingSettings(first if at_start else rest, settings.top_k, settings.top_p)
        id_ = int(np.searchsorted(probabilities(row, one).cumsum(), number, side="right"))
        if id_ == 0:
            break
        text += WORDS.symbol(id_)
        state, logits = cell.step_logits([id_], state)
    return text


@pytest.mark.parametrize("settings", [TWO, FILTERED, ZERO])
@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("prefix", ["", "ab", "ab "])
def test_streams_columns_and_batches_obey(cell: NumpyCell, settings: SamplingSettings, kind: Kind, prefix: str) -> None:
    count, seed = 130, 4
    expected = [by_hand(cell, prefix, settings, seed, item, kind) for item in range(count)]
    assert len(set(expected)) > (3 if settings is not ZERO or prefix != "ab" else 0)
    options = {"kind": kind, "settings": settings, "seed": seed, "max_length": LENGTH}
    streams = [Stream(cell, WORDS, prefix, item=item, **options) for item in range(count)]  # type: ignore[arg-type]
    for stream in streams:
        for _ in stream:
            pass
    assert [stream.text for stream in streams] == expected
    many = sample_many(cell, WORDS, [prefix] * count, batch_size=100, **options)  # type: ignore[arg-type]
    assert list(many) == expected
    column = Column(cell, WORDS, [prefix] * count, **options)  # type: ignore[arg-type]
    texts = list(column.prefixes)
    while column.running:
        for drawn in column.step():
            texts[drawn.stream] += drawn.symbol
    assert texts == expected


def test_prefixes_that_differ_are_each_continued_at_their_place(cell: NumpyCell) -> None:
    prefixes = ["", "a", "a ", "b\n", "ab", "b " * 20] * 30
    expected = [by_hand(cell, prefix, TWO, 9, item, "lines") for item, prefix in enumerate(prefixes)]
    found = sample_many(cell, WORDS, prefixes, settings=TWO, seed=9, max_length=LENGTH, batch_size=50)
    assert list(found) == expected


@pytest.mark.parametrize("settings", [TWO, FILTERED])
def test_torch_draws_the_same(cell: NumpyCell, settings: SamplingSettings) -> None:
    import torch

    from charrnn_tui.cells.torch_cell import make_cell
    from charrnn_tui.sampling.torch_bulk import sample_many_torch

    there = make_cell(cell.architecture)
    weights = random_weights(cell.architecture, 5)
    there.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    prefixes = ["", "a", "a ", "ab"] * 40
    given = {"settings": settings, "seed": 2, "max_length": LENGTH}
    here = list(sample_many(cell, WORDS, prefixes, **given))  # type: ignore[arg-type]
    assert list(sample_many_torch(there, WORDS, prefixes, batch_size=33, **given)) == here  # type: ignore[arg-type]


def test_what_was_turned_in_the_middle_is_obeyed_at_once(cell: NumpyCell) -> None:
    stream = Stream(cell, WORDS, "", settings=SamplingSettings(1.0), seed=1, max_length=30, kind="stream")
    for step in range(20):
        stream.settings = SamplingSettings((0.0, 3.0)) if step % 2 else SamplingSettings((3.0, 0.0))
        at_start = stream.text == "" or stream.text[-1] in " \n"
        greedy = at_start if step % 2 else not at_start
        best = int(stream.logits.argmax())
        assert (stream.distribution.max() == 1) == greedy
        token = next(stream)
        if greedy:
            assert token.id == best


@pytest.mark.parametrize("constraint", [Constraint(length=(1, 4)), Constraint(match="/a.*b/"), Constraint(unique=True)])
def test_constrained_draws_have_the_probabilities_of_the_two(cell: NumpyCell, constraint: Constraint) -> None:
    """Enumerated: all items of up to four characters."""
    import re

    known: dict[str, float] = {}

    def walk(text: str, p: float, logits: np.ndarray, state: object) -> None:  # type: ignore[type-arg]
        at_start = text == "" or text[-1] in " \n"
        following = probabilities(logits, SamplingSettings(TWO.temperatures[0 if at_start else 1]))
        known[text] = p * float(following[0])
        if len(text) < 4:
            for id_ in range(1, WORDS.size):
                after, answer = cell.step_logits([id_], state)  # type: ignore[arg-type]
                walk(text + WORDS.symbol(id_), p * float(following[id_]), answer[0], after)

    state, logits = cell.step_logits([0], cell.initial_state(1))
    walk("", 1.0, logits[0], state)
    pattern = (constraint.match or "/(?s).*/")[1:-1]
    fitting = {t: p for t, p in known.items() if re.fullmatch(pattern, t) and len(t) >= constraint.length[0]}
    draws = ConstrainedDraws(Network(cell, WORDS, "", TWO, 4), constraint, seed=3)
    if constraint.unique:
        assert set(draws) <= set(fitting)
        assert draws.probability.low == pytest.approx(sum(fitting.values()), abs=1e-6)
        return
    n, mass = 6000, sum(fitting.values())
    found = Counter(islice(draws, n))
    assert set(found) <= set(fitting)
    for text, p in fitting.items():
        share = p / mass
        assert found[text] / n == pytest.approx(share, abs=5 * (share * (1 - share) / n) ** 0.5 + 1e-3)


def test_what_a_first_character_is() -> None:
    assert [bool(place) for place in opens(WORDS)] == [id_ == 0 or WORDS.symbol(id_) in " \n" for id_ in range(5)]


def test_the_lens_obeys_at_each_place(tmp_path: Path) -> None:
    model = Model.open(write_toy_model(tmp_path / "toy", "toy"))
    reading = read(model, "Anna")
    first, rest = (SamplingSettings(t) for t in TWO.temperatures)
    for at in range(5):
        expected = distribution_at(model, reading, at, first if at == 0 else rest).filtered
        assert distribution_at(model, reading, at, TWO).filtered.tolist() == expected.tolist()
    # What goes on from a state within a text goes on with the temperature of its place.
    pinned = pin(model, reading, 2, [], settings=SamplingSettings((3.0, 0.0)), max_length=8)
    greedy = model.stream("An", temperature=0, max_length=8)
    assert pinned.text_before.text == "".join(token.symbol for token in greedy)


# --- as a value ---


def test_equal_temperatures_are_one() -> None:
    assert SamplingSettings((0.7, 0.7)) == SamplingSettings(0.7)
    assert SamplingSettings([1.2, 0.6]) == SamplingSettings((1.2, 0.6))  # type: ignore[arg-type]  # from JSON
    assert TWO.at(first=True).temperature == 2.0
    assert TWO.at(first=False).temperature == 0.4
    assert SamplingSettings(0.3).at(first=True) == SamplingSettings(0.3)
    with pytest.raises(SettingsError, match="depends on the place"):
        probabilities(np.zeros(3), TWO)


@pytest.mark.parametrize(("text", "value"), [("0.8", 0.8), ("1.2:0.6", (1.2, 0.6)), ("1:0", (1.0, 0.0))])
def test_typed_and_read(text: str, value: float | tuple[float, float]) -> None:
    assert parse_temperature(text) == value
    assert typed_temperature(value) == text


@pytest.mark.parametrize("text", ["", "x", "1:", "1:2:3", ":1"])
def test_what_is_no_temperature_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"1\.2:0\.6"):
        parse_temperature(text)


@pytest.mark.parametrize("value", [(1.0,), (1, 2, 3), ("a", 1), None, "1:2"])
def test_wrong_values_get_a_sentence(value: object) -> None:
    with pytest.raises((SettingsError, ArgumentError), match="temperature"):
        SamplingSettings(value)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="upwards"):
        SamplingSettings((1.0, -1.0))
