"""What an n-gram is made of; known without NumPy, as a network's architecture is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from charrnn_tui.cells.architecture import FAMILIES, MOST_SYMBOLS, ArchitectureError, Family, check_sizes

ModelFamily = Family | Literal["ngram"]
NGRAM: Literal["ngram"] = "ngram"
"""Its name where networks have that of their family."""
MODEL_FAMILIES: tuple[ModelFamily, ...] = (*FAMILIES, NGRAM)
DEFAULT_ORDER = 5
LARGEST_ORDER = 32
MOST_COUNTED = (1 << 31) - 1
DISCOUNTS = 3
"""Of what was counted once, twice, and more often."""


@dataclass(frozen=True)
class NgramArchitecture:
    """What an n-gram is made of: its order (the characters of context and the one that follows), the number of contexts
    that it has met, the empty one included, and of the symbols counted behind them, a context each.

    Raises ArchitectureError for impossible sizes.
    """

    vocabulary_size: int
    order: int
    contexts: int
    entries: int

    family: ClassVar[Literal["ngram"]] = NGRAM
    labels: ClassVar[int] = 0
    whole_arrays: ClassVar[tuple[str, ...]] = (
        "contexts.parent",
        "contexts.symbol",
        "contexts.first",
        "next.symbol",
        "next.count",
    )
    """Names of what a file holds as whole numbers; all else is fractions."""

    def __post_init__(self) -> None:
        check_sizes(
            self,
            {
                "vocabulary_size": (2, MOST_SYMBOLS),
                "order": (1, LARGEST_ORDER),
                "contexts": (1, MOST_COUNTED),
                "entries": (1, MOST_COUNTED),
            },
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every array, in a fixed order; all but the discounts are whole numbers.

        contexts.parent, contexts.symbol: where a context hangs, and by which character; contexts.first: where its
        entries begin, and a last one where they end; next.symbol, next.count: what followed it, in order, and how
        often.
        """
        return {
            "contexts.parent": (self.contexts,),
            "contexts.symbol": (self.contexts,),
            "contexts.first": (self.contexts + 1,),
            "next.symbol": (self.entries,),
            "next.count": (self.entries,),
            "discounts": (self.order, DISCOUNTS),
        }

    @property
    def parameters(self) -> int:
        """Numbers that it has learnt: the counts."""
        return self.entries

    def describe(self) -> str:
        """For people: '5-gram'."""
        return f"{self.order}-gram"

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {"family": self.family, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NgramArchitecture:
        """From plain values. Raises ArchitectureError where a value is missing, unknown or impossible."""
        try:
            return cls(**{name: value for name, value in values.items() if name != "family"})
        except TypeError as error:
            raise ArchitectureError(f"the description of the n-gram is not complete: {error}.") from error
