"""Random numbers by counter."""

import numpy as np
import pytest

from charrnn_tui.sampling.uniforms import item_keys, uniforms


def test_a_number_depends_on_seed_item_and_position_and_on_nothing_else() -> None:
    keys = item_keys(7, np.arange(50))
    table = uniforms(keys[:, None], np.arange(40)[None, :])
    assert table.shape == (50, 40)
    for item in (0, 3, 49):
        for position in (0, 1, 39):
            alone = uniforms(item_keys(7, np.array([item])), np.array([position]))[0]
            assert alone == table[item, position]
    assert len(np.unique(table)) == table.size
    assert not np.isin(uniforms(item_keys(8, np.arange(50))[:, None], np.arange(40)[None, :]), table).any()


def test_numbers_are_uniform_and_not_correlated() -> None:
    table = uniforms(item_keys(0, np.arange(400))[:, None], np.arange(400)[None, :])
    assert table.min() >= 0
    assert table.max() < 1
    counts = np.histogram(table, bins=64, range=(0, 1))[0]
    expected = table.size / 64
    assert float(((counts - expected) ** 2 / expected).sum()) < 63 + 5 * np.sqrt(126)
    for a, b in ((table[:, :-1], table[:, 1:]), (table[:-1], table[1:]), (table[:-1, :-1], table[1:, 1:])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.015


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1, -1, 2**200 + 3])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    with np.errstate(all="raise"):
        numbers = uniforms(item_keys(seed, np.arange(4)), np.arange(4))
    assert ((numbers >= 0) & (numbers < 1)).all()


def test_numbers_are_the_same_for_ever() -> None:
    """Favourites and copied command lines rest on these; a change would break every seed anyone wrote down."""
    found = uniforms(item_keys(42, np.array([0, 1]))[:, None], np.array([[0, 1, 2]]))
    pinned = [
        [0.05506685950001999, 0.6103076148885398, 0.22301864374489178],
        [0.7776374040182108, 0.672944764944729, 0.5514722200132166],
    ]
    assert found.tolist() == pinned
