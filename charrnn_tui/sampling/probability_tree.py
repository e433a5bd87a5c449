"""The most probable continuations of a prefix as a tree: at each branch the likeliest next symbols.

Every branch knows the state of the network at its end, so it can be grown further at any time; one step of the network
serves all branches of a depth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from charrnn_tui.cells import BatchCell, BatchState, join_states
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_whole


@dataclass(frozen=True)
class Branch:
    """A text, how probable it is, and what may follow.

    `symbol`: the last symbol, empty at the root and where the item ends (`ended`). `children` is empty where nothing
    was looked into: at the last depth, and after an end.
    """

    text: str
    symbol: str
    ended: bool
    log_prob: float
    """log P(symbol | text before it), nats."""
    path_log_prob: float
    """log P(all that follows the root's text, up to here), nats."""
    children: tuple[Branch, ...] = ()
    """The most probable first."""
    rest: float = 1.0
    """How much of the probability of what follows is not among the children, 0 to 1."""
    state: BatchState | None = field(default=None, compare=False, repr=False)
    """Of one stream, before `symbol` was read; None at the root."""

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON. Probabilities, not logarithms."""
        return {
            "text": self.text,
            "symbol": self.symbol,
            "ended": self.ended,
            "probability": math.exp(self.log_prob),
            "path_probability": math.exp(self.path_log_prob),
            "rest": self.rest,
            "children": [child.to_dict() for child in self.children],
        }


class ProbabilityTree:
    """Grows trees of continuations for one network and one prefix.

    `kind`: running text never ends, so its ends are left out and the rest is renormalised. Raises
    UnknownSymbolsError.
    """

    def __init__(self, cell: BatchCell, vocabulary: Vocabulary, prefix: str = "", *, kind: Kind = "lines") -> None:
        self._cell, self._vocabulary, self._kind = cell, vocabulary, kind
        self._prefix = prefix_ids(prefix, vocabulary, kind).tolist()
        self._root = Branch(clean_prefix(prefix, vocabulary, kind), "", False, 0.0, 0.0)

    def grow(self, depth: int, width: int) -> Branch:
        """The tree from the prefix on: `depth` symbols deep, the `width` most probable at each branch."""
        return self.expand(self._root, depth, width)

    def expand(self, branch: Branch, depth: int = 1, width: int = 5) -> Branch:
        """The branch with what follows it, looked into anew. One that has ended stays as it is.

        Raises ValueError for a depth or a width below 1.
        """
        depth, width = check_whole(depth, "a tree's depth", 1), check_whole(width, "a tree's width", 1)
        # The levels of the tree: each branch with the place of its parent in the level above.
        levels: list[list[tuple[Branch, int]]] = [[(branch, 0)]]
        for _ in range(depth):
            levels.append(self._following(levels[-1], width))
        below: dict[int, list[Branch]] = {}
        for level in reversed(levels):
            here: dict[int, list[Branch]] = {}
            for place, (node, parent) in enumerate(level):
                children = tuple(below.get(place, ()))
                if children:
                    node = _with_children(node, children)
                here.setdefault(parent, []).append(node)
            below = here
        return below[0][0]

    def expand_each(self, branches: Sequence[Branch], width: int = 5) -> list[Branch]:
        """As `expand` to a depth of 1, for many branches at once: one step of the network serves them all."""
        width = check_whole(width, "a tree's width", 1)
        below: dict[int, list[Branch]] = {}
        for child, parent in self._following([(branch, 0) for branch in branches], width):
            below.setdefault(parent, []).append(child)
        return [_with_children(branch, below[at]) if at in below else branch for at, branch in enumerate(branches)]

    def _following(self, level: Sequence[tuple[Branch, int]], width: int) -> list[tuple[Branch, int]]:
        """What may follow the branches of a level, each with the place of its parent."""
        growing = [(place, node) for place, (node, _) in enumerate(level) if not node.ended]
        if not growing:
            return []
        ids, state = self._to_read([node for _, node in growing])
        state, log_probs = self._cell.step(ids, state)
        scores = log_probs.astype(np.float64)
        if self._kind == "stream":
            scores[:, BOUNDARY] = -np.inf
            scores -= np.logaddexp.reduce(scores, axis=1)[:, None]
        order = np.argsort(-scores, axis=1, kind="stable")[:, :width]
        following = []
        for row, (place, node) in enumerate(growing):
            after = state.select([row])
            for id_ in order[row].tolist():
                score = float(scores[row, id_])
                if score > -math.inf:
                    symbol = self._vocabulary.symbol(id_)
                    child = Branch(
                        node.text + symbol,
                        symbol,
                        id_ == BOUNDARY,
                        score,
                        node.path_log_prob + score,
                        state=after,
                    )
                    following.append((child, place))
        return following

    def _to_read(self, nodes: Sequence[Branch]) -> tuple[list[int], BatchState]:
        """The last symbols of the branches and the states before them."""
        if nodes[0].state is None:
            state = self._cell.initial_state(1)
            for id_ in self._prefix[:-1]:
                state, _ = self._cell.step_logits([id_], state)
            return [self._prefix[-1]], state
        states = [node.state for node in nodes if node.state is not None]
        return [self._vocabulary.id(node.symbol) for node in nodes], join_states(states)


def _with_children(branch: Branch, children: Sequence[Branch]) -> Branch:
    rest = max(0.0, 1 - math.fsum(math.exp(child.log_prob) for child in children))
    return replace(branch, children=tuple(children), rest=rest)


def probability_tree(
    cell: BatchCell, vocabulary: Vocabulary, prefix: str = "", *, kind: Kind = "lines", depth: int = 3, width: int = 4
) -> Branch:
    """The most probable continuations of a prefix, `depth` symbols deep and `width` wide. See `ProbabilityTree`."""
    return ProbabilityTree(cell, vocabulary, prefix, kind=kind).grow(depth, width)
