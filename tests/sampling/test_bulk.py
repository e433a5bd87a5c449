"""Many generations at once are the same texts as one at a time, in order, and finished ones are replaced."""

import itertools
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from charrnn_tui.sampling import SamplingSettings, Stream, sample_many
from charrnn_tui.text import UnknownSymbolsError, Vocabulary
from networks import Network

SETTINGS = [SamplingSettings(), SamplingSettings(0.7), SamplingSettings(1.2, 5, 0.9, 0.02), SamplingSettings(0)]


def one_by_one(network: Network, prefixes: list[str], **options: object) -> list[str]:
    texts = []
    for item, prefix in enumerate(prefixes):
        stream = Stream(*network, prefix, item=item, **options)  # type: ignore[arg-type]
        for _ in stream:
            pass
        texts.append(stream.text)
    return texts


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_texts_are_those_of_single_streams(network: Network, batch_size: int, settings: SamplingSettings) -> None:
    prefixes = ["", "a", "a", "bcd", ""] * 8
    options = {"settings": settings, "seed": 9, "max_length": 25}
    bulk = list(sample_many(*network, prefixes, batch_size=batch_size, **options))  # type: ignore[arg-type]
    assert bulk == one_by_one(network, prefixes, **options)


@pytest.mark.parametrize("batch_size", [2, 5, 1000])
def test_prefixes_that_differ_are_read_in_their_rows(network: Network, batch_size: int) -> None:
    generator = random.Random(1)
    prefixes = ["".join(generator.choices("abcdefghij", k=generator.randrange(12))) for _ in range(60)]
    prefixes[20:30] = ["abc"] * 10
    prefixes[40] = "abcdefghij" * 5
    bulk = list(sample_many(*network, prefixes, seed=5, max_length=15, batch_size=batch_size))
    assert bulk == one_by_one(network, prefixes, seed=5, max_length=15)


def test_the_toy_network_too(toy: Network) -> None:
    prefixes = [" De", "An", "", "Boo"] * 30
    assert list(sample_many(*toy, prefixes, seed=1, batch_size=16)) == one_by_one(toy, prefixes, seed=1)


def test_any_symbol_comes_back_even_the_one_that_ends_strings_elsewhere(network: Network) -> None:
    odd = Network(network.cell, Vocabulary("\0\n\x1b🙂語bcdef"))
    prefixes = ["", "\0", "🙂"] * 10
    bulk = list(sample_many(*odd, prefixes, seed=4, max_length=3))
    assert bulk == one_by_one(odd, prefixes, seed=4, max_length=3)
    assert any(text.endswith("\0") for text in bulk)


def test_running_text_too(network: Network) -> None:
    texts = Network(network.cell, Vocabulary("\nabcdefghi"))
    prefixes = ["a", "", "bc"]
    options = {"kind": "stream", "seed": 3, "max_length": 40}
    bulk = list(sample_many(*texts, prefixes, batch_size=2, **options))  # type: ignore[arg-type]
    assert bulk == one_by_one(texts, prefixes, **options)
    assert [len(t) for t in bulk] == [41, 40, 42]


@pytest.mark.parametrize("length", [0, 1, 300])
def test_the_maximum_length_counts_new_characters(network: Network, length: int) -> None:
    prefixes = ["", "abc"] * 10
    bulk = list(sample_many(*network, prefixes, max_length=length, batch_size=4))
    assert bulk == one_by_one(network, prefixes, max_length=length)
    assert max(len(t) - len(p) for t, p in zip(bulk, prefixes, strict=True)) <= length


def test_nothing_in_nothing_out(network: Network) -> None:
    assert list(sample_many(*network, [])) == []


def test_prefixes_are_taken_as_rows_become_free(toy: Network) -> None:
    """An endless supply: what was taken is never more than the batch ahead of what was given."""
    taken = 0

    def supply() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield ""

    texts = sample_many(*toy, supply(), batch_size=8, max_length=20)
    for given in range(200):
        next(texts)
        # 8 rows, each at most 20 steps behind: the order holds back no more than those steps can finish.
        assert taken <= given + 1 + 8 * 21


def test_memory_does_not_grow_with_the_number_of_texts(toy: Network) -> None:
    def peak(n: int) -> int:
        tracemalloc.start()
        for _ in sample_many(*toy, itertools.repeat("An" * 1000, n), batch_size=64, max_length=20):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    # The texts alone would take 2,000 bytes each; Python keeps some freed tuples for later, far less than that.
    assert peak(3000) - peak(600) < 1000 * 2400


def test_a_huge_maximum_length_costs_nothing_until_it_is_used(toy: Network) -> None:
    tracemalloc.start()
    texts = list(itertools.islice(sample_many(*toy, itertools.repeat("", 64), max_length=10**9), 50))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(texts) == 50
    assert most < 8 << 20


def test_an_unknown_symbol_stops_it_after_what_came_before(toy: Network) -> None:
    prefixes = ["An", "De", "", "Qx", "An"]
    for batch_size in (1, 2, 100):
        for length in (0, 30):
            texts = sample_many(*toy, prefixes, seed=2, batch_size=batch_size, max_length=length)
            expected = one_by_one(toy, prefixes[:3], seed=2, max_length=length)
            assert [next(texts) for _ in range(3)] == expected
            with pytest.raises(UnknownSymbolsError, match="'Q'"):
                next(texts)


def test_bad_numbers_are_refused(network: Network) -> None:
    with pytest.raises(ValueError, match="maximum length"):
        next(sample_many(*network, ["a"], max_length=-1))
    with pytest.raises(ValueError, match="at least one"):
        next(sample_many(*network, ["a"], batch_size=0))


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_items_may_start_at_another_number(toy: Network, batch_size: int) -> None:
    prefixes = ["", "De"] * 10
    whole = list(sample_many(*toy, prefixes, seed=4))
    assert list(sample_many(*toy, prefixes[6:], seed=4, first_item=6, batch_size=batch_size)) == whole[6:]
