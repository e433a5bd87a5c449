"""The most probable items, against trying every one."""

import math
from collections.abc import Iterable
from itertools import islice, product
from typing import Any

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.sampling import ProbableItem, Search, most_probable
from charrnn_tui.text import BOUNDARY, UnknownSymbolsError, Vocabulary, to_matrix
from networks import Network, random_weights

LONGEST = 4


@pytest.fixture(scope="module", params=["rnn", "gru", "lstm"])
def small(request: pytest.FixtureRequest) -> Network:
    architecture = Architecture(request.param, 4, 3, 8, 2)
    return Network(NumpyCell(architecture, random_weights(architecture, 3)), Vocabulary("abc"))


def cycle_network(symbols: str, length: int) -> Network:
    """Writes the symbols in turn, and ends after `length` characters: a counter that a vanilla RNN adds up in one unit.

    Unit 0 adds a little at each step (tanh is nearly the identity there); units 1… stand for the symbol just read.
    """
    vocabulary = Vocabulary(symbols)
    size = vocabulary.size
    architecture = Architecture("rnn", size, size, size + 1)
    step = 1e-4
    into = np.zeros((size + 1, size), dtype=np.float32)
    into[0] = step
    into[1:] = 20 * np.eye(size)
    recurrent = np.zeros((size + 1, size + 1), dtype=np.float32)
    recurrent[0, 0] = 1
    output = np.zeros((size, size + 1), dtype=np.float32)
    for symbol in range(size):
        output[symbol % (size - 1) + 1, 1 + symbol] = 10
    # The end wins from the step on that reads the last character.
    slope = 20 / step
    output[BOUNDARY, 0] = slope
    bias = np.zeros(size, dtype=np.float32)
    bias[BOUNDARY] = -slope * step * (length + 0.5) + 10
    weights = {
        "embedding.weight": np.eye(size, dtype=np.float32),
        "rnn.weight_ih_l0": into,
        "rnn.weight_hh_l0": recurrent,
        "rnn.bias_ih_l0": np.zeros(size + 1, dtype=np.float32),
        "rnn.bias_hh_l0": np.zeros(size + 1, dtype=np.float32),
        "output.weight": output,
        "output.bias": bias,
    }
    return Network(NumpyCell(architecture, weights), vocabulary)


def every_item(network: Network, prefix: str = "") -> list[tuple[str, float]]:
    """All items of up to LONGEST new characters with log P(rest and end | prefix), the most probable first."""
    symbols = network.vocabulary.symbols
    words = [prefix + "".join(w) for n in range(LONGEST + 1) for w in product(symbols, repeat=n)]
    ids, mask = to_matrix(words, network.vocabulary)
    scores = network.cell.score(ids, mask)[:, len(prefix) :].sum(axis=1)
    return sorted(zip(words, scores.tolist(), strict=True), key=lambda pair: -pair[1])


def every_cut(network: Network, prefix: str = "") -> dict[str, float]:
    """All texts of LONGEST new characters with log P(what begins so and goes on | prefix)."""
    words = [prefix + "".join(w) for w in product(network.vocabulary.symbols, repeat=LONGEST)]
    ids, mask = to_matrix(words, network.vocabulary)
    scores = network.cell.score(ids, mask)
    before = scores[:, len(prefix) : -1].sum(axis=1)
    return dict(zip(words, (before + np.log1p(-np.exp(scores[:, -1]))).tolist(), strict=True))


def ended(items: Iterable[ProbableItem]) -> list[ProbableItem]:
    return [item for item in items if item.ended]


@pytest.mark.parametrize("prefix", ["", "b", "ca"])
def test_all_items_come_in_order_of_probability(small: Network, prefix: str) -> None:
    expected = every_item(small, prefix)
    found = ended(most_probable(*small, prefix, max_length=LONGEST))
    assert len(found) == len(expected)
    np.testing.assert_allclose([f.log_prob for f in found], [p for _, p in expected], atol=1e-4)
    by_text = dict(expected)
    for item in found:
        assert item.log_prob == pytest.approx(by_text[item.text], abs=1e-4)
    assert [f.text for f in found][:3] == [t for t, _ in expected[:3]]


def test_probabilities_of_all_items_sum_to_what_ends_in_time(small: Network) -> None:
    found = ended(most_probable(*small, max_length=LONGEST))
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
    assert [f.text for f in ended(found)] == ["ab"]
    assert [f.text for f in found if not f.ended] == ["ab"], "what goes on after it"
    assert sum(math.exp(f.log_prob) for f in found) == pytest.approx(1, abs=1e-6)


def test_start_token_and_unknown_symbols(toy: Network) -> None:
    assert list(islice(most_probable(*toy, " De"), 3)) == list(islice(most_probable(*toy, "De"), 3))
    assert all(f.text.startswith("De") for f in islice(most_probable(*toy, "De"), 10))
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        next(most_probable(*toy, "Q"))
    assert BOUNDARY == 0


