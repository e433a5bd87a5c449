"""What may follow a prefix, as a tree that is opened in place: which branches are known, open and shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.prompt.probable_tree import DEPTH, LEAST_REST, WIDTH
from charrnn_tui.sampling.probability_tree import Branch, ProbabilityTree

if TYPE_CHECKING:
    from charrnn_tui.model import Model

MOST_WIDE = 20
"""Branches that are kept of each that was looked into; as many as a key can show."""
MOST_DEEP = 9
MOST_SHOWN = 1_000
"""Branches that are opened by a key for all: a tree of depth 9 would have millions."""
AT_ONCE = 48
"""Branches that are looked into in one step of the network; between two steps the work can be stopped."""


class Row(NamedTuple):
    """A branch as it is listed. `branch` is None for what is not shown of the one above, summed up."""

    branch: Branch | None
    share: float
    """Of what may stand at its place, 0 to 1."""
    guides: str
    open: bool = False


class Continuations:
    """The tree of one prefix. Raises UnknownSymbolsError."""

    def __init__(self, model: Model, prefix: str) -> None:
        self._tree = ProbabilityTree(model.cell, model.vocabulary, prefix, kind=model.info.kind)
        self.width = WIDTH
        self.depth = DEPTH
        """To which all was opened last."""
        self._root: Branch | None = None
        self._known: dict[str, Branch] = {}
        """What was looked into, by its text."""
        self._open: set[str] = set()

    @property
    def root(self) -> Branch | None:
        """The prefix, once it was looked into."""
        return self._root

    def look_into(self, branches: Sequence[Branch]) -> list[Branch]:
        """These branches with what may follow them, in one step of the network; the prefix where none are given.

        It changes nothing here, so it may run in a thread; `take` does.
        """
        return self._tree.expand_each(branches, MOST_WIDE) if branches else [self._tree.grow(1, MOST_WIDE)]

    def take(self, branches: Sequence[Branch]) -> None:
        """Remember what was looked into, and show it."""
        for branch in branches:
            if self._root is None:
                self._root = branch
            self._known[branch.text] = branch
            self._open.add(branch.text)

    def is_open(self, branch: Branch) -> bool:
        """Whether what may follow it is shown."""
        return not branch.ended and branch.text in self._open

    def is_known(self, branch: Branch) -> bool:
        """Whether it was looked into, or ends."""
        return branch.ended or branch.text in self._known

    def open(self, branch: Branch) -> None:
        """Show what may follow a branch that was looked into."""
        self._open.add(branch.text)

    def close(self, branch: Branch) -> None:
        """Show it no longer; the root stays open."""
        if self._root is not None and branch.text != self._root.text:
            self._open.discard(branch.text)

    def level(self, depth: int) -> list[Branch]:
        """The branches shown so many symbols behind the prefix."""
        level = [] if self._root is None else [self._root]
        for _ in range(depth):
            level = [child for branch in level if self.is_open(branch) for child in self.children(branch)]
        return level

    def children(self, branch: Branch) -> Sequence[Branch]:
        """The most probable of what may follow a branch that was looked into."""
        return self._known[branch.text].children[: self.width]

    def close_below(self, depth: int) -> None:
        """Close all branches from a depth on."""
        assert self._root is not None
        at = len(self._root.text) + depth
        self._open = {text for text in self._open if len(text) < at}

    def rows(self) -> Iterator[Row]:
        """All that is shown, each branch above what follows it."""
        if self._root is not None:
            yield Row(self._root, 1.0, "", open=True)
            yield from self._below(self._root, "")

    def _below(self, branch: Branch, before: str) -> Iterator[Row]:
        children = self.children(branch)
        rest = 1 - math.fsum(math.exp(child.log_prob) for child in children)
        for number, child in enumerate(children, 1):
            last = number == len(children) and rest < LEAST_REST
            opened = self.is_open(child)
            yield Row(child, math.exp(child.log_prob), before + ("└ " if last else "├ "), opened)
            if opened:
                yield from self._below(child, before + ("  " if last else "│ "))
        if rest >= LEAST_REST:
            yield Row(None, rest, before + "└ ")
