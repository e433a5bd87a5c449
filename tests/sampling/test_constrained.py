"""Constrained draws against enumeration: every item of a small network is known, with its probability."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice, pairwise, product

import numpy as np
import pytest

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.sampling import SamplingSettings, Search, constrained, live_prefixes, sample_many
from charrnn_tui.sampling.constrained import ConstrainedDraws, Network
from charrnn_tui.sampling.constraints import Constraint
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.patterns import ConstraintError
from charrnn_tui.text import UnknownSymbolsError, Vocabulary
from networks import random_weights

LONGEST = 4
ABC = Vocabulary("abc")
RARE = Constraint(match="/a.*b|c[ab]+/", length=(2, 4), ban=("CC",))
SETTINGS = [SamplingSettings(), SamplingSettings(0.7), SamplingSettings(1.6, top_k=3), SamplingSettings(1.2, min_p=0.1)]


def network(prefix: str = "", settings: SamplingSettings | None = None, family: str = "lstm") -> Network:
    architecture = Architecture(family, 4, 3, 8, 2)  # type: ignore[arg-type]
    # Weights made smaller: no item is so probable that there is nothing to tell apart.
    weights = {name: w * np.float32(0.6) for name, w in random_weights(architecture, 3).items()}
    return Network(NumpyCell(architecture, weights), ABC, prefix, settings or SamplingSettings(), LONGEST)


def every_item(source: Network) -> dict[str, float]:
    """All items of up to LONGEST new characters with P(rest and end | prefix), one character at a time."""
    found: dict[str, float] = {}

    def walk(text: str, new: int, p: float, last: int, state: object) -> None:
        after, logits = source.cell.step_logits([last], state)  # type: ignore[arg-type]
        following = probabilities(logits[0], source.settings)
        found[text] = p * following[0]
        if new < LONGEST:
            for id_, symbol in enumerate("abc", 1):
                walk(text + symbol, new + 1, p * following[id_], id_, after)

    state = source.cell.initial_state(1)
    before = [0, *ABC.encode(source.prefix).tolist()]
    for id_ in before[:-1]:
        state, _ = source.cell.step_logits([id_], state)
    walk(source.prefix, 0, 1.0, before[-1], state)
    return {text: p for text, p in found.items() if p > 0}


def fulfilling(source: Network, constraint: Constraint) -> dict[str, float]:
    """Those that fulfil a constraint, by Python's own means."""
    import re

    shortest, longest = constraint.length
    pattern = (constraint.match or "/(?s).*/")[1:-1]
    return {
        text: p
        for text, p in every_item(source).items()
        if re.fullmatch(pattern, text)
        and shortest <= len(text) <= (math.inf if longest is None else longest)
        and not any(banned.casefold() in text.casefold() for banned in constraint.ban)
        and text not in constraint.avoid
    }


