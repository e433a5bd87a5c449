"""Pinned units, against networks in whose weights the value is written; and states between two prefixes."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, Family, NumpyCell
from charrnn_tui.insight.activations import GATES, Unit, activations, parse_unit, parts_of
from charrnn_tui.insight.between import between, interpolate
from charrnn_tui.insight.pin import PinnedCell, pin
from charrnn_tui.insight.reading import InsightError, read
from charrnn_tui.insight.scores import score
from charrnn_tui.insight.what_mattered import what_mattered
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.prefix import prefix_ids
from networks import random_weights

FAMILIES: tuple[Family, ...] = ("rnn", "gru", "lstm")
TEXT = "abcdefabc"


def with_value_in_the_weights(architecture: Architecture, layer: int, index: int, value: float) -> NumpyCell:
    """The same network, where what hidden unit `index` feeds gets a constant instead: value times its column."""
    w = random_weights(architecture)
    n = architecture.hidden
    recurrent = w[f"rnn.weight_hh_l{layer}"]
    w[f"rnn.bias_hh_l{layer}"] = w[f"rnn.bias_hh_l{layer}"] + value * recurrent[:, index]
    recurrent[:, index] = 0
    if layer + 1 < architecture.layers:
        onward, bias = w[f"rnn.weight_ih_l{layer + 1}"], f"rnn.bias_ih_l{layer + 1}"
    else:
        onward, bias = w["output.weight"], "output.bias"
    w[bias] = w[bias] + value * onward[:, index]
    onward[:, index] = 0
    assert n > index
    return NumpyCell(architecture, w)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("layer", [0, 1])
def test_a_pinned_hidden_unit_is_a_constant_in_the_weights(family: Family, layer: int) -> None:
    architecture = Architecture(family, 11, 7, 12, 2)
    expected = with_value_in_the_weights(architecture, layer, 5, 0.8)
    held = PinnedCell(NumpyCell(architecture, random_weights(architecture)), {Unit("hidden", layer, 5): 0.8})
    state, other = held.initial_state(2), expected.initial_state(2)
    for id_ in (0, 3, 7, 1, 10):
        state, answer = held.step([id_, 2], state)
        other, wanted = expected.step([id_, 2], other)
        np.testing.assert_allclose(answer, wanted, atol=1e-5)
        assert (state.hidden[layer][:, 5] == np.float32(0.8)).all()
        np.testing.assert_allclose(held.answer(state), answer, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_without_pins_it_is_the_network_itself(family: Family) -> None:
    architecture = Architecture(family, 11, 7, 12, 2)
    cell = NumpyCell(architecture, random_weights(architecture))
    held = PinnedCell(cell, {})
    state, other = held.initial_state(1), cell.initial_state(1)
    for id_ in (0, 3, 7, 1):
        state, answer = held.step([id_], state)
        other, wanted = cell.step([id_], other)
        np.testing.assert_allclose(answer, wanted, atol=1e-5)
        for mine, theirs in zip(state.hidden + state.cell, other.hidden + other.cell, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_an_lstm_that_never_forgets_is_one_with_a_large_forget_bias() -> None:
    architecture = Architecture("lstm", 11, 7, 12, 1)
    weights = random_weights(architecture)
    held = PinnedCell(NumpyCell(architecture, weights), {Unit("forget", 0, k): 1.0 for k in range(12)})
    weights["rnn.bias_ih_l0"][12:24] += 1000
    expected = NumpyCell(architecture, weights)
    state, other = held.initial_state(1), expected.initial_state(1)
    for id_ in (0, 3, 7, 1):
        state, answer = held.step([id_], state)
        other, wanted = expected.step([id_], other)
        np.testing.assert_allclose(answer, wanted, atol=1e-5)


def test_a_pinned_cell_unit_shows_through_its_output_gate() -> None:
    architecture = Architecture("lstm", 11, 7, 12, 1)
    cell = NumpyCell(architecture, random_weights(architecture))
    held = PinnedCell(cell, {Unit("cell", 0, 4): 2.5})
    before = held.initial_state(1)
    after, _ = held.step([3], before)
    output = cell.gates([3], before, after)[0]["output"][0, 4]
    assert after.cell[0][0, 4] == 2.5
    assert after.hidden[0][0, 4] == pytest.approx(output * np.tanh(2.5), abs=1e-6)


def test_gates_are_those_that_make_the_state(model: Model) -> None:
    family = model.info.architecture.family
    reading = read(model, TEXT)
    shown = activations(model, reading)
    assert set(shown.values) == set(parts_of(family))
    hidden = shown.values["hidden"]
    assert hidden.shape == (model.info.architecture.layers, len(TEXT) + 1, 12)
    before = np.concatenate([np.zeros_like(hidden[:, :1]), hidden[:, :-1]], axis=1)
    if family == "lstm":
        cells = shown.values["cell"]
        cells_before = np.concatenate([np.zeros_like(cells[:, :1]), cells[:, :-1]], axis=1)
        v = shown.values
        np.testing.assert_allclose(cells, v["forget"] * cells_before + v["input"] * v["candidate"], atol=1e-5)
        np.testing.assert_allclose(hidden, v["output"] * np.tanh(cells), atol=1e-5)
    elif family == "gru":
        v = shown.values
        np.testing.assert_allclose(hidden, (1 - v["update"]) * v["new"] + v["update"] * before, atol=1e-5)
    assert all(((g >= 0) & (g <= 1)).all() for n, g in shown.values.items() if n in ("input", "forget", "update"))


def test_pinning_shows_both_distributions_and_both_texts(model: Model) -> None:
    reading = read(model, "abc")
    settings = SamplingSettings(0.8)
    shown = pin(model, reading, 3, {Unit("hidden", 0, 1): 1.0}, settings=settings, seed=4, max_length=30)
    plain = model.stream("abc", settings=settings, seed=4, max_length=30)
    assert shown.text_before.text == "".join(t.symbol for t in plain)
    np.testing.assert_allclose(shown.before.raw.sum(), 1)
    assert shown.after.raw.sum() == pytest.approx(1)
    assert not np.allclose(shown.before.raw, shown.after.raw, atol=1e-4)
    held = PinnedCell(model.cell, {Unit("hidden", 0, 1): 1.0})
    state, answer = held.step([reading.read[3]], reading.states[2])
    kept = [0] if model.info.kind == "stream" else []
    p = np.exp(answer[0].astype(np.float64))
    p[kept] = 0
    np.testing.assert_allclose(shown.after.raw, p / p.sum(), atol=1e-5)
    stepped = held.step([model.vocabulary.id(shown.text_after.text[0])], state)[1] if shown.text_after.text else answer
    assert shown.text_after.tokens[min(1, len(shown.text_after.text))].logits == pytest.approx(
        np.where(np.arange(11) == (0 if kept else -1), -np.inf, stepped[0]), abs=1e-5
    )
    same = pin(model, reading, 3, {}, settings=settings, seed=4, max_length=30)
    assert same.text_after.text == same.text_before.text


def test_units_are_named_and_wrong_ones_refused(model: Model) -> None:
    cell = model.cell
    assert parse_unit("7", cell) == Unit("hidden", 0, 7)
    last = parts_of(model.info.architecture.family)[-1]
    assert parse_unit(f"{last}:{model.info.architecture.layers}:3", cell) == Unit(
        last, model.info.architecture.layers - 1, 3
    )
    assert str(parse_unit("hidden:1:3", cell)) == "hidden:1:3"
    for wrong, word in {
        "x": "a unit is",
        "12": "0 to 11",
        "hidden:9:1": "layers",
        "nose:1": "parts",
        "a:b:c:d": "unit is",
    }.items():
        with pytest.raises(InsightError, match=word):
            parse_unit(wrong, cell)
    with pytest.raises(InsightError, match="number"):
        PinnedCell(cell, {Unit("hidden", 0, 0): float("nan")})
    assert GATES["rnn"] == ()


def test_between_starts_and_ends_at_the_prefixes(model: Model) -> None:
    settings = SamplingSettings(0.7)
    found = between(model, "ab", "cde", 4, settings=settings, seed=2, max_length=20)
    assert [b.weight for b in found] == [0, 0.25, 0.5, 0.75, 1]
    for place, prefix in ((0, "ab"), (-1, "cde")):
        stream = model.stream(prefix, settings=settings, seed=2, max_length=20)
        assert found[place].text == "".join(t.symbol for t in stream)
        assert found[place].end == stream.end
    assert all(np.exp(b.log_probs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-5) for b in found)
    a, b = read(model, "ab").states[-1], read(model, "cde").states[-1]
    middle = interpolate(a, b, np.array([0.5]))
    np.testing.assert_allclose(middle.hidden[-1], (a.hidden[-1] + b.hidden[-1]) / 2, atol=1e-6)
    weights = model.cell._output, model.cell._output_bias
    logits = middle.hidden[-1] @ weights[0] + weights[1]
    np.testing.assert_allclose(found[2].log_probs, (logits - np.log(np.exp(logits).sum()))[0], atol=1e-4)
    with pytest.raises(InsightError, match="one step"):
        between(model, "a", "b", 0)


def test_a_pinned_network_is_streamed_forked_and_scored_as_any_cell_does(model: Model) -> None:
    free = Model(model.info, PinnedCell(model.cell, {}))  # type: ignore[arg-type]
    settings = SamplingSettings(0.9, top_k=6)
    for _ in range(2):
        mine, plain = (m.stream("ab", settings=settings, seed=8, max_length=30) for m in (free, model))
        assert [t.symbol for t in mine] == [t.symbol for t in plain]
    assert score(free, TEXT).log_prob == pytest.approx(score(model, TEXT).log_prob, abs=1e-4)
    a, b = (what_mattered(m, read(m, TEXT), 6) for m in (free, model))
    np.testing.assert_allclose(a.left_out, b.left_out, atol=1e-4)
    np.testing.assert_allclose(a.replaced, b.replaced, atol=1e-4)
    with pytest.raises(InsightError, match="no units to look at"):
        activations(free, read(free, TEXT))
    pinned = Model(model.info, PinnedCell(model.cell, {Unit("hidden", 0, 2): -1.0}))  # type: ignore[arg-type]
    stream = pinned.stream("ab", settings=settings, seed=8, max_length=30)
    first = list(islice(stream, 4))
    fork = stream.fork()
    assert [t.symbol for t in fork] == [t.symbol for t in stream]
    state = pinned.cell.initial_state(1)
    for id_ in prefix_ids("ab", model.vocabulary, model.info.kind).tolist():
        state, answer = pinned.cell.step([id_], state)
    able = slice(model.info.kind == "stream", None)
    np.testing.assert_allclose(first[0].logits[able], answer[0][able], atol=1e-5)
