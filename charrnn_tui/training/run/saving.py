"""A run's files, written in a thread beside it, so that no step waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from charrnn_tui.files import atomic
from charrnn_tui.insight.styles import FEW_READINGS, MOST_READINGS, share_right
from charrnn_tui.model import CHECKPOINT, DESCRIPTION, LINES, WEIGHTS, Model, ModelInfo, read_info, write_info
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Ending, Evaluated, Inside, Sampled, Saved
from charrnn_tui.training.run import checkpoint, record
from charrnn_tui.training.run.evaluation import Losses
from charrnn_tui.training.run.setup import RunParts


class SaveError(OSError):
    """A run's files cannot be written; the message says where and why."""


def write_model(folder: Path, weights: dict[str, NDArray[np.float32]], info: ModelInfo) -> None:
    """Weights first, then the description, each atomically. Raises OSError."""
    atomic.write_with(folder / WEIGHTS, lambda path: save_file(weights, path))
    write_info(folder, info)


def write_lines(folder: Path, hashes: dict[str, NDArray[np.uint64]]) -> None:
    """The hashes for the novelty mark. Raises OSError."""
    atomic.write_with(folder / LINES, lambda path: save_file(hashes, path))


class Writer:
    """A queue of writes, done in order by one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._pending: list[tuple[Future[None], Saved | None]] = []

    def put(self, write: Callable[..., None], *args: Any, done: Saved | None = None, **keywords: Any) -> None:
        """Add a write; `done` is reported once it is on disk."""
        self._pending.append((self._pool.submit(write, *args, **keywords), done))

    @property
    def busy(self) -> bool:
        """Whether writes are under way."""
        return bool(self._pending)

    def finished(self, *, wait: bool = False) -> list[Saved]:
        """What has been written since the last call. Raises SaveError where a write failed."""
        done = []
        while self._pending and (wait or self._pending[0][0].done()):
            future, saved = self._pending.pop(0)
            try:
                future.result()
            except OSError as error:
                raise SaveError(
                    f"the run's files cannot be written to {self._folder}: {error.strerror or error}; "
                    "what was saved before is kept."
                ) from error
            if saved is not None:
                done.append(saved)
        return done

    def close(self) -> None:
        """Wait for the thread."""
        self._pool.shutdown(wait=True)


class RunFiles:
    """The files of one run: checkpoint, best weights, record. Only the writing process writes any."""

    def __init__(self, folder: Path, parts: RunParts, ranks: Ranks) -> None:
        self._folder, self._parts, self._ranks = folder, parts, ranks
        self.writer = Writer(folder)
        self._best: ModelInfo | None = None
        self.references: dict[str, float] = {}
        """What the loss is to be compared with (see `run.references`)."""

    def begin(self) -> None:
        """Make the folder ready for the run's first update. Raises OSError."""
        if not self._ranks.is_writer:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        record.cut_back(self._folder, self._parts.position.step)
        hashes = self._parts.data.line_hashes()
        if hashes is not None:
            self.writer.put(write_lines, self._folder, hashes)

    def checkpoint(self) -> None:
        """Hand a copy of everything to the writer; all processes take part."""
        p = self._parts
        state = None if p.state is None else self._ranks.gather(p.state)
        if not self._ranks.is_writer:
            return
        average = p.average.network if p.recipe.ema else None
        self.writer.put(
            checkpoint.write,
            self._folder,
            checkpoint.collect(p.network, average, p.optimiser, state),
            replace(p.position),
            recipe=p.recipe.to_dict(),
            vocabulary="".join(p.data.vocabulary.symbols),
            labels=p.data.labels,
            fingerprint=p.data.fingerprint,
            world=self._ranks.world,
            base=p.base,
            done=Saved("checkpoint", str(self._folder), p.position.step),
        )

    def record(self, *events: Evaluated | Sampled | Inside) -> None:
        """Add rows to the record of the run."""
        for event in events:
            self.writer.put(record.append, self._folder, event)

    def model(self, weights: dict[str, NDArray[np.float32]], losses: Losses) -> None:
        """Write the best weights so far, with their description."""
        self._best = self._describe(losses)
        saved = Saved("model", str(self._folder), self._parts.position.step)
        self.writer.put(write_model, self._folder, weights, self._best, done=saved)

    def end(self, ending: Ending) -> Mapping[str, Any]:
        """Write how the run ended into the description of the best weights; their results, empty where there are none.

        A finished run's checkpoint has served its purpose; one that was stopped goes on from it, and a smaller rate may
        save one that diverged. All that was handed to the writer has to be written. Raises OSError.
        """
        position, best = self._parts.position, self._best
        if best is None and (self._folder / DESCRIPTION).exists():
            best = read_info(self._folder)  # the best one was found before the run was taken up again
        results: Mapping[str, Any] = {}
        if best is not None:
            results = {
                **best.results,
                "last_step": position.step,
                "seconds": round(position.elapsed, 3),
                "finished": ending in ("completed", "early"),
                **self._label_accuracy(best, FEW_READINGS if ending == "stopped" else MOST_READINGS),
            }
            write_info(self._folder, replace(best, results=results))
        if ending in ("completed", "early"):
            (self._folder / CHECKPOINT).unlink(missing_ok=True)
        return results

    def _label_accuracy(self, best: ModelInfo, readings: int) -> dict[str, float]:
        """How often the best weights tell the label of a held-out item."""
        items, labels = self._parts.data.held_out()
        if not best.labels or not items:
            return {}
        share = share_right(Model.open(self._folder), items, labels, readings=readings)
        return {} if share is None else {"label_accuracy": share}

    def _describe(self, losses: Losses) -> ModelInfo:
        p, position = self._parts, self._parts.position
        return ModelInfo(
            self._folder.name,
            p.network.architecture,
            p.data.vocabulary,
            p.data.kind,
            corpus=p.data.facts(),
            recipe=p.recipe.to_dict() | ({"base": p.base} if p.base else {}),
            results={
                "validation_loss": losses.validation,
                **({} if losses.unlabelled is None else {"unlabelled_loss": losses.unlabelled}),
                "training_loss": losses.training,
                "references": self.references,
                "step": position.best_step or position.step,
                "epoch": position.best_step / p.data.steps_per_epoch,
                "last_step": position.step,
                "seconds": round(position.elapsed, 3),
                "finished": False,
            },
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            labels=p.data.labels,
        )