def agrees(observed: Counter[object], expected: dict[object, float], draws: int) -> bool:
    """Pearson's chi-square test with rare outcomes pooled; wrong by chance less often than once in 100,000."""
    assert set(observed) <= set(expected)
    assert sum(expected.values()) == pytest.approx(1)
    common = [outcome for outcome, p in expected.items() if p * draws >= 8]
    pairs = [(observed[outcome], expected[outcome] * draws) for outcome in common]
    rest = draws - sum(n for n, _ in pairs), draws - sum(e for _, e in pairs)
    if rest[1] > 1:
        pairs.append(rest)
    statistic = sum((n - e) ** 2 / e for n, e in pairs)
    freedom = len(pairs) - 1
    assert freedom >= 3
    # Wilson & Hilferty (1931): the cube root of chi-square over its degrees is nearly normal.
    spread = 2 / (9 * freedom)
    return ((statistic / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread) < 4.3


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plain draw is kept: every item comes from the search."""
    monkeypatch.setattr(ConstrainedDraws, "_plain_draws", lambda self: [])
    monkeypatch.setattr(live_prefixes, "_LARGEST_BATCH", 3)
    monkeypatch.setattr(live_prefixes, "_FIRST_BATCH", 1)


def normalised(masses: dict[str, float]) -> dict[object, float]:
    total = sum(masses.values())
    return {text: p / total for text, p in masses.items()}


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_searched_draws_are_independent_draws_from_the_conditional_distribution(settings: SamplingSettings) -> None:
    source = network(settings=settings)
    expected = normalised(fulfilling(source, RARE))
    draws = 12_000
    items = list(islice(ConstrainedDraws(source, RARE, seed=5), draws))
    assert agrees(Counter(items), expected, draws)
    pairs = {(a, b): p * q for a, p in expected.items() for b, q in expected.items()}
    assert agrees(Counter(list(pairwise(items))[::2]), pairs, draws // 2)  # type: ignore[arg-type]


@pytest.mark.usefixtures("searched")
def test_the_first_of_many_seeds_and_the_second_are_as_without_replacement() -> None:
    source = network("c", SamplingSettings(1.3))
    constraint = Constraint(match="/c[ab]?.?/", avoid=frozenset(["cb"]), unique=True)
    q = normalised(fulfilling(source, constraint))
    pairs = {(x, y): q[x] * q[y] / (1 - q[x]) for x in q for y in q if x != y}
    seeds = 400
    items = [tuple(islice(ConstrainedDraws(source, constraint, seed=s), 2)) for s in range(seeds)]
    assert agrees(Counter(first for first, _ in items), q, seeds)
    assert agrees(Counter(items), pairs, seeds)  # type: ignore[arg-type]
    # How often an item is among the first two, an item at a time: binomial.
    for text in q:
        p = sum(mass for pair, mass in pairs.items() if text in pair)
        among = sum(text in pair for pair in items)
        assert abs(among - seeds * p) < 4.5 * math.sqrt(seeds * p * (1 - p)) + 1


@pytest.mark.usefixtures("searched")
def test_the_first_of_many_seeds_with_replacement() -> None:
    source = network("c", SamplingSettings(1.3))
    constraint = Constraint(match="/c[ab]?.?/")
    q = normalised(fulfilling(source, constraint))
    seeds = 400
    items = [tuple(islice(ConstrainedDraws(source, constraint, seed=s), 2)) for s in range(seeds)]
    assert agrees(Counter(first for first, _ in items), q, seeds)
    assert agrees(Counter(items), {(x, y): q[x] * q[y] for x in q for y in q}, seeds)  # type: ignore[arg-type]


@pytest.mark.parametrize("unique", [False, True])
def test_plain_draws_and_search_together(unique: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constrained, "_PLAIN_DRAWS", 8)
    monkeypatch.setattr(constrained, "_WORTH_IT", 4)
    source = network(settings=SamplingSettings(1.3))
    constraint = Constraint(match="/[ab].*/", unique=unique)
    q = normalised(fulfilling(source, constraint))
    seeds = 800
    draws = [ConstrainedDraws(source, constraint, seed=s) for s in range(seeds)]
    items = [tuple(islice(d, 2)) for d in draws]
    searched = sum(d.steps > 0 for d in draws)
    assert seeds / 8 < searched < seeds * 7 / 8  # both ways take part
    pairs = {(x, y): q[x] * q[y] / (1 - q[x] if unique else 1) for x in q for y in q if x != y or not unique}
    assert agrees(Counter(items), pairs, seeds)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
def test_unique_draws_give_every_item_once_and_the_exact_probability(family: str) -> None:
    source = network(family=family)
    expected = fulfilling(source, RARE)
    draws = ConstrainedDraws(source, Constraint(match=RARE.match, length=(2, 4), ban=("CC",), unique=True), seed=2)
    items = list(draws)
    assert sorted(items) == sorted(expected)
    assert draws.probability.exact
    assert draws.probability.low == pytest.approx(sum(expected.values()), rel=1e-5)
    assert draws.why.startswith(f"there are no more: {len(expected)} items")


@pytest.mark.parametrize("searched", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 5, 9, 20, 200])
@pytest.mark.parametrize("prefix", ["", "ab"])
def test_bounds_contain_the_probability_whenever_the_search_stops(
    searched: bool, steps: int, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = network(prefix)
    constraint = Constraint(match="/a.*[bc]/", avoid=frozenset(["abab", "ac"]), unique=True)
    truth = sum(fulfilling(source, constraint).values())
    monkeypatch.setattr(constrained, "_STEPS_FOR_BOUNDS", steps)
    draws = ConstrainedDraws(source, constraint, max_steps=steps, seed=1)
    items = list(draws) if searched else [next(draws)]
    assert items
    assert (draws.steps > 0) == searched
    low, high, estimate = draws.probability
    assert low - 1e-6 <= truth <= high + 1e-6
    assert (steps == 200) == (low == high)
    assert estimate is None or low <= estimate <= high


def test_the_estimate_is_near_the_probability() -> None:
    source = network(settings=SamplingSettings(1.3))
    constraint = Constraint(match="/a.*b/")
    truth = sum(fulfilling(source, constraint).values())
    estimates = []
    for seed in range(40):
        draws = ConstrainedDraws(source, constraint, seed=seed, max_steps=30)
        list(islice(draws, 12))
        estimate = draws._estimate()
        assert estimate is not None
        estimates.append(estimate)
    assert np.mean(estimates) == pytest.approx(truth, rel=0.1)


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize("unique", [False, True])
def test_estimates_from_the_search_are_unbiased(unique: bool) -> None:
    source = network(settings=SamplingSettings(1.3))
    constraint = Constraint(match="/a.*b/", unique=unique)
    truth = sum(fulfilling(source, constraint).values())
    estimates = []
    for seed in range(160):
        draws = ConstrainedDraws(source, constraint, seed=seed)
        list(islice(draws, 6))
        estimate = draws._estimate()
        assert estimate is not None
        estimates.append(estimate)
    error = np.std(estimates) / math.sqrt(len(estimates))
    assert abs(np.mean(estimates) - truth) < 4.5 * error


def search(source: Network, constraint: Constraint, **options: int) -> Search:
    gate = constraint.gate(ABC, source.prefix, max_length=LONGEST)
    return Search(source.cell, ABC, source.prefix, max_length=LONGEST, gate=gate, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("prefix", ["", "a", "cb"])
@pytest.mark.parametrize("options", [{}, {"count": 7}])
def test_the_most_probable_matches_come_in_order_and_all_of_them(prefix: str, options: dict[str, int]) -> None:
    source = network(prefix)
    constraint = Constraint(match="/.*[ab]c?.*/", ban=("cc",), length=(1, 6), avoid=frozenset(["ab", "cba"]))
    expected = sorted(fulfilling(source, constraint).items(), key=lambda pair: -pair[1])[: options.get("count")]
    found = search(source, constraint, **options).run()
    assert sorted(i.text for i in found.items) == sorted(text for text, _ in expected)
    np.testing.assert_allclose([math.exp(i.log_prob) for i in found.items], [p for _, p in expected], rtol=1e-5)
    assert all(i.ended for i in found.items)
    assert found.reason == ("count" if options else "all")
    assert (found.bound == -math.inf) == (not options)


def test_a_search_that_is_cut_off_gives_what_it_has_proven() -> None:
    whole = search(network(), RARE).run().items
    found = search(network(), RARE, max_steps=25).run()
    assert found.reason == "steps"
    assert 0 < len(found.items) < len(whole)
    assert found.items == whole[: len(found.items)]
    assert found.bound >= whole[len(found.items)].log_prob


@pytest.mark.parametrize("constraint", [RARE, Constraint(match="/[ab].*/", unique=True), Constraint(length=(1, 3))])
def test_the_same_seed_gives_the_same_items_however_many_are_asked_for(constraint: Constraint) -> None:
    source = network()
    few, many, again = (list(islice(ConstrainedDraws(source, constraint, seed=9), n)) for n in (4, 15, 15))
    assert many == again
    assert few == many[:4]
    assert many != list(islice(ConstrainedDraws(source, constraint, seed=10), 15))


def test_the_size_of_batches_changes_no_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(islice(ConstrainedDraws(network(), RARE, seed=4), 200))
    monkeypatch.setattr(live_prefixes, "_LARGEST_BATCH", 2)
    assert list(islice(ConstrainedDraws(network(), RARE, seed=4), 200)) == whole


def test_where_enough_fit_the_items_are_those_of_the_seed() -> None:
    source = network()
    plain = sample_many(source.cell, ABC, [""] * 400, seed=6, max_length=LONGEST + 1, batch_size=64)
    expected = [text for text in plain if text.startswith("a") and len(text) <= LONGEST]
    assert len(expected) > 50
    assert list(islice(ConstrainedDraws(source, Constraint(match="a*"), seed=6), 50)) == expected[:50]


def test_temperature_0_has_one_item_and_says_so() -> None:
    source = network("a", SamplingSettings(0), "rnn")
    assert every_item(source) == {"a": 1.0}
    draws = ConstrainedDraws(source, Constraint(unique=True))
    assert list(draws) == ["a"]
    assert draws.probability[:2] == (1.0, 1.0)
    other = ConstrainedDraws(source, Constraint(avoid=frozenset("a")))
    assert list(other) == []
    assert other.probability[:2] == (0.0, 0.0)
    assert "probability is 0" in other.why


@pytest.mark.usefixtures("searched")
def test_a_budget_ends_what_is_too_rare() -> None:
    draws = ConstrainedDraws(network(), RARE, max_steps=3)
    assert len(list(draws)) < 5
    assert "too rare: after 3 steps" in draws.why
    assert not draws.probability.exact


def test_a_stop_is_obeyed_between_batches() -> None:
    asked = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 3

    draws = ConstrainedDraws(network(), Constraint(match=RARE.match, unique=True), stop=stop)
    list(draws)
    assert len(asked) == 4
    assert draws.why


def test_no_new_character_allowed_leaves_the_prefix_alone() -> None:
    source = network("ab")
    source = Network(source.cell, ABC, "ab", max_length=0)
    assert list(ConstrainedDraws(source, Constraint(match="a*", unique=True))) == ["ab"]


def test_wrong_input_is_said_before_anything_is_drawn() -> None:
    with pytest.raises(ConstraintError, match="nothing can match"):
        ConstrainedDraws(network("b"), Constraint(match="a*"))
    with pytest.raises(UnknownSymbolsError):
        ConstrainedDraws(network("Q"), Constraint(match="a*"))
    with pytest.raises(ConstraintError, match="does not keep"):
        ConstrainedDraws(network(), Constraint(new=True))


def test_enumeration_itself_is_right() -> None:
    source = network("", SamplingSettings(1.2, min_p=0.1))
    plain = list(sample_many(source.cell, ABC, [""] * 6_000, settings=source.settings, max_length=LONGEST + 1))
    items = [text for text in plain if len(text) <= LONGEST]
    expected = normalised(every_item(source))
    assert agrees(Counter(items), expected, len(items))
    assert len("".join(expected)) > len(list(product("abc", repeat=2)))
