"""From what a person asked for to what a run needs: the corpus found and read, kind and name settled.

Knows no torch, so that a form can check an answer as it is typed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from charrnn_tui.model.library import Library
from charrnn_tui.model.names import possible_name
from charrnn_tui.text import Corpus, Kind, TextError, expand, load_corpus, shown, split_by_hash
from charrnn_tui.text.files import absolute, forget_kept
from charrnn_tui.text.loading import load_beside
from charrnn_tui.text.source import STDIN, names_of, title_of
from charrnn_tui.training.plan.recipe import Recipe, RecipeError


@dataclass(frozen=True)
class Texts:
    """A corpus split into what is learnt and what is held out.

    For lists, the items of each part, and where the corpus has labels, one beside each item ('' where it has none).
    For a stream, `training_path` and, where a file of its own is held out, `validation_path`; without one a block in
    the middle of the text is held out.
    """

    name: str
    kind: Kind
    reason: str
    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    training_labels: tuple[str, ...] | None = None
    validation_labels: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    """Sentences on what was left out in reading."""
    training_path: Path | None = None
    validation_path: Path | None = None

    @property
    def held_out(self) -> tuple[int, int]:
        """(items held out of a list, different ones among them); (0, 0) where its only item is learnt and evaluated."""
        different = set(self.validation)
        return (0, 0) if different == set(self.training) else (len(self.validation), len(different))


def open_corpus(recipe: Recipe) -> Corpus:
    """The corpus of a recipe. Raises TextError."""
    return load_corpus(recipe.source)


def open_validation(recipe: Recipe, kind: Kind) -> Corpus | None:
    """The file that a recipe holds out, read as its corpus is; None where a part of the corpus is held out.

    Raises TextError.
    """
    return (
        None if recipe.validation is None else load_beside(expand(recipe.validation), replace(recipe.source, kind=kind))
    )


def read_texts(recipe: Recipe) -> Texts:
    """Read and split the corpus of a recipe; a list in memory, a stream by its paths. Raises TextError."""
    corpus = open_corpus(recipe)
    held_out = open_validation(recipe, corpus.kind)
    notes = corpus.notes + (() if held_out is None else held_out.notes)
    if corpus.kind == "stream":
        paths = corpus.path, None if held_out is None else held_out.path
        return Texts(
            corpus.name, "stream", corpus.reason, notes=notes, training_path=paths[0], validation_path=paths[1]
        )
    if held_out is None:
        training, validation = split_by_hash(corpus.items, recipe.validation_fraction)
        held_out_labels = _labels(corpus, set(validation))
    else:
        validation, held_out_labels = list(held_out.items), held_out.labels
        # What is held out must not be learnt, in whichever file it stands.
        banned = set(validation)
        training = [item for item in corpus.items if item not in banned]
        if not training:
            raise TextError(
                f"every item of {corpus.name} also stands in {shown(expand(recipe.validation or ''))}; nothing is left "
                "to learn."
            )
        if corpus.labels is not None and held_out_labels is None:
            held_out_labels = ("",) * len(validation)
    return Texts(
        corpus.name,
        "lines",
        corpus.reason,
        tuple(training),
        tuple(validation),
        _labels(corpus, set(training)),
        held_out_labels,
        notes,
    )


def _labels(corpus: Corpus, part: set[str]) -> tuple[str, ...] | None:
    """The labels of the items that stand in a part: equal items stand in the same one, in their order."""
    if corpus.labels is None:
        return None
    return tuple(label for item, label in zip(corpus.items, corpus.labels, strict=True) if item in part)


def told(recipe: Recipe) -> Recipe:
    """The recipe with its kind, and the column of a table that has but one, where the kind was left open.

    Raises TextError.
    """
    if recipe.kind is not None:
        return recipe
    corpus = open_corpus(recipe)
    assert corpus.source is not None
    return recipe.reading(replace(corpus.source, kind=corpus.kind))


def settle(recipe: Recipe, library: Library, *, resume: bool = False) -> Recipe:
    """The recipe with paths made absolute, its kind and column told and a name that is free.

    Raises TextError, RecipeError or ModelError with a sentence.
    """
    given = recipe.source.names
    recipe = recipe.reading(replace(recipe.source, names=tuple(map(absolute, given))))
    if STDIN in given:
        _forget_texts(library)
    recipe = told(recipe)
    if recipe.validation is not None:
        path = expand(recipe.validation)
        check_head(path, recipe)
        recipe = replace(recipe, validation=str(path.resolve()))
    if resume:
        return recipe
    name = recipe.name or default_name(recipe.source.names, recipe.family)
    library.folder_for(name)
    if not recipe.name and not _one_of_several():
        name = library.free_name(name)
    elif (library.user / name).exists() and not _one_of_several():
        raise RecipeError(f"there is already a model {name!r}; choose another name, delete it, or train it further.")
    return replace(recipe, name=name)


def _forget_texts(library: Library) -> None:
    """Remove what came by standard input for models that are no more."""
    entries = library.entries()
    if all(entry.info is not None for entry in entries):  # what a run without a description learns is not known
        forget_kept({name for e in entries if e.info is not None for name in named_by(e.info.recipe)})


def named_by(recipe: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that a model's recipe names as its corpus; none where it says something else."""
    try:
        return names_of(recipe.get("corpus"))
    except TextError:
        return ()


def _one_of_several() -> bool:
    """Whether torchrun started this process beside the one that writes, which may have claimed the name already."""
    return os.environ.get("RANK", "0") != "0"


def check_head(path: Path, recipe: Recipe) -> None:
    """Raise TextError unless a file can be read as the corpus is (small files: wholly checked)."""
    if not path.is_file() or path.stat().st_size <= 1 << 24:
        open_validation(recipe, recipe.kind or "lines")


def default_name(names: Sequence[str], family: str) -> str:
    """What a model is called that nobody has named: after the first of the things it learnt from, without spaces, so
    that no shell wants quotes round it."""
    return f"{possible_name(title_of(names[0]).replace(' ', '-'))[:40].rstrip(' .')}-{family}"
