"""Temperature, top-k, top-p and min-p, against plain Python loops."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charrnn_tui.sampling import SamplingSettings, SettingsError, probabilities
from charrnn_tui.sampling.bulk import draw_rows
from charrnn_tui.sampling.stream import draw

logit_lists = st.lists(st.integers(-800, 800).map(lambda n: n / 50), min_size=1, max_size=12)
temperatures = st.sampled_from([0.1, 0.5, 0.8, 1.0, 1.7, 5.0])
shares = st.sampled_from([0.05, 0.3, 0.5, 0.9, 0.97])


def by_loops(logits: list[float], temperature: float, top_k: int, top_p: float, min_p: float) -> list[float]:
    """The documented order, one id at a time: temperature, top-k, top-p of what is left, min-p, renormalise."""
    highest = max(logits)
    weights = [math.exp((x - highest) / temperature) for x in logits]
    p = [w / math.fsum(weights) for w in weights]
    ranking = sorted(range(len(p)), key=lambda i: (-p[i], i))
    kept = ranking[:top_k] if top_k else ranking
    mass = math.fsum(p[i] for i in kept)
    nucleus, reached = [], 0.0
    for i in kept:
        if top_p < 1 and reached >= top_p * mass:
            break
        nucleus.append(i)
        reached += p[i]
    strong = [i for i in nucleus if p[i] >= min_p * p[ranking[0]]]
    total = math.fsum(p[i] for i in strong)
    return [p[i] / total if i in strong else 0.0 for i in range(len(p))]


def on_an_edge(logits: list[float], temperature: float, top_k: int, top_p: float, min_p: float) -> bool:
    """Whether rounding alone could decide which ids stay."""
    p = sorted(by_loops(logits, temperature, 0, 1, 0), reverse=True)
    kept = p[:top_k] if top_k else p
    sums = [math.fsum(kept[:n]) / math.fsum(kept) for n in range(1, len(kept) + 1)]
    return any(abs(s - top_p) < 1e-9 for s in sums) or any(abs(x - min_p * p[0]) < 1e-12 for x in p)


@given(logit_lists, temperatures, st.integers(0, 14), st.one_of(st.just(1.0), shares), st.one_of(st.just(0.0), shares))
def test_filters_agree_with_plain_loops(
    logits: list[float], temperature: float, top_k: int, top_p: float, min_p: float
) -> None:
    assume(not on_an_edge(logits, temperature, top_k, top_p, min_p))
    found = probabilities(np.array(logits), SamplingSettings(temperature, top_k, top_p, min_p))
    np.testing.assert_allclose(found, by_loops(logits, temperature, top_k, top_p, min_p), rtol=1e-9, atol=1e-15)


def test_the_order_of_filters_matters_and_is_the_documented_one() -> None:
    p = np.array([0.4, 0.3, 0.2, 0.1])
    # top-k first: of {.4, .3} top-p 0.5 keeps .4 alone (4/7 reaches it). The other way round both would stay.
    np.testing.assert_allclose(probabilities(np.log(p), SamplingSettings(1, 2, 0.5)), [1, 0, 0, 0])
    np.testing.assert_allclose(probabilities(np.log(p), SamplingSettings(1, 0, 0.5)), [4 / 7, 3 / 7, 0, 0], rtol=1e-12)
    # temperature first: at T = 0.5 the shares are 16:9:4:1, so min-p 0.3 keeps two, not three.
    np.testing.assert_allclose(
        probabilities(np.log(p), SamplingSettings(0.5, min_p=0.3)), [16 / 25, 9 / 25, 0, 0], rtol=1e-12
    )


def test_batches_are_filtered_row_by_row() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (3, 5, 9))
    settings = SamplingSettings(0.7, 5, 0.9, 0.05)
    together = probabilities(logits, settings)
    for i in range(3):
        for j in range(5):
            np.testing.assert_allclose(together[i, j], probabilities(logits[i, j], settings), rtol=1e-12)


def test_the_impossible_stays_impossible_under_every_filter() -> None:
    logits = np.array([1.0, -np.inf, 0.0])
    for settings in (SamplingSettings(), SamplingSettings(5.0), SamplingSettings(1, 3, 0.99, 0.0), SamplingSettings(0)):
        assert probabilities(logits, settings)[1] == 0
        assert draw(logits.astype(np.float32), settings, 0.9999999) != 1


@pytest.mark.parametrize("settings", [SamplingSettings(0), SamplingSettings(0, 3, 0.5, 0.2)])
def test_temperature_zero_is_the_most_probable_whatever_the_filters(settings: SamplingSettings) -> None:
    logits = np.random.default_rng(1).normal(size=(20, 8)).astype(np.float32)
    np.testing.assert_array_equal(probabilities(logits, settings).argmax(-1), logits.argmax(-1))
    np.testing.assert_array_equal(probabilities(logits, settings).max(-1), 1)
    for u in (0.0, 0.5, 1 - 2**-53):
        assert [draw(row, settings, u) for row in logits] == logits.argmax(-1).tolist()


def test_a_temperature_near_zero_goes_to_the_most_probable_without_overflow() -> None:
    logits = np.array([0.0, 3.0, 2.9], dtype=np.float32)
    for temperature in (5e-324, 1e-300, 1e-10, 1e-4):
        with np.errstate(all="raise", under="ignore"):
            assert draw(logits, SamplingSettings(temperature), 0.999999) == 1
        np.testing.assert_allclose(probabilities(logits, SamplingSettings(temperature)), [0, 1, 0])


def test_a_huge_temperature_is_flat() -> None:
    np.testing.assert_allclose(probabilities(np.array([5.0, -5.0]), SamplingSettings(1e300)), [0.5, 0.5])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"temperature": -0.1}, "the temperature is a number from 0"),
        ({"temperature": math.nan}, "not nan"),
        ({"temperature": math.inf}, "not inf"),
        ({"temperature": -math.inf}, "the temperature"),
        ({"top_k": -1}, "top-k is a whole number, 0 for off, at most 9223372036854775807, not -1"),
        ({"top_k": 2.5}, "top-k"),
        ({"top_k": math.nan}, "top-k"),
        ({"top_k": True}, "top-k"),
        ({"top_p": 0}, "top-p lies above 0"),
        ({"top_p": 1.01}, "top-p"),
        ({"top_p": math.nan}, "top-p"),
        ({"min_p": -0.1}, "min-p lies from 0"),
        ({"min_p": 1.1}, "min-p"),
        ({"min_p": math.nan}, "min-p"),
    ],
)
def test_values_without_meaning_get_a_sentence(values: dict[str, float], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        SamplingSettings(**values)  # type: ignore[arg-type]


@given(
    st.lists(st.integers(-300, 300).map(lambda n: n / 30), min_size=2, max_size=12),
    temperatures,
    st.integers(0, 5),
    st.one_of(st.just(1.0), shares),
    st.floats(0, 1, exclude_max=True),
)
def test_a_draw_is_where_the_number_falls_in_the_cumulated_distribution(
    logits: list[float], temperature: float, top_k: int, top_p: float, u: float
) -> None:
    settings = SamplingSettings(temperature, top_k, top_p)
    row = np.array(logits, dtype=np.float32)
    p = probabilities(row, settings)
    picked = draw(row, settings, u)
    assert p[picked] > 0
    assert float(p[:picked].sum()) <= u + 1e-6
    assert u - 1e-6 <= float(p[: picked + 1].sum())
    # One row alone and a batch of rows pick the same.
    assert draw_rows(np.stack([row, row]), settings, np.array([u, u])).tolist() == [picked, picked]


@pytest.mark.parametrize("settings", [SamplingSettings(), SamplingSettings(0.7, 6, 0.9, 0.01)])
def test_draws_are_distributed_as_the_probabilities_say(settings: SamplingSettings) -> None:
    """Pearson's chi-square with a fixed seed: 200,000 draws from nine symbols."""
    generator = np.random.default_rng(5)
    logits = generator.normal(0, 1.5, 9).astype(np.float32)
    n = 200_000
    p = probabilities(logits, settings)
    counts = np.bincount(draw_rows(np.tile(logits, (n, 1)), settings, generator.random(n)), minlength=9)
    assert (counts[p == 0] == 0).all()
    possible = p > 0
    chi_square = float(((counts - n * p)[possible] ** 2 / (n * p)[possible]).sum())
    degrees = int(possible.sum()) - 1
    # The mean is the degrees of freedom, the variance twice that; five deviations never happen by chance.
    assert chi_square < degrees + 5 * math.sqrt(2 * degrees)
