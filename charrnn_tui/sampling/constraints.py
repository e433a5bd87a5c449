"""What may be asked of an item, as a value: a pattern, lengths, what it may not hold, where it may not stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.sampling.automaton import DEAD, Automaton, Guard
from charrnn_tui.sampling.patterns import ConstraintError, parse_pattern
from charrnn_tui.sampling.positions import Positions
from charrnn_tui.sampling.prefix import clean_prefix
from charrnn_tui.text import BOUNDARY, PAD, UnknownSymbolsError, Vocabulary, to_matrix
from charrnn_tui.text.arguments import ArgumentError, check_integer, check_text, check_texts, describe
from charrnn_tui.text.reading import normalise

_MOST_BANNED = 2_000
"""Characters of all banned texts together."""

_LENGTH = re.compile(r"(\d{1,9})?(:)?(\d{1,9})?")


def parse_length(text: str) -> tuple[int, int | None]:
    """`4:8`, `4:`, `:8` or `6` as (shortest, longest), None for no limit. Raises ConstraintError."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None or not (match[1] or match[3]):
        raise ConstraintError(f"a length is MIN:MAX, such as 4:8, 4: or :8, or one number, not {text!r}.")
    shortest = int(match[1] or 0)
    longest = int(match[3]) if match[3] else None if match[2] else shortest
    if longest is not None and longest < shortest:
        raise ConstraintError(f"no length lies between {shortest} and {longest}; write {longest}:{shortest}.")
    return shortest, longest


def _length_of(given: Any) -> tuple[int, int | None]:
    """A length as a program gives it: a pair, one number, or as it is typed. Raises ArgumentError, ConstraintError."""
    if isinstance(given, str):
        return parse_length(given)
    if not isinstance(given, Iterable):
        exact = check_integer(given, "the length")
        return exact, exact
    pair = list(given)
    if len(pair) != 2:
        raise ArgumentError(f"the length is the shortest and the longest, such as (4, 8), not {describe(given)}.")
    shortest, longest = pair
    return (
        check_integer(shortest, "the shortest length"),
        None if longest is None else check_integer(longest, "the longest length"),
    )


def _shown_lengths(shortest: int, longest: int | None) -> str:
    if longest is None:
        return f"{shortest} or more"
    return f"{shortest} to {longest}" if shortest < longest else str(longest)


