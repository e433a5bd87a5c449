"""A text as a network reads it: what was expected at each place, and the state there.

A state is one vector a layer, so all of them are kept: whatever is asked of a place (its distribution, what would
follow from there, what a unit does) starts from the state that stands there and reads nothing again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Cell
from charrnn_tui.model import Model
from charrnn_tui.model.scores import Floats, Ids, cleaned, symbols_of
from charrnn_tui.sampling.places import settings_after
from charrnn_tui.sampling.prefix import start_ids
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.stream import EndReason, Token, draw
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary

__all__ = [
    "Continuation",
    "Floats",
    "Ids",
    "InsightError",
    "Reading",
    "cleaned",
    "continue_from",
    "read",
    "symbols_of",
    "tokens_from",
]


class InsightError(ValueError):
    """A question that has no answer for this network or text; the message says why and what to do."""


class State(Protocol):
    """What this package asks of a cell's state, whichever cell it is."""

    def select(self, rows: Any) -> Any:
        """The state of some of the streams, in the given order; a row may be given several times."""
        ...


StateT = TypeVar("StateT", bound=State)


@dataclass(frozen=True)
class Reading:
    """A text of n characters, read from its start symbol on.

    For one page of text: a state for each place is held.
    """

    text: str
    """The text as it was read (see `cleaned`)."""
    kind: Kind
    vocabulary: Vocabulary
    read: Ids
    """[n + 1]: the start symbol and the characters."""
    states: tuple[Any, ...]
    """n + 1 states of one stream: `states[t]` has read the start symbol and t characters."""
    log_probs: NDArray[np.float32]
    """[n + 1, vocabulary], log P in nats of what stands at place t given all before it; row n: of what follows."""
    before: Any
    """The state before the start symbol was read."""

    def __len__(self) -> int:
        return len(self.text)

    def check(self, at: int, *, last: int | None = None) -> int:
        """A place from 0 to n (or `last`), counted from the end where negative. Raises InsightError."""
        last = len(self) if last is None else last
        place = at + len(self) + 1 if at < 0 else at
        if not 0 <= place <= last:
            raise InsightError(
                f"there is no place {at} in a text of {len(self)} characters: give one from 0 to {last}."
            )
        return place

    def actual(self, at: int) -> int | None:
        """The id that stands at a place: a character's; after the last one, the end of an item or, in running text,
        nothing."""
        if at < len(self):
            return int(self.read[at + 1])
        return BOUNDARY if self.kind == "lines" else None


def read(model: Model, text: str) -> Reading:
    """Read a text from its start symbol on. Raises UnknownSymbolsError."""
    shown = cleaned(model, text)
    ids = np.array([*start_ids(model.vocabulary, model.info.kind), *symbols_of(model, text, end=False)], dtype=np.int64)
    cell = cast("Cell[Any]", model.cell)
    before = state = cell.initial_state(1)
    states, rows = [], []
    for id_ in ids.tolist():
        state, log_probs = cell.step([id_], state)
        states.append(state)
        rows.append(log_probs[0])
    return Reading(shown, model.info.kind, model.vocabulary, ids, tuple(states), np.array(rows), before)


@dataclass(frozen=True)
class Continuation:
    """What a network wrote from some state."""

    text: str
    tokens: tuple[Token, ...]
    end: EndReason


def tokens_from(
    cell: Cell[Any],
    vocabulary: Vocabulary,
    state: Any,
    log_probs: Floats,
    *,
    after: int,
    kind: Kind,
    settings: SamplingSettings,
    seed: int,
    item: int = 0,
    position: int = 0,
    max_length: int,
) -> Iterator[Token]:
    """Draw on from a state of one stream, whatever led to it, with any cell.

    log_probs: [vocabulary], the cell's answer at that state. `after` is the id that was read last.
    `position` is that of the first new character among those
    drawn under the seed; so a text that `Stream` began goes on as it would have.
    """
    key = item_keys(seed, np.array([item]))
    numbers = uniforms(key, np.arange(position, position + max_length)).tolist()
    row = np.array(log_probs, dtype=np.float32)
    for number in numbers:
        if kind == "stream":
            row[BOUNDARY] = -np.inf
        after = id_ = draw(row, settings_after(after, settings, vocabulary), number)
        yield Token(vocabulary.symbol(id_), id_, row)
        if id_ == BOUNDARY:
            return
        state, answer = cell.step([id_], state)
        row = np.array(answer[0], dtype=np.float32)


def continue_from(
    cell: Cell[Any],
    vocabulary: Vocabulary,
    state: Any,
    log_probs: Floats,
    *,
    after: int,
    kind: Kind,
    settings: SamplingSettings,
    seed: int,
    item: int = 0,
    position: int = 0,
    max_length: int,
) -> Continuation:
    """As `tokens_from`, to the end."""
    tokens = tuple(
        tokens_from(
            cell,
            vocabulary,
            state,
            log_probs,
            after=after,
            kind=kind,
            settings=settings,
            seed=seed,
            item=item,
            position=position,
            max_length=max_length,
        )
    )
    ended = bool(tokens) and tokens[-1].id == BOUNDARY
    return Continuation("".join(token.symbol for token in tokens), tokens, "end" if ended else "length")
