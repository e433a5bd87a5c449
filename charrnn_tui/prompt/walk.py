"""Walk back along a text that was written, look at what else might stand there, and choose it: for any front end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charrnn_tui.insight.tree import stream_at
from charrnn_tui.prompt.probability import percent, symbol_name
from charrnn_tui.sampling import SamplingSettings

if TYPE_CHECKING:
    from charrnn_tui.prompt.forest import Forest

_AROUND = 3


class Walk:
    """A place among the new characters of the branch that a forest looks at, and a symbol for it.

    It begins at the last character. `choices` are all symbols, the most probable first, at temperature 1.
    """

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self.prefix, self.text = forest.tree.prefix, forest.branch.text
        self.ended = forest.branch.end == "end"
        self.place = max(0, len(self.text) - 1)
        self.choices: list[tuple[str, float]] = []
        self.at = 0
        self._look()

    @property
    def last(self) -> int:
        """The last place: behind the text where it goes on or its end was drawn."""
        return len(self.text)

    @property
    def symbol(self) -> str:
        """The symbol that is chosen; '' for the end."""
        return self.choices[self.at][0]

    @property
    def standing(self) -> str | None:
        """What stands there: '' for the end, None where nothing does."""
        return self.text[self.place] if self.place < len(self.text) else "" if self.ended else None

    def _look(self) -> None:
        forest = self._forest
        stream = stream_at(forest.model, forest.tree, forest.branch, self.place)
        stream.settings = SamplingSettings()
        order = (-stream.distribution).argsort(kind="stable")
        named = forest.model.vocabulary.symbol
        self.choices = [(named(int(i)), float(stream.distribution[i])) for i in order]
        standing = self.standing
        self.at = next((i for i, (symbol, _) in enumerate(self.choices) if symbol == standing), 0)

    def go(self, place: int) -> None:
        """Go to a place, or as near as there is one."""
        self.place = max(0, min(place, self.last))
        self._look()

    def turn(self, by: int) -> None:
        """Choose a more (below 0) or less probable symbol."""
        self.at = max(0, min(self.at + by, len(self.choices) - 1))

    def put(self, symbol: str) -> bool:
        """Choose a symbol; False where the network does not know it."""
        found = next((i for i, (known, _) in enumerate(self.choices) if known == symbol), None)
        if found is not None:
            self.at = found
        return found is not None

    def words(self) -> str:
        """The place, what is chosen for it, and what is a little more and less probable."""
        near = range(max(0, self.at - _AROUND), min(len(self.choices), self.at + _AROUND + 1))
        shown = []
        for i in near:
            symbol, share = self.choices[i]
            told = f"{symbol_name(symbol)} {percent(share)}"
            shown.append(f"[{told}]" if i == self.at else told)
        return f"place {self.place}: " + "  ".join(shown)

    def places(self, width: int) -> list[str]:
        """The places above the characters that stand there, in rows of at most `width` cells."""
        each = len(str(self.last)) + 1
        many = max(1, width // each)
        rows = []
        for start in range(0, len(self.text), many):
            part = range(start, min(len(self.text), start + many))
            rows.append("".join(str(place).rjust(each) for place in part))
            rows.append("".join(symbol_name(self.text[place]).rjust(each) for place in part))
        return rows
