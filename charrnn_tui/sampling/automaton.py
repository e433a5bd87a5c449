"""Deterministic automata over a network's vocabulary, and which of their states still lead somewhere.

A table says where each symbol leads from each state, so that many texts step at once. Automata are intersected (a
pattern and not a banned text), and lengths are laid over them: a state is live after so many characters where an
accepting one can be reached within the lengths allowed. A text whose state is not live is dropped at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.patterns import TOO_INTRICATE, ConstraintError
from charrnn_tui.sampling.positions import Positions, bits
from charrnn_tui.text import PAD, Vocabulary

States = NDArray[np.int32]
Bools = NDArray[np.bool_]

DEAD = -1
"""No state: nothing that begins so can match."""

MOST_STATES = 4_096
"""States of one automaton."""

_MOST_WORK = 1_000_000
"""Positions looked at while a pattern is made deterministic: a fraction of a second."""

_MOST_CELLS = 20_000_000
"""Entries of a table: 80 MB."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton; state 0 is where a text begins.

    table: [states, vocabulary], the state after each id, DEAD where none; column 0, the boundary, is DEAD.
    accepting: [states], whether a text may end there.
    """

    table: States
    accepting: Bools

    @classmethod
    def everything(cls, vocabulary: Vocabulary) -> Automaton:
        """Every text."""
        table = np.zeros((1, vocabulary.size), dtype=np.int32)
        table[:, 0] = DEAD
        return cls(table, np.ones(1, dtype=np.bool_))

    @classmethod
    def of(cls, positions: Positions, vocabulary: Vocabulary) -> Automaton:
        """The texts of a pattern, by the subset construction (Rabin & Scott 1959). Raises ConstraintError."""
        taken = positions.taken(vocabulary)
        kinds = {positions_that_take: number for number, positions_that_take in enumerate(dict.fromkeys(taken))}
        kind_of = np.array([0, *(kinds[t] for t in taken)])
        start = (positions.first, positions.empty)
        numbers = {start: 0}
        waiting = deque([start])
        rows: list[list[int]] = []
        known: dict[int, tuple[int, bool]] = {}
        work = 0
        while waiting:
            may_follow, _ = waiting.popleft()
            row = []
            for kind in kinds:
                read = may_follow & kind
                if not read:
                    row.append(DEAD)
                    continue
                if read not in known:
                    following = 0
                    for position in bits(read):
                        following |= positions.follow[position]
                    known[read] = (following, bool(read & positions.last))
                    work += read.bit_count()
                state = known[read]
                if state not in numbers:
                    numbers[state] = len(numbers)
                    waiting.append(state)
                row.append(numbers[state])
            work += len(kinds)
            rows.append(row)
            if len(numbers) > MOST_STATES or work > _MOST_WORK:
                raise ConstraintError(TOO_INTRICATE)
        table = np.array(rows, dtype=np.int32)[:, kind_of]
        table[:, 0] = DEAD
        return cls(table, np.array([accepts for _, accepts in numbers], dtype=np.bool_))

    @classmethod
    def without(cls, banned: Iterable[str], vocabulary: Vocabulary) -> Automaton:
        """The texts that contain none of some texts, in capitals or not (Aho & Corasick 1975). Raises ConstraintError.

        None of the banned texts may be empty.
        """
        trie, fails, ends = _aho_corasick([text.casefold() for text in banned])
        alphabet = {symbol for node in trie for symbol in node}
        _check_size(len(trie), vocabulary)
        # A symbol may fold into several (ß: ss), which are then read one after the other; others lead to the start.
        table = np.zeros((len(trie), vocabulary.size), dtype=np.int32)
        for id_, symbol in enumerate(vocabulary.symbols, 1):
            folded = symbol.casefold()
            if not alphabet.intersection(folded):
                continue
            for state in range(len(trie)):
                node = state
                for letter in folded:
                    while node and letter not in trie[node]:
                        node = fails[node]
                    node = trie[node].get(letter, 0)
                    if ends[node]:
                        node = DEAD
                        break
                table[state, id_] = node
        table[:, 0] = DEAD
        return cls(table, np.ones(len(trie), dtype=np.bool_))

    def intersected(self, other: Automaton) -> Automaton:
        """The texts of both, over the same vocabulary. Raises ConstraintError where that is too large."""
        width = len(other.table)
        pairs = np.zeros(1, dtype=np.int64)
        numbers = np.full(len(self.table) * width, DEAD, dtype=np.int32)
        numbers[0] = 0
        found, rows = [pairs], []
        count = 1
        while len(pairs):
            mine, theirs = self.table[pairs // width], other.table[pairs % width]
            both = (mine >= 0) & (theirs >= 0)
            joined = np.where(both, mine.astype(np.int64) * width + theirs, DEAD)
            rows.append(joined)
            pairs = np.unique(joined[both])
            pairs = pairs[numbers[pairs] == DEAD]
            numbers[pairs] = np.arange(count, count + len(pairs))
            count += len(pairs)
            _check_size(count, self.table.shape[1])
            found.append(pairs)
        all_pairs = np.concatenate(found)
        table = np.concatenate(rows)
        return Automaton(
            np.where(table >= 0, numbers[table], DEAD).astype(np.int32),
            self.accepting[all_pairs // width] & other.accepting[all_pairs % width],
        )

    def read(self, ids: Sequence[int] | NDArray[np.integer], state: int = 0) -> int:
        """The state after some ids, DEAD where nothing that begins so can match."""
        for id_ in ids:
            if state == DEAD:
                break
            state = int(self.table[state, id_])
        return state


def _check_size(states: int, vocabulary: Vocabulary | int) -> None:
    size = vocabulary if isinstance(vocabulary, int) else vocabulary.size
    if states * size > _MOST_CELLS:
        raise ConstraintError("pattern and banned texts together are too large for an automaton; ask for less at once.")


def _aho_corasick(texts: list[str]) -> tuple[list[dict[str, int]], list[int], list[bool]]:
    """(Trie, where to go on when a letter does not fit, whether a banned text ends there), a node each."""
    trie: list[dict[str, int]] = [{}]
    ends = [False]
    for text in texts:
        node = 0
        for letter in text:
            if letter not in trie[node]:
                trie[node][letter] = len(trie)
                trie.append({})
                ends.append(False)
            node = trie[node][letter]
        ends[node] = True
    fails = [0] * len(trie)
    waiting = deque(trie[0].values())
    while waiting:
        node = waiting.popleft()
        for letter, child in trie[node].items():
            back = fails[node]
            while back and letter not in trie[back]:
                back = fails[back]
            fails[child] = trie[back].get(letter, 0)
            ends[child] = ends[child] or ends[fails[child]]
            waiting.append(child)
    return trie, fails, ends


class Guard:
    """An automaton and the lengths that items may have: what a search asks before it takes a step.

    shortest, longest: characters of a whole item, the prefix included.
    """

    def __init__(self, automaton: Automaton, shortest: int, longest: int) -> None:
        self.automaton = automaton
        self.shortest, self.longest = shortest, longest
        states = len(automaton.table)
        # [characters read, state]: whether an item that is allowed can still come of it.
        self._live = np.zeros((longest + 2, states), dtype=np.bool_)
        kinds = np.unique(automaton.table, axis=1)
        now, settled = self._live[longest + 1], False
        for length in range(longest, -1, -1):
            # What one character more did not change stays as it is, until the shortest length takes part.
            if not settled or length == shortest - 1:
                after = self._live[length + 1]
                now = ((kinds >= 0) & after[kinds]).any(axis=1)
                if length >= shortest:
                    now |= automaton.accepting
                settled = np.array_equal(now, after)
            self._live[length] = now

    def live(self, state: int, length: int) -> bool:
        """Whether a text of so many characters in this state may still become an item that is allowed."""
        return state != DEAD and length <= self.longest and bool(self._live[length, state])

    def allowed(self, states: States, lengths: NDArray[np.integer]) -> Bools:
        """[n, vocabulary], which ids may follow; column 0 says whether the item may end here.

        states: [n], none DEAD; lengths: [n], the characters that were read.
        """
        following = self.automaton.table[states]
        out: Bools = self._live[lengths[:, None] + 1, following]
        out &= following != DEAD
        out[:, 0] = self.automaton.accepting[states] & (lengths >= self.shortest)
        return out

    def step(self, states: States, ids: NDArray[np.integer]) -> States:
        """[n], the states after one id each."""
        following: States = self.automaton.table[states, ids]
        return following

    def accepts(self, ids: NDArray[np.integer]) -> Bools:
        """[n], whether whole items are allowed; ids: [n, time] without boundaries, PAD after an item's end."""
        states, lengths = self.read_all(ids)
        out: Bools = (states != DEAD) & self.automaton.accepting[states]
        out &= (lengths >= self.shortest) & (lengths <= self.longest)
        return out

    def read_all(self, ids: NDArray[np.integer]) -> tuple[States, NDArray[np.integer]]:
        """The states [n] that texts lead to, DEAD where nothing can follow, and their lengths [n]; ids as above."""
        states = np.zeros(len(ids), dtype=np.int32)
        for column in ids.T:
            reading = (column != PAD) & (states != DEAD)
            states[reading] = self.automaton.table[states[reading], column[reading]]
        return states, (ids != PAD).sum(axis=1)
