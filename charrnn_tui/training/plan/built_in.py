"""Recipes that came with the program, by name; any other is a TOML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from charrnn_tui.text import visible
from charrnn_tui.text.arguments import check_path
from charrnn_tui.training.plan.recipe import RecipeError, read_settings

RECIPES: Mapping[str, Mapping[str, Any]] = {
    "tutorial": {
        "family": "rnn",
        "hidden": 64,
        "embedding": 16,
        "layers": 1,
        "dropout": 0.0,
        "weight_dropout": 0.0,
        "batch_size": 32,
        "steps": 1000,
        "learning_rate": 1e-3,
        "schedule": "constant",
        "warmup": 0.0,
        "weight_decay": 0.0,
        "beta2": 0.999,
        "clip": 1e6,
        "ema": 0.0,
        "patience": 0,
        "precision": "float32",
    },
}
"""tutorial: what docs/tutorial.md types by hand. Adam at a constant rate, no averaging, no dropout, and a norm that no
gradient reaches, so that nothing is clipped."""


def settings_of(recipe: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings of a recipe: a built-in one by its name, or those of a TOML file. Raises RecipeError."""
    if isinstance(recipe, str) and recipe in RECIPES:
        return dict(RECIPES[recipe])
    path = check_path(recipe, "the recipe")
    if not path.exists():
        raise RecipeError(f"there is no file {visible(str(path))}; recipes with a name are: {', '.join(RECIPES)}.")
    return read_settings(path)
