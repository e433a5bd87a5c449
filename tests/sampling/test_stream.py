"""One generation: prefixes, ends, settings that change, rewinding and forcing."""

import copy
import math
import pickle
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

from charrnn_tui.sampling import SamplingSettings, Stream, Token, probabilities
from charrnn_tui.text import BOUNDARY, UnknownSymbolsError, Vocabulary
from networks import Network

GREEDY = SamplingSettings(0)


def run(stream: Stream) -> str:
    for _ in stream:
        pass
    return stream.text


def test_the_same_seed_gives_the_same_text_and_another_another(network: Network) -> None:
    def text(seed: int, item: int = 0) -> str:
        return run(Stream(*network, "ab", seed=seed, item=item, max_length=60))

    assert text(3) == text(3)
    assert len({text(seed) for seed in range(8)}) > 4
    assert len({text(3, item) for item in range(8)}) > 4


def test_what_is_drawn_is_what_the_distribution_and_the_number_say(network: Network) -> None:
    stream = Stream(*network, "ab", seed=1, max_length=50, settings=SamplingSettings(0.9, 6, 0.95))
    while stream.end is None:
        before = stream.logits.copy()
        distribution = stream.distribution
        np.testing.assert_allclose(distribution, probabilities(before, stream.settings))
        token = next(stream)
        assert distribution[token.id] > 0
        np.testing.assert_array_equal(token.logits, before)
        shares = np.exp(before - before.max())
        assert token.probability == pytest.approx(float(shares[token.id] / shares.sum()), rel=1e-5)
        assert token.log_prob == pytest.approx(math.log(token.probability), rel=1e-5)


def test_temperature_zero_takes_the_most_probable_each_time(network: Network) -> None:
    stream = Stream(*network, "c", settings=GREEDY, max_length=30)
    state = network.cell.initial_state(1)
    _, log_probs = network.cell.read(np.array([BOUNDARY, *network.vocabulary.encode("c")]), state)
    assert next(stream).id == int(log_probs[0].argmax())
    assert run(stream) == run(Stream(*network, "c", settings=GREEDY, max_length=30, seed=99))


def test_it_ends_at_the_end_symbol(toy: Network) -> None:
    stream = Stream(*toy, "Ann", settings=GREEDY)
    tokens = list(stream)
    assert stream.end == "end"
    assert tokens[-1].id == BOUNDARY
    assert tokens[-1].symbol == ""
    assert all(t.id != BOUNDARY for t in tokens[:-1])
    assert stream.text == "Ann" + "".join(t.symbol for t in tokens)
    with pytest.raises(StopIteration):
        next(stream)


@pytest.mark.parametrize("length", [0, 1, 7])
def test_the_maximum_length_counts_new_characters(network: Network, length: int) -> None:
    ended = []
    for seed in range(20):
        stream = Stream(*network, "abc", seed=seed, max_length=length)
        run(stream)
        assert len(stream.generated) <= length
        ended.append(stream.end)
        if stream.end == "length":
            assert len(stream.generated) == length
    assert "length" in ended
    with pytest.raises(ValueError, match="maximum length is 0 or more"):
        Stream(*network, max_length=-1)


def test_the_empty_prefix_starts_an_item(toy: Network) -> None:
    stream = Stream(*toy, "")
    starts = stream.distribution
    assert starts[toy.vocabulary.id("D")] > starts[toy.vocabulary.id("A")]  # more of the names begin with D
    assert run(stream)


def test_a_leading_space_is_the_start_token_where_no_space_is_known(toy: Network) -> None:
    assert run(Stream(*toy, " De", seed=4)) == run(Stream(*toy, "De", seed=4))
    assert Stream(*toy, " ").text == ""
    with pytest.raises(UnknownSymbolsError):
        Stream(*toy, "  De")
    with pytest.raises(UnknownSymbolsError):
        Stream(*toy, "De ")
    with pytest.raises(UnknownSymbolsError):
        Stream(*toy, " De", kind="stream")


def test_a_leading_space_is_itself_where_the_network_knows_one(network: Network) -> None:
    spaced = Network(network.cell, Vocabulary(" abcdefghi"))
    stream = Stream(*spaced, " ab", seed=2, max_length=5)
    assert stream.text == " ab"
    assert not np.array_equal(stream.logits, Stream(*spaced, "ab").logits)


def test_prefixes_are_composed(network: Network) -> None:
    accented = Network(network.cell, Vocabulary("abcdefghé"[:9] + "i"))
    assert Stream(*accented, "e\u0301").text == "é"


def test_unknown_symbols_are_named_with_the_nearest(toy: Network) -> None:
    with pytest.raises(UnknownSymbolsError, match=r"'É' \(nearest known: 'E' 'e'") as caught:
        Stream(*toy, "ÉZ")
    assert caught.value.unknown == ("É", "Z")


def test_running_text_never_ends_and_starts_a_line(network: Network) -> None:
    texts = Network(network.cell, Vocabulary("\nabcdefghi"))
    stream = Stream(*texts, "", kind="stream", seed=1, max_length=400)
    tokens = list(stream)
    assert len(tokens) == 400
    assert stream.end == "length"
    assert BOUNDARY not in [t.id for t in tokens]
    after_newline = Stream(*texts, "\n", kind="lines").logits
    assert stream.distribution[BOUNDARY] == 0
    state = network.cell.initial_state(1)
    _, logits = network.cell.step_logits([texts.vocabulary.id("\n")], state)
    np.testing.assert_allclose(tokens[0].logits[1:], logits[0][1:], atol=1e-6)  # float32, added up in another order
    assert not np.allclose(after_newline[1:], tokens[0].logits[1:])


