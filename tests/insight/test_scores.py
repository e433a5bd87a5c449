"""Scores and distributions, against reading symbol by symbol and against what the model measures itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from charrnn_tui.insight.reading import InsightError, continue_from, read
from charrnn_tui.insight.scores import distribution_at, ranking, score, score_all
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.prefix import start_ids
from charrnn_tui.text import UnknownSymbolsError

TEXT = "abcab"


def test_each_character_is_scored_as_reading_up_to_it_says(model: Model) -> None:
    scored = score(model, TEXT)
    ids = model.vocabulary.encode(TEXT).tolist() + ([0] if model.info.kind == "lines" else [])
    assert scored.ids.tolist() == ids
    for t, target in enumerate(ids):
        start = start_ids(model.vocabulary, model.info.kind)
        _, answer = model.cell.read([*start, *ids[:t]], model.cell.initial_state(1))
        p = np.exp(answer[0].astype(np.float64))
        one = scored[t]
        assert one.symbol == (TEXT[t] if t < len(TEXT) else "")
        assert one.probability == pytest.approx(p[target], rel=1e-4)
        assert one.surprise == pytest.approx(-math.log2(p[target]), abs=1e-4)
        assert one.rank == sorted(p, reverse=True).index(p[target]) + 1
        assert one.entropy == pytest.approx(-sum(q * math.log2(q) for q in p), abs=1e-4)


def test_the_mean_is_what_evaluation_says(model: Model) -> None:
    scored = score(model, TEXT)
    whole = model.evaluate([TEXT]) if model.info.kind == "lines" else model.evaluate_text(TEXT)
    assert scored.bits_per_char == pytest.approx(whole.bits_per_char, abs=1e-5)
    assert len(scored) == whole.characters
    assert scored.log_prob == pytest.approx(-whole.nats_per_char * whole.characters, abs=1e-4)


def test_many_texts_are_scored_as_each_alone(model: Model) -> None:
    texts = ["", "a", "abcdefghij", "jj", "cab"]
    for text, together in zip(texts, score_all(model, texts), strict=True):
        alone = score(model, text)
        assert together.text == text
        np.testing.assert_allclose(together.log_probs, alone.log_probs, atol=1e-5)
        np.testing.assert_array_equal(together.ranks, alone.ranks)
        np.testing.assert_allclose(together.entropies, alone.entropies, atol=1e-4)
    ranked = ranking(model, texts)
    assert [r.log_prob for r in ranked] == sorted((r.log_prob for r in ranked), reverse=True)
    assert {r.text for r in ranked} == set(texts)


def test_distributions_sum_to_one_and_show_what_was_cut_off(model: Model) -> None:
    reading = read(model, TEXT)
    for at in range(len(TEXT) + 1):
        shown = distribution_at(model, reading, at, SamplingSettings(0.7, top_k=3))
        assert shown.raw.sum() == pytest.approx(1)
        assert shown.filtered.sum() == pytest.approx(1)
        assert int((shown.filtered > 0).sum()) == 3
        able = model.vocabulary.size - (model.info.kind == "stream")
        assert int(shown.cut_off.sum()) == able - 3
        assert set(np.flatnonzero(shown.filtered)) == set(shown.order[:3].tolist())
        if shown.actual is not None:
            assert shown.order[shown.rank - 1] == shown.actual
    last = distribution_at(model, reading, len(TEXT))
    assert last.actual == (0 if model.info.kind == "lines" else None)
    if model.info.kind == "stream":
        assert last.raw[0] == 0
        assert not last.cut_off[0]


def test_temperature_nought_cuts_off_all_but_one(model: Model) -> None:
    shown = distribution_at(model, read(model, TEXT), 2, SamplingSettings(0))
    assert shown.filtered.max() == 1
    assert shown.filtered.argmax() == shown.order[0]


def test_a_text_goes_on_from_any_state_as_the_stream_would(model: Model) -> None:
    settings = SamplingSettings(0.9, top_p=0.95)
    stream = model.stream("ab", settings=settings, seed=6, item=3, max_length=40)
    whole = "".join(token.symbol for token in stream)
    for taken in {0, min(1, len(whole)), min(7, len(whole))}:
        reading = read(model, "ab" + whole[:taken])
        written = continue_from(
            model.cell,
            model.vocabulary,
            reading.states[-1],
            reading.log_probs[-1],
            after=int(reading.read[-1]),
            kind=model.info.kind,
            settings=settings,
            seed=6,
            item=3,
            position=taken,
            max_length=40 - taken,
        )
        assert whole[:taken] + written.text == whole
        assert written.end == stream.end


def test_wrong_input_is_said(model: Model) -> None:
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        score(model, "aQ")
    with pytest.raises(InsightError, match="no place 9"):
        distribution_at(model, read(model, TEXT), 9)
    assert read(model, TEXT).check(-1) == len(TEXT)
