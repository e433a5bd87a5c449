"""Small runs for the tests of training."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from charrnn_tui.model import WEIGHTS
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.prepare import settle
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.messages import Evaluated, Event
from charrnn_tui.training.run.trainer import Trainer

SMALL = Recipe(hidden=16, embedding=8, batch_size=32, epochs=6, precision="float32", threads=1, learning_rate=0.01)


def make_names(count: int = 400, seed: int = 0) -> list[str]:
    """Words of alternating consonants and vowels: soon learnt, never exhausted."""
    rng = random.Random(seed)
    return [
        "".join(rng.choice("bdkln" if i % 2 == 0 else "aeio") for i in range(rng.randint(3, 7))) for _ in range(count)
    ]


def write_names(folder: Path, count: int = 400, seed: int = 0) -> Path:
    """A corpus of such words in a file."""
    path = folder / "words.txt"
    path.write_text("\n".join(make_names(count, seed)) + "\n", encoding="utf-8")
    return path


def trainer_for(recipe: Recipe, *, resume: bool = False, base: str | None = None) -> Trainer:
    """A trainer in the user's library."""
    library = Library()
    recipe = settle(recipe, library, resume=resume)
    return Trainer(recipe, library.folder_for(recipe.name), library=library, resume=resume, base=base)


def train(recipe: Recipe, *, resume: bool = False, base: str | None = None) -> list[Event]:
    """All events of a run."""
    return list(trainer_for(recipe, resume=resume, base=base).run())


def losses(events: list[Event]) -> list[tuple[int, float, float]]:
    """(step, training loss, validation loss) of each evaluation."""
    return [(e.step, e.training_loss, e.validation_loss) for e in events if isinstance(e, Evaluated)]


def recorded(folder: Path) -> list[tuple[int, float, float]]:
    """The same from history.jsonl."""
    rows = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [(r["step"], r["training_loss"], r["validation_loss"]) for r in rows]


def weights(folder: Path) -> dict[str, np.ndarray]:
    """The saved weights of a model."""
    return load_file(folder / WEIGHTS)


def assert_same_weights(one: Path, other: Path) -> None:
    """Bit for bit."""
    mine, theirs = weights(one), weights(other)
    assert mine.keys() == theirs.keys()
    for name in mine:
        np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


def named(recipe: Recipe, name: str, corpus: Path) -> Recipe:
    """The recipe for a corpus under a name."""
    return replace(recipe, name=name, corpus=str(corpus))
