"""The block of a generation: texts that a network drew, alone, in a column or beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len

from charrnn_tui.prompt import words
from charrnn_tui.prompt.probability import level
from charrnn_tui.text import visible
from charrnn_tui.tui.content.blocks import ACTIONS, CHOSEN, INDENT, KEPT, Block, GenerationAct, Piece, Span
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.wrapping import cell_width, fitted

_GAP = 3
_NARROWEST_COLUMN = 14
_WIDEST_NAME = 16
"""Cells of a model's name before its text, one below the other."""
_NEW = " ✦"
"""The mark of a text that does not stand in the corpus."""


class DrawnBlock(Block[Generation]):
    """Model, temperature, seed and length in the header; the prefix told apart from what the network wrote."""

    actions: ClassVar[Sequence[GenerationAct]] = tuple(ACTIONS)

    def facts(self) -> Iterator[str]:
        """Model, settings, seed, how long, how it ended, and whether the network made it up."""
        generation = self.entry
        first = generation.texts[0]
        yield visible(generation.model_name)
        yield from self.kept_words()
        if generation.layout != "beside":
            yield words.temperature(first.settings.temperature)
            yield from words.filters(first.settings)
        yield from generation.steering.words()
        yield f"seed {generation.seed}"
        if generation.layout == "one":
            yield words.count(first.length, "character")
            if first.end == "stopped":
                yield "stopped"
            elif first.end == "length":
                yield "cut at the maximum"
            if first.novelty is not None:
                yield f"in {first.novelty}" if first.novelty else "new ✦"
            yield from self._asked()
            return
        done = [text for text in generation.texts if text.end is not None]
        if generation.running:
            yield f"{len(done)} of {len(generation.texts)} done"
        elif generation.layout == "models":
            yield f"beside {visible(generation.texts[-1].model)}"
        elif generation.layout == "beside":
            yield f"at {len(generation.texts)} temperatures"
        else:
            yield words.count(len(done), "text")
        known = [text for text in done if text.novelty is not None]
        if known:
            yield f"{sum(text.novelty == '' for text in known)} new ✦"
        yield from self._asked()

    def _asked(self) -> Iterator[str]:
        """How probable it is that an item is as it was asked for."""
        if self.entry.found is not None:
            yield f"P {self.entry.found.short}"

    # --- beside each other ---

    @property
    def _beside(self) -> bool:
        return self.entry.layout in ("beside", "models") and self._column(self._width) >= _NARROWEST_COLUMN

    def _column(self, width: int) -> int:
        return (width - INDENT + _GAP) // self._count - _GAP

    def _text_width(self, width: int) -> int:
        return self._column(width) if self._beside else super()._text_width(width)

    def _heights(self, heights: list[int]) -> list[int]:
        return [max(heights) + 1] if self._beside else super()._heights(heights)

    def _spans(self, number: int) -> list[Span]:
        if not self._beside:
            return super()._spans(number)
        spans = []
        for at, wrap in enumerate(self._wraps):
            if 1 <= number <= len(wrap.starts):
                column = INDENT + at * (self._column(self._width) + _GAP)
                spans.append(Span(at, column, *wrap.span(number - 1), number == len(wrap.starts)))
        return spans

    def _line(self, number: int, colour: bool, at: int | None) -> Iterator[Piece]:
        if not self._beside:
            yield from super()._line(number, colour, at)
            return
        spans = {span.text: span for span in self._spans(number)}
        for place, text in enumerate(self.entry.texts):
            # Between two columns there are `_GAP` cells, of which the last `INDENT` may hold the mark.
            before = CHOSEN if place == at and number == 0 else " " * INDENT
            yield Piece(" " * (_GAP - INDENT if place else 0), "")
            pieces = [Piece(before, "mark")]
            if number == 0:
                mark = (_NEW if text.novelty == "" else "") + (KEPT if place in self.entry.kept else "")
                name = fitted(self.name(place), self._column(self._width) - cell_len(mark))
                pieces += [Piece(name, "label"), Piece(mark, "new")]
            elif place in spans:
                pieces += self._written(spans[place], colour)
            used = sum(cell_width(c) for piece in pieces for c in piece.text) - INDENT
            pieces.append(Piece(" " * (self._column(self._width) - used), ""))
            yield from (piece._replace(of=place) for piece in pieces)

    # --- one below the other ---

    @property
    def _label_cells(self) -> int:
        match self.entry.layout:
            case "one":
                return 0
            case "column":
                return len(str(self._count)) + 1
            case "beside":
                return 7
            case "models":
                return min(_WIDEST_NAME, max(cell_width(self.name(at)) for at in range(self._count))) + 1

    def _label(self, at: int) -> str:
        return str(at + 1) if self.entry.layout == "column" else fitted(self.name(at), _WIDEST_NAME)

    def name(self, at: int) -> str:
        """What tells texts beside each other apart: their temperatures, or who wrote them."""
        text = self.entry.texts[at]
        if self.entry.layout == "models":
            return visible(text.model or self.entry.model_name)
        return words.temperature(text.settings.temperature)

    def _characters(self, at: int) -> Sequence[str]:
        return self.entry.texts[at].characters

    def _pieces(self, span: Span, colour: bool) -> Iterator[Piece]:
        yield from self._written(span, colour)
        if span.last and self.entry.texts[span.text].novelty == "":
            yield Piece(_NEW, "new")

    def _written(self, span: Span, colour: bool) -> Iterator[Piece]:
        """Prefix and new characters, neighbours of the same style joined, and the cursor while it is written."""
        text = self.entry.texts[span.text]
        head = len(text.prefix)
        leading = head - len(text.prefix.lstrip(" "))
        style, run = "", ""
        for i in range(span.start, span.end):
            character = text.characters[i]
            if character == "\n":
                continue
            shown = visible(character)
            if i < leading:
                this, shown = "space", "·"
            elif i < head:
                this = "prefix"
            else:
                this = f"p{level(text.probabilities[i - head])}" if colour else "new-text"
            if this != style and run:
                yield Piece(run, style)
                run = ""
            style = this
            run += shown
        if run:
            yield Piece(run, style)
        if span.last and text.end is None and self.entry.running:
            yield Piece("▌", "cursor")
