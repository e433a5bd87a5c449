"""`/score` says what the scores are."""

from __future__ import annotations

import pytest

from charrnn_tui.insight.scores import score
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.actions import Look
from charrnn_tui.prompt.commands import parse
from charrnn_tui.prompt.score_words import score_words

pytestmark = pytest.mark.usefixtures("toy_model")


def test_the_sentence_has_the_numbers_of_the_score() -> None:
    model = Library().open("toy")
    scored = score(model, "Deirdre")
    said = score_words(model, "Deirdre")
    assert f"{sum(scored.log_probs.tolist()):.2f} nats, {scored.bits_per_char:.2f} bits a character" in said
    worst = int(scored.surprises.argmax())
    assert f"most surprise, bits: {scored.symbols[worst]} at {worst} ({scored.surprises[worst]:.1f})" in said


def test_a_line_asks_for_it() -> None:
    assert parse("/score Deirdre") == Look("Deirdre", scored=True)
    assert parse("/score 3") == Look(None, 3, scored=True)
    assert parse("/score") == Look(None, scored=True)