def test_changed_settings_are_obeyed_by_the_next_character(network: Network) -> None:
    stream = Stream(*network, "a", seed=5, max_length=80, settings=SamplingSettings(3.0))
    for _ in islice(stream, 5):
        pass
    stream.settings = GREEDY
    for _ in range(10):
        best = int(stream.logits.argmax())
        token = next(stream, None)
        if token is None:
            break
        assert token.id == best


def test_rewinding_and_going_on_gives_the_same_text(network: Network) -> None:
    stream = Stream(*network, "a", seed=11, max_length=40)
    whole = run(stream)
    for count in (1, 5, 1000):
        stream.rewind(count)
        assert whole.startswith(stream.text)
        assert run(stream) == whole
    stream.rewind(1000)
    assert stream.text == "a"
    assert stream.end is None


def test_rewinding_leaves_the_distribution_that_was_there(network: Network) -> None:
    stream = Stream(*network, "a", seed=11, max_length=40)
    seen = [stream.distribution]
    for token in stream:
        if token.id != BOUNDARY:
            seen.append(stream.distribution)
    if stream.end == "end":
        stream.rewind()
    while True:
        np.testing.assert_array_equal(stream.distribution, seen.pop())
        if not stream.tokens:
            break
        stream.rewind()
    assert not seen


def test_a_forced_character_is_read_as_if_it_had_been_typed(network: Network) -> None:
    stream = Stream(*network, "a", seed=11, max_length=40)
    token = stream.force("c")
    assert (token.symbol, stream.text) == ("c", "ac")
    np.testing.assert_allclose(stream.logits, Stream(*network, "ac").logits, atol=1e-6)
    before = stream.text
    with pytest.raises(UnknownSymbolsError):
        stream.force("z")
    assert stream.text == before
    short = Stream(*network, "a", max_length=0)
    with pytest.raises(ValueError, match="over"):
        short.force("c")


def test_only_one_symbol_can_be_forced(network: Network) -> None:
    stream = Stream(*network, "a")
    for wrong in ("", "bc"):
        with pytest.raises(ValueError, match="one symbol"):
            stream.force(wrong)
    assert stream.text == "a"


def test_an_interrupt_at_any_moment_changes_no_text(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def text(seed: int) -> str:
        return run(Stream(*network, "a", seed=seed, max_length=30))

    seed = next(seed for seed in range(100) if len(text(seed)) > 8)
    whole = text(seed)

    class Interrupted(list[Token]):
        def append(self, token: Token) -> None:
            raise KeyboardInterrupt

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    stream = Stream(*network, "a", seed=seed, max_length=30)
    for _ in range(4):
        next(stream)
        stream.tokens = Interrupted(stream.tokens)
        with pytest.raises(KeyboardInterrupt):
            next(stream)
        stream.tokens = list(stream.tokens)
        with monkeypatch.context() as patch:
            patch.setattr(np, "tanh", interrupted)  # in the middle of a step
            with pytest.raises(KeyboardInterrupt):
                next(stream)
        assert whole.startswith(stream.text)
    assert run(stream) == whole


def test_two_streams_of_one_cell_do_not_disturb_each_other(network: Network) -> None:
    alone = [run(Stream(*network, p, seed=s, max_length=30)) for p, s in (("a", 1), ("bc", 2))]
    first, second = (Stream(*network, p, seed=s, max_length=30) for p, s in (("a", 1), ("bc", 2)))
    while first.end is None or second.end is None:
        next(first, None)
        next(second, None)
    assert [first.text, second.text] == alone


COPIES: list[Callable[[Stream], Stream]] = [
    Stream.fork,
    copy.copy,
    copy.deepcopy,
    lambda stream: pickle.loads(pickle.dumps(stream)),
    lambda stream: copy.deepcopy([stream, stream])[1],
]


@pytest.mark.parametrize("duplicate", COPIES)
@pytest.mark.parametrize("read", [0, 1, 7])
def test_a_copy_goes_on_as_the_original_would(
    network: Network, duplicate: Callable[[Stream], Stream], read: int
) -> None:
    expected = run(Stream(*network, "ab", seed=4, max_length=40))
    original = Stream(*network, "ab", seed=4, max_length=40)
    for _ in islice(original, read):
        pass
    other = duplicate(original)
    # In turns: neither writes into what the other reads.
    for _ in range(40):
        next(other, None)
        next(original, None)
    assert run(original) == run(other) == expected


@pytest.mark.parametrize("duplicate", COPIES)
def test_a_copy_shares_nothing_that_changes(network: Network, duplicate: Callable[[Stream], Stream]) -> None:
    original = Stream(*network, "ab", seed=4, max_length=40)
    for _ in islice(original, 5):
        pass
    text, logits = original.text, original.logits.copy()
    other = duplicate(original)
    other.settings = GREEDY
    other.rewind(3)
    other.force("c")
    run(other)
    assert original.text == text
    assert original.settings == SamplingSettings()
    np.testing.assert_array_equal(original.logits, logits)
    # A rewound copy draws what the original drew there.
    again = duplicate(original)
    again.rewind(2)
    assert run(again) == run(original)
