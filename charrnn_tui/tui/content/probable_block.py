"""The block of the most probable items: each with its probability, and how much of all they are together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from charrnn_tui.prompt.generations import EMPTY_ITEM
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible
from charrnn_tui.tui.content.blocks import ACTIONS, Block, GenerationAct, Piece, Span
from charrnn_tui.tui.content.probable import ProbableList


class ProbableBlock(Block[ProbableList]):
    """Items in a column. Nothing was drawn: there is no temperature, no seed and no mark of what is new."""

    actions: ClassVar[Sequence[GenerationAct]] = tuple(act for act in ACTIONS if act != "next_seed")

    def facts(self) -> Iterator[str]:
        """Model, how many, and the share of all probability that they cover."""
        items = self.entry.items
        yield visible(items.model)
        yield from self.kept_words()
        yield from items.steering.words()
        if not items.texts:
            yield "nothing was found"
            return
        yield f"{len(items.texts)} most probable"
        yield f"together {percent(items.covered)}"
        if items.bound is not None:
            yield f"others up to {percent(items.bound)} each" if items.bound else "nothing else is possible"
        if items.early:
            yield "the search ended early"

    @property
    def _label_cells(self) -> int:
        return max((len(percent(text.probability)) for text in self.entry.texts), default=0) + 3

    def _label(self, at: int) -> str:
        return percent(self.entry.texts[at].probability) + " "

    def _characters(self, at: int) -> Sequence[str]:
        return self.entry.texts[at].text

    def _pieces(self, span: Span, colour: bool) -> Iterator[Piece]:
        item = self.entry.texts[span.text]
        if not item.text:
            yield Piece(EMPTY_ITEM, "label")
            return
        head = len(self.entry.read)
        for start, end, style in ((span.start, head, "prefix"), (max(head, span.start), span.end, "new-text")):
            if shown := visible(item.text[start : min(end, span.end)].replace("\n", "")):
                yield Piece(shown, style)
        if span.last and not item.ended:
            yield Piece("…", "label")
