"""Several cells as one: their answers are mixed, character by character.

*Mixed* (a linear opinion pool: Stone 1961, 'The opinion pool'): P(x) = sum over parts of share · P_part(x), where a
symbol that a part does not know has probability 0 there.

*Blended* (a logarithmic opinion pool: Genest & Zidek 1986, 'Combining probability distributions', section 3.2; with
equal shares a product of experts, Hinton 2002): log P(x) = sum of share · log P_part(x) + a constant. A symbol unknown
to one part would be impossible then, however small its share. So symbols are divided by who knows them: which kind
comes is mixed, P(kind) = sum of share · P_part(kind), and within a kind those who know it are blended, each with its
distribution over that kind. Parts of one vocabulary make one kind, which is the plain pool; parts that have no symbol
in common are mixed; and a share that goes to 0 takes the part's influence with it.

*What a part cannot read* it passes over: its state stays as it was. From there on it has a thousandth of its share,
until the item or the line is over: who could not have written what stands there is hardly asked how it goes on. So a
text that begins in one alphabet goes on in it, every text of known symbols has a probability above 0, and where no part
could read everything, all speak as before.

Vocabularies are united. Shares add up to 1. Cells of every kind can be parts: networks of any family, mixtures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.batch_cell import (
    BatchCell,
    Floats,
    Ids,
    Rows,
    log_softmax,
    merge_rows,
    select_rows,
    state_repr,
)
from charrnn_tui.text import BOUNDARY, Vocabulary

Wide: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

FAINT = 1e-3
"""What is left of the share of a part that has met a symbol that it does not know."""

_SUM = 1e-6
"""Shares that add up to 1 within this do."""


@dataclass(frozen=True)
class MixtureArchitecture:
    """What a mixture is made of: the architectures of its parts, and their shares."""

    parts: tuple[Any, ...]
    shares: tuple[float, ...]
    vocabulary_size: int
    """Of all together, the boundary included."""
    blended: bool = False

    @property
    def parameters(self) -> int:
        """Number of weights, of all parts together."""
        return sum(int(part.parameters) for part in self.parts)

    def describe(self) -> str:
        """For people: 'mixture of LSTM of 256 units and GRU of 64 units'."""
        *first, last = [part.describe() for part in self.parts]
        return f"{'blend' if self.blended else 'mixture'} of {', '.join(first)}{' and ' if first else ''}{last}"


class MixtureState(NamedTuple):
    """The states of the parts, and which of them have passed over something, [batch, parts]."""

    parts: tuple[Any, ...]
    faint: Bools

    def __repr__(self) -> str:
        return state_repr(self)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Those of each part, one part after the other; what was passed over comes last."""
        return (*(array for part in self.parts for array in part.arrays), self.faint)

    def with_arrays(self, arrays: Iterable[NDArray[Any]]) -> MixtureState:
        """The state that these arrays make, in the order of `arrays`."""
        *every, faint = arrays
        parts, at = [], 0
        for part in self.parts:
            end = at + len(part.arrays)
            parts.append(part.with_arrays(every[at:end]))
            at = end
        return MixtureState(tuple(parts), faint)

    def select(self, rows: Rows) -> MixtureState:
        """The state of some of the streams, in the given order; a row may be given several times (a fork)."""
        return select_rows(self, rows)

    def merge(self, rows: NDArray[np.integer], other: MixtureState) -> MixtureState:
        """This state with the streams `rows` replaced by those of `other`."""
        return merge_rows(self, rows, other)


class Symbols(NamedTuple):
    """Symbols that the same parts know."""

    ids: NDArray[np.int64]
    """Among the united ids."""
    parts: tuple[int, ...]
    """Who knows them."""
    own: tuple[NDArray[np.int64], ...]
    """Their ids in each of those parts."""


