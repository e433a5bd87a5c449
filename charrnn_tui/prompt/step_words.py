"""A step laid open in words, for every front end: what each part is called and does, its numbers, the draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from charrnn_tui.insight.step_source import lines
from charrnn_tui.prompt import words
from charrnn_tui.prompt.probability import percent, symbol_name
from charrnn_tui.text import BOUNDARY

if TYPE_CHECKING:
    from charrnn_tui.insight.step import Batch, Part, Step, Steps
    from charrnn_tui.text import Kind, Vocabulary

Shown = Callable[[str], str]
"""Makes a text safe to show."""

IDS, BATCH, DRAW = "ids", "batch", "sums"

_TOLD: dict[str, tuple[str, str]] = {
    IDS: ("ids", "Each character is a number, its place in the vocabulary; 0 starts and ends an item."),
    BATCH: (
        "batch",
        "Training reads many items at once, as rows of one matrix: short ones are padded, and the mask keeps what is "
        "padded out of the loss.",
    ),
    "x": ("embedding", "The row of the embedding that belongs to the id: what the network knows of the character."),
    "styled": ("with style", "The labels' vectors, weighed, are added: the same network writes in another style."),
    "below": ("from below", "What this layer reads is the new hidden vector of the layer below."),
    "h": ("hidden", "What the layer remembers of all that was read before; zeros at the start."),
    "c": ("cell", "The LSTM's long memory, which only its gates change; zeros at the start."),
    "Wx": ("W x + b", "The input times the input weights: what the character itself asks for, a row a unit and gate."),
    "Uh": ("U h + b", "The hidden vector times the recurrent weights: what the past asks for."),
    "sum": ("sum", "Both are added; in the source it is one product, of [x; h]."),
    "input": ("input gate", "Between 0 and 1: how much of the candidate is written into the cell."),
    "forget": ("forget gate", "Between 0 and 1: how much of the old cell is kept; 1 keeps it all."),
    "candidate": ("candidate", "Between -1 and 1: what would be written into the cell."),
    "output": ("output gate", "Between 0 and 1: how much of the cell is shown as the hidden vector."),
    "reset": ("reset gate", "Between 0 and 1: how much of the past the new vector is made from."),
    "update": ("update gate", "Between 0 and 1: how much of the old hidden vector stays; the rest is the new one."),
    "new": ("new", "Between -1 and 1: what would take the place of the old hidden vector."),
    "c'": ("new cell", "Old cell times forget gate, plus candidate times input gate: sums, so gradients last."),
    "h'": ("new hidden", "What is remembered from now on, and what the next layer or the output reads."),
    "kept": ("after reset", "The start symbol sets this network's state to zeros: it never learnt what it means."),
    "logits": ("logits", "One number a symbol, from the last layer: the larger, the more it is expected next."),
    "softmax": ("softmax", "exp of each, divided by their sum: probabilities, which add up to 1."),
    "shares": ("to draw from", "The same after temperature and filters, as the settings have them."),
    DRAW: ("draw", "The shares laid end to end from 0 to 1; the uniform number falls on one of them."),
}
"""Title and a sentence, by the part's name."""
_ROWS = ("Wx", "Uh", "sum")
"""Parts with a number for each row of the weights: those of all gates."""


def title(name: str) -> str:
    """What a part is called."""
    return _TOLD[name][0]


def sentence(name: str, kind: Kind) -> str:
    """What a part is, in a sentence."""
    said = _TOLD[name][1]
    if name == IDS and kind == "stream":
        return "Each character is a number, its place in the vocabulary; a line's end stands before the text."
    return said


def shape(part: Part, steps: Steps) -> str:
    """[24], or [4 x 24] where the rows of several gates stand below each other."""
    gates, hidden = steps.architecture.gates, steps.architecture.hidden
    several = part.name in _ROWS and gates > 1
    return f"[{gates} x {hidden}]" if several else f"[{len(part.values)}]"


def range_words(part: Part) -> str:
    """Minimum, mean and maximum."""
    values = part.values[np.isfinite(part.values)]
    return f"{values.min():+.2f} {values.mean():+.2f} {values.max():+.2f}"


def best(part: Part, step: Step, count: int) -> Sequence[int]:
    """Where to look first: the first units, or the most probable symbols."""
    if not part.symbols:
        return range(min(count, len(part.values)))
    return [int(at) for at in np.argsort(-step.part("shares").values, kind="stable")[:count]]


def numbers(part: Part, step: Step, vocabulary: Vocabulary, count: int, shown: Shown) -> str:
    """Some of its numbers: of the first units, or of the most probable symbols."""
    if part.symbols:
        chances = part.name in ("softmax", "shares")
        return "  ".join(
            f"{symbol(at, vocabulary, shown)} {percent(part.values[at]) if chances else f'{part.values[at]:+.2f}'}"
            for at in best(part, step, count)
        )
    return " ".join(f"{part.values[at]:+.2f}" for at in best(part, step, count))


