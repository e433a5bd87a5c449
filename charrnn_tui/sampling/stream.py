"""One generation, character by character, whose settings may change while it runs."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Cell, log_softmax
from charrnn_tui.cells.cell_stepper import stepper_for
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.places import opens, settings_after
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_item, check_max_length, check_seed, check_whole

EndReason = Literal["end", "length"]
_Way: TypeAlias = tuple[SamplingSettings, NDArray[np.float64] | None]
"""Settings of one temperature and, where logits may simply be multiplied, its inverse."""

_DRAWN_AHEAD = 64
_LARGEST_EXPONENT = 600.0
"""exp of this, and the sum of a whole vocabulary of such, are still finite in float64; exp of minus this is not 0."""


class Token(NamedTuple):
    """One drawn symbol. `symbol` is empty where the network ended the item."""

    symbol: str
    id: int
    logits: NDArray[np.float32]
    """[vocabulary], the network's answer that the symbol was drawn from."""

    @property
    def log_prob(self) -> float:
        """log P of the symbol in nats, as the network says it: at temperature 1 and without filters."""
        return float(log_softmax(self.logits)[self.id])

    @property
    def probability(self) -> float:
        """P of the symbol at temperature 1 and without filters."""
        return float(np.exp(self.log_prob))


def draw(logits: NDArray[np.float32], settings: SamplingSettings, uniform: float) -> int:
    """The id that a uniform number in [0, 1) picks from logits [vocabulary] under settings of one temperature."""
    temperature = settings.one_temperature
    if temperature == 0:
        return int(logits.argmax())
    if settings.filtered or temperature < 1e-3:
        cumulative = probabilities(logits, settings).cumsum()
    else:
        scaled = logits - logits.max()
        if temperature != 1:
            scaled *= np.float32(1 / temperature)
        cumulative = np.exp(scaled, out=scaled).cumsum(dtype=np.float64)
    # searchsorted from the right never picks a symbol of probability 0; the minimum guards the last rounding.
    total = float(cumulative[-1])
    picked = int(cumulative.searchsorted(uniform * total, side="right"))
    if picked < len(cumulative):
        return picked
    return int(np.flatnonzero(np.diff(cumulative, prepend=0.0))[-1])


