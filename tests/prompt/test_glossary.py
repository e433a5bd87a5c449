"""The glossary: every term that is promised, found by any of its names, told in both prompts."""

from __future__ import annotations

import pytest

from charrnn_tui.prompt import glossary
from charrnn_tui.prompt.commands import Help, parse
from charrnn_tui.repl import help_text

PROMISED = (
    "nats, bits, perplexity, gap, temperature, top-k, top-p, min-p, epoch, step, learning rate, gradient norm, "
    "clipping, saturation, gate, hidden state, cell state, unigram, bigram, n-gram, uniform, held out, validation, "
    "overfitting, learning by heart, logits, softmax, surprise, entropy, seed, style, "
)


@pytest.mark.parametrize("name", PROMISED.rstrip(", ").split(", "))
def test_every_term_that_is_promised_is_there(name: str) -> None:
    term = glossary.find(name.upper())
    assert term is not None
    assert term.meaning.endswith(".")
    assert len(term.meaning) < 330


def test_each_name_means_one_term() -> None:
    names = [name for term in glossary.TERMS.values() for name in (term.name, *term.also)]
    assert len(set(names)) == len(names)
    assert all(glossary.find(name) is not None for name in names)
    assert list(glossary.TERMS) == sorted(glossary.TERMS)


def test_what_is_looked_for_comes_first_and_then_where_it_is_mentioned() -> None:
    assert [term.name for term in glossary.matching("gradient")][:3] == ["clipping", "gradient", "gradient norm"]
    assert next(term.name for term in glossary.matching("GATE")) == "gate"
    assert "cell state" in [term.name for term in glossary.matching("gate")]
    assert glossary.matching("no such thing") == []
    assert len(glossary.matching(" ")) == len(glossary.TERMS)


def test_help_tells_a_term_a_command_or_both() -> None:
    assert parse("/help gradient norm") == Help("gradient norm")

    def told(topic: str, width: int = 60) -> list[str]:
        rows = help_text.about(topic, width)
        assert rows is not None
        return ["".join(text for _, text in row) for row in rows]

    term = glossary.TERMS["gradient norm"]
    assert " ".join(told("gradient norm")) == f"gradient norm: {term.meaning}"
    assert all(len(line) < 60 for line in told("gradient norm"))
    both = told("temp") + told("temperature")
    assert sum(line.startswith("/temp 0.8") for line in both) == 2
    assert sum(line.startswith("temperature: ") for line in both) == 1
    assert help_text.about("nonsense", 60) is None
