"""The most probable items, against trying every one."""

from itertools import islice, product

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.sampling import most_probable
from charrnn_tui.text import BOUNDARY, UnknownSymbolsError, Vocabulary, to_matrix
from networks import Network, random_weights

LONGEST = 4


@pytest.fixture(scope="module", params=["rnn", "gru", "lstm"])
def small(request: pytest.FixtureRequest) -> Network:
    architecture = Architecture(request.param, 4, 3, 8, 2)
    return Network(NumpyCell(architecture, random_weights(architecture, 3)), Vocabulary("abc"))


def every_item(network: Network, prefix: str = "") -> list[tuple[str, float]]:
    """All items of up to LONGEST new characters with log P(rest and end | prefix), the most probable first."""
    symbols = network.vocabulary.symbols
    words = [prefix + "".join(w) for n in range(LONGEST + 1) for w in product(symbols, repeat=n)]
    ids, mask = to_matrix(words, network.vocabulary)
    scores = network.cell.score(ids, mask)[:, len(prefix) :].sum(axis=1)
    return sorted(zip(words, scores.tolist(), strict=True), key=lambda pair: -pair[1])


@pytest.mark.parametrize("prefix", ["", "b", "ca"])
def test_all_items_come_in_order_of_probability(small: Network, prefix: str) -> None:
    expected = every_item(small, prefix)
    found = list(most_probable(*small, prefix, max_length=LONGEST))
    assert len(found) == len(expected)
    np.testing.assert_allclose([f.log_prob for f in found], [p for _, p in expected], atol=1e-4)
    by_text = dict(expected)
    for item in found:
        assert item.log_prob == pytest.approx(by_text[item.text], abs=1e-4)
    assert [f.text for f in found][:3] == [t for t, _ in expected[:3]]


def test_probabilities_of_all_items_sum_to_what_ends_in_time(small: Network) -> None:
    found = list(most_probable(*small, max_length=LONGEST))
    total = sum(np.exp(f.log_prob) for f in found)
    assert total < 1 + 1e-6
    # What is missing is the probability that an item is longer than that.
    ids, _ = to_matrix(["".join(w) for w in product("abc", repeat=LONGEST)], small.vocabulary)
    scores = small.cell.score(ids, ids >= 0)
    longer = (np.exp(scores[:, :-1].sum(axis=1)) * (1 - np.exp(scores[:, -1]))).sum()
    assert total + longer == pytest.approx(1, abs=1e-5)


def test_what_is_cut_off_by_the_step_limit_is_exact_as_far_as_it_goes(small: Network) -> None:
    whole = list(most_probable(*small, max_length=LONGEST))
    cut = list(most_probable(*small, max_length=LONGEST, max_steps=12))
    assert 0 < len(cut) < len(whole)
    assert cut == whole[: len(cut)]


def test_no_new_character_allowed_leaves_the_prefix_alone(small: Network) -> None:
    found = list(most_probable(*small, "ab", max_length=0))
    assert [f.text for f in found] == ["ab"]


def test_start_token_and_unknown_symbols(toy: Network) -> None:
    assert list(islice(most_probable(*toy, " De"), 3)) == list(islice(most_probable(*toy, "De"), 3))
    assert all(f.text.startswith("De") for f in islice(most_probable(*toy, "De"), 10))
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        next(most_probable(*toy, "Q"))
    assert BOUNDARY == 0
