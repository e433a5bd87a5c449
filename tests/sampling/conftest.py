"""Networks to draw from: the toy model's bigrams and random ones of every family."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from charrnn_tui.cells import Architecture, Family, NumpyCell
from charrnn_tui.text import Vocabulary
from networks import random_weights
from toy import NAMES, toy_info, toy_weights


class Network(NamedTuple):
    """A cell and what its ids mean."""

    cell: NumpyCell
    vocabulary: Vocabulary


def random_network(family: Family, layers: int = 1, hidden: int = 24) -> Network:
    """A network of ten letters whose answers are decided, as a trained one's are."""
    architecture = Architecture(family, 11, 7, hidden, layers)
    return Network(NumpyCell(architecture, random_weights(architecture)), Vocabulary("abcdefghij"))


@pytest.fixture(scope="session")
def toy() -> Network:
    """Bigrams of a few names."""
    info = toy_info()
    return Network(NumpyCell(info.architecture, toy_weights(NAMES)), info.vocabulary)


@pytest.fixture(scope="session", params=["rnn-1", "gru-2", "lstm-1", "lstm-3"])
def network(request: pytest.FixtureRequest) -> Network:
    """Random networks."""
    family, layers = request.param.split("-")
    return random_network(family, int(layers))
