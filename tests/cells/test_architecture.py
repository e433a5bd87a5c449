"""Sizes, shapes and checks of a network's description."""

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, ArchitectureError
from networks import architectures, label


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_parameters_are_counted_without_the_weights(architecture: Architecture) -> None:
    assert architecture.parameters == sum(int(np.prod(s)) for s in architecture.shapes().values())
    matrices = [s for n, s in architecture.shapes().items() if n.endswith(".weight") or ".weight_" in n]
    assert architecture.operations == sum(r * c for r, c in matrices) - 11 * 7  # the embedding is looked up


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family": "transformer"}, "family is one of rnn, gru, lstm"),
        ({"hidden": 0}, "hidden is a whole number from 1"),
        ({"hidden": 2.0}, "hidden is a whole number"),
        ({"hidden": True}, "hidden is a whole number"),
        ({"hidden": 1 << 17}, "hidden is a whole number from 1 to 65536"),
        ({"layers": 65}, "layers is a whole number from 1 to 64"),
        ({"vocabulary_size": 1}, "vocabulary size is a whole number from 2"),
        ({"hidden": 65536, "layers": 64}, "too many to hold"),
    ],
)
def test_impossible_sizes_get_a_sentence(change: dict[str, object], words: str) -> None:
    values = {"family": "lstm", "vocabulary_size": 9, "embedding": 3, "hidden": 4, "layers": 1} | change
    with pytest.raises(ArchitectureError, match=words):
        Architecture.from_dict(values)


def test_a_description_survives_the_round_trip() -> None:
    architecture = Architecture("gru", 9, 3, 4, 2)
    assert Architecture.from_dict(architecture.to_dict()) == architecture
    with pytest.raises(ArchitectureError, match="not complete"):
        Architecture.from_dict({"family": "gru"})
    with pytest.raises(ArchitectureError, match="not complete"):
        Architecture.from_dict(architecture.to_dict() | {"colour": 1})


def test_weights_of_another_network_are_named() -> None:
    architecture = Architecture("gru", 9, 3, 4)
    shapes = architecture.shapes()
    architecture.check_weights(shapes)
    with pytest.raises(ArchitectureError, match=r"lack output\.bias"):
        architecture.check_weights({n: s for n, s in shapes.items() if n != "output.bias"})
    with pytest.raises(ArchitectureError, match="'extra'"):
        architecture.check_weights(shapes | {"extra": (1,)})
    with pytest.raises(ArchitectureError, match=r"rnn.weight_hh_l0 has the shape \[16, 4\].*needs \[12, 4\]"):
        architecture.check_weights(shapes | {"rnn.weight_hh_l0": (16, 4)})


def test_names_for_people() -> None:
    assert Architecture("lstm", 9, 3, 64).describe() == "LSTM of 64 units"
    assert Architecture("lstm", 9, 3, 64, 2).describe() == "LSTM of 2 x 64 units"
