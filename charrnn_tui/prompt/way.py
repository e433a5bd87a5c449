"""The way from one prefix to another in words: what stands at each step, for every front end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from charrnn_tui.prompt.generations import EMPTY_ITEM
from charrnn_tui.prompt.probability import percent, symbol_name

if TYPE_CHECKING:
    from charrnn_tui.insight.between import Between
    from charrnn_tui.model import Model


def begins(step: Between, first: str, second: str) -> str:
    """The prefix that belongs to a step: at both ends of the way; none leads to a state between them."""
    return first if step.weight == 0 else second if step.weight == 1 else ""


def first_symbol(step: Between, model: Model, shown: Callable[[str], str]) -> str:
    """The most probable first character there, with its probability."""
    probabilities = step.log_probs
    id_ = int(probabilities.argmax())
    name = symbol_name(model.vocabulary.symbol(id_), shown)
    return f"{name} {percent(math.exp(probabilities[id_]))}"


def way_lines(steps: Sequence[Between], first: str, second: str, shown: Callable[[str], str]) -> Iterator[str]:
    """A line a step: how far it is, the prefix at the ends, what was written."""
    for step in steps:
        before = begins(step, first, second)
        written = shown(before + step.text) or EMPTY_ITEM
        yield f"{step.weight:5.0%}  {written}{'' if step.end == 'end' else ' …'}"
