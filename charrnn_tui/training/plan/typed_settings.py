"""Settings of a recipe as they are typed: NAME=VALUE."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from charrnn_tui.text import visible
from charrnn_tui.training.plan.recipe import RecipeError


def read_typed(settings: Iterable[str]) -> dict[str, Any]:
    """The values of NAME=VALUE, read as TOML; what is no TOML is text. Raises RecipeError."""
    values: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.strip():
            raise RecipeError(f"a setting is typed as NAME=VALUE, not {visible(setting)!r}.")
        name = name.strip().replace("-", "_")
        try:
            values[name] = tomllib.loads(f"value = {text.strip()}")["value"]
        except ValueError:
            values[name] = text.strip()
    return values
