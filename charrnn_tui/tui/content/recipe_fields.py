"""The numbers of a recipe as a form shows them: their words, and how typed text becomes a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charrnn_tui.text import Kind, visible
from charrnn_tui.training.plan.recipe import PRESETS, PresetName, Recipe, RecipeError


@dataclass(frozen=True)
class NumberField:
    """One number: `name` is a field of Recipe, `hint` says what it does in a few words."""

    name: str
    label: str
    hint: str
    whole: bool = False
    only: Kind | None = None
    """The kind of corpus for which the number has a meaning; None for both."""


BATCH_HINTS: dict[Kind, str] = {"lines": "items per update", "stream": "parallel streams"}
"""What the batch size counts, for each kind of corpus."""

NETWORK = (
    NumberField("layers", "Layers", "stacked", whole=True),
    NumberField("hidden", "Units", "memory of each layer", whole=True),
    NumberField("embedding", "Embedding", "numbers per symbol", whole=True),
    NumberField("dropout", "Dropout", "share switched off"),
)
ORDER = NumberField("order", "Order", "known characters, and the next", whole=True)
"""An n-gram's only number."""
BUDGET = (
    NumberField("epochs", "Epochs", "passes over it all"),
    NumberField("batch_size", "Batch", BATCH_HINTS["lines"], whole=True),
    NumberField("learning_rate", "Learning rate", "at its highest"),
)
SEED = NumberField("seed", "Seed", "same seed, same network", whole=True)
ADVANCED = (
    NumberField("validation_fraction", "Held out", "share for validation"),
    NumberField("window", "Window", "characters an update", whole=True, only="stream"),
    NumberField("input_dropout", "Input dropout", "on the embedding"),
    NumberField("weight_dropout", "Weight dropout", "on the recurrence"),
    NumberField("warmup", "Warm-up", "share of rising rate"),
    NumberField("weight_decay", "Weight decay", "pull towards zero"),
    NumberField("clip", "Clip", "longest gradient"),
    NumberField("ema", "Averaging", "of weights, 0: none"),
    NumberField("patience", "Patience", "evaluations, 0: endless", whole=True),
    NumberField("threads", "Threads", "0: chosen for you", whole=True),
)
NUMBERS = {field.name: field for field in (*NETWORK, ORDER, *BUDGET, SEED, *ADVANCED)}

PRESET_FIELDS = frozenset(key for preset in PRESETS.values() for key in (*preset.lines, *preset.stream))
"""The numbers that presets choose."""


def parse_number(field: NumberField, text: str) -> int | float:
    """The value of what was typed. Raises RecipeError that says what is allowed, to be read after the label."""
    typed = text.strip().replace("_", "")
    if not typed:
        raise RecipeError(f"give {'a whole number' if field.whole else 'a number'}.")
    try:
        value: int | float = int(typed) if field.whole else float(typed.replace(",", "."))
    except ValueError:
        kind = "a whole number" if field.whole else "a number"
        raise RecipeError(f"{kind}, not {visible(typed)!r}.") from None
    settings: dict[str, Any] = {field.name: value}
    try:
        Recipe(**settings)  # checks the value
    except RecipeError as error:
        # The form says beside which field it stands: "the batch size is a whole number" needs no more name.
        raise RecipeError(str(error).removeprefix(f"the {field.name.replace('_', ' ')} is ")) from None
    return value


def show_number(value: float) -> str:
    """A number as one would type it."""
    return f"{value:g}" if abs(value) < 1e6 else str(value)


def preset_values(name: PresetName, kind: Kind) -> dict[str, int | float]:
    """What a preset chooses for a kind of corpus, what it leaves alone at its default."""
    recipe = PRESETS[name].apply(Recipe(), kind)
    return {key: getattr(recipe, key) for key in PRESET_FIELDS}


def matching_preset(values: dict[str, Any], kind: Kind) -> PresetName | None:
    """The preset whose choices these values are; None for one's own."""
    for name in PRESETS:
        if all(values.get(key) == value for key, value in preset_values(name, kind).items()):
            return name
    return None
