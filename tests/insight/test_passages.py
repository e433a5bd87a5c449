"""Passages that are read side by side, shared beginnings once, against each one read alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charrnn_tui.insight import passages as module
from charrnn_tui.insight.activations import activations, parts_of
from charrnn_tui.insight.matches import count_on, select_units
from charrnn_tui.insight.passages import Kept, Passages, blocks, characters_of, each_group
from charrnn_tui.insight.reading import read
from charrnn_tui.insight.units import find
from charrnn_tui.model import Model
from insight.conftest import make_model

ITEMS = ["abc", "abd", "a", "abc", "bcadj", "abcde", "", "bca", "jjab", "fig", "ab"] * 5
LSTM = make_model("lstm", 2, "lines")


def alone(model: Model, items: list[str], parts: list[str]) -> np.ndarray:
    """[characters, parts * layers * units], each item read by itself."""
    rows = []
    for item in items:
        found = activations(model, read(model, item), parts).values
        rows.append(np.concatenate([layer[1:] for part in parts for layer in found[part]], axis=1))
    return np.concatenate(rows)


def side_by_side(model: Model, passages: Passages, parts: list[str], kept: Kept | None = None) -> np.ndarray:
    width = len(parts) * model.info.architecture.layers * model.info.architecture.hidden
    nodes = np.full((passages.plan.nodes, width), np.nan)
    for group in range(len(passages.plan.groups)):
        for where, values in blocks(model, passages, group, parts, kept):
            assert np.isnan(nodes[where]).all()
            nodes[where] = values
    assert not np.isnan(nodes).any()
    return nodes[passages.plan.node_of]


@pytest.mark.parametrize("at_once", [1, 3, 256])
def test_activations_are_those_of_each_item_read_alone(
    model: Model, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(module, "ITEMS_AT_ONCE", at_once)
    monkeypatch.setattr(module, "STEPS_AT_ONCE", 2)
    parts = list(parts_of(model.info.architecture.family))
    passages = Passages.of_items(ITEMS, model)
    np.testing.assert_allclose(side_by_side(model, passages, parts), alone(model, ITEMS, parts), atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc", max_size=6), min_size=1, max_size=30), st.integers(1, 9))
def test_a_node_is_a_beginning_and_each_is_read_once_a_group(items: list[str], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ITEMS_AT_ONCE", at_once)
        passages = Passages.of_items(items, LSTM)
        plan = passages.plan
    assert sorted(np.concatenate(plan.groups).tolist()) == list(range(len(items)))
    texts = [[items[p] for p in group] for group in plan.groups]
    assert [text for group in texts for text in group] == sorted(items)
    beginnings = [{text[: n + 1] for text in group for n in range(len(text))} for group in texts]
    assert np.diff(plan.first).tolist() == list(map(len, beginnings))
    for number, group in enumerate(plan.groups):
        seen = {}
        for p in group.tolist():
            for n in range(len(items[p])):
                node = int(plan.node_of[passages.starts[p] + n])
                assert plan.first[number] <= node < plan.first[number + 1]
                assert seen.setdefault(node, items[p][: n + 1]) == items[p][: n + 1]
        assert set(seen.values()) == beginnings[number]
    assert sum(characters_of(passages, g) for g in range(len(plan.groups))) == len("".join(items))


def test_what_is_kept_gives_the_same_and_reads_nothing_again(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = Passages.of_items(ITEMS, model)
    kept = Kept(model, passages)
    fresh = find(model, passages, ["position", "/ab/"])
    first = find(model, passages, ["position", "/ab/"], kept=kept)
    shown = activations(model, read(model, "abcde"))
    pattern = select_units(shown, 1, 2, 0.05, off_before=False)
    counted = count_on(model, passages, pattern)
    monkeypatch.setattr(module, "walk", lambda *_: pytest.fail("read again"))
    again = find(model, passages, ["position", "/ab/"], kept=kept)
    np.testing.assert_allclose(first.values, fresh.values, atol=1e-5)
    np.testing.assert_array_equal(again.values, first.values)
    np.testing.assert_array_equal(count_on(model, passages, pattern, kept=kept), counted)


def test_gates_are_read_anew_and_so_is_what_has_no_room() -> None:
    passages = Passages.of_items(ITEMS, LSTM)
    for kept, parts in ((Kept(LSTM, passages), ["forget", "cell"]), (Kept(LSTM, passages, most=10), ["cell"])):
        expected = alone(LSTM, ITEMS, parts)
        for _ in range(2):
            np.testing.assert_allclose(side_by_side(LSTM, passages, parts, kept), expected, atol=1e-5)


def test_a_question_that_is_called_off_leaves_no_group_running() -> None:
    model = make_model("rnn", 1, "lines")
    passages = Passages.of_items(ITEMS, model)

    class Off(Exception):
        pass

    def stop(_: int) -> None:
        raise Off

    with pytest.raises(Off):
        find(model, passages, ["vowel"], progress=stop)
    assert [group for group, _ in each_group(lambda group: group, passages)] == list(range(len(passages.plan.groups)))
