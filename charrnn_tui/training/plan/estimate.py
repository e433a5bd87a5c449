"""What a run will cost, told before it starts: parameters, updates and time."""

from __future__ import annotations

from dataclasses import dataclass

from charrnn_tui.cells import Architecture, Family
from charrnn_tui.text import Kind, Vocabulary
from charrnn_tui.text.encoded import encode_file
from charrnn_tui.text.splits import MOST_STREAM_EVALUATED, held_out_block
from charrnn_tui.training.plan.notes import notes_on
from charrnn_tui.training.plan.prepare import Texts, read_texts
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.plan.sizes import items_at_once, streams_at_once
from charrnn_tui.training.plan.threads import available_cores

# Seconds of one update on one core of a 2020s machine: a fixed part (Python, optimiser) and the arithmetic, forward
# and backward (three times the forward's multiply-adds). Measured by benchmarks/training.py; see docs/performance.md.
_FIXED = 1.0e-3
_RATE: dict[Family, float] = {"rnn": 28e9, "gru": 26e9, "lstm": 38e9}
"""Multiply-adds a second, between what float32 and bfloat16 reach: which of them a run takes is torch's to say."""

_COUNTED = 2e-7
"""Seconds in which one character is counted in one length of context."""


@dataclass(frozen=True)
class Estimate:
    """What a run will cost. `seconds` is within a factor of two on most machines; `characters` counts one epoch."""

    parameters: int
    """Of an n-gram, the most that it can have: only counting tells."""
    total_steps: int
    characters: int
    seconds: float
    kind: Kind
    training_items: int
    validation_items: int
    symbols: int
    notes: tuple[str, ...] = ()
    """Sentences on the corpus (see `plan.notes`)."""


def most_counts(size: int, order: int, characters: int) -> int:
    """The most counts that an n-gram can have: of each length no more than there are such texts, or characters."""
    return sum(min(size**length, characters) for length in range(1, order + 1))


def estimate(recipe: Recipe, texts: Texts | None = None) -> Estimate:
    """Cost of a recipe. `texts`: its corpus, where it was read already.

    Reads the corpus (a long text through the cache). Raises TextError, UnknownSymbolsError, ArchitectureError.
    """
    texts = texts or read_texts(recipe)
    if texts.kind == "lines":
        vocabulary = Vocabulary.from_texts([*texts.training, *texts.validation])
        training, validation = len(texts.training), texts.held_out[0]
        characters = sum(map(len, texts.training)) + training
        steps = -(-training // items_at_once(training, recipe.batch_size))
    else:
        assert texts.training_path is not None
        encoded = encode_file(texts.training_path)
        vocabulary = encoded.vocabulary
        if texts.validation_path is None:
            validation = held_out_block(len(encoded.ids), recipe.validation_fraction)[1]
            training = len(encoded.ids) - validation
        else:
            training = len(encoded.ids)
            validation = min(len(encode_file(texts.validation_path, vocabulary).ids), MOST_STREAM_EVALUATED)
        characters = training
        streams = streams_at_once(training, recipe.batch_size, recipe.window)
        steps = max(1, training // streams // recipe.window)
    if recipe.is_ngram:
        parameters, total = most_counts(vocabulary.size, recipe.order, characters), 1
        seconds = characters * recipe.order * _COUNTED
    else:
        family = recipe.network_family
        architecture = Architecture(family, vocabulary.size, recipe.embedding, recipe.hidden, recipe.layers)
        parameters, total = architecture.parameters, recipe.total_steps(steps)
        threads = recipe.threads or max(1, available_cores() - 1)
        arithmetic = 3 * architecture.operations * characters * (total / steps) / (_RATE[family] * threads**0.7)
        seconds = total * _FIXED + 1.1 * arithmetic
    return Estimate(
        parameters,
        total,
        characters,
        seconds,
        texts.kind,
        training,
        validation,
        len(vocabulary.symbols),
        tuple(notes_on(texts, validation)),
    )
