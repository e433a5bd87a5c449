"""Models to look into: random networks of every family, of lists and of running text, and the toy model."""

from __future__ import annotations

import pytest

from charrnn_tui.cells import NumpyCell
from charrnn_tui.model import Model, ModelInfo
from charrnn_tui.text import Kind
from networks import random_network
from toy import NAMES, toy_info, toy_weights


def make_model(family: str, layers: int, kind: Kind, hidden: int = 12) -> Model:
    """A network of ten letters with random weights."""
    cell, vocabulary = random_network(family, layers, hidden)  # type: ignore[arg-type]
    return Model(ModelInfo(f"{family}-{layers}", cell.architecture, vocabulary, kind), cell)


@pytest.fixture(scope="session", params=["rnn-1-lines", "gru-2-lines", "lstm-1-lines", "lstm-2-stream", "gru-1-stream"])
def model(request: pytest.FixtureRequest) -> Model:
    """A random network."""
    family, layers, kind = request.param.split("-")
    return make_model(family, int(layers), kind)


@pytest.fixture(scope="session")
def toy() -> Model:
    """Bigrams of a few names."""
    info = toy_info()
    return Model(info, NumpyCell(info.architecture, toy_weights(NAMES)))
