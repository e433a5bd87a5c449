"""The block of the most probable items: each with its probability, and how much of all they are together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import ClassVar

from charrnn_tui.prompt.generations import EMPTY_ITEM
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible
from charrnn_tui.tui.content.blocks import ACTIONS, INDENT, Block, GenerationAct, Piece, Span
from charrnn_tui.tui.content.probable import ProbableList


class ProbableBlock(Block[ProbableList]):
    """Items in a column. Nothing was drawn: there is no temperature, no seed and no mark of what is new."""

    actions: ClassVar[Sequence[GenerationAct]] = tuple(act for act in ACTIONS if act != "next_seed")

    def facts(self) -> Iterator[str]:
        """Model, how it is steered, and how many."""
        items = self.entry.items
        yield visible(items.model)
        yield from self.kept_words()
        yield from items.steering.words()
        if not items.texts:
            yield "nothing was found"
            return
        yield f"{len(items.texts)} most probable"
        if items.early:
            yield "the search ended early"

    # --- the proof, under the items ---

    @property
    def proof(self) -> str:
        """What the items cover together, and what bounds all others; '' where there are none."""
        items = self.entry.items
        if not items.texts:
            return ""
        said = f"together {percent(items.covered)}"
        if items.bound is not None:
            said += f"; nothing else is above {percent(items.bound)}" if items.bound else "; nothing else is possible"
        return said

    def _proof(self) -> list[str]:
        return wrap(self.proof, max(8, self._width - INDENT))

    @property
    def _body(self) -> int:
        return super()._body + len(self._proof())

    def _line(self, number: int, colour: bool, at: int | None) -> Iterator[Piece]:
        items = super()._body
        if number < items:
            yield from super()._line(number, colour, at)
        else:
            yield Piece(" " * INDENT, "")
            yield Piece(self._proof()[number - items], "header")

    def _spans(self, number: int) -> list[Span]:
        return super()._spans(number) if number < super()._body else []  # nobody copies the proof

    # --- the items ---

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
