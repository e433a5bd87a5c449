"""What a loss is compared with, held to counting by hand."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from runs import SMALL, train, write_names

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.run_words import references as in_words
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.process.messages import References, decode_event, encode
from charrnn_tui.training.run.data import load_data
from charrnn_tui.training.run.references import reference_losses


def test_uniform_and_unigram_are_what_counting_by_hand_gives(tmp_path: Path) -> None:
    recipe = replace(SMALL, corpus=str(write_names(tmp_path)))
    texts = read_texts(recipe)
    found = reference_losses(load_data(texts, recipe))
    assert list(found) == ["uniform", "unigram", "bigram", "5-gram"]
    symbols = {c for item in (*texts.training, *texts.validation) for c in item}
    assert found["uniform"] == pytest.approx(math.log(len(symbols) + 1))
    counts = Counter(c for item in texts.training for c in (*item, "end"))
    total = counts.total()
    # Every symbol is met often: three discounts of 0.5, 1 and 1.5 are too few to matter much.
    plain = [-math.log(counts[c] / total) for item in texts.validation for c in (*item, "end")]
    assert found["unigram"] == pytest.approx(sum(plain) / len(plain), abs=2e-3)
    assert found["uniform"] > found["unigram"] > found["bigram"] > 0


def test_a_run_tells_them_before_its_first_update_and_keeps_them(tmp_path: Path) -> None:
    events = train(replace(SMALL, name="words", corpus=str(write_names(tmp_path)), epochs=1))
    assert isinstance(told := events[1], References)
    assert decode_event(encode(told)) == told
    assert Library().open("words").info.references == told.losses
    assert in_words({"uniform": 3.97, "5-gram": 2.1684}) == "5-gram 2.168, uniform 3.970"
