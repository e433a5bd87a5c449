"""The most probable continuations as a tree, in lines of text: for the command line and the inline prompt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from charrnn_tui.prompt.generations import shown_item
from charrnn_tui.prompt.probability import symbol_name

if TYPE_CHECKING:
    from charrnn_tui.sampling.probability_tree import Branch

DEPTH, WIDTH = 3, 4
"""Of a tree where the user leaves them open."""
LEAST_REST = 0.00005
"""What is not shown is summed up where it is more than this."""


def symbol_words(branch: Branch, shown: Callable[[str], str]) -> str:
    """The last symbol of a branch, as it can be read in a row. `shown` makes a text safe to show."""
    return symbol_name("" if branch.ended else branch.symbol, shown)


def tree_lines(root: Branch, shown: Callable[[str], str]) -> Iterator[str]:
    """A line a branch, its probability given what stands before it; what is not shown is summed up."""

    def below(branch: Branch, before: str) -> Iterator[str]:
        rest = [f"{branch.rest:7.2%}  others"] if branch.children and branch.rest >= LEAST_REST else []
        lines = len(branch.children) + len(rest)
        for number, child in enumerate(branch.children, 1):
            last = number == lines
            yield f"{before}{'└' if last else '├'}{math.exp(child.log_prob):7.2%}  {symbol_words(child, shown)}"
            yield from below(child, before + ("  " if last else "│ "))
        for line in rest:
            yield f"{before}└{line}"

    yield shown(shown_item(root.text))
    yield from below(root, "")
