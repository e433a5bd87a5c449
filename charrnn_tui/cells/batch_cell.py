"""What sampling, search and the lens ask of a cell in NumPy beyond a step, whatever kind of cell it is.

A new kind (an n-gram, a mixture) gives the few methods that are abstract here. Its states tell the arrays that they are
made of, so that whoever keeps many states (a batch, a search) picks, joins and stores them without knowing their kind.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.text.arguments import ArgumentError

Floats: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.integer] | Sequence[int]
Rows: TypeAlias = NDArray[np.integer] | Sequence[int] | slice


class BatchState(Protocol):
    """The state of several streams. Nothing writes into its arrays after the step that made them."""

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All that the state is made of, [batch, …] each, always in the same order."""
        ...

    def with_arrays(self, arrays: Iterable[NDArray[Any]]) -> Self:
        """A state of the same kind made of other arrays, of any number of streams."""
        ...

    def select(self, rows: Rows) -> Self:
        """The state of some of the streams, in the given order; a row may be given several times (a fork)."""
        ...

    def merge(self, rows: NDArray[np.integer], other: Self) -> Self:
        """This state with the streams `rows` replaced by those of `other`, in arrays of its own."""
        ...


BatchStateT = TypeVar("BatchStateT", bound=BatchState)


def select_rows(state: BatchStateT, rows: Rows) -> BatchStateT:
    """What `BatchState.select` does, for a state that has nothing shorter."""
    return state.with_arrays(array[rows] for array in state.arrays)


def merge_rows(state: BatchStateT, rows: NDArray[np.integer], other: BatchStateT) -> BatchStateT:
    """What `BatchState.merge` does."""
    merged = []
    for mine, theirs in zip(state.arrays, other.arrays, strict=True):
        copy = mine.copy()
        copy[rows] = theirs
        merged.append(copy)
    return state.with_arrays(merged)


def state_repr(state: Any) -> str:
    """A state in a line: the name and shape of each of its arrays, not the numbers."""
    return f"{type(state).__name__}({', '.join(f'{name}={_shapes(value)}' for name, value in state._asdict().items())})"


def _shapes(value: Any) -> str:
    if isinstance(value, tuple) and not hasattr(value, "_asdict"):
        each = [_shapes(part) for part in value]
        return f"({', '.join(each)}{',' if len(each) == 1 else ''})"
    return f"{value.dtype}{list(value.shape)}" if hasattr(value, "dtype") else repr(value)


def join_states(states: Sequence[BatchStateT]) -> BatchStateT:
    """The streams of one or more states of one kind as one batch, in this order."""
    if len(states) == 1:
        return states[0]
    arrays = zip(*(state.arrays for state in states), strict=True)
    return states[0].with_arrays(np.concatenate(parts) for parts in arrays)


def log_softmax(logits: Floats) -> Floats:
    """log P over the last axis, shifted by the maximum so that nothing overflows."""
    shifted: Floats = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def wrong_streams(shape: Sequence[int], streams: int | None) -> ArgumentError:
    """The sentence for ids that do not fit a state: NumPy would take one stream for many. None: it is no state."""
    if streams is None:
        return ArgumentError("the state is what initial_state or an earlier step of such a cell gave.")
    many = "1 stream" if streams == 1 else f"{streams:,} streams"
    return ArgumentError(f"the state is that of {many}, one id each; these ids have the shape {list(shape)}.")


class BatchCell(ABC):
    """A character network, or what stands for one, stepped with NumPy (float32), many streams at once."""

    architecture: Any
    """What it is made of; has `vocabulary_size`, `parameters` and `describe()`."""

    largest_logit: float = math.inf
    """The largest logit lies between minus this and this, whatever was read, whether or not the boundary (id 0) may be
    drawn; infinite where no bound is known."""

    def __repr__(self) -> str:
        a = self.architecture
        return f"<{type(self).__name__}: {a.describe()}, {a.vocabulary_size} ids, {a.parameters:,} parameters>"

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, the boundary included."""
        return int(self.architecture.vocabulary_size)

    @abstractmethod
    def initial_state(self, batch_size: int = 1) -> Any:
        """The state of `batch_size` streams before anything was read (a BatchState)."""

    @abstractmethod
    def step_logits(self, ids: Ids, state: Any) -> tuple[Any, Floats]:
        """As `step`, but logits [batch, vocabulary] may be unnormalised: what sampling needs. Fresh arrays."""

    @abstractmethod
    def answer(self, state: Any) -> Floats:
        """log P of what comes next [batch, vocabulary] in nats, from a state alone, also one that no text leads to."""

    def advance(self, ids: Ids, state: Any) -> Any:
        """As `step`, the new state alone: for symbols that nothing is asked about."""
        return self.step_logits(ids, state)[0]

    def styled(self, mixture: Sequence[float] | NDArray[np.floating] | None) -> BatchCell:
        """The cell that writes under a mixture of labels [labels]. Raises ValueError: there are none here."""
        if mixture is None:
            return self
        raise ValueError("this cell has learnt no labels.")

    def step(self, ids: Ids, state: Any) -> tuple[Any, Floats]:
        """Read ids [batch]; the new state and log P(next | so far) [batch, vocabulary] in nats.

        Raises ValueError for an id that the network does not know, ArgumentError for a state of other streams.
        """
        read, size = np.asarray(ids), self.vocabulary_size
        if read.dtype.kind not in "iu" or read.min(initial=0) < 0 or read.max(initial=0) >= size:
            raise ValueError(f"the ids of this network are whole numbers from 0 to {size - 1}.")
        arrays = getattr(state, "arrays", ())
        if not arrays or read.shape != arrays[0].shape[:1]:
            raise wrong_streams(read.shape, len(arrays[0]) if arrays else None)
        state, logits = self.step_logits(ids, state)
        return state, log_softmax(logits)

    def read(self, ids: Ids, state: Any) -> tuple[Any, Floats]:
        """Read a sequence of ids [time] in one stream; the last state and log P of what comes next [1, vocabulary].

        `ids` must not be empty.
        """
        for i in ids[:-1]:
            state, _ = self.step_logits([int(i)], state)
        return self.step([int(ids[-1])], state)

    def score(self, ids: NDArray[np.integer], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """log P [batch, time - 1] of each id given those before it; 0 where `mask` is false.

        ids: [batch, time], starting with what is read first; mask: the same shape, false on padding.
        """
        batch, time = ids.shape
        state = self.initial_state(batch)
        rows = np.arange(batch)
        out = np.zeros((batch, time - 1), dtype=np.float64)
        read = np.where(mask, ids, 0)
        for t in range(time - 1):
            state, log_probs = self.step(read[:, t], state)
            out[:, t] = log_probs[rows, read[:, t + 1]]
        out[~mask[:, 1:]] = 0
        return out
