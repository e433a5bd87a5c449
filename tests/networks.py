"""Networks with random weights of the size that trained ones have, and sequences to feed them."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, Family, NumpyCell
from charrnn_tui.text import Vocabulary


class Network(NamedTuple):
    """A cell and what its ids mean."""

    cell: NumpyCell
    vocabulary: Vocabulary


def random_weights(architecture: Architecture, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights with the spread that trained networks have: gates saturate now and then, answers are decided."""
    generator = np.random.default_rng(seed)
    # Without gates, a recurrent gain above 1 is chaos: rounding would grow from step to step in any arithmetic.
    gain = 1.0 if architecture.family == "rnn" else 1.5
    weights = {}
    for name, shape in architecture.shapes().items():
        if name in ("embedding.weight", "labels.weight"):
            spread = 1.0
        elif name.startswith("rnn."):
            spread = gain / np.sqrt(architecture.hidden) if "weight" in name else 0.5
        else:
            spread = 3.0 / np.sqrt(architecture.hidden) if "weight" in name else 1.0
        weights[name] = generator.normal(0, spread, shape).astype(np.float32)
    return weights


def architectures(hidden: int = 24) -> list[Architecture]:
    """Every family with one, two and three layers; embedding and output of other sizes than the hidden state."""
    families: tuple[Family, ...] = ("rnn", "gru", "lstm")
    return [Architecture(family, 11, 7, hidden, layers) for family in families for layers in (1, 2, 3)]


def labelled_architectures() -> list[Architecture]:
    """The same, with three labels."""
    return [replace(architecture, labels=3) for architecture in architectures()]


def label(architecture: Architecture) -> str:
    """A test's id."""
    return f"{architecture.family}-{architecture.layers}"


def random_ids(architecture: Architecture, batch: int, time: int, seed: int = 0) -> NDArray[np.int64]:
    """Ids [batch, time]."""
    return np.random.default_rng(seed).integers(0, architecture.vocabulary_size, (batch, time))


def random_network(family: Family, layers: int = 1, hidden: int = 24) -> Network:
    """A network of ten letters whose answers are decided, as a trained one's are."""
    architecture = Architecture(family, 11, 7, hidden, layers)
    return Network(NumpyCell(architecture, random_weights(architecture)), Vocabulary("abcdefghij"))