@dataclass(frozen=True)
class Constraint:
    """What an item must be; the neutral value asks nothing. Raises ConstraintError for what has no meaning,
    ArgumentError for what is of the wrong kind.

    Text is compared in Unicode's composed form.
    """

    match: str | None = None
    """A wildcard, or a regular expression between slashes, over the whole item (`patterns.parse_pattern`)."""

    length: tuple[int, int | None] = (0, None)
    """The shortest and the longest item in characters, the prefix included; None for no limit. One number and the
    typed form ("4:8") become such a pair."""

    ban: tuple[str, ...] = ()
    """Texts that it may not contain, in capitals or not."""

    avoid: frozenset[str] = frozenset()
    """Items that it may not be."""

    new: bool = False
    """Whether it may stand in no part of the corpus that the network learnt from."""

    unique: bool = False
    """Whether items are drawn without replacement: each at most once."""

    _positions: Positions | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        shortest, longest = _length_of(self.length)
        if shortest < 0 or (longest is not None and longest < shortest):
            raise ConstraintError(f"no item has {shortest} to {longest} characters.")
        ban = tuple(map(normalise, check_texts(self.ban, "the texts to ban")))
        avoid = frozenset(map(normalise, check_texts(self.avoid, "the items to avoid")))
        for name, value in (("length", (shortest, longest)), ("ban", ban), ("avoid", avoid)):
            object.__setattr__(self, name, value)
        for name, flag in (("new", self.new), ("unique", self.unique)):
            if not isinstance(flag, bool | np.bool_):
                raise ArgumentError(f"`{name}` is True or False, not {describe(flag)}.")
        if "" in self.ban:
            raise ConstraintError("the empty text stands in every item; ban at least one character.")
        if sum(map(len, self.ban)) > _MOST_BANNED:
            raise ConstraintError(f"the banned texts have more than {_MOST_BANNED:,} characters together; ban fewer.")
        if self.match is not None:
            pattern = check_text(self.match, "the pattern")
            object.__setattr__(self, "_positions", Positions.of(parse_pattern(pattern)))

    @property
    def restricts(self) -> bool:
        """Whether any item is ruled out."""
        return bool(self.match is not None or self.length != (0, None) or self.ban or self.avoid or self.new)

    def guard(self, vocabulary: Vocabulary, prefix: str = "", *, max_length: int) -> Guard:
        """What the search asks, for items of a network of lines that begin with a prefix.

        `max_length` counts new characters. Raises ConstraintError, with the reason, where no item can fulfil it, and
        UnknownSymbolsError for the prefix.
        """
        begun = clean_prefix(prefix, vocabulary, "lines")
        ids = vocabulary.encode(begun)
        limit = len(begun) + max_length
        automaton = pattern = self._pattern(vocabulary)
        if self.ban:
            automaton = automaton.intersected(Automaton.without(self.ban, vocabulary))
        shortest, longest = self.length

        def leads_on(automaton: Automaton, shortest: int, longest: int) -> Guard | None:
            if len(begun) > longest or shortest > longest:
                return None
            guard = Guard(automaton, shortest, longest)
            return guard if guard.live(automaton.read(ids), len(begun)) else None

        guard = leads_on(automaton, shortest, limit if longest is None else min(longest, limit))
        if guard is not None:
            return guard
        if not leads_on(pattern, 0, limit):
            raise ConstraintError(self._why_nothing_matches(pattern, vocabulary, begun, max_length))
        if not leads_on(automaton, 0, limit):
            raise ConstraintError("nothing can be written: whatever matches contains a text that is banned.")
        reason = f", which begins with {begun!r} and takes at most {max_length} more," if begun else ""
        raise ConstraintError(
            f"no item{reason} can have {_shown_lengths(shortest, longest)} characters and fulfil the rest; "
            "ask for other lengths."
        )

    def _pattern(self, vocabulary: Vocabulary) -> Automaton:
        if self._positions is None:
            return Automaton.everything(vocabulary)
        return Automaton.of(self._positions, vocabulary)

    def _why_nothing_matches(self, pattern: Automaton, vocabulary: Vocabulary, begun: str, max_length: int) -> str:
        assert self._positions is not None
        unknown = self._positions.unknown(vocabulary)
        said = f"nothing can match {self.match}"
        if unknown:
            return f"{said}: {UnknownSymbolsError(unknown, {c: vocabulary.nearest(c) for c in unknown})}"
        if begun and pattern.read(vocabulary.encode(begun)) == DEAD:
            return f"{said} and begin with {begun!r}: the pattern covers the whole item, the beginning included."
        return f"{said} in at most {max_length} new characters; ask for something shorter or allow longer items."

    def gate(
        self,
        vocabulary: Vocabulary,
        prefix: str = "",
        *,
        max_length: int,
        seen: Callable[[str], str | None] | None = None,
    ) -> Gate:
        """What decides about each item: the guard, and where an item may not stand. `seen` is `Model.seen`.

        Raises ConstraintError where no item can fulfil this, and where `new` is asked and it is not known what the
        network learnt from; UnknownSymbolsError for the prefix.
        """
        if self.new and (seen is None or seen("") is None):
            raise ConstraintError("this model does not keep what it learnt from, so nothing can be called new.")
        guard = self.guard(vocabulary, prefix, max_length=max_length)
        return Gate(guard, vocabulary, self.avoid, seen if self.new else None)


def check_constraint(given: Any) -> Constraint:
    """A constraint, as it is given. Raises ArgumentError."""
    if not isinstance(given, Constraint):
        raise ArgumentError(f'the constraint is a value such as Constraint(match="El*"), not {describe(given)}.')
    return given


@dataclass(frozen=True)
class Gate:
    """Decides which symbols may follow a text, and which whole items are taken, for one prefix."""

    guard: Guard
    vocabulary: Vocabulary
    avoid: frozenset[str]
    seen: Callable[[str], str | None] | None

    def refuses(self, item: str) -> bool:
        """Whether an item that fits stands where it may not."""
        return item in self.avoid or (self.seen is not None and bool(self.seen(item)))

    def fits(self, items: Sequence[str]) -> NDArray[np.bool_]:
        """[n], whether whole items fit, wherever they stand."""
        return self.guard.accepts(self._ids(items))

    def allowed(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """[n, vocabulary], which symbols may follow texts; column 0 says whether the text may be a whole item."""
        states, lengths = self.guard.read_all(self._ids(texts))
        out = np.zeros((len(texts), self.vocabulary.size), dtype=np.bool_)
        alive = (states != DEAD) & (lengths <= self.guard.longest)
        out[alive] = self.guard.allowed(states[alive], lengths[alive])
        return out

    def _ids(self, texts: Sequence[str]) -> NDArray[np.integer]:
        ids, _ = to_matrix(texts, self.vocabulary)
        ids[ids == BOUNDARY] = PAD
        return ids[:, 1:]


def avoided(texts: Iterable[str]) -> frozenset[str]:
    """The items of lists to avoid: each line one, blanks at its ends left out."""
    return frozenset(line for text in texts for line in map(str.strip, normalise(text).split("\n")) if line)
