"""The step-wise cell API: what every backend offers and every front end uses."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

StateT = TypeVar("StateT")


class Cell(Protocol[StateT]):
    """One step of a character network.

    A state is immutable to its user: a generation keeps one a character, so rewinding, swapping a character and
    forking cost nothing.
    """

    architecture: Any
    """What it is made of; has `vocabulary_size` and `describe()`."""

    def initial_state(self, batch_size: int) -> StateT:
        """The state before anything was read: zeros, for `batch_size` streams."""
        ...

    def step(self, ids: Any, state: StateT) -> tuple[StateT, Any]:
        """Read one symbol a stream.

        ids: [batch], the symbols read. Returns the new state and log P(next symbol | so far), [batch,
        vocabulary], in nats.
        """
        ...
