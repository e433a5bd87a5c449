"""What is given to the library, checked at its border: texts, whole numbers, numbers.

Whoever takes an argument from outside calls these; what lies behind relies on it. NumPy's numbers are numbers. A
truth value is none, and a text is no list of texts, although Python would take it for one.
"""

from __future__ import annotations

import math
import numbers
import operator
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from charrnn_tui.files import bounds


class ArgumentError(TypeError, ValueError):
    """An argument is of the wrong kind; the message says which, what is wanted and what was given."""


def describe(value: Any) -> str:
    """A value in a message: short, and with its type where that is the point."""
    if value is None or isinstance(value, bool):
        return repr(value)
    words = repr(value)
    return f"{words if len(words) <= 40 else words[:39] + '…'} ({type(value).__name__})"


def check_text(value: Any, what: str) -> str:
    """A text. Raises ArgumentError naming `what` it should be ("the prefix")."""
    if not isinstance(value, str):
        raise ArgumentError(f"{what} is a text, not {describe(value)}.")
    return value


def check_path(value: Any, what: str) -> Path:
    """A path, `~` expanded. Raises ArgumentError for what is none, ValueError for an empty one."""
    if not isinstance(value, os.PathLike):
        check_text(value, what)
    if not os.fspath(value):
        raise ValueError(f"{what} is empty.")
    return bounds.typed(value)


def check_texts(values: Any, what: str) -> Iterator[str]:
    """Texts, one after the other. Raises ArgumentError for one text alone, at once, and for what is none among them.

    `what` they should be: "the items".
    """
    if isinstance(values, str):
        raise ArgumentError(f"{what} are a list of texts, and {describe(values)} is one; give [{values[:40]!r}].")
    try:
        if isinstance(values, bytes | bytearray):
            raise TypeError
        iterator = iter(values)
    except TypeError as error:
        raise ArgumentError(f"{what} are a list of texts, not {describe(values)}.") from error
    return _each(iterator, what)


def _each(values: Iterable[Any], what: str) -> Iterator[str]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, str):
            raise ArgumentError(f"{what} are texts, and number {number} is {describe(value)}; leave it out or name it.")
        yield value


def check_integer(value: Any, what: str) -> int:
    """A whole number of any size: what is allowed, the caller says. Raises ArgumentError."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError as error:
        raise ArgumentError(f"{what} is a whole number, not {describe(value)}.") from error


def check_whole(value: Any, what: str, least: int = 0, most: int = 2**63 - 1) -> int:
    """A whole number from `least` to `most`. Raises ArgumentError, ValueError for one out of range."""
    number = check_integer(value, what)
    if not least <= number <= most:
        upwards = most == 2**63 - 1 and number < least
        allowed = f"is {least} or more, not {number}" if upwards else f"lies from {least} to {most}"
        raise ValueError(f"{what} {allowed}.")
    return number


def check_seed(value: Any) -> int:
    """A seed: a whole number of up to 64 bits. Raises ArgumentError, ValueError."""
    return check_whole(value, "the seed", -(2**63), 2**64 - 1)


def seed_or_drawn(value: Any) -> int:
    """The seed that was given, or for None one that is drawn: small enough to be typed. Raises as `check_seed`."""
    return secrets.randbelow(2**31) if value is None else check_seed(value)


def check_item(value: Any) -> int:
    """The place of a generation among those of a seed. Raises ArgumentError, ValueError."""
    return check_whole(value, "the number of the item")


def check_max_length(value: Any) -> int:
    """A limit of new characters. Raises ArgumentError, ValueError."""
    return check_whole(value, "the maximum length")


def check_number(value: Any, what: str) -> float:
    """A number, which may be infinite or NaN: what is allowed, the caller says. Raises ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ArgumentError(f"{what} is a number, not {describe(value)}.")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]
