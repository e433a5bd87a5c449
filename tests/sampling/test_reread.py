"""Going on in another style: what stands is read anew, and what follows is what that style would have said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.sampling import SamplingSettings, Stream
from charrnn_tui.sampling.column import Column
from charrnn_tui.text import Kind, Vocabulary
from networks import random_weights

VOCABULARY = Vocabulary("abcdefghij")
ARCHITECTURE = replace(Architecture("lstm", VOCABULARY.size, 7, 24, 2), labels=2)
PLAIN = NumpyCell(ARCHITECTURE, random_weights(ARCHITECTURE, 4))
STYLED = PLAIN.styled([0.2, 0.8])
SETTINGS = SamplingSettings(1.2)


@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("prefix", ["", "bad"])
def test_a_stream_goes_on_as_one_that_had_read_the_same_text_in_that_style(kind: Kind, prefix: str) -> None:
    for seed in range(20):
        stream = Stream(PLAIN, VOCABULARY, prefix, kind=kind, settings=SETTINGS, seed=seed, max_length=30)
        for _ in range(4):
            next(stream, None)
        if stream.end:
            continue
        written = stream.generated
        stream.reread(STYLED)
        assert stream.generated == written
        other = Stream(STYLED, VOCABULARY, prefix, kind=kind, settings=SETTINGS, seed=seed, max_length=30)
        for symbol in written:
            other.force(symbol)
        np.testing.assert_allclose(stream.logits, other.logits, atol=1e-5)
        assert "".join(token.symbol for token in stream) == "".join(token.symbol for token in other)
        stream.rewind(len(stream.tokens) - 1)
        other.rewind(len(other.tokens) - 1)
        np.testing.assert_allclose(stream.logits, other.logits, atol=1e-5)


@pytest.mark.parametrize("kind", ["lines", "stream"])
def test_a_column_goes_on_as_its_streams_do(kind: Kind) -> None:
    """Prefixes of other lengths, and some streams that are over already."""
    prefixes = ["", "a", "bad", "jade", "face", "i"]
    column = Column(PLAIN, VOCABULARY, prefixes, kind=kind, settings=SETTINGS, seed=5, max_length=25)
    streams = [
        Stream(PLAIN, VOCABULARY, prefix, kind=kind, settings=SETTINGS, seed=5, item=item, max_length=25)
        for item, prefix in enumerate(prefixes)
    ]
    texts = list(prefixes)

    def step() -> None:
        for drawn in column.step():
            texts[drawn.stream] += drawn.symbol

    for _ in range(3):
        step()
    for stream in streams:
        for _ in range(3):
            next(stream, None)
        if stream.end is None:
            stream.reread(STYLED)
    assert any(stream.end for stream in streams) == (kind == "lines")
    column.reread(STYLED, texts)
    while column.running:
        step()
    assert texts == [stream.prefix + "".join(t.symbol for t in [*stream.tokens, *stream]) for stream in streams]


def test_a_column_that_is_over_stays_so() -> None:
    column = Column(PLAIN, VOCABULARY, ["a"], settings=SETTINGS, seed=1, max_length=1)
    column.step()
    column.reread(STYLED, ["ab"])
    assert not column.running
