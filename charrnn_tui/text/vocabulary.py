"""The vocabulary: which symbols a network knows, and the id of each.

Id 0 is the boundary of an item: it stands before the first character (BOS) and after the last one (EOS).
It is no character, so it can never be mistaken for a space; padding is `PAD`, which is no id at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.text.arguments import ArgumentError, check_text
from charrnn_tui.text.symbols import BOUNDARY, PAD, UnknownSymbolsError, half_a_character

_SHOWN = 128
"""Symbols that `repr` lists; a vocabulary may hold thousands."""


def _base(symbol: str) -> str:
    """The symbol without accents and case."""
    decomposed = unicodedata.normalize("NFKD", symbol)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return (bare or symbol).casefold()


class Vocabulary:
    """An immutable, sorted set of symbols (single characters) with ids 1..n; id 0 is the item's boundary.

    Sorted by code point, so that the same text gives the same ids in every run.
    """

    def __init__(self, symbols: Iterable[str]) -> None:
        self.symbols: tuple[str, ...] = tuple(sorted(set(symbols)))
        if not self.symbols:
            raise ValueError("a vocabulary needs at least one symbol, and the text has none.")
        for symbol in self.symbols:
            if len(symbol) != 1:
                raise ValueError(f"a symbol is one character, but {symbol!r} has {len(symbol)}.")
            if half := half_a_character(symbol):
                raise ValueError(f"a symbol is one character, not {half}.")
        self._ids = {symbol: i for i, symbol in enumerate(self.symbols, start=1)}

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of everything that occurs in `texts`."""
        symbols: set[str] = set()
        for text in texts:
            symbols.update(text)
        return cls(symbols)

    @property
    def size(self) -> int:
        """Number of ids, the boundary included: the width of a network's output."""
        return len(self.symbols) + 1

    def __len__(self) -> int:
        return self.size

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def __repr__(self) -> str:
        if len(self.symbols) <= _SHOWN:
            return f"Vocabulary({''.join(self.symbols)!r})"
        first, last = "".join(self.symbols[: _SHOWN // 2]), "".join(self.symbols[-_SHOWN // 4 :])
        return f"<Vocabulary of {len(self.symbols):,} symbols: {first!r} … {last!r}>"

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Code point -> id, PAD where unknown: encoding is one look-up for a whole text."""
        table = np.full(ord(self.symbols[-1]) + 2, PAD, dtype=np.int32)
        for symbol, i in self._ids.items():
            table[ord(symbol)] = i
        return table

    def encode_or_pad(self, text: str) -> NDArray[np.int32]:
        """Ids [len(text)], PAD where a symbol is unknown."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        ids: NDArray[np.int32] = self._table[np.minimum(points, len(self._table) - 1)]
        return ids

    def encode(self, text: str) -> NDArray[np.int32]:
        """Ids [len(text)] of a text, without boundaries.

        Raises UnknownSymbolsError naming each unknown symbol once, in order of appearance.
        """
        ids = self.encode_or_pad(check_text(text, "what is encoded"))
        if (ids == PAD).any():
            unknown = list(dict.fromkeys(c for c in text if c not in self._ids))
            raise UnknownSymbolsError(unknown, {c: self.nearest(c) for c in unknown})
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of a sequence of ids; boundaries and padding give nothing. Raises ValueError for what is no id."""
        try:
            return "".join(self.symbols[i - 1] for i in ids if i > 0)
        except TypeError as error:
            raise ArgumentError(f"ids are whole numbers from 0 to {self.size - 1}.") from error
        except IndexError as error:
            raise ValueError(f"this network knows the ids from 0 to {self.size - 1}, and none above.") from error

    def id(self, symbol: str) -> int:
        """The id of one symbol. Raises UnknownSymbolsError, ValueError for anything but one character."""
        if len(check_text(symbol, "a symbol")) != 1:
            raise ValueError(f"one symbol is wanted, not {symbol!r}.")
        return int(self.encode(symbol)[0])

    def symbol(self, id_: int) -> str:
        """The symbol of one id; the empty string for the boundary. Raises ValueError for an id that there is not."""
        if not PAD <= id_ < self.size:
            raise ValueError(f"this network knows the ids from 0 to {self.size - 1}, not {id_}.")
        return self.symbols[id_ - 1] if id_ > 0 else ""

    def nearest(self, symbol: str, count: int = 3) -> tuple[str, ...]:
        """The known symbols most like an unknown one: same letter in another case or accent, then same kind."""
        base, category = _base(symbol), unicodedata.category(symbol)

        def distance(known: str) -> tuple[bool, bool, bool, int]:
            other = unicodedata.category(known)
            return (
                _base(known) != base,
                other[0] != category[0],
                other != category,
                abs(ord(known) - ord(symbol)),
            )

        return tuple(sorted(self.symbols, key=distance)[:count])

    def grown(self, symbols: Iterable[str]) -> tuple[Vocabulary, NDArray[np.int64]]:
        """A vocabulary with further symbols, and where each old id stands in it ([old size], old id -> new id)."""
        new = Vocabulary([*self.symbols, *symbols])
        return new, np.array([BOUNDARY] + [new._ids[s] for s in self.symbols], dtype=np.int64)
