"""A step laid open, drawn: the text as ids, the padded batch, a vector as signed blocks, the draw, the source."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from charrnn_tui.insight.step_source import Where, lines
from charrnn_tui.prompt import step_words
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible
from charrnn_tui.tui.content.lens_channels import ABOVE, BELOW, CHANNELS, glyph
from charrnn_tui.tui.content.shown import row_of

if TYPE_CHECKING:
    from charrnn_tui.insight.step import Batch, Part, Step, Steps

TITLE = 13
"""Columns of a part's title."""
_SIGNED = CHANNELS["unit"]
_QUIET = "$foreground 70%"
_MOST_SYMBOLS = 8


def text_rows(steps: Steps, place: int, columns: int) -> Content:
    """Two rows: what is read, character by character, and the ids below; the step's own is marked."""
    reading = steps.reading
    ids = reading.read.tolist()
    width = max(3, len(str(max(ids)))) + 1
    room = max(1, columns // width)
    first = max(0, min(place - room // 2, len(ids) - room))
    above, below = [], []
    for at in range(first, min(len(ids), first + room)):
        name = "·" if ids[at] == 0 else step_words.symbol(ids[at], reading.vocabulary, visible)
        style = "bold reverse" if at == place else _QUIET if at > place else ""
        above.append((name[: width - 1].rjust(width - 1), style))
        below.append((str(ids[at]).rjust(width - 1), style))
    rows = [Content(" ").join(_styled(text, style) for text, style in row) for row in (above, below)]
    return Content("\n").join(rows)


def blocks(values: NDArray[Any], columns: int, *, colours: bool, chosen: int = -1, rows: int = 1) -> Content:
    """Values as blocks, as many as have room: the height tells the size, the colour the sign, as in the lens' strip of
    units; where there is no colour, marks tell both."""
    largest = max(1.0, float(np.abs(values).max(initial=0)))
    many = len(values) > columns * rows
    shown = (values[: columns * rows - (1 if many else 0)] / largest).tolist()
    drawn: list[Content] = []
    for start in range(0, len(shown), columns):
        line = []
        places = range(start, min(start + columns, len(shown)))
        for (below, here), run in groupby(places, key=lambda at: (shown[at] < 0, at == chosen)):
            glyphs = "".join(glyph(shown[at]) if colours else _SIGNED.marks[_SIGNED.step(shown[at])] for at in run)
            ink = (BELOW if below else ABOVE) if colours else ""
            line.append(_styled(glyphs, f"{ink} {'reverse' if here else ''}".strip()))
        drawn.append(Content("").join(line))
    return Content.assemble(Content("\n").join(drawn), "…" if many else "")


def _styled(text: str, style: str) -> Content:
    return Content.styled(text, style) if style else Content(text)


def part_row(part: Part, step: Step, steps: Steps, columns: int, *, colours: bool) -> Content:
    """A part's row in the list: blocks, or the most probable symbols."""
    name = step_words.title(part.name).ljust(TITLE)
    vocabulary = steps.reading.vocabulary
    if part.name == step_words.DRAW:
        drawn = step_words.symbol(step.drawn, vocabulary, visible)
        cold = step.settings.one_temperature == 0
        return Content.assemble(
            name, "the most probable" if cold else f"u = {step.uniform:.4f}", (f" → {drawn}", "bold")
        )
    if part.symbols:
        told = step_words.numbers(part, step, vocabulary, 4, visible)
        return Content.assemble(name, told[: columns - TITLE])
    return Content.assemble(name, blocks(part.values, columns - TITLE, colours=colours))


def matrix(batch: Batch, steps: Steps, columns: int) -> Content:
    """The rows of the batch, what is masked shaded."""
    width = max(3, max(len(str(id_)) for id_ in batch.ids.max(axis=1).tolist())) + 1
    room = max(1, columns // width)
    rows: list[Content] = []
    for row in step_words.batch_cells(batch, steps.reading.vocabulary, visible):
        above, below = [], []
        for name, id_, counts in row[:room]:
            above.append(Content((name if counts else "").rjust(width - 1)))
            below.append(
                Content.styled(id_.rjust(width - 1), "bold") if counts else Content.styled("░" * (width - 1), _QUIET)
            )
        cut = "…" if len(row) > room else ""
        rows += [Content(" ").join(above), Content.assemble(Content(" ").join(below), cut)]
    counted, cells = int(batch.mask.sum()), batch.mask.size
    note = f"{len(batch.items)} x {batch.ids.shape[1]} cells, {cells - counted} of them padding (id -1), masked out."
    return Content("\n").join([*rows, Content(f"{note} {visible(batch.note)}".strip())])


def symbols(part: Part, step: Step, steps: Steps, columns: int) -> Content:
    """The most probable symbols with a bar each."""
    vocabulary = steps.reading.vocabulary
    chances = part.name != "logits"
    rows = []
    for at in step_words.best(part, step, _MOST_SYMBOLS):
        value = float(part.values[at])
        name = step_words.symbol(at, vocabulary, visible)
        said = percent(value) if chances else f"{value:+.3f}"
        share = value if chances else float(step.part("softmax").values[at])
        bar = "█" * round(share * max(1, columns - 18))
        style = "bold" if at == step.drawn else ""
        row = f"{name:>5} {said:>9}  {bar}"
        rows.append(_styled(row, style))
    return Content("\n").join(rows)


def draw_line(step: Step, steps: Steps, columns: int) -> Content:
    """The shares laid end to end from 0 to 1, each with its symbol, and where the uniform number falls."""
    sums = step.part(step_words.DRAW).values
    columns = max(10, columns)
    at = np.searchsorted(sums, (np.arange(columns) + 0.5) / columns * sums[-1], side="right")
    pieces = []
    for number, (id_, run) in enumerate(groupby(np.minimum(at, len(sums) - 1).tolist())):
        name = step_words.symbol(id_, steps.reading.vocabulary, visible)
        length = len(list(run))
        text = name[:length].center(length, "─" if length > 2 else " ")
        style = "bold reverse" if id_ == step.drawn else "" if number % 2 else "underline"
        pieces.append(_styled(text, style))
    mark = min(columns - 1, int(step.uniform * columns))
    pointer = "" if step.settings.one_temperature == 0 else " " * mark + "▲"
    return Content("\n").join([Content("").join(pieces), Content(pointer)])


def source(where: Where, rows: int) -> Content:
    """The lines of the function around those that do it, which are marked."""
    told = lines(where)
    here = [at for at, line in enumerate(told) if line.here]
    first = max(0, min(here[0] - rows // 3, len(told) - rows))
    shown: Sequence[Content] = [
        Content.styled(f"▸ {line.text}", "bold $text-primary")
        if line.here
        else Content.styled(f"  {line.text}", _QUIET)
        for line in told[first : first + rows]
    ]
    return Content("\n").join(shown)


def detail(
    name: str, step: Step, steps: Steps, batch: Batch | None, unit: int, columns: int, *, colours: bool
) -> Content:
    """What stands beside the list: what the part is, in a sentence, and its numbers."""
    vocabulary, kind = steps.reading.vocabulary, steps.reading.kind
    said = Content(step_words.sentence(name, kind))
    if name == step_words.IDS:
        read = step_words.read_symbol(step, vocabulary, visible)
        size = f"{vocabulary.size} ids in all. This step reads {read}, which is {step.id}."
        return Content("\n").join([said, Content(size)])
    if name == step_words.BATCH:
        body = matrix(batch, steps, columns) if batch is not None else Content("The corpus is being read …")
        return Content("\n").join([said, body])
    part = step.part(name)
    if name == step_words.DRAW:
        words = f"{step_words.settings_words(step)}, {step_words.draw_words(step, vocabulary, visible)}"
        return Content("\n").join([said, draw_line(step, steps, columns), row_of(words)])
    head = Content(f"{part.formula}  {step_words.shape(part, steps)}")
    if part.symbols:
        best = step_words.best(part, step, 1)[0] if step.settings.one_temperature == 0 else step.drawn
        sums = Content(step_words.arithmetic(part, best, vocabulary, visible))
        return Content("\n").join([said, head, symbols(part, step, steps, columns), sums])
    at = unit % len(part.values)
    numbers = step_words.numbers(part, step, vocabulary, max(3, columns // 6 - 1), visible)
    low, mean, high = step_words.range_words(part).split()
    return Content("\n").join(
        [
            said,
            head,
            Content(numbers),
            Content(f"min {low}, mean {mean}, max {high}"),
            blocks(part.values, columns, colours=colours, chosen=at, rows=6),
            Content(step_words.arithmetic(part, at, vocabulary, visible)),
        ]
    )


__all__ = ["detail", "part_row", "source", "text_rows"]
