"""Begin a run of whichever kind a recipe asks for: a network is trained, an n-gram is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from charrnn_tui.cells import NGRAM
from charrnn_tui.model import ModelError, read_info
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Command, Event
from charrnn_tui.training.run.counting import CountingRun
from charrnn_tui.training.run.trainer import Trainer


class Run(Protocol):
    """What a front end needs of a run."""

    def request(self, command: Command) -> None:
        """Ask for something; may be called from another thread or a signal handler."""
        ...

    def run(self) -> Iterator[Event]:
        """Run to the end, yielding events."""
        ...


def start_run(
    recipe: Recipe,
    folder: Path,
    *,
    library: Library | None = None,
    resume: bool = False,
    base: str | None = None,
    reserve_core: bool = False,
    ranks: Ranks | None = None,
    claimed: bool = False,
) -> Run:
    """A run that is ready to `run`; what is asked is as `Trainer` has it.

    Raises TextError, RecipeError, ModelError, UnknownSymbolsError or ArchitectureError, each a sentence.
    """
    if resume and _is_ngram(folder):
        raise RecipeError(f"{folder.name} is an n-gram: all is counted, and there is nothing to go on with.")
    if recipe.is_ngram and not resume and base is None:
        return CountingRun(recipe, folder, ranks=ranks, claimed=claimed)
    return Trainer(
        recipe,
        folder,
        library=library,
        resume=resume,
        base=base,
        reserve_core=reserve_core,
        ranks=ranks,
        claimed=claimed,
    )


def _is_ngram(folder: Path) -> bool:
    try:
        return read_info(folder).architecture.family == NGRAM
    except ModelError:
        return False
