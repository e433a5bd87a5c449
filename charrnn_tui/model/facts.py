"""Facts that `model.json` keeps of a corpus and of a training run: of the right kind, or missing.

A description may have been written by another version, by another program or by hand. What is not of the kind that its
name says counts as missing, so that everybody else may rely on the kinds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from charrnn_tui.files.limits import LARGEST_WHOLE

_DEEPEST = 8
"""Tables and lists within each other; nothing of ours is deeper."""


class _Missing:
    """What takes the place of a value that cannot be used."""


_MISSING = _Missing()


def whole(value: Any) -> bool:
    """Whether it is a count: a whole number from 0 to what 64 bits hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_WHOLE


def number(value: Any, most: float) -> bool:
    """Whether it is a number from 0 to `most`."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _nats(value: Any) -> bool:
    return number(value, 1e6)


def _seconds(value: Any) -> bool:
    return number(value, 1e11)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _counts(value: Any) -> bool:
    return isinstance(value, list) and all(map(whole, value))


CORPUS: Mapping[str, Callable[[Any], bool]] = {
    "name": _text,
    "items": whole,
    "validation_items": whole,
    "validation_distinct": whole,
    "characters": whole,
    "symbols": whole,
    "longest": whole,
    "label": _text,
    "label_items": _counts,
}
RESULTS: Mapping[str, Callable[[Any], bool]] = {
    "validation_loss": _nats,
    "unlabelled_loss": _nats,
    "label_accuracy": lambda value: number(value, 1.0),
    "training_loss": _nats,
    "references": lambda value: isinstance(value, dict) and all(map(_nats, value.values())),
    "step": whole,
    "last_step": whole,
    "epoch": lambda value: number(value, 1e12),
    "seconds": _seconds,
    "finished": _flag,
}
ANY: Mapping[str, Callable[[Any], bool]] = {}
"""A table whose values are checked by whoever reads them."""


def table(values: Mapping[str, Any], known: Mapping[str, Callable[[Any], bool]]) -> dict[str, Any]:
    """The values that are of the kind `known` says, and unknown ones as far as JSON can say them again."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if key in known and not known[key](value):
            continue
        value = _plain(value, _DEEPEST)
        if value is not _MISSING:
            kept[text(key)] = value
    return kept


def text(value: str) -> str:
    """A text that can be written: half a surrogate pair, which JSON can hold, becomes U+FFFD."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value  # a file's name that is not UTF-8 holds lone surrogates, which our JSON escapes
    if isinstance(value, float):
        return value if math.isfinite(value) else _MISSING
    if value is None or isinstance(value, int):
        return value if value is None or abs(value) <= LARGEST_WHOLE else _MISSING
    if depth == 0:
        return _MISSING
    if isinstance(value, list):
        items = (_plain(item, depth - 1) for item in value)
        return [item for item in items if item is not _MISSING]
    pairs = {text(key): _plain(item, depth - 1) for key, item in value.items()}
    return {key: item for key, item in pairs.items() if item is not _MISSING}
