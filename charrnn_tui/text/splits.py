"""Split items into training and validation by a hash of their text, so that duplicates never cross."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def text_hash(text: str) -> int:
    """64-bit hash of a text (BLAKE2b), the same on every machine and in every run."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def text_hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Sorted, distinct hashes of texts: enough to say whether a text was learnt from, and no more."""
    return np.array(sorted({text_hash(t) for t in texts}), dtype=np.uint64)


def split_by_hash(items: Sequence[str], validation_fraction: float = 0.1) -> tuple[list[str], list[str]]:
    """(training, validation): an item goes where its hash says, so equal items go the same way.

    Order is kept. Where one part of a small list would be empty, one distinct item is moved so that neither is;
    a list with a single distinct item is both its own training and validation part.
    """
    if not 0 < validation_fraction < 1:
        raise ValueError(f"the validation fraction lies between 0 and 1, not {validation_fraction}.")
    limit = int(validation_fraction * 2**64)
    hashes = {item: text_hash(item) for item in dict.fromkeys(items)}
    if len(hashes) == 1:
        return list(items), list(items)
    validation = {item for item, h in hashes.items() if h < limit}
    if not validation:
        validation = {min(hashes, key=hashes.__getitem__)}
    elif len(validation) == len(hashes):
        validation.discard(max(hashes, key=hashes.__getitem__))
    return [i for i in items if i not in validation], [i for i in items if i in validation]


MOST_STREAM_EVALUATED = 2_000_000
"""Characters of a running text that are held out at most: more of them would tell no more and take longer."""


def held_out_block(characters: int, fraction: float) -> tuple[int, int]:
    """(start, length) of the block that is held out of a running text of so many characters.

    It lies in the middle: the end of a text is what resembles its continuation most, too good to learn nothing from.
    """
    length = min(int(characters * fraction), MOST_STREAM_EVALUATED)
    return (characters - length) // 2, length
