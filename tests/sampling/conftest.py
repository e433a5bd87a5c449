"""Networks to draw from: the toy model's bigrams and random ones of every family."""

from __future__ import annotations

import pytest

from charrnn_tui.cells import NumpyCell
from networks import Network, random_network
from toy import NAMES, toy_info, toy_weights


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
