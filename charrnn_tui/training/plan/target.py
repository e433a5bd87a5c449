"""The recipe for a target: one rule for the screen, the inline prompt, the command line and the library.

Knows no torch and reads no more of a corpus than its kind needs, so that a prompt can answer at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Library, can_be_resumed
from charrnn_tui.text import TextError
from charrnn_tui.text.shipped import DEFAULT_CORPUS, find_corpus
from charrnn_tui.text.source import names_in
from charrnn_tui.training.plan.prepare import settle, told
from charrnn_tui.training.plan.recipe import DEFAULT_PRESET, PresetName, Recipe, RecipeError, preset_named


@dataclass(frozen=True)
class Request:
    """What a run is begun with: a settled recipe, the model whose weights it starts from, and whether it takes up
    the unfinished run `recipe.name` as it stands (the rest of the recipe then counts for nothing)."""

    recipe: Recipe
    base: str | None = None
    resume: bool = False


def recipe_for(
    target: str | None,
    library: Library,
    *,
    preset: PresetName | None = DEFAULT_PRESET,
    changes: Mapping[str, Any] | None = None,
    base: str | None = None,
) -> Request:
    """The run that a person means by a target.

    `target` names a corpus, files, a folder or a pattern (see `text.source.names_in`), or one of the user's models
    whose run is unfinished, which is then taken up; None is the default corpus. The preset's choices for the kind of
    corpus come first, then `changes`, fields of a recipe that were set by hand (also kind and name). Raises TextError,
    RecipeError, ArchitectureError or ModelError with a sentence.
    """
    changes = {key: value for key, value in (changes or {}).items() if value is not None}
    chosen = None if preset is None else preset_named(preset)
    if base is not None:
        library.find(base)
    corpus = names_in(target) if target is not None else changes.get("corpus", DEFAULT_CORPUS)
    if target is not None and is_unfinished(target, library):
        if changes or base is not None:
            first = next(iter(changes), "base")
            raise RecipeError(
                f"{target} is an unfinished run, which goes on as it was begun: {first.replace('_', ' ')} cannot be "
                "chosen. Take it up without that, or give the path of a text."
            )
        return Request(Recipe(name=target), resume=True)
    recipe = Recipe.from_dict({**changes, "corpus": corpus})
    if chosen is not None:
        source = told(recipe).source
        recipe = Recipe.from_dict({**chosen.choices(source.kind or "lines"), **changes, "corpus": corpus})
        recipe = recipe.reading(source)
    return Request(settle(recipe, library), base=base)


def resumed(name: str, library: Library, changes: Mapping[str, Any]) -> Request:
    """What takes up one of the user's runs: an unfinished one as it was begun, a finished one for more epochs.

    Raises ModelError where there is nothing to take up, RecipeError for anything chosen but the epochs of a finished
    model, and where these are missing.
    """
    folder = library.folder_for(name)
    unfinished = can_be_resumed(folder)
    if not unfinished and library.is_shipped(name):
        raise ModelError(f"{name} came with the program and stays as it is; start from it with base={name!r}.")
    for field in changes:
        if unfinished or field != "epochs":
            raise RecipeError(f"{field.replace('_', ' ')} cannot be chosen: {name} goes on as it was begun.")
    if not unfinished and "epochs" not in changes:
        raise RecipeError(f"{name} is finished; say how many epochs more it is to have.")
    return Request(Recipe.from_dict({"name": name, **changes}), resume=True)


def is_unfinished(target: str, library: Library) -> bool:
    """Whether a target is no corpus and no file but a model of the user's whose run can be taken up."""
    try:
        find_corpus(target)
    except TextError:
        pass
    else:
        return False
    try:
        return can_be_resumed(library.folder_for(target))
    except ModelError:
        return False