class Stream(Iterator[Token]):
    """Continue a prefix; each `next()` draws one symbol, the last one being the end where the network ends.

    `settings` may be assigned at any time: the next character obeys. A state is kept for every character, so
    `rewind` and `fork` are free. The uniform numbers belong to (seed, item, position): the same ones give the same
    text.

    Raises UnknownSymbolsError for a prefix that the network cannot read, ValueError for a negative `max_length`.
    `max_length` counts new characters.
    """

    def __init__(
        self,
        cell: Cell[Any],
        vocabulary: Vocabulary,
        prefix: str = "",
        *,
        kind: Kind = "lines",
        settings: SamplingSettings | None = None,
        seed: int = 0,
        item: int = 0,
        max_length: int = 100,
    ) -> None:
        max_length, seed, item = check_max_length(max_length), check_seed(seed), check_item(item)
        self.settings = SamplingSettings.of(settings)
        self.vocabulary = vocabulary
        self.kind = kind
        self.seed = seed
        self.item = item
        self.max_length = max_length
        self.prefix = clean_prefix(prefix, vocabulary, kind)
        self.tokens: list[Token] = []
        self._key = item_keys(seed, np.array([item]))
        self._uniforms: list[float] = []
        self._largest_logit: float = getattr(cell, "largest_logit", math.inf)
        self._prepared: SamplingSettings | None = None
        self._way: _Way
        self._first_way: _Way | None = None
        self._make_scratch()
        self._stepper = stepper_for(cell)
        *ids, last = prefix_ids(prefix, vocabulary, kind).tolist()
        state = self._stepper.start
        for id_ in ids:
            state, _ = self._stepper.step(id_, state)
        self._last_of_prefix = state, last
        self._steps: list[tuple[Any, NDArray[np.float32]]] = [self._step(last, state)]

    def fork(self) -> Stream:
        """Another stream that goes on from here; it shares nothing that either of them changes."""
        return copy.copy(self)

    # `copy.copy` and pickle ask for the state; the lists are copied, and scratch memory is made anew.

    def __getstate__(self) -> dict[str, Any]:
        scratch = ("_stepper", "_shares", "_cumulative", "_opens", "_way", "_first_way")
        kept = {name: value for name, value in vars(self).items() if name not in scratch}
        copied = {name: list(kept[name]) for name in ("tokens", "_uniforms", "_steps")}
        return {**kept, **copied, "_prepared": None, "cell": self._stepper.cell}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._stepper = stepper_for(state.pop("cell"))
        vars(self).update(state)
        self._make_scratch()

    def __deepcopy__(self, memo: dict[int, Any]) -> Stream:
        return self.fork()  # what the two share, weights and past states, is never written into

    def _make_scratch(self) -> None:
        self._shares = np.empty(self.vocabulary.size)
        self._cumulative = np.empty(self.vocabulary.size)
        self._opens = opens(self.vocabulary).tolist()

    @property
    def cell(self) -> Any:
        """What computes the next character."""
        return self._stepper.cell

    def _step(self, id_: int, state: Any) -> tuple[Any, NDArray[np.float32]]:
        state, logits = self._stepper.step(id_, state)
        if self.kind == "stream":
            logits[BOUNDARY] = -np.inf  # running text has no end to draw
        return state, logits

    @property
    def end(self) -> EndReason | None:
        """Why the generation is over: the network ended it, or the maximum length; None while it may go on."""
        if self.tokens and self.tokens[-1].id == BOUNDARY:
            return "end"
        return "length" if len(self.tokens) >= self.max_length else None

    @property
    def generated(self) -> str:
        """The new characters, without the prefix."""
        return "".join(token.symbol for token in self.tokens)

    @property
    def text(self) -> str:
        """Prefix and new characters."""
        return self.prefix + self.generated

    def __repr__(self) -> str:
        over = {None: "goes on", "end": "ended", "length": f"cut at {self.max_length} characters"}[self.end]
        return f"<Stream {self.prefix!r} + {self.generated!r}, seed {self.seed}, item {self.item}: {over}>"

    @property
    def states(self) -> list[Any]:
        """A state for each place, after the prefix and after each new character, as `cell.step` gives and takes it.

        Of a network `hidden` and, for LSTM, `cell`: one float32 [1, hidden] a layer, what it remembers there. Nothing
        writes into them, so any of them can be kept, compared and gone on from.
        """
        return [self._stepper.batch_of_one(state) for state, _ in self._steps]

    @property
    def state(self) -> Any:
        """The last of `states`."""
        return self._stepper.batch_of_one(self._steps[-1][0])

    @property
    def logits(self) -> NDArray[np.float32]:
        """[vocabulary], what the network says comes next, before temperature and filters."""
        return self._steps[-1][1]

    @property
    def distribution(self) -> NDArray[np.float64]:
        """[vocabulary], what the next character will be drawn from under the present settings."""
        return probabilities(self.logits, settings_after(self._last_id, self.settings, self.vocabulary))

    @property
    def _last_id(self) -> int:
        """What was read last; after the end of an item, its boundary."""
        return self.tokens[-1].id if self.tokens else self._last_of_prefix[1]

    def __next__(self) -> Token:
        tokens, numbers = self.tokens, self._uniforms
        position = len(tokens)
        if position >= self.max_length or (position and tokens[-1].id == BOUNDARY):
            raise StopIteration
        while position >= len(numbers):
            start = len(numbers)
            numbers.extend(uniforms(self._key, np.arange(start, start + _DRAWN_AHEAD)).tolist())
        steps = self._steps
        if len(steps) > position + 1:
            del steps[position + 1 :]  # an interrupt (Ctrl-C) came before the last symbol was noted
        state, logits = steps[-1]
        if self.settings is not self._prepared:
            self._prepare()
        settings, scale = self._way
        if self._first_way is not None and self._opens[tokens[-1].id if tokens else self._last_of_prefix[1]]:
            settings, scale = self._first_way
        if scale is None:
            return self._read(draw(logits, settings, numbers[position]), state, logits)
        # `draw`, for logits that are known to be too small for overflow: nothing is shifted and nothing allocated.
        shares, cumulative = self._shares, self._cumulative
        np.multiply(logits, scale, shares)
        np.exp(shares, shares)
        np.add.accumulate(shares, 0, None, cumulative)
        picked = int(cumulative.searchsorted(numbers[position] * cumulative.item(-1), "right"))
        if picked == len(cumulative):
            picked = int(np.flatnonzero(shares)[-1])
        return self._read(picked, state, logits)

    def _prepare(self) -> None:
        """Choose the ways of drawing for the present settings: of any character, and of a first one that differs."""
        settings = self._prepared = self.settings
        self._way = self._way_of(settings.at(first=False))
        self._first_way = self._way_of(settings.at(first=True)) if settings.varies else None

    def _way_of(self, settings: SamplingSettings) -> _Way:
        temperature = settings.one_temperature
        plain = temperature >= 1e-3 and not settings.filtered
        small = plain and self._largest_logit / temperature < _LARGEST_EXPONENT
        return settings, np.array(1 / temperature) if small else None

    def _read(self, id_: int, state: Any, logits: NDArray[np.float32]) -> Token:
        if id_ == BOUNDARY:
            token = Token("", id_, logits)
        else:
            token = Token(self.vocabulary.symbols[id_ - 1], id_, logits)
            self._steps.append(self._step(id_, state))
        self.tokens.append(token)
        return token

    def reread(self, cell: Cell[Any]) -> None:
        """Go on with another cell of the same vocabulary, such as the same network in another style: what stands is
        read anew with it, and the next character obeys. What was drawn stays.
        """
        self._stepper = stepper_for(cell)
        self._largest_logit, self._prepared = getattr(cell, "largest_logit", math.inf), None
        drawn = [token.id for token in self.tokens if token.id != BOUNDARY]
        prefix = prefix_ids(self.prefix, self.vocabulary, self.kind).tolist()
        state, steps = self._stepper.start, []
        for id_ in [*prefix, *drawn]:
            state, logits = self._step(id_, state)
            steps.append((state, logits))
        self._steps = steps[len(prefix) - 1 :]

    def rewind(self, count: int = 1) -> None:
        """Take back the last `count` draws (all of them where there are fewer)."""
        keep = max(0, len(self.tokens) - check_whole(count, "the number of draws to take back"))
        del self.tokens[keep:]
        del self._steps[keep + 1 :]

    def write(self, rest: str) -> Iterator[Token]:
        """Write what follows the prefix in a whole item that was drawn elsewhere, and its end, a symbol at a time."""
        for id_ in (*self.vocabulary.encode(rest).tolist(), BOUNDARY):
            yield self._read(id_, *self._steps[-1])

    def force(self, symbol: str) -> Token:
        """Put a symbol where the network would have drawn one. Raises UnknownSymbolsError, and ValueError
        where the generation is over or `symbol` is not one character.
        """
        id_ = self.vocabulary.id(symbol)
        if self.end is not None:
            raise ValueError("the generation is over; rewind it first.")
        return self._read(id_, *self._steps[-1])