def arithmetic(part: Part, at: int, vocabulary: Vocabulary, shown: Shown) -> str:
    """How one of its numbers comes about: 'unit 3: sigmoid(W x + b 0.12 …) = 0.53'."""
    which = symbol(at, vocabulary, shown) if part.symbols else f"{'row' if part.name in _ROWS else 'unit'} {at}"
    value = f"{part.values[at]:.4f}"
    if not part.template:
        return f"{which}: {part.formula} = {value}"
    alone = len(part.terms) == 1
    numbers = (float(values[at]) for _, values in part.terms)
    terms = (f"({x:.3f})" if x < 0 and not alone else f"{x:.3f}" for x in numbers)
    return f"{which}: {part.formula} = {part.template.format(*terms)} = {value}"


def symbol(id_: int, vocabulary: Vocabulary, shown: Shown) -> str:
    """A symbol by its id, as it can be read in a row; that of the boundary as 'end'."""
    return symbol_name("" if id_ == BOUNDARY else vocabulary.symbol(id_), shown)


def read_symbol(step: Step, vocabulary: Vocabulary, shown: Shown) -> str:
    """The character that the step reads; 'start' for the boundary."""
    return "start" if step.id == BOUNDARY else symbol(step.id, vocabulary, shown)


def draw_words(step: Step, vocabulary: Vocabulary, shown: Shown) -> str:
    """The draw with its uniform number, in a sentence."""
    drawn = symbol(step.drawn, vocabulary, shown)
    if step.settings.one_temperature == 0:
        return f"temperature 0: nothing is drawn, the most probable is taken: {drawn}"
    share, upto = step.part("shares").values[step.drawn], step.part(DRAW).values[step.drawn]
    where = f"between {upto - share:.4f} and {upto:.4f}"
    item = f", item {step.item}" if step.item else ""
    return f"seed {step.seed}{item}, position {step.position}: u = {step.uniform:.4f} falls {where}: {drawn}"


def settings_words(step: Step) -> str:
    """Temperature and filters of the draw."""
    return " ".join([words.temperature(step.settings.temperature), *words.filters(step.settings)])


def heading(steps: Steps, step: Step, shown: Shown) -> str:
    """Which step this is."""
    vocabulary = steps.reading.vocabulary
    layers = f"layer {step.layer + 1} of {steps.architecture.layers}"
    return (
        f"step {step.place} of {len(steps) - 1}: {steps.architecture.describe()}, {layers}, reads "
        f"{read_symbol(step, vocabulary, shown)} (id {step.id})"
    )


def batch_cells(batch: Batch, vocabulary: Vocabulary, shown: Shown) -> list[list[tuple[str, str, bool]]]:
    """Each row of the matrix as (symbol, id, whether it counts); what is padded has no symbol."""
    return [
        [
            (symbol_name("·" if id_ <= BOUNDARY else vocabulary.symbol(id_), shown), str(id_), bool(counts))
            for id_, counts in zip(ids.tolist(), mask.tolist(), strict=True)
        ]
        for ids, mask in zip(batch.ids, batch.mask, strict=True)
    ]


def step_lines(steps: Steps, step: Step, batch: Batch, shown: Shown) -> Iterator[str]:
    """A step in lines of text: ids, the batch, a line a part, the draw, the source."""
    vocabulary = steps.reading.vocabulary
    ids = " ".join(map(str, steps.reading.read.tolist()))
    yield f"ids    {ids}"
    for number, row in enumerate(batch_cells(batch, vocabulary, shown)):
        cells = " ".join(f"{id_ if counts else '░░░':>3}" for _, id_, counts in row)
        yield f"{'batch' if not number else '':<5}{cells}  {shown(batch.items[number])}"
    if batch.note:
        yield f"       {shown(batch.note)}"
    yield ""
    yield heading(steps, step, shown)
    for part in step.parts:
        told = numbers(part, step, vocabulary, 5, shown)
        more = "" if part.symbols else f"  … {range_words(part)} (min mean max)"
        yield f"{title(part.name):<13}{shape(part, steps):>9}  {told}{more}"
    yield f"{'':13}{'':9}  {settings_words(step)}, {draw_words(step, vocabulary, shown)}"
    yield ""
    done: set[str] = set()
    for part in step.parts:
        if part.where.function not in done:
            done.add(part.where.function)
            if part.where.function.endswith("layer_step"):
                yield f"{part.where.file}, {part.where.function}:"
                yield from (f"  {line.text}" for line in lines(part.where))
