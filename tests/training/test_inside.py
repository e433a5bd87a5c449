"""What is told of the inside of a network, held to the cells step by step and to differences."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, Family, NumpyCell
from charrnn_tui.training.process.messages import decode_event, encode
from charrnn_tui.training.run.data import EvaluationPart
from charrnn_tui.training.run.inside import Looked, fading, look_inside, texts_to_look_at
from networks import random_weights

TEXTS = [[0, 1, 2, 3, 4, 0], [0, 4, 4, 1, 0], [0, 2, 0]]


def looked() -> Looked:
    width = max(map(len, TEXTS))
    ids = torch.tensor([row + [-1] * (width - len(row)) for row in TEXTS])
    return texts_to_look_at([EvaluationPart([ids], carried=False)])


def of(family: Family, layers: int) -> tuple[Architecture, dict[str, NDArray[np.float32]]]:
    architecture = Architecture(family, 5, 4, 6, layers)
    return architecture, random_weights(architecture, seed=3)


def loss_from(cell: NumpyCell, text: list[int], place: int, nudged: dict[tuple[int, int], float], part: str) -> float:
    """-log P of the last id of a text, the state after `place` ids changed a little."""
    state = cell.initial_state(1)
    log_probs = np.zeros((1, 5))
    for t, id_ in enumerate(text[:-1]):
        state, log_probs = cell.step([id_], state)
        if t == place:
            vectors = [array.astype(np.float64).copy() for array in getattr(state, part)]
            for (layer, unit), by in nudged.items():
                vectors[layer][0, unit] += by
            state = state._replace(**{part: tuple(vectors)})
            if t == len(text) - 2:
                log_probs = cell.answer(state)
    return -float(log_probs[0, text[-1]])


@pytest.mark.parametrize("family", get_args(Family))
@pytest.mark.parametrize("layers", [1, 2])
def test_the_gradient_through_time_is_that_of_differences(family: Family, layers: int) -> None:
    architecture, weights = of(family, layers)
    cell = NumpyCell(architecture, weights)
    for name, value in vars(cell).items():  # differences want more digits than float32 has
        if isinstance(value, np.ndarray):
            setattr(cell, name, value.astype(np.float64))
        elif isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            setattr(cell, name, [array.astype(np.float64) for array in value])
    norms = []
    for text in TEXTS:
        row = []
        for k in range(len(text) - 1):
            place, squares = len(text) - 2 - k, 0.0
            for part in ("hidden", "cell") if family == "lstm" else ("hidden",):
                for layer in range(layers):
                    for unit in range(6):
                        up, down = (loss_from(cell, text, place, {(layer, unit): d}, part) for d in (1e-3, -1e-3))
                        squares += ((up - down) / 2e-3) ** 2
            row.append(squares**0.5)
        norms.append(row)
    means = [np.mean([row[k] for row in norms if len(row) > k]) for k in range(max(map(len, norms)))]
    np.testing.assert_allclose(
        fading(architecture, weights, looked()), np.array(means) / means[0], rtol=2e-2, atol=1e-4
    )


@pytest.mark.parametrize("family", get_args(Family))
def test_activations_and_gates_are_those_of_the_cell(family: Family) -> None:
    architecture, weights = of(family, 2)
    inside = look_inside(architecture, weights, looked(), 40, 0.01)
    cell = NumpyCell(architecture, weights)
    hidden: list[list[float]] = [[], []]
    opened: dict[str, list[float]] = {}
    for text in TEXTS:
        state = cell.initial_state(1)
        for id_ in text[:-1] if len(text) == 6 else text:  # the longest text's last id is only predicted
            before, state = state, cell.advance([id_], state)
            for layer in range(2):
                hidden[layer] += state.hidden[layer][0].tolist()
            if family != "rnn":
                for name, gate in cell.gates([id_], before, state)[1].items():
                    opened.setdefault(name, []).append(float(gate.mean()))
    for layer in range(2):
        counts = np.histogram(hidden[layer], bins=21, range=(-1, 1))[0]
        np.testing.assert_allclose(inside.hidden[layer], counts / counts.sum(), atol=1e-5)
        near = np.mean([abs(value) >= 0.95 for value in hidden[layer]])
        assert inside.saturated[layer] == pytest.approx(near)
    assert len(inside.gates) == (0 if family == "rnn" else 2)
    for name, value in inside.gates[1].items() if inside.gates else ():
        assert value == pytest.approx(np.mean(opened[name]), rel=1e-5)
    assert decode_event(encode(inside)) == inside
