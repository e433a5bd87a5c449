"""Several generations as one batch write what each would write alone."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.cells import NumpyCell
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.column import Column
from charrnn_tui.text import UnknownSymbolsError
from toy import NAMES, toy_info, toy_weights


@pytest.fixture(params=["lines", "stream"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Model:
    info = toy_info("toy", NAMES, request.param)
    return Model(info, NumpyCell(info.architecture, toy_weights()))


def texts(column: Column) -> list[str]:
    written = [list(prefix) for prefix in column.prefixes]
    while column.running:
        for index, symbol, _, _ in column.step():
            written[index].append(symbol)
    return ["".join(characters) for characters in written]


def column(model: Model, prefixes: list[str], **options: object) -> Column:
    return Column(model.cell, model.vocabulary, prefixes, kind=model.info.kind, **options)  # type: ignore[arg-type]


def alone(model: Model, prefix: str, settings: SamplingSettings, seed: int, item: int, max_length: int = 30) -> str:
    stream = model.stream(prefix, settings=settings, seed=seed, item=item, max_length=max_length)
    list(stream)
    return stream.text


@pytest.mark.parametrize("settings", [SamplingSettings(), SamplingSettings(0.5, top_k=3), SamplingSettings(0)])
def test_each_one_is_the_stream_of_its_item(model: Model, settings: SamplingSettings) -> None:
    prefixes = ["An", "", "Bo", "An", "Ha", ""]
    got = texts(column(model, prefixes, settings=settings, seed=3, max_length=30))
    assert got == [alone(model, prefix, settings, 3, item) for item, prefix in enumerate(prefixes)]


def test_the_same_item_at_several_settings(model: Model) -> None:
    settings = [SamplingSettings(t) for t in (0.0, 0.5, 1.0, 2.0)]
    got = texts(column(model, ["D"] * 4, settings=settings, seed=8, items=[5] * 4, max_length=30))
    assert got == [alone(model, "D", chosen, 8, 5) for chosen in settings]


def test_settings_that_change_are_obeyed_by_the_next_characters(model: Model) -> None:
    running = column(model, ["A", "E"], settings=SamplingSettings(2), seed=1, max_length=12)
    written = ["A", "E"]
    for _ in range(2):
        for index, symbol, _, _ in running.step():
            written[index] += symbol
    running.settings = [replace(s, temperature=0.0) for s in running.settings]
    while running.running:
        for index, symbol, _, _ in running.step():
            written[index] += symbol
    for index, prefix in enumerate("AE"):
        stream = model.stream(prefix, settings=SamplingSettings(2), seed=1, item=index, max_length=12)
        for _ in range(2):
            next(stream, None)
        stream.settings = SamplingSettings(0)
        list(stream)
        assert written[index] == stream.text


def test_probabilities_and_ends_are_told(model: Model) -> None:
    running = column(model, ["B", "A"], seed=2, max_length=3)
    stream = model.stream("B", seed=2, item=0, max_length=3)
    ends = {}
    while running.running:
        for index, symbol, probability, end in running.step():
            if index == 0:
                token = next(stream)
                assert token.symbol == symbol
                assert token.probability == pytest.approx(probability, abs=1e-5)
            if end is not None:
                assert index not in ends, "each ends once"
                ends[index] = end
    assert set(ends) == {0, 1}
    assert ends[0] == stream.end
    assert running.step() == []


def test_running_text_has_no_end() -> None:
    info = toy_info("toy", NAMES, "stream")
    model = Model(info, NumpyCell(info.architecture, toy_weights()))
    got = texts(column(model, ["A"] * 5, settings=SamplingSettings(3), max_length=40))
    assert {len(text) for text in got} == {41}


def test_no_new_characters_and_what_cannot_be_read(model: Model) -> None:
    assert not column(model, ["An"], max_length=0).running
    with pytest.raises(ValueError, match="0 or more"):
        column(model, ["An"], max_length=-1)
    with pytest.raises(UnknownSymbolsError, match="'ß'"):
        column(model, ["An", "ß"])


def test_states_are_not_shared_between_equal_prefixes(model: Model) -> None:
    running = column(model, ["An", "An"], settings=SamplingSettings(3), seed=4, max_length=20)
    before = running._state.hidden[0].copy()
    running.step()
    assert np.array_equal(before[0], before[1])
    assert texts(column(model, ["An", "An"], settings=SamplingSettings(3), seed=4, max_length=20))[0] == alone(
        model, "An", SamplingSettings(3), 4, 0, 20
    )


def test_a_copied_column_goes_on_with_settings_of_its_own(model: Model) -> None:
    expected = texts(column(model, ["An", ""], seed=5, max_length=20))
    running = column(model, ["An", ""], seed=5, max_length=20)
    first = ["An", ""]
    for index, symbol, _, _ in running.step():
        first[index] += symbol
    other = copy.copy(running)
    other.settings[0] = SamplingSettings(0)
    rest = copy.deepcopy(running)
    assert [
        head + text.removeprefix(prefix) for head, text, prefix in zip(first, texts(rest), rest.prefixes, strict=True)
    ] == expected
    texts(other)
    assert [
        head + text.removeprefix(prefix)
        for head, text, prefix in zip(first, texts(running), running.prefixes, strict=True)
    ] == expected
