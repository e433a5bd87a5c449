"""What style a text is most like: Bayes' rule over what the model says itself under each label."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.styles import likeness, log_probs_under, priors, share_right
from charrnn_tui.model import Model
from charrnn_tui.text import UnknownSymbolsError
from toy import NAMES, write_toy_model

LABELS = ("A", "B", "D")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model.open(write_toy_model(tmp_path / "labelled", "labelled", labels=LABELS))


def with_items(model: Model, counts: object) -> Model:
    model.info = replace(model.info, corpus={**model.info.corpus, "label_items": counts})
    return model


def test_each_label_is_judged_by_bayes_rule(model: Model) -> None:
    with_items(model, [5, 0, 1])
    found = likeness(model, "Anna")
    weights = {}
    for label, count in zip(LABELS, (6, 1, 2), strict=True):
        told = model.styled(label).evaluate(["Anna"])
        weights[label] = math.exp(-told.nats_per_char * told.characters) * count / 9
    for one in found:
        assert one.posterior == pytest.approx(weights[one.label] / sum(weights.values()), rel=1e-5)
        assert math.exp(one.log_prob) * one.prior == pytest.approx(weights[one.label], rel=1e-5)
    assert sum(one.posterior for one in found) == pytest.approx(1)
    assert [one.posterior for one in found] == sorted((one.posterior for one in found), reverse=True)


@pytest.mark.parametrize("counts", [None, [1, 2], "many"])
def test_where_shares_are_not_known_labels_are_alike(model: Model, counts: object) -> None:
    np.testing.assert_allclose(priors(with_items(model, counts)), 1 / 3)


def test_many_texts_at_once_are_judged_as_one_by_one(model: Model) -> None:
    together = log_probs_under(model, NAMES)
    for row, name in zip(together, NAMES, strict=True):
        np.testing.assert_allclose(row, log_probs_under(model, [name])[0], atol=1e-5)


def test_the_share_that_is_right_is_counted(model: Model) -> None:
    best = [likeness(model, name)[0].label for name in NAMES]
    wrong = ["B" if label == "A" else "A" for label in best]
    assert share_right(model, NAMES, best) == 1
    assert share_right(model, NAMES, wrong) == 0
    # With readings for few, some of the items tell.
    many, mixed = NAMES * 10, [*best * 5, *wrong * 5]
    assert 0.2 < share_right(model, many, mixed, readings=1) < 0.8  # type: ignore[operator]
    assert share_right(model, many, mixed) == 0.5
    assert share_right(model, NAMES[:4], [*best[:2], wrong[2], "of no meaning"]) == pytest.approx(2 / 3)
    assert share_right(model, NAMES, [""] * len(NAMES)) is None


def test_what_cannot_be_judged_gets_a_sentence(model: Model, toy_model: Path) -> None:
    with pytest.raises(InsightError, match=r"toy has learnt no labels.*--label"):
        likeness(Model.open(toy_model), "Anna")
    with pytest.raises(UnknownSymbolsError):
        likeness(model, "Xqz")
