"""A pattern written out: its positions, the symbols that each takes, and the positions that may follow it.

Glushkov (1961, 'The abstract theory of automata'): each character or class of a pattern is one position, and an
automaton needs no other states.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from charrnn_tui.sampling.patterns import TOO_INTRICATE, Atom, Choice, ConstraintError, Node, Sequence, compiled
from charrnn_tui.text import Vocabulary

_MOST_LINKS = 300_000
"""Pairs of a position and a set that may follow it, looked at while a pattern is written out."""


@dataclass
class Positions:
    """A pattern written out: each position takes some symbols and is followed by some positions.

    Sets of positions are whole numbers whose bits are the positions: a union is one operation.
    """

    atoms: list[Atom] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)
    first: int = 0
    last: int = 0
    empty: bool = False
    """Whether the empty text matches."""

    _work: int = 0

    @classmethod
    def of(cls, node: Node) -> Positions:
        """Write a pattern out. Raises ConstraintError."""
        positions = cls()
        positions.empty, positions.first, positions.last = positions._add(node)
        return positions

    def _add(self, node: Node) -> tuple[bool, int, int]:
        """(Whether it matches the empty text, where it may begin, where it may end)."""
        if isinstance(node, Atom):
            self.atoms.append(node)
            self.follow.append(0)
            bit = 1 << (len(self.atoms) - 1)
            return False, bit, bit
        if isinstance(node, Choice):
            parts = [self._add(part) for part in node.parts]
            first = last = 0
            for _, begins, ends in parts:
                first, last = first | begins, last | ends
            return any(empty for empty, _, _ in parts), first, last
        if isinstance(node, Sequence):
            return self._joined([self._add(part) for part in node.parts])
        if node.most is None:
            parts = [self._add(node.part) for _ in range(max(1, node.least))]
            empty, first, last = parts[-1]
            self._link(last, first)
            parts[-1] = (empty or node.least == 0, first, last)
            return self._joined(parts)
        # Copies beyond the least are optional, each only after the one before: x(x(x)?)?
        parts = [self._add(node.part) for _ in range(node.most)]
        optional: tuple[bool, int, int] = (True, 0, 0)
        for part in reversed(parts[node.least :]):
            _, first, last = self._joined([part, optional])
            optional = (True, first, last)
        return self._joined([*parts[: node.least], optional])

    def _joined(self, parts: list[tuple[bool, int, int]]) -> tuple[bool, int, int]:
        empty, first, last = True, 0, 0
        for part_empty, begins, ends in parts:
            self._link(last, begins)
            if empty:
                first |= begins
            last = ends | (last if part_empty else 0)
            empty = empty and part_empty
        return empty, first, last

    def _link(self, before: int, after: int) -> None:
        self._work += before.bit_count()
        if self._work > _MOST_LINKS:
            raise ConstraintError(TOO_INTRICATE)
        for position in bits(before):
            self.follow[position] |= after

    def taken(self, vocabulary: Vocabulary) -> list[int]:
        """For each symbol of a vocabulary, the positions that take it."""
        taken = dict.fromkeys(vocabulary.symbols, 0)
        for atom, positions in self._occurrences().items():
            for symbol in _symbols_of(atom, vocabulary):
                taken[symbol] |= positions
        return list(taken.values())

    def unknown(self, vocabulary: Vocabulary) -> list[str]:
        """Characters of the pattern that a network does not know, each once."""
        return list(
            dict.fromkeys(a.literal for a in self._occurrences() if a.literal and not _symbols_of(a, vocabulary))
        )

    def _occurrences(self) -> dict[Atom, int]:
        sets: dict[Atom, int] = {}
        for at, atom in enumerate(self.atoms):
            sets[atom] = sets.get(atom, 0) | 1 << at
        return sets


def _symbols_of(atom: Atom, vocabulary: Vocabulary) -> list[str]:
    """The symbols of a vocabulary that an atom takes."""
    if atom.literal and not atom.flags & re.IGNORECASE:
        return [atom.literal] if atom.literal in vocabulary else []
    matches = compiled(atom).fullmatch
    return [symbol for symbol in vocabulary.symbols if matches(symbol)]


def bits(number: int) -> list[int]:
    """Which bits of a number are set, lowest first."""
    out = []
    while number:
        lowest = number & -number
        out.append(lowest.bit_length() - 1)
        number ^= lowest
    return out
