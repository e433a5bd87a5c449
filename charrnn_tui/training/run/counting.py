"""The run of an n-gram: counted in one go, with the events and the files of any other run."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.ngram import NgramCell
from charrnn_tui.cells.ngram_counts import count_ngrams
from charrnn_tui.model import ModelInfo
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.notes import notes_on
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Command, Event, Stop
from charrnn_tui.training.run import record
from charrnn_tui.training.run.data import load_data
from charrnn_tui.training.run.evaluation import Losses, hashes_known, samples_of
from charrnn_tui.training.run.references import reference_losses
from charrnn_tui.training.run.saving import SaveError, write_lines, write_model

STEP = 1
"""All of the corpus is one update."""
MOST_EVALUATED = 200_000
"""Characters of the training part of which the loss is told."""


class CountingRun:
    """One n-gram, from its corpus to its files. Making it reads the corpus and claims the name; `run` counts.

    `claimed`: the name was claimed before and is this run's. Raises TextError, RecipeError or ModelError, each a
    sentence.
    """

    def __init__(self, recipe: Recipe, folder: Path, *, ranks: Ranks | None = None, claimed: bool = False) -> None:
        self.recipe, self.folder = recipe, folder
        self._ranks = ranks or Ranks()
        texts = read_texts(recipe)
        self._data = load_data(texts, recipe, labels=())
        self._notes = notes_on(texts, self._data.validation_size)
        if texts.training_labels is not None:
            self._notes.append("An n-gram learns no labels: all items are counted together.")
        if self._ranks.is_writer and not claimed:
            Library(folder.parent).claim(folder.name)
        self._stopped = False

    def request(self, command: Command) -> None:
        """Ask for an end; nothing else has a meaning here. May be called from another thread or a signal handler."""
        self._stopped = self._stopped or isinstance(command, Stop)

    def run(self) -> Iterator[Event]:
        """Count, yielding events; one of several processes does.

        Raises RecipeError where it was stopped before the counts were there, SaveError where the disk refuses.
        """
        if self._ranks.is_writer:
            yield from self._run()

    def _run(self) -> Iterator[Event]:
        begun, data, size = time.perf_counter(), self._data, self._data.vocabulary.size
        ids = data.counted()
        architecture, weights = count_ngrams(ids, size, self.recipe.order, self._check_stopped)
        cell = NgramCell(architecture, weights)
        yield self._started(architecture.parameters)
        references = reference_losses(data)
        yield messages.References(references)
        self._check_stopped()
        losses = Losses(mean_loss(cell, ids[: MOST_EVALUATED + 1]), mean_loss(cell, data.held_out_ids()))
        seconds = time.perf_counter() - begun
        info = self._info(cell, losses, references, seconds)
        evaluated = self._evaluated(losses, len(ids) - 1, seconds)
        sampled = samples_of(cell, data.vocabulary, data.kind, STEP, hashes_known(data))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            hashes = data.line_hashes()
            if hashes is not None:
                write_lines(self.folder, hashes)
            for event in (evaluated, sampled):
                record.append(self.folder, event)
            write_model(self.folder, weights, info)
        except OSError as error:
            raise SaveError(
                f"the n-gram cannot be written to {self.folder}: {error.strerror or error}; nothing was kept."
            ) from error
        yield evaluated
        yield sampled
        yield messages.Saved("model", str(self.folder), STEP)
        yield messages.Finished(
            reason="completed",
            name=self.folder.name,
            folder=str(self.folder),
            step=STEP,
            best_loss=losses.validation,
            best_step=STEP,
            elapsed=time.perf_counter() - begun,
            message="all is counted.",
        )

    def _check_stopped(self) -> None:
        if self._stopped:
            raise RecipeError("stopped before all was counted; nothing is kept. Count again, or a shorter text.")

    def _started(self, parameters: int) -> messages.Started:
        data = self._data
        return messages.Started(
            name=self.folder.name,
            folder=str(self.folder),
            corpus=str(data.facts()["name"]),
            kind=data.kind,
            family=self.recipe.family,
            layers=0,
            hidden=0,
            embedding=0,
            parameters=parameters,
            vocabulary_size=data.vocabulary.size,
            training_items=data.training_size,
            validation_items=int(data.facts()["validation_items"]),
            step=0,
            total_steps=STEP,
            epochs=1.0,
            device="cpu",
            threads=1,
            seed=self.recipe.seed,
            notes=self._notes,
            order=self.recipe.order,
        )

    def _evaluated(self, losses: Losses, characters: int, seconds: float) -> messages.Evaluated:
        return messages.Evaluated(
            step=STEP,
            epoch=1.0,
            training_loss=losses.training,
            validation_loss=losses.validation,
            bits_per_char=losses.validation / math.log(2),
            gap=losses.validation - losses.training,
            best_loss=losses.validation,
            best_step=STEP,
            improved=True,
            learning_rate=math.nan,
            gradient_norm=math.nan,
            characters_per_second=characters / max(1e-9, seconds),
            elapsed=seconds,
        )

    def _info(self, cell: NgramCell, losses: Losses, references: dict[str, float], seconds: float) -> ModelInfo:
        return ModelInfo(
            self.folder.name,
            cell.architecture,
            self._data.vocabulary,
            self._data.kind,
            corpus=self._data.facts(),
            recipe=self.recipe.to_dict(),
            results={
                "validation_loss": losses.validation,
                "training_loss": losses.training,
                "references": references,
                "step": STEP,
                "epoch": 1.0,
                "last_step": STEP,
                "seconds": round(seconds, 3),
                "finished": True,
            },
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )


def mean_loss(cell: NgramCell, ids: NDArray[np.integer]) -> float:
    """-log P in nats of each id but the first [characters], given all before it since the boundary: their mean."""
    return -float(np.mean(cell.score_sequence(ids)))
