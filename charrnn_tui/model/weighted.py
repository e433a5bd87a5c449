"""Names with weights as people type them: `finnish=0.3`, `japanese=0.7 finnish=30%`. Names may hold blanks and '=',
and stand in quotes."""

from __future__ import annotations

import re

from charrnn_tui.text import visible

_WEIGHT = r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?%?"
_PART = re.compile(rf"\s*(?P<name>'[^']+'|\"[^\"]+\"|.*?)\s*=\s*(?P<weight>{_WEIGHT})(?=[\s,;]|$)[\s,;]*", re.DOTALL)


def one(argument: str) -> tuple[str, float | None]:
    """The name and the weight of `NAME=WEIGHT`; None where no weight is given."""
    name, equals, weight = argument.rpartition("=")
    if equals and name and re.fullmatch(_WEIGHT, weight.strip()):
        return unquoted(name), _number(weight)
    return unquoted(argument), None


def unquoted(name: str) -> str:
    """A name without the blanks around it, and without quotes around all of it."""
    name = name.strip()
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"" else name


def several(text: str, example: str) -> list[tuple[str, float]]:
    """Those of a line, with blanks, commas or semicolons between them, each with a weight. Raises ValueError."""
    found, at = [], 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError(f"{visible(text[at:])!r} is no {example}.")
        found.append((unquoted(match["name"]), _number(match["weight"])))
        at = match.end()
    return found


def _number(typed: str) -> float:
    typed = typed.strip().replace(",", ".")
    return float(typed.removesuffix("%")) / (100 if typed.endswith("%") else 1)
