"""A race: several networks learn the same, one after the other, and are compared.

All get the same corpus, the same held-out part, the same seed and with it the same order of items (where their batches
are alike) and the same starting weights where shapes agree. The queue knows no screen and starts nothing: whoever has a
run to give asks for the next entrant, and notes in `Entrant.run` what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charrnn_tui.cells import MODEL_FAMILIES
from charrnn_tui.prompt import run_words, words
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.text import visible
from charrnn_tui.text.shipped import DEFAULT_CORPUS
from charrnn_tui.training.plan.recipe import DEFAULT_PRESET, OF_NETWORKS, Recipe, RecipeError, preset_named

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library

MOST_ENTRANTS = 8
SHARED = (
    *("corpus", "kind", "separator", "column", "label", "encoding", "errors"),
    *("validation", "validation_fraction", "seed"),
)
"""What is the same for all: a recipe file of one of them has no say in it."""


def recipes_of(
    entrants: Sequence[str],
    target: str | tuple[str, ...] | None,
    library: Library,
    *,
    preset: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> list[Recipe]:
    """A recipe for each entrant: a family with the preset's sizes, or a recipe (built in, or a TOML file).

    `target` is the corpus for all (None: the default one), `changes` are settings for all that have a use for them. No
    recipe has a name yet: a run takes one that is free when it begins. Raises RecipeError, TextError or ModelError
    with a sentence.
    """
    from charrnn_tui.training.plan.target import recipe_for

    if len(entrants) < 2:
        raise RecipeError(f"name two or more who are to race: {', '.join(MODEL_FAMILIES)}, or recipe files.")
    if len(entrants) > MOST_ENTRANTS:
        raise RecipeError(f"{MOST_ENTRANTS} can race at once, not {len(entrants)}.")
    changes = {key: value for key, value in (changes or {}).items() if value is not None}
    for field in ("name", "family"):
        if field in changes:
            raise RecipeError(f"the {field} cannot be chosen for all: they would not differ.")
    Recipe.from_dict(changes)
    given = changes.pop("corpus", None)
    corpus = given or DEFAULT_CORPUS if target is None else target
    chosen = None if preset is None else preset_named(preset).name
    found = []
    for entrant in entrants:
        if entrant in MODEL_FAMILIES:
            own = {"family": entrant}
        else:
            own = {key: value for key, value in _settings(entrant).items() if key not in (*SHARED, "name")}
        asked = own | changes
        if asked.get("family") == "ngram":
            asked = {key: value for key, value in asked.items() if key not in OF_NETWORKS}
        sizes = chosen or (DEFAULT_PRESET if entrant in MODEL_FAMILIES else None)
        request = recipe_for(None, library, preset=sizes, changes={**asked, "corpus": corpus})
        found.append(replace(request.recipe, name=""))
    return found


def _settings(entrant: str) -> dict[str, Any]:
    from charrnn_tui.training.plan.built_in import RECIPES, settings_of

    if entrant not in RECIPES and not Path(entrant).exists():
        known = ", ".join((*MODEL_FAMILIES, *RECIPES))
        raise RecipeError(f"{visible(entrant)!r} can run in no race; there are {known}, and recipe files.")
    return settings_of(entrant)


@dataclass(frozen=True)
class Measured:
    """What a network that is done can do."""

    characters_per_second: float
    """Drawn one after the other, as the prompt draws."""
    context: int | None
    """The least k from which on the loss stays within 1 % of its best; None where its held-out part is not at hand."""
    beyond: bool = False
    """Whether even more characters than were asked for might help."""

    @property
    def context_words(self) -> str:
        """The context in a table's cell."""
        return "" if self.context is None else f"{self.context}{'+' if self.beyond else ''}"


@dataclass
class Entrant:
    """One who takes part. `number` stays the same wherever it stands in the queue."""

    number: int
    recipe: Recipe
    run: TrainingRun | None = None
    """Its run, once it has begun."""
    problem: str = ""
    """Why it could not begin, or not be measured, in a sentence."""
    measured: Measured | None = None

    @property
    def title(self) -> str:
        """What it is: LSTM 384."""
        recipe = self.recipe
        return words.network(recipe.family, recipe.layers, recipe.hidden, recipe.order)

    @property
    def loss(self) -> float | None:
        """The least held-out loss that it has reached, in nats a character."""
        run = self.run
        if run is None:
            return None
        if run.finished is not None and run.finished.best_step:
            return run.finished.best_loss
        return None if run.best is None else run.best.validation_loss

    @property
    def how(self) -> str:
        """How it stands, in a word or two."""
        if self.run is None:
            return "failed" if self.problem else "waits"
        return run_words.state(self.run)


class Race:
    """The queue: who waits, who runs, who is done."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        self.entrants = [Entrant(number, recipe) for number, recipe in enumerate(recipes, start=1)]
        """Those who are done or run, in the order in which they began, and then those who wait."""
        self.current: Entrant | None = None
        self.cancelled = False
        self.over = False
        """Whether nothing of it is to come, its measures included."""

    @property
    def waiting(self) -> list[Entrant]:
        """Those who have not begun, the next one first."""
        return [one for one in self.entrants if one.run is None and not one.problem and one is not self.current]

    @property
    def begun(self) -> list[Entrant]:
        """Those who have begun, or tried to."""
        waiting = self.waiting
        return [one for one in self.entrants if one not in waiting]

    @property
    def ranked(self) -> list[Entrant]:
        """Those who have a loss, the least first."""
        return sorted((one for one in self.entrants if one.loss is not None), key=lambda one: one.loss or 0.0)

    def next(self) -> Entrant | None:
        """Take the next one from the queue: it is the current one now. None where nobody waits."""
        waiting = self.waiting
        self.current = waiting[0] if waiting else None
        return self.current

    def move(self, number: int, by: int = -1) -> bool:
        """Move one who waits to an earlier place (or a later one); whether it moved."""
        waiting = self.waiting
        at = next((i for i, one in enumerate(waiting) if one.number == number), None)
        if at is None or not 0 <= at + by < len(waiting):
            return False
        waiting.insert(at + by, waiting.pop(at))
        self.entrants = [*self.begun, *waiting]
        return True

    def take_out(self, number: int) -> bool:
        """Take one who waits out of the queue; whether there was one."""
        out = [one for one in self.waiting if one.number == number]
        self.entrants = [one for one in self.entrants if one not in out]
        return bool(out)

    def cancel(self) -> list[Entrant]:
        """Nobody begins any more; those who waited. The current one is its run's to stop."""
        out = self.waiting
        self.entrants, self.cancelled = self.begun, True
        return out

    def summary(self) -> str:
        """Who is there, in a sentence, when a race was ended before its time."""
        said = []
        for one in self.entrants:
            if one.run is not None and one.run.finished is not None:
                loss = "" if one.loss is None else f", {one.loss:.3f} nats a character"
                said.append(f"{visible(one.run.name)} ({one.how}{loss})")
        return f"Finished: {', '.join(said)}." if said else "None of them has finished."


def curves(race: Race, points: int = 10) -> list[tuple[Entrant, list[float]]]:
    """Held-out losses of each at the ends of as many equal parts of its own run, from the last evaluation before; the
    first one where there was none. Those without an evaluation are left out."""
    found = []
    for one in race.entrants:
        told = [] if one.run is None else one.run.evaluations
        if one.run is None or not told:
            continue
        last = max(one.run.step, told[-1].step, 1)
        ends = [last * part / points for part in range(1, points + 1)]
        reached = [next((e for e in reversed(told) if e.step <= end), told[0]) for end in ends]
        found.append((one, [e.validation_loss for e in reached]))
    return found
