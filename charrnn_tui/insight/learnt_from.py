"""The text that a network learnt from, where it is still at hand: found through the recipe in its description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from charrnn_tui.insight.passages import Passages
from charrnn_tui.insight.reading import Ids, InsightError
from charrnn_tui.model import Model
from charrnn_tui.text import (
    Corpus,
    Kind,
    Source,
    TextError,
    expand,
    load_corpus,
    read_text,
    split_by_hash,
    visible,
)
from charrnn_tui.text.corpus import LARGEST_LIST
from charrnn_tui.text.encoded import encode_file
from charrnn_tui.text.loading import load_beside, with_column_of
from charrnn_tui.text.splits import held_out_block

MOST_CHARACTERS = 100_000
"""What is looked through by default: enough for any pattern, and a second's work."""


@dataclass(frozen=True)
class LearntFrom:
    """A corpus, its two parts told apart as they were in training."""

    corpus: Corpus
    training: tuple[str, ...]
    """Items of a list; empty for running text."""
    validation: tuple[str, ...]
    validation_fraction: float
    validation_path: Path | None

    @property
    def kind(self) -> Kind:
        """A list or running text."""
        return self.corpus.kind

    @cached_property
    def text(self) -> str:
        """Running text as a whole. Raises TextError, and InsightError for one too large to be held in memory."""
        path = self.corpus.path
        assert path is not None
        if path.is_file() and path.stat().st_size > LARGEST_LIST:
            raise InsightError(
                f"{visible(str(path))} has {path.stat().st_size >> 20} MiB, too much to be searched "
                f"({LARGEST_LIST >> 20} MiB at most); give a shorter text of your own."
            )
        return read_text(path)

    def held_out_text(self) -> str:
        """What was held out of running text. Raises TextError."""
        if self.validation_path is not None:
            return read_text(self.validation_path)
        start, length = held_out_block(len(self.text), self.validation_fraction)
        return self.text[start : start + length]

    def passages(self, model: Model, most: int = MOST_CHARACTERS) -> Passages:
        """About `most` characters: items spread evenly over a list, the beginning of running text.

        Raises UnknownSymbolsError, TextError.
        """
        if self.kind == "lines":
            return Passages.of_items(spread([*self.training, *self.validation], most), model)
        assert self.corpus.path is not None
        return Passages.of_text(encode_file(self.corpus.path, model.vocabulary).ids[:most])


def spread(items: Sequence[str], most: int) -> list[str]:
    """Items evenly from the whole list, so many that they hold about `most` characters in all; at least one."""
    total = sum(map(len, items))
    count = len(items) if total <= most else max(1, len(items) * most // total)
    return [items[at * len(items) // count] for at in range(count)] if items else []


def learnt_from(model: Model) -> LearntFrom:
    """The corpus of a model. Raises InsightError where it is not told, not at hand, or no longer the same."""
    recipe = model.info.recipe
    if not recipe.get("corpus"):
        raise InsightError(f"{model.name} does not say what it learnt from; give a text of your own.")
    validation = recipe.get("validation")
    fraction = recipe.get("validation_fraction", 0.1)
    try:
        source = Source.of({**recipe, "kind": model.info.kind})
        corpus = load_corpus(source)
        other = load_beside(expand(validation), source) if isinstance(validation, str) else None
        held_out: tuple[str, ...] = () if other is None else other.items
        path = None if other is None else other.path
    except TextError as error:
        raise InsightError(
            f"what {model.name} learnt from ({visible(str(recipe['corpus'])[:200])}) is not at hand: {error} "
            "Or give a text of your own."
        ) from error
    if not isinstance(fraction, int | float) or not 0 < fraction < 1:
        raise InsightError(f"the description of {model.name} is damaged: its validation fraction is {fraction!r}.")
    training: tuple[str, ...] = ()
    if corpus.kind == "lines":
        training, held_out = _parts(model, corpus.items, held_out, float(fraction))
    return LearntFrom(corpus, training, held_out, float(fraction), path)


def _parts(
    model: Model, items: tuple[str, ...], held_out: tuple[str, ...], fraction: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Training and validation items: as the model's own record says, or else by the rule of training."""
    marks = [model.seen(item) for item in items]
    if None not in marks:
        training = tuple(item for item, mark in zip(items, marks, strict=True) if mark == "training")
        own = tuple(item for item, mark in zip(items, marks, strict=True) if mark == "validation")
        if not training:
            raise InsightError(
                f"what {model.name} learnt from has changed: none of the items in it were learnt. "
                "Train the model again, or give a text of your own."
            )
        return training, held_out or own
    if held_out:
        banned = set(held_out)
        return tuple(item for item in items if item not in banned), held_out
    learnt, validation = split_by_hash(items, fraction)
    return tuple(learnt), tuple(validation)


def ids_of_text(model: Model, text: str) -> Ids:
    """Ids [characters] of running text. Raises UnknownSymbolsError."""
    return model.vocabulary.encode(text).astype(np.int64)


def passages_of(model: Model, corpus: Corpus, most: int = MOST_CHARACTERS) -> Passages:
    """A text of the user's own, read as the model reads: a list item by item. Raises UnknownSymbolsError, TextError."""
    if corpus.kind == "lines":
        return Passages.of_items(spread(corpus.items, most), model)
    assert corpus.path is not None
    return Passages.of_text(ids_of_text(model, read_text(corpus.path))[:most])


def texts_to_ask(model: Model, text: Source | str | None = None) -> list[str]:
    """Items, or one running text, that a model is asked about: those held out of its training, or a text as it reads.

    Raises InsightError, TextError.
    """
    if text is None:
        learnt = learnt_from(model)
        return list(learnt.validation) if learnt.kind == "lines" else [learnt.held_out_text()]
    corpus = corpus_for(model, text)
    if corpus.kind == "lines":
        return list(corpus.items)
    assert corpus.path is not None
    return [read_text(corpus.path)]


def corpus_for(model: Model, text: Source | str) -> Corpus:
    """A corpus by its name, or a text, read as the model reads: as a list or as running text. Raises TextError."""
    return load_corpus(read_as(model, text))


def read_as(model: Model, text: Source | str) -> Source:
    """A text as the model reads it: its kind, its separator, and of a table, its column and label where no column was
    named.

    Raises TextError where a table has no such column.
    """
    source = Source((text,)) if isinstance(text, str) else text
    recipe = model.info.recipe
    separator, column, label = (recipe.get(key) for key in ("separator", "column", "label"))
    if source.column is None:
        usual = column if isinstance(column, str) else None
        source = with_column_of(source, usual, label if isinstance(label, str) and model.labels else None)
    if source.column is None and source.separator is None and isinstance(separator, str) and separator:
        source = replace(source, separator=separator)
    return replace(source, kind=model.info.kind)
