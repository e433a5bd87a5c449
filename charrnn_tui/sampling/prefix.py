"""What a network reads before it continues: the start of an item and the typed prefix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_text
from charrnn_tui.text.reading import normalise


def clean_prefix(prefix: str, vocabulary: Vocabulary, kind: Kind) -> str:
    """A text as a network reads it and as it will be shown, for whatever is done with it (continue, score, evaluate,
    look up): line ends are LF, characters composed (NFC), and the tutorial's start token is dropped.

    In a network of lines that knows no space, one leading space means the start of the item; in one that knows
    spaces a leading space is a space.
    """
    prefix = normalise(check_text(prefix, "the prefix"))
    if kind == "lines" and prefix.startswith(" ") and " " not in vocabulary:
        return prefix[1:]
    return prefix


def start_ids(vocabulary: Vocabulary, kind: Kind) -> list[int]:
    """What stands before the first character: the boundary for lines, a line's end for running text."""
    if kind == "stream" and "\n" in vocabulary:
        return [vocabulary.id("\n")]
    return [BOUNDARY]


def prefix_ids(prefix: str, vocabulary: Vocabulary, kind: Kind) -> NDArray[np.int32]:
    """All ids to read before the first new character; never empty. Raises UnknownSymbolsError."""
    ids = vocabulary.encode(clean_prefix(prefix, vocabulary, kind))
    return np.concatenate([np.array(start_ids(vocabulary, kind), dtype=np.int32), ids])
