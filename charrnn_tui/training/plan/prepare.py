"""From what a person asked for to what a run needs: the corpus found and read, kind and name settled.

Knows no torch, so that a form can check an answer as it is typed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from charrnn_tui.model.library import Library
from charrnn_tui.text import Corpus, Kind, TextError, expand, load_corpus, read_text, shown, split_by_hash
from charrnn_tui.text.stdlib import PYTHON_STDLIB
from charrnn_tui.training.plan.recipe import Recipe, RecipeError


@dataclass(frozen=True)
class Texts:
    """A corpus split into what is learnt and what is held out.

    For lists, the items of each part. For a stream, `training_path` and, where a file of its own is held out,
    `validation_path`; without one a block in the middle of the text is held out.
    """

    name: str
    kind: Kind
    reason: str
    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    training_labels: tuple[str, ...] | None = None
    validation_labels: tuple[str, ...] | None = None
    training_path: Path | None = None
    validation_path: Path | None = None


def open_corpus(recipe: Recipe) -> Corpus:
    """The corpus of a recipe. Raises TextError."""
    return load_corpus(recipe.corpus, kind=recipe.kind, separator=recipe.separator)


def read_texts(recipe: Recipe) -> Texts:
    """Read and split the corpus of a recipe; a list in memory, a stream by its paths. Raises TextError."""
    corpus = open_corpus(recipe)
    if corpus.kind == "stream":
        validation = None if recipe.validation is None else expand(recipe.validation)
        return Texts(corpus.name, "stream", corpus.reason, training_path=corpus.path, validation_path=validation)
    if recipe.validation is None:
        training, held_out = split_by_hash(corpus.items, recipe.validation_fraction)
    else:
        path = expand(recipe.validation)
        held_out = list(Corpus.from_file(path, kind="lines", separator=recipe.separator).items)
        # What is held out must not be learnt, in whichever file it stands.
        banned = set(held_out)
        training = [item for item in corpus.items if item not in banned]
        if not training:
            raise TextError(f"every item of {corpus.name} also stands in {shown(path)}; nothing is left to learn.")
    return Texts(corpus.name, "lines", corpus.reason, tuple(training), tuple(held_out))


def settle(recipe: Recipe, library: Library, *, resume: bool = False) -> Recipe:
    """The recipe with paths made absolute, its kind told and a name that is free.

    Raises TextError, RecipeError or ModelError with a sentence.
    """
    corpus = recipe.corpus
    if recipe.corpus != PYTHON_STDLIB:
        path = expand(recipe.corpus)
        if path.is_file() and (path.suffix or len(path.parts) > 1):
            corpus = str(path.resolve())
    validation = recipe.validation
    if validation is not None:
        path = expand(validation)
        read_text_head(path)
        validation = str(path.resolve())
    recipe = replace(recipe, corpus=corpus, validation=validation)
    if recipe.kind is None:
        recipe = replace(recipe, kind=open_corpus(recipe).kind)
    if resume:
        return recipe
    name = recipe.name or _default_name(recipe)
    library.folder_for(name)
    if not recipe.name and not _one_of_several():
        name = library.free_name(name)
    elif (library.user / name).exists() and not _one_of_several():
        raise RecipeError(f"there is already a model {name!r}; choose another name, delete it, or train it further.")
    return replace(recipe, name=name)


def _one_of_several() -> bool:
    """Whether torchrun started this process beside the one that writes, which may have claimed the name already."""
    return os.environ.get("RANK", "0") != "0"


def read_text_head(path: Path) -> None:
    """Raise TextError unless a file can be read as text (small files: wholly checked)."""
    if path.is_file() and path.stat().st_size > 1 << 24:
        return
    read_text(path)


def _default_name(recipe: Recipe) -> str:
    stem = recipe.corpus if recipe.corpus == PYTHON_STDLIB else Path(recipe.corpus).stem
    stem = re.sub(r"[^\w.+-]+", "-", stem).strip("-._+") or "model"
    return f"{stem[:40]}-{recipe.family}"
