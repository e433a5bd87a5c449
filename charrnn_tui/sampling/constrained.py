"""Items that fulfil a constraint, drawn exactly; and how probable the constraint is.

*Draws* are distributed as the network's own items given that they fulfil the constraint: independently, or without
replacement where `unique` is asked. They come in two ways, and both give independent draws, so one may follow the other
at any moment that does not look ahead:

1. plain draws of which those that fit are kept, as long as enough of them do;
2. a search over live prefixes (`live_prefixes`) from then on, which cannot starve: the arrivals of the allowed items in
   the order of time. With replacement, an item that has arrived waits for its next arrival.

An item is complete: the network itself has ended it, after at most `max_length` new characters.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

import numpy as np

from charrnn_tui.cells import BatchCell
from charrnn_tui.sampling.bulk import sample_many
from charrnn_tui.sampling.constraints import Constraint, Gate
from charrnn_tui.sampling.live_prefixes import Leaf, LivePrefixes, Order
from charrnn_tui.sampling.places import opens
from charrnn_tui.sampling.prefix import clean_prefix, prefix_ids
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import Vocabulary

MOST_STEPS = 200_000
"""Network steps of a search: seconds on a laptop, for a network of 256 units."""

MOST_MEMORY = 1 << 30
"""Bytes that a search keeps."""

_PLAIN_DRAWS = 512
_WORTH_IT = 64
"""Plain draws go on where at least one in so many gives an item."""

_STEPS_FOR_BOUNDS = 4_000
"""Steps spent on the constraint's probability where plain draws were enough."""

_SEARCH_ITEM = 2**40
"""Beyond the numbers of plain items: the search's random numbers are its own."""


class Probability(NamedTuple):
    """What is known of the probability that an item, given the prefix, fulfils the constraint."""

    low: float
    """What was found has this much together: it is no less."""
    high: float
    """What was not looked at could add so much: it is no more."""
    estimate: float | None
    """An estimate from the draws, within the bounds; None where there is nothing to go by."""

    @property
    def exact(self) -> bool:
        """Whether everything was looked at."""
        return self.low == self.high

    @property
    def short(self) -> str:
        """In two or three words."""
        if self.exact:
            return f"{self.low:.3g}"
        return f"at least {self.low:.2g}" if self.estimate is None else f"about {self.estimate:.2g}"

    def __str__(self) -> str:
        if self.exact:
            return f"{self.low:.3g}"
        if f"{self.low:.2g}" == f"{self.high:.2g}":
            return f"{self.low:.2g}, rounded"
        about = "" if self.estimate is None else f"about {self.estimate:.2g}, "
        return f"{about}certainly between {self.low:.2g} and {self.high:.2g}"


@dataclass(frozen=True)
class Network:
    """What is drawn from: a cell of a network of lines, its symbols, the prefix, and how characters are drawn.

    max_length: new characters at most.
    """

    cell: BatchCell
    vocabulary: Vocabulary
    prefix: str = ""
    settings: SamplingSettings = field(default_factory=SamplingSettings)
    max_length: int = 40


