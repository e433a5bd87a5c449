"""Correlations against NumPy's over activations of one item at a time; properties against reading with the eye."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from charrnn_tui.insight import matches as matching_module
from charrnn_tui.insight import passages as passages_module
from charrnn_tui.insight.activations import Unit, activations, parts_of
from charrnn_tui.insight.matches import Pattern, count_on, matches, select_units, shares, surroundings
from charrnn_tui.insight.passages import Passages, walk
from charrnn_tui.insight.properties import PROPERTIES, Lines, property_named
from charrnn_tui.insight.reading import InsightError, read
from charrnn_tui.insight.units import find
from charrnn_tui.model import Model
from insight.conftest import make_model

ITEMS = ["abc", "jihgfedcba", "a", "bcadj", "ccc", "eabad", "jjab", "fig", "decaf", "bed"] * 12


def told(name: str, text: str, *, lists: bool = False) -> list[float]:
    """A property along a text, or along items between bars."""
    if lists:
        items = text.split("|")
        starts = np.cumsum([0, *map(len, items)])[:-1]
        lines = Lines("".join(items), starts)
    else:
        starts = np.array([0] + [i + 1 for i, c in enumerate(text[:-1]) if c == "\n"])
        lines = Lines(text, starts)
    return np.asarray(property_named(name)(lines), dtype=float).tolist()


def test_properties_are_what_they_are_called() -> None:
    assert told("position", "ab|c|def", lists=True) == [1, 2, 1, 1, 2, 3]
    assert told("position", "ab\nc") == [1, 2, 3, 1]
    assert told("word position", "ab cd|e f", lists=True) == [1, 2, 0, 1, 2, 1, 0, 1]
    assert told("vowel", "aBéÉyи", lists=True) == [1, 0, 1, 1, 0, 1]
    assert told("capital", "aBÉ") == [0, 1, 1]
    assert told("space", "a b\nc") == [0, 1, 0, 1, 0]
    assert told("after space", "a b| c", lists=True) == [0, 0, 1, 0, 1]
    assert told("after space", "a|b", lists=True) == [0, 0]
    assert told("digit", "a1") == [0, 1]
    assert told("quotes", 'a"bc"d') == [0, 1, 1, 1, 0, 0]
    assert told("quotes", "“a“b”c”d") == [1, 1, 1, 1, 1, 1, 0, 0]
    assert told("brackets", "a(b[c]d)e") == [0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert told("brackets", ")a(b|c", lists=True) == [0, 0, 1, 1, 0]
    assert told("line length", "ab\ncd") == [1, 2, 0, 1, 2]


def test_an_unclosed_quote_ends_with_its_paragraph() -> None:
    text = 'a"b\nc\n\nd'
    assert told("quotes", text) == [0, 1, 1, 1, 1, 1, 0, 0]


def test_a_regular_expression_marks_its_matches_within_an_item() -> None:
    assert told("/b./", "abb|bc", lists=True) == [0, 1, 1, 1, 1]
    assert told("/^c/", "ab|cc", lists=True) == [0, 0, 1, 0]
    assert told("/b$/", "ab\nab") == [0, 1, 0, 0, 1]
    with pytest.raises(InsightError, match="no regular expression"):
        property_named("/(/")
    with pytest.raises(InsightError, match=r"there is no property 'tone'.*vowel"):
        property_named("tone")


def one_by_one(model: Model, items: list[str], part: str) -> np.ndarray:
    """[characters, layers * units], each item read alone."""
    rows = []
    for item in items:
        values = activations(model, read(model, item), [part]).values[part][:, 1:]
        rows.append(np.concatenate(list(values), axis=1))
    return np.concatenate(rows)


@pytest.mark.parametrize("cores", [1, 2])
def test_correlations_are_those_of_numpy(model: Model, monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr(passages_module, "idle_cores", lambda: cores)
    family = model.info.architecture.family
    parts = parts_of(family)
    names = ["position", "vowel", "/ab|ed/", "digit"]
    passages = Passages.of_items(ITEMS, model)
    found = find(model, passages, names, parts)
    text = "".join(ITEMS)
    lines = Lines.of(passages, model.vocabulary)
    assert lines.text == text
    values = np.concatenate([one_by_one(model, ITEMS, part) for part in parts], axis=1)
    assert len(found.units) == values.shape[1]
    for row, name in enumerate(names[:3]):
        property_ = np.asarray(property_named(name)(lines), dtype=float)
        expected = [np.corrcoef(values[:, k], property_)[0, 1] for k in range(values.shape[1])]
        np.testing.assert_allclose(found.values[row], expected, atol=2e-4)
        assert found.means[row] == pytest.approx(property_.mean())
    best = found.best("vowel", 3)
    order = np.argsort(-np.abs(found.values[1]))
    assert best.units[0].unit == found.units[order[0]]
    assert best.units[0].correlation == found.values[1, order[0]]
    assert found.best("digit").constant
    assert found.best("digit").units == ()


def test_a_unit_that_stands_for_a_symbol_tells_it_perfectly(toy: Model) -> None:
    # Hidden unit i of the toy network is on after symbol i and off otherwise.
    items = ["Anna", "Lena", "Deirdre", "Nadia"]
    found = find(toy, Passages.of_items(items, toy), ["/a/"]).best("/a/", 1)
    assert found.units[0].unit == Unit("hidden", 0, toy.vocabulary.id("a"))
    assert found.units[0].correlation == pytest.approx(1, abs=1e-5)


def test_running_text_is_read_in_lanes_that_know_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model("gru", 1, "stream")
    text = "".join(np.random.default_rng(1).choice(list("abcdefghij"), 1500))
    passages = Passages.of_text(model.vocabulary.encode(text), lanes=4)
    assert len(passages.starts) == 4
    seen = np.zeros(1500, dtype=int)
    nodes = np.zeros((passages.plan.nodes, 12))
    for group in range(len(passages.plan.groups)):
        for step in walk(model, passages, group):
            seen[step.nodes] += 1
            nodes[step.nodes] = step.after.hidden[0][step.rows]
    assert (seen == 1).all()
    values = nodes[passages.plan.node_of]
    whole = one_by_one(model, [text], "hidden")
    # The first lane is exact; the others have read 256 characters, after which this network has forgotten the rest.
    np.testing.assert_allclose(values[:375], whole[:375], atol=1e-5)
    np.testing.assert_allclose(values, whole, atol=1e-3)


def on_by_hand(model: Model, items: list[str], pattern: Pattern) -> list[tuple[float, int]]:
    """Every stretch of every item with the share of conditions that hold, counted one by one."""
    out, offset = [], 0
    for item in items:
        shown = activations(model, read(model, item))
        n = len(item)
        on = [[u.sign * shown.of(u.unit)[t + 1] >= pattern.threshold for u in pattern.units] for t in range(n)]
        for start in range(n - pattern.length + 1):
            held = [x for t in range(start, start + pattern.length) for x in on[t]]
            if pattern.off_before:
                held += [not x for x in on[start - 1]] if start else [True] * len(pattern.units)
            if pattern.off_after:
                stop = start + pattern.length
                held += [not x for x in on[stop]] if stop < n else [True] * len(pattern.units)
            out.append((sum(held) / len(held), offset + start))
        offset += n
    return out


@pytest.mark.parametrize("edges", [(True, True), (False, True), (True, False), (False, False)])
def test_matches_are_those_of_counting_every_condition(model: Model, edges: tuple[bool, bool]) -> None:
    items = ITEMS[:10]
    shown = activations(model, read(model, "jihgfedcba"))
    part = parts_of(model.info.architecture.family)[-1]
    pattern = select_units(shown, 3, 4, 0.3, part=part, off_before=edges[0], off_after=edges[1])
    values = shown.values[part][0]
    for sign in (1, -1):
        expected = [
            k
            for k in range(12)
            if all(sign * values[t + 1, k] >= 0.3 for t in (3, 4))
            and not (edges[0] and sign * values[3, k] >= 0.3)
            and not (edges[1] and sign * values[6, k] >= 0.3)
        ]
        assert [c.unit.number for c in pattern.units if c.sign == sign] == expected
    if not pattern.units:
        with pytest.raises(InsightError, match="lower the threshold"):
            matches(model, Passages.of_items(items, model), pattern)
        return
    passages = Passages.of_items(items, model)
    by_hand = {place: share for share, place in on_by_hand(model, items, pattern)}
    found_shares = shares(count_on(model, passages, pattern), passages, pattern)
    for place, share in enumerate(found_shares.tolist()):
        assert share == pytest.approx(by_hand.get(place, 0))
    found = matches(model, passages, pattern, 5)
    assert found[0].share == pytest.approx(max(by_hand.values()))
    assert all(a.share >= b.share for a, b in pairwise(found))
    taken = [p for m in found for p in range(m.start, m.start + 2)]
    assert len(taken) == len(set(taken))
    text = "".join(items)
    for match in found:
        around = surroundings(match, passages, pattern, model.vocabulary, 2)
        assert around.stretch == text[match.start : match.start + 2]
        assert any(around.before + around.stretch + around.after in item for item in items)


def test_the_stretch_that_was_chosen_is_found_again(model: Model) -> None:
    shown = activations(model, read(model, "bcadj"))
    pattern = select_units(shown, 1, 3, 0.05, off_before=False)
    assert pattern.units
    passages = Passages.of_items(["jjab", "bcadj", "abc"], model)
    assert shares(count_on(model, passages, pattern), passages, pattern)[5] == 1
    assert matches(model, passages, pattern)[0].share == 1


def test_wrong_ranges_parts_and_thresholds_are_said(model: Model) -> None:
    shown = activations(model, read(model, "abc"))
    for wrong, word in [((2, 1, 0.5), "range"), ((0, 3, 0.5), "0 to 2"), ((0, 1, 0.0), "threshold")]:
        with pytest.raises(InsightError, match=word):
            select_units(shown, *wrong)
    with pytest.raises(InsightError, match="no activations"):
        select_units(shown, 0, 1, 0.5, part="nose")
    with pytest.raises(InsightError, match="parts"):
        find(model, Passages.of_items(ITEMS, model), ["vowel"], ["nose"])
    with pytest.raises(InsightError, match="fewer than two"):
        find(model, Passages.of_items(["a"], model))
    assert len(PROPERTIES) >= 9
    assert matching_module.Match(0, 1.0).share == 1