class MixtureCell(BatchCell):
    """Several cells stepped as one; see the module.

    parts: cells with their vocabularies; shares: one each, from 0, adding up to 1. `vocabulary` holds the symbols of
    all of them. Raises ValueError for shares that are none.
    """

    architecture: MixtureArchitecture

    def __init__(
        self, parts: Sequence[tuple[BatchCell, Vocabulary]], shares: Sequence[float], *, blended: bool = False
    ) -> None:
        if not parts:
            raise ValueError("a mixture has at least one part.")
        self.parts = tuple(cell for cell, _ in parts)
        self.vocabulary = Vocabulary({symbol for _, vocabulary in parts for symbol in vocabulary.symbols})
        size = self.vocabulary.size
        self.own_ids = np.full((len(parts), size), -1, dtype=np.int64)
        """[parts, united vocabulary], the id of each symbol in each part; -1 where it is unknown."""
        for own, (_, vocabulary) in zip(self.own_ids, parts, strict=True):
            own[BOUNDARY] = BOUNDARY
            own[self.vocabulary.encode("".join(vocabulary.symbols))] = np.arange(1, vocabulary.size)
        self.places: list[NDArray[np.int64] | slice] = [
            np.flatnonzero(own >= 0) if (own < 0).any() else slice(None) for own in self.own_ids
        ]
        """Where the symbols of each part stand among the united ones, in the order of the part's ids."""
        self.everything_known = bool((self.own_ids >= 0).all())
        self.begins = np.zeros(size, dtype=np.bool_)
        """[united vocabulary], what ends an item or a line: all parts have their say again."""
        self.begins[BOUNDARY] = True
        if "\n" in self.vocabulary:
            self.begins[self.vocabulary.id("\n")] = True
        self.kinds = _kinds(self.own_ids)
        values = tuple(map(float, shares))
        if len(values) != len(self.parts) or not all(math.isfinite(v) and v >= 0 for v in values):
            raise ValueError(f"a mixture of {len(self.parts)} parts has as many shares, numbers from 0.")
        if abs(math.fsum(values) - 1) > _SUM:
            raise ValueError(f"shares add up to 1, not to {math.fsum(values):g}.")
        architectures = tuple(cell.architecture for cell in self.parts)
        self.architecture = MixtureArchitecture(architectures, values, size, blended)
        self.shares: Wide = np.array(values)

    @property
    def blended(self) -> bool:
        """Whether logarithms of probabilities are mixed."""
        return self.architecture.blended

    def initial_state(self, batch_size: int = 1) -> MixtureState:
        """The states of all parts before anything was read."""
        parts = tuple(cell.initial_state(batch_size) for cell in self.parts)
        return MixtureState(parts, np.zeros((batch_size, len(parts)), dtype=np.bool_))

    def step_logits(self, ids: Ids, state: MixtureState) -> tuple[MixtureState, Floats]:
        """Read ids [batch]; the new state and log P of what comes next [batch, vocabulary], normalised."""
        read = np.asarray(ids)
        after, answers = [], []
        faint: Bools = state.faint & ~self.begins[read][:, None]
        for number, (cell, before) in enumerate(zip(self.parts, state.parts, strict=True)):
            own = self.own_ids[number][read]
            if self.everything_known or own.min(initial=0) >= 0:
                part, logits = cell.step_logits(own, before)
                answer = log_softmax(logits)
            else:
                rows = np.flatnonzero(own >= 0)
                some = before.select(rows)
                if len(rows):
                    some, _ = cell.step_logits(own[rows], some)
                part = before.merge(rows, some)
                answer = cell.answer(part)
                faint[:, number] |= (own < 0) & ~self.begins[read]
            after.append(part)
            answers.append(answer)
        return MixtureState(tuple(after), faint), self.pooled(answers, faint)

    def step(self, ids: Ids, state: MixtureState) -> tuple[MixtureState, Floats]:
        """Read ids [batch]; the new state and log P(next | so far) [batch, vocabulary] in nats."""
        read = np.asarray(ids)
        if read.dtype.kind not in "iu" or read.min(initial=0) < 0 or read.max(initial=0) >= self.vocabulary_size:
            raise ValueError(f"the ids of this network are whole numbers from 0 to {self.vocabulary_size - 1}.")
        return self.step_logits(read, state)

    def answer(self, state: MixtureState) -> Floats:
        """log P of what comes next [batch, vocabulary], from a state alone."""
        answers = [cell.answer(part) for cell, part in zip(self.parts, state.parts, strict=True)]
        return self.pooled(answers, state.faint)

    def pooled(self, answers: Sequence[Floats], faint: Bools) -> Floats:
        """log P [batch, vocabulary] of the answers of all parts, log P [batch, their vocabulary] each.

        faint: [batch, parts], which have passed over something.
        """
        shares = np.where(faint, FAINT, 1.0) * self.shares
        shares /= shares.sum(axis=1, keepdims=True)
        pool = self._blend if self.blended else self._mix
        return pool(answers, shares).astype(np.float32)

    def _mix(self, answers: Sequence[Floats], shares: Wide) -> Wide:
        out = np.full((len(shares), self.vocabulary_size), -np.inf)
        with np.errstate(divide="ignore"):
            logs = np.log(shares)
        for number, (answer, places) in enumerate(zip(answers, self.places, strict=True)):
            out[:, places] = np.logaddexp(out[:, places], answer + logs[:, number, None])
        return out

    def _blend(self, answers: Sequence[Floats], shares: Wide) -> Wide:
        out = np.full((len(shares), self.vocabulary_size), -np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            for ids, knowing, own in self.kinds:
                some = shares[:, knowing]
                within = [
                    answers[part][:, places].astype(np.float64) for part, places in zip(knowing, own, strict=True)
                ]
                masses = np.stack([np.logaddexp.reduce(one, axis=1) for one in within], axis=1)
                mass = np.logaddexp.reduce(np.log(some) + masses, axis=1)
                some = some / some.sum(axis=1, keepdims=True)
                pooled = np.zeros_like(within[0])
                for number, one in enumerate(within):
                    share = some[:, number, None]
                    # A share of 0 has no say, not even where a part thinks something impossible.
                    pooled += np.where(share > 0, share * (one - masses[:, number, None]), 0.0)
                total = np.logaddexp.reduce(pooled, axis=1)
                rows = (mass - total)[:, None] + pooled
                out[:, ids] = np.where(np.isfinite(mass - total)[:, None], rows, -np.inf)
        # A kind in which the parts agree on nothing has no symbols to give; what is left is made 1 again.
        out -= np.logaddexp.reduce(out, axis=1)[:, None]
        return out


def _kinds(own_ids: NDArray[np.int64]) -> list[Symbols]:
    """The united symbols by who knows them."""
    found: dict[tuple[bool, ...], list[int]] = {}
    for id_, knows in enumerate((own_ids >= 0).T.tolist()):
        found.setdefault(tuple(knows), []).append(id_)
    kinds = []
    for knows, ids in found.items():
        parts = tuple(number for number, known in enumerate(knows) if known)
        which = np.array(ids)
        kinds.append(Symbols(which, parts, tuple(own_ids[part][which] for part in parts)))
    return kinds