class ConstrainedSearch:
    """Items in the order of a search, those left out that stand where they may not; stops at its budget.

    `stop` is asked between batches of steps; the search ends where it says so.
    """

    def __init__(
        self,
        network: Network,
        gate: Gate,
        *,
        order: Order,
        seed: int = 0,
        max_steps: int = MOST_STEPS,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        vocabulary = network.vocabulary
        self._begun = clean_prefix(network.prefix, vocabulary, "lines")
        self.tree = LivePrefixes(
            network.cell,
            gate.guard,
            prefix_ids(network.prefix, vocabulary, "lines"),
            begun=len(self._begun),
            automaton_state=gate.guard.automaton.read(vocabulary.encode(self._begun)),
            settings=network.settings,
            opens=opens(vocabulary),
            order=order,
            seed=seed,
        )
        self._vocabulary, self._refused, self._stop = vocabulary, gate.refuses, stop
        self._most = max(1, min(max_steps, MOST_MEMORY // self.tree.bytes_per_step))
        self._waiting: list[Leaf] = []
        self._texts: dict[int, str] = {}
        self._found = 0.0
        self.given_up = False
        """Whether the budget ended the search, or `stop`."""

    @property
    def ended(self) -> bool:
        """Whether every live prefix was read."""
        return math.isinf(self.tree.horizon)

    def next(self) -> tuple[Leaf, str] | None:
        """The item with the least key, as soon as it is certain; None where the search is over."""
        while not self._waiting or self._waiting[0].key > self.tree.horizon:
            if self.ended:
                return None
            if self.tree.steps >= self._most or (self._stop is not None and self._stop()):
                self.given_up = True
                return None
            for leaf in self.tree.advance(self._most - self.tree.steps):
                text = self._begun + self._vocabulary.decode(self.tree.ids_of(leaf.node))
                if not self._refused(text):
                    self._texts[leaf.node] = text
                    self._found += math.exp(leaf.log_prob)
                    heapq.heappush(self._waiting, leaf)
        leaf = heapq.heappop(self._waiting)
        return leaf, self._texts[leaf.node]

    def put_back(self, leaf: Leaf) -> None:
        """Let an item come again, with a larger key."""
        heapq.heappush(self._waiting, leaf)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which numbers the probability of the constraint lies."""
        if self.ended:
            return min(1.0, self._found), min(1.0, self._found)
        return min(1.0, self._found), min(1.0, self._found + self.tree.mass_left())


class ConstrainedDraws(Iterator[str]):
    """Draws that fulfil a constraint, prefix included; see the module. The same seed gives the same items.

    Ends where no further item exists (`unique`), where the network gives none at all, or where the search has used up
    its budget, `max_steps`: `why` says so. `seen` is `Model.seen`, needed where `new` is asked. `stop` is asked now and
    then whether to end.

    Raises ConstraintError where nothing can fulfil the constraint, UnknownSymbolsError for the prefix.
    """

    def __init__(
        self,
        network: Network,
        constraint: Constraint,
        *,
        seen: Callable[[str], str | None] | None = None,
        seed: int = 0,
        max_steps: int = MOST_STEPS,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._network, self._constraint = network, constraint
        self._gate = constraint.gate(network.vocabulary, network.prefix, max_length=network.max_length, seen=seen)
        self.seed, self._max_steps, self._stop = seed, max_steps, stop
        self._search: ConstrainedSearch | None = None
        self._drawn = self._fitting = 0
        self._arrived: list[float] = []
        self._time = 0.0
        self._bounds: tuple[float, float] | None = None
        self.given = 0
        """Items so far."""
        self._items = self._draw()

    def __next__(self) -> str:
        text = next(self._items)
        self.given += 1
        return text

    def _draw(self) -> Iterator[str]:
        unique = self._constraint.unique
        seen: set[str] = set()
        productive = self._network.max_length > 0
        while productive and not (self._stop is not None and self._stop()):
            fitting = self._plain_draws()
            self._drawn += _PLAIN_DRAWS
            self._fitting += len(fitting)
            if unique:
                fitting = [text for text in dict.fromkeys(fitting) if text not in seen]
                seen.update(fitting)
            yield from fitting
            productive = len(fitting) * _WORTH_IT >= _PLAIN_DRAWS
        search = self._search = self._make_search("draws", self._max_steps)
        waits = self._exponentials()
        while (item := search.next()) is not None:
            leaf, text = item
            self._time = leaf.key
            self._arrived.append(leaf.log_prob)
            if not unique:
                search.put_back(leaf._replace(key=leaf.key + next(waits) * math.exp(-leaf.log_prob)))
            elif text in seen:
                continue
            yield text

    def _plain_draws(self) -> list[str]:
        """Those that fit among the next plain draws: the items of the seed, as without a constraint."""
        network = self._network
        texts = sample_many(
            network.cell,
            network.vocabulary,
            repeat(network.prefix, _PLAIN_DRAWS),
            settings=network.settings,
            seed=self.seed,
            first_item=self._drawn,
            # One that takes a character more has not ended in time.
            max_length=network.max_length + 1,
            batch_size=_PLAIN_DRAWS,
        )
        items = list(texts)
        fits = self._gate.fits(items).tolist()
        return [text for text, fit in zip(items, fits, strict=True) if fit and not self._gate.refuses(text)]

    def _make_search(self, order: Order, max_steps: int) -> ConstrainedSearch:
        return ConstrainedSearch(
            self._network,
            self._gate,
            order=order,
            seed=self.seed,
            max_steps=max_steps,
            stop=self._stop,
        )

    def _exponentials(self) -> Iterator[float]:
        key = item_keys(self.seed, np.array([_SEARCH_ITEM]))
        at = 0
        while True:
            yield from (-np.log1p(-uniforms(key, np.arange(at, at + 1024)))).tolist()
            at += 1024

    @property
    def prefix(self) -> str:
        """How each item begins, as it is shown."""
        return clean_prefix(self._network.prefix, self._network.vocabulary, "lines")

    @property
    def given_up(self) -> bool:
        """Whether the search used up its budget, or was stopped, before it had read everything."""
        return self._search is not None and self._search.given_up

    @property
    def steps(self) -> int:
        """Network steps of the search, 0 where plain draws were enough."""
        return 0 if self._search is None else self._search.tree.steps

    @property
    def probability(self) -> Probability:
        """Of the whole constraint, as far as it is known; may cost a short search."""
        low, high = (0.0, 1.0) if self._search is None else self._search.bounds
        if low < high and not self.given_up and self.steps < _STEPS_FOR_BOUNDS:
            if self._bounds is None:
                search = self._make_search("probable", _STEPS_FOR_BOUNDS)
                while search.next() is not None:
                    pass
                self._bounds = search.bounds
            low, high = max(low, self._bounds[0]), min(high, self._bounds[1])
        estimate = self._estimate()
        return Probability(low, high, None if estimate is None else min(max(estimate, low), high))

    def _estimate(self) -> float | None:
        """From the plain draws; from the search by Horvitz & Thompson (1952), as Kool et al. (2020) have it."""
        if self._search is None:
            return self._fitting / self._drawn if self._drawn else None
        if len(self._arrived) < 2:
            return None
        if not self._constraint.unique:
            return (len(self._arrived) - 1) / self._time
        p = np.exp(self._arrived[:-1])
        return float((p / -np.expm1(-p * self._time)).sum())

    @property
    def why(self) -> str:
        """Why no further item came: a sentence; empty while more may come."""
        search = self._search
        if search is None or not (search.ended or search.given_up):
            return ""
        if search.ended and self.given:
            return f"there are no more: {self.given:,} items that the network can write fulfil what is asked."
        if search.ended:
            return "the network writes nothing that fulfils what is asked: its probability is 0."
        return (
            f"what is asked is too rare: after {search.tree.steps:,} steps of the network the search stops with "
            f"{self.given:,}."
        )