@pytest.mark.parametrize("prefix", ["", "ca"])
@pytest.mark.parametrize("count", [1, 7, 40, None])
def test_items_that_end_and_items_that_are_cut_come_in_one_order(
    small: Network, prefix: str, count: int | None
) -> None:
    everything = [(text, score, True) for text, score in every_item(small, prefix)]
    everything += [(text, score, False) for text, score in every_cut(small, prefix).items()]
    everything.sort(key=lambda item: -item[1])
    scores = {(text, end): score for text, score, end in everything}
    assert sum(math.exp(score) for score in scores.values()) == pytest.approx(1, abs=1e-5)

    found = most_probable(*small, prefix, count=count, max_length=LONGEST).run()
    listed = {(item.text, item.ended) for item in found.items}
    assert len(listed) == len(found.items) == (count or len(everything))
    for item, (_, score, _) in zip(found.items, everything, strict=False):
        assert item.log_prob == pytest.approx(score, abs=1e-4)
        assert item.log_prob == pytest.approx(scores[item.text, item.ended], abs=1e-4)
    assert found.covered == pytest.approx(sum(math.exp(scores[key]) for key in listed), abs=1e-5)
    left = [score for key, score in scores.items() if key not in listed]
    if count is None:
        assert (found.reason, found.bound) == ("all", -math.inf)
        assert found.covered == pytest.approx(1, abs=1e-5)
    else:
        assert found.reason == "count"
        assert max(left) - 1e-5 <= found.bound <= found.items[-1].log_prob + 1e-9


@pytest.mark.parametrize("memory", [0, 4_000, 8_000, 16_000, 50_000])
@pytest.mark.parametrize("count", [None, 30])
def test_what_is_forgotten_for_want_of_memory_is_bounded(small: Network, memory: int, count: int | None) -> None:
    scores = {(text, True): score for text, score in every_item(small)}
    scores |= {(text, False): score for text, score in every_cut(small).items()}
    in_order = sorted(scores.values(), reverse=True)
    found = most_probable(*small, count=count, max_length=LONGEST, memory=memory).run()
    for item, score in zip(found.items, in_order, strict=False):
        assert item.log_prob == pytest.approx(score, abs=1e-4), "what is listed is exact all the same"
    listed = {(item.text, item.ended) for item in found.items}
    left = [score for key, score in scores.items() if key not in listed]
    assert max(left, default=-math.inf) <= found.bound + 1e-5
    if memory <= 8_000 and count is None:
        assert found.reason == "memory"
        assert found.memory < 20_000


def test_at_any_time_the_bound_holds_and_covers_what_comes_next(toy: Network) -> None:
    search = most_probable(*toy, max_length=30)
    before = search.bound
    for item in islice(search, 200):
        assert item.log_prob <= before + 1e-12
        before = search.bound
        assert before <= item.log_prob
    assert search.covered == pytest.approx(sum(math.exp(item.log_prob) for item in search.items))
    assert search.reason is None


def test_items_longer_than_forty_characters_are_found_whole() -> None:
    """A network that counts: a line of 60 characters, which is nearly certain, and its end."""
    line = "abcdefghij" * 6
    cell, vocabulary = cycle_network("abcdefghij", len(line))
    items = list(islice(most_probable(cell, vocabulary, max_length=100), 3))
    assert (items[0].text, items[0].ended) == (line, True)
    assert math.exp(items[0].log_prob) > 0.5
    cut = next(most_probable(cell, vocabulary, max_length=40))
    assert (cut.text, cut.ended) == (line[:40], False)
    assert cut.log_prob >= items[0].log_prob


def test_a_search_tells_how_far_it_is_and_can_be_cancelled(toy: Network) -> None:
    seen: list[tuple[int, int]] = []

    def progress(search: Search) -> None:
        seen.append((len(search.items), search.expanded))
        if len(seen) == 3:
            search.cancel()

    found = most_probable(*toy, count=100_000, max_length=50, progress=progress).run()
    assert found.reason == "stopped"
    assert len(seen) == 3
    assert seen == sorted(seen)
    assert found.expanded == seen[-1][1]
    assert found.bound < 0


def test_wanted_numbers_are_checked(toy: Network) -> None:
    with pytest.raises(ValueError, match="number of items to find is 1 or more"):
        most_probable(*toy, count=0)
    with pytest.raises(ValueError, match="maximum length"):
        most_probable(*toy, max_length=-1)


def test_an_interrupt_in_the_middle_of_a_batch_leaves_a_bound_that_holds(
    small: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = most_probable(*small, max_length=LONGEST)
    step, steps = small.cell.step, iter(range(2))

    def interrupted(*arguments: Any) -> Any:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return step(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(small.cell, "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(search)
    found = search.result()
    assert found.reason == "stopped"
    assert list(search) == []
    listed = {(item.text, item.ended) for item in found.items}
    left = [score for text, score in every_item(small) if (text, True) not in listed]
    assert max(left) <= found.bound + 1e-5
