"""Leave-one-out and redrawing, against reading every variant from its beginning."""

from __future__ import annotations

import numpy as np
import pytest

from charrnn_tui.insight import what_mattered as module
from charrnn_tui.insight.reading import InsightError, read
from charrnn_tui.insight.what_mattered import what_mattered
from charrnn_tui.model import Model
from charrnn_tui.sampling.prefix import start_ids

TEXT = "abcdefghij"


def log_prob(model: Model, before: list[int], target: int) -> float:
    """log P of an id after some ids, read one by one from the zero state."""
    ids = [*start_ids(model.vocabulary, model.info.kind), *before]
    _, answer = model.cell.read(ids, model.cell.initial_state(1))
    return float(answer[0, target])


def expected(model: Model, text: str, at: int, target: int) -> tuple[list[float], list[float]]:
    """By brute force: the change without each character, and with each drawn anew."""
    ids = model.vocabulary.encode(text).tolist()[:at]
    actual = log_prob(model, ids, target)
    left_out, replaced = [], []
    for i in range(at):
        left_out.append(actual - log_prob(model, ids[:i] + ids[i + 1 :], target))
        weights = [np.exp(log_prob(model, ids[:i], v)) for v in range(1, model.vocabulary.size)]
        mass = [
            w * np.exp(log_prob(model, [*ids[:i], v, *ids[i + 1 :]], target))
            for v, w in zip(range(1, model.vocabulary.size), weights, strict=True)
        ]
        replaced.append(actual - np.log(sum(mass) / sum(weights)))
    return left_out, replaced


@pytest.mark.parametrize("at", [1, 2, 7, 10])
def test_both_measures_are_those_of_reading_every_variant(model: Model, at: int) -> None:
    if at == len(TEXT) and model.info.kind == "stream":
        pytest.skip("running text has no end")
    target = model.vocabulary.id(TEXT[at]) if at < len(TEXT) else 0
    left_out, replaced = expected(model, TEXT, at, target)
    found = what_mattered(model, read(model, TEXT), at)
    assert found.places.tolist() == list(range(at))
    assert found.log_prob == pytest.approx(
        log_prob(model, model.vocabulary.encode(TEXT).tolist()[:at], target), abs=1e-5
    )
    np.testing.assert_allclose(found.left_out, left_out, atol=1e-4)
    np.testing.assert_allclose(found.replaced, replaced, atol=1e-4)


def test_a_window_and_groups_of_rows_change_nothing(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read(model, TEXT)
    whole = what_mattered(model, reading, 8)
    assert whole.left_out is not None
    assert whole.replaced is not None
    monkeypatch.setattr(module, "_MOST_ROWS", 25)  # two places at once
    grouped = what_mattered(model, reading, 8, window=5)
    assert grouped.places.tolist() == [3, 4, 5, 6, 7]
    np.testing.assert_allclose(grouped.left_out, whole.left_out[3:], atol=1e-5)
    np.testing.assert_allclose(grouped.replaced, whole.replaced[3:], atol=1e-5)
    monkeypatch.setattr(module, "_FEWEST_SHARED", 1)
    monkeypatch.setattr(module, "idle_cores", lambda: 3)
    on_three = what_mattered(model, reading, 8)
    np.testing.assert_allclose(on_three.left_out, whole.left_out, atol=1e-5)
    np.testing.assert_allclose(on_three.replaced, whole.replaced, atol=1e-5)
    alone = what_mattered(model, reading, 8, replaced=False)
    assert alone.replaced is None
    np.testing.assert_allclose(alone.left_out, whole.left_out, atol=1e-5)


def test_the_first_character_has_nothing_before_it(model: Model) -> None:
    found = what_mattered(model, read(model, TEXT), 0)
    assert found.places.tolist() == []
    assert found.left_out is not None
    assert len(found.left_out) == 0


def test_bigrams_know_only_the_character_before(toy: Model) -> None:
    found = what_mattered(toy, read(toy, "Denise"), 5)
    np.testing.assert_allclose(found.replaced[:4], 0, atol=1e-6)
    np.testing.assert_allclose(found.left_out[:4], 0, atol=1e-6)
    assert found.left_out[4] > 1


def test_places_without_a_character_are_refused_with_a_sentence(model: Model) -> None:
    reading = read(model, TEXT)
    with pytest.raises(InsightError, match="there is no place 11 in a text of 10 characters"):
        what_mattered(model, reading, 11)
    with pytest.raises(InsightError, match="window"):
        what_mattered(model, reading, 3, window=0)
    if model.info.kind == "stream":
        with pytest.raises(InsightError, match="running text"):
            what_mattered(model, reading, 10)
