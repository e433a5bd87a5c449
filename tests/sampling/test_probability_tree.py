"""The tree of continuations, against reading each text anew."""

import json
import math

import numpy as np
import pytest

from charrnn_tui.sampling.prefix import prefix_ids
from charrnn_tui.sampling.probability_tree import Branch, ProbabilityTree, probability_tree
from charrnn_tui.text import BOUNDARY, Kind, UnknownSymbolsError
from networks import Network


def following(network: Network, text: str, kind: Kind) -> np.ndarray:
    """P [vocabulary] of what follows a text."""
    state = network.cell.initial_state(1)
    _, log_probs = network.cell.read(prefix_ids(text, network.vocabulary, kind), state)
    p = np.exp(log_probs[0].astype(np.float64))
    if kind == "stream":
        p[BOUNDARY] = 0
    return p / p.sum()


def every_branch(branch: Branch) -> list[Branch]:
    return [branch, *(b for child in branch.children for b in every_branch(child))]


@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("prefix", ["", "ab"])
def test_every_branch_has_the_likeliest_symbols_and_their_probabilities(
    network: Network, prefix: str, kind: Kind
) -> None:
    depth, width = 3, 4
    tree = probability_tree(*network, prefix, kind=kind, depth=depth, width=width)
    assert (tree.text, tree.symbol, tree.path_log_prob) == (prefix, "", 0.0)
    branches = every_branch(tree)
    assert len({(b.text, b.ended) for b in branches}) == len(branches)
    for branch in branches:
        deepest = len(branch.text) - len(prefix) == depth
        if branch.ended or deepest:
            assert (branch.children, branch.rest) == ((), 1.0)
            continue
        p = following(network, branch.text, kind)
        expected = np.sort(p)[::-1][:width]
        np.testing.assert_allclose([math.exp(c.log_prob) for c in branch.children], expected, atol=1e-5)
        for child in branch.children:
            id_ = BOUNDARY if child.ended else network.vocabulary.id(child.symbol)
            assert math.exp(child.log_prob) == pytest.approx(p[id_], abs=1e-5)
            assert child.text == branch.text + child.symbol
            assert child.path_log_prob == pytest.approx(branch.path_log_prob + child.log_prob)
        assert branch.rest == pytest.approx(1 - expected.sum(), abs=1e-5)
    if kind == "stream":
        assert not any(b.ended for b in branches)


def test_many_branches_are_expanded_as_each_is_alone(network: Network) -> None:
    tree = ProbabilityTree(*network, "a")
    level = tree.grow(2, 4).children
    some = [branch for parent in level for branch in parent.children]
    some += [parent for parent in level if parent.ended][:1]
    for width in (1, 3):
        together = tree.expand_each(some, width)
        for branch, alone in zip(together, [tree.expand(one, 1, width) for one in some], strict=True):
            assert (branch.text, branch.ended, len(branch.children)) == (alone.text, alone.ended, len(alone.children))
            assert [c.symbol for c in branch.children] == [c.symbol for c in alone.children]
            assert branch.rest == pytest.approx(alone.rest, abs=1e-5)
            for child, same in zip(branch.children, alone.children, strict=True):
                assert child.path_log_prob == pytest.approx(same.path_log_prob, abs=1e-5)
    assert tree.expand_each([], 2) == []
    assert tree.expand_each([tree.grow(1, 2)], 2)[0].text == "a"


def test_a_branch_that_is_expanded_is_that_of_a_deeper_tree(network: Network) -> None:
    tree = ProbabilityTree(*network, "a")
    deep, flat = tree.grow(3, 3), tree.grow(1, 3)
    for child, wanted in zip(flat.children, deep.children, strict=True):
        grown = tree.expand(child, 2, 3)
        assert [b.text for b in every_branch(grown)] == [b.text for b in every_branch(wanted)]
        np.testing.assert_allclose(
            [b.path_log_prob for b in every_branch(grown)],
            [b.path_log_prob for b in every_branch(wanted)],
            atol=1e-5,
        )


def test_what_has_ended_stays_as_it_is_and_wider_than_the_vocabulary_is_all(toy: Network) -> None:
    tree = ProbabilityTree(*toy, "Anna")
    root = tree.grow(1, 1000)
    assert len(root.children) == toy.vocabulary.size
    assert root.rest == pytest.approx(0, abs=1e-6)
    end = next(child for child in root.children if child.ended)
    assert (end.text, end.symbol) == ("Anna", "")
    assert tree.expand(end, 2, 3) is end


def test_json_has_probabilities(toy: Network) -> None:
    tree = probability_tree(*toy, "De", depth=2, width=2)
    values = json.loads(json.dumps(tree.to_dict()))
    assert list(values) == ["text", "symbol", "ended", "probability", "path_probability", "rest", "children"]
    assert values["probability"] == 1
    first = next(child for child in values["children"] if not child["ended"])
    assert first["path_probability"] == pytest.approx(first["probability"])
    assert first["children"][0]["path_probability"] <= first["path_probability"]


def test_what_has_no_meaning_gets_a_sentence(toy: Network) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        probability_tree(*toy, depth=0)
    with pytest.raises(ValueError, match="1 or more"):
        probability_tree(*toy, width=0)
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        probability_tree(*toy, "Q")
