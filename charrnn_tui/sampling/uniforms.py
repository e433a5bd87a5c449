"""Random numbers by counter: a seed, an item and a position give one number, whatever else is drawn.

Because the numbers do not come from a sequence, a generation can be rewound and go on as before, and item 7 of a
thousand is the same text alone, in a batch and on the screen. SplitMix64's finaliser (Steele, Lea & Flood 2014,
'Fast splittable pseudorandom number generators', section 3) mixes the three.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD1B54A32D192ED03)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = (np.uint64(s) for s in (30, 27, 31, 11))
_SCALE = 2.0**-53


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


def item_keys(seed: int, items: NDArray[np.integer]) -> NDArray[np.uint64]:
    """One key an item [n], for `uniforms`."""
    start = _mix(np.array([seed % 2**64], dtype=np.uint64) + _GOLDEN)
    return _mix(start + (items.astype(np.uint64) + np.uint64(1)) * _GOLDEN)


def uniforms(keys: NDArray[np.uint64], positions: NDArray[np.integer]) -> NDArray[np.float64]:
    """Numbers in [0, 1) for pairs of key and position (broadcast against each other)."""
    mixed = _mix(keys + (positions.astype(np.uint64) + np.uint64(1)) * _ODD)
    return (mixed >> _S11).astype(np.float64) * _SCALE


def child_keys(keys: NDArray[np.uint64], ids: NDArray[np.integer]) -> NDArray[np.uint64]:
    """One key for each pair of a key and an id (broadcast against each other): a tree of keys, one for every text."""
    return _mix(_mix(keys + _ODD) + (ids.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
