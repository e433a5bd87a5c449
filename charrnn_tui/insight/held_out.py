"""The part of a text that none of several models has learnt: what they can be compared on without favour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.insight.learnt_from import LearntFrom, corpus_for, learnt_from
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model
from charrnn_tui.text import Corpus, Source, visible


@dataclass(frozen=True)
class HeldOut:
    """Items that none has learnt, or one running text."""

    corpus: Corpus
    """A list: the items with their labels. Of running text only its name is of use."""
    text: str = ""
    """Running text."""
    unknown: tuple[str, ...] = ()
    """Models of which it is not known what they learnt: they may have learnt some of this."""


def held_out_of_all(models: Sequence[Model], source: Source | None = None) -> HeldOut:
    """What was held out of all models: of a text where one is given, else of what they learnt from.

    Raises InsightError where there is no such part, TextError.
    """
    kinds = {model.info.kind for model in models}
    if len(kinds) != 1:
        raise InsightError("models of items and models of running text have no held-out part in common.")
    learnt = [_learnt(model) for model in models]
    unknown = tuple(
        model.name
        for model, own in zip(models, learnt, strict=True)
        if own is None and (model.info.kind == "stream" or model.seen("") is None)
    )
    if kinds == {"stream"}:
        return _running(models, learnt, source, unknown)
    corpora = [corpus_for(models[0], source)] if source is not None else [o.corpus for o in learnt if o is not None]
    if not corpora:
        raise InsightError("none of these models says what it learnt from; give a text that they have not seen.")
    taught = [_Taught(model, own) for model, own in zip(models, learnt, strict=True)]
    items: dict[tuple[str, str | None], None] = {}
    same = all(corpus.labels is not None for corpus in corpora)
    for corpus in corpora:
        labels: Sequence[str | None] = (
            corpus.labels if same and corpus.labels is not None else [None] * len(corpus.items)
        )
        for item, label in zip(corpus.items, labels, strict=True):
            if not any(one.has_learnt(item) for one in taught):
                items[item, label] = None
    if not items:
        raise InsightError("each of these items was learnt by one of the models: no part is held out of all.")
    found = replace(
        corpora[0],
        items=tuple(item for item, _ in items),
        labels=tuple(label or "" for _, label in items) if same else None,
    )
    return HeldOut(found, unknown=unknown)


def _learnt(model: Model) -> LearntFrom | None:
    try:
        return learnt_from(model)
    except InsightError:
        return None


class _Taught:
    """What a model has learnt, by its own record, or else by its corpus."""

    def __init__(self, model: Model, learnt: LearntFrom | None) -> None:
        self._model = model
        self._items = frozenset(learnt.training) if learnt is not None else frozenset[str]()

    def has_learnt(self, item: str) -> bool:
        """Whether the item stood in its training part."""
        return item in self._items or self._model.seen(item) == "training"


def _running(
    models: Sequence[Model], learnt: Sequence[LearntFrom | None], source: Source | None, unknown: tuple[str, ...]
) -> HeldOut:
    """The same block of the same text, where all have held out that."""
    if source is not None:
        raise InsightError("of running text, leave the file out: what the models themselves held out is taken.")
    known = [own for own in learnt if own is not None]
    if not known:
        raise InsightError("none of these models says what it learnt from; give a text, without --held-out.")

    def part(own: LearntFrom) -> tuple[Path | None, float, Path | None]:
        return own.corpus.path, 0.0 if own.validation_path else own.validation_fraction, own.validation_path

    first = part(known[0])
    for model, own in zip(models, learnt, strict=True):
        if own is not None and part(own) != first:
            raise InsightError(
                f"{visible(model.name)} has held out another part of running text than {visible(models[0].name)}; "
                "give a text that none has seen, without --held-out."
            )
    return HeldOut(known[0].corpus, known[0].held_out_text(), unknown)
