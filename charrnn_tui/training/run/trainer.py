"""The training loop: updates, evaluations, samples and files, told as events.

The same loop runs in the child process of the screen, in the foreground of `charrnn-tui train` and, one a process,
under torchrun.
"""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from charrnn_tui.cells import NumpyCell
from charrnn_tui.cells.through_time.loss import count_targets
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.model import CHECKPOINT, DESCRIPTION, ModelInfo, read_info, write_info
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SamplingSettings, sample_many
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Command, Event
from charrnn_tui.training.run import checkpoint as checkpoints
from charrnn_tui.training.run import record as history
from charrnn_tui.training.run.data import Batch, Data
from charrnn_tui.training.run.evaluation import evaluate
from charrnn_tui.training.run.saving import Writer, write_lines, write_model
from charrnn_tui.training.run.setup import Run, prepare_run
from charrnn_tui.training.update.network import weights_of
from charrnn_tui.training.update.objective import Objective
from charrnn_tui.training.update.schedule import learning_rate

PROGRESS_EVERY = 0.25
CHECKPOINT_EVERY = 20.0
MOST_EVALUATIONS = 60
FEWEST_STEPS_BETWEEN = 20
FEWEST_EVALUATIONS = 4
EVALUATION_SHARE = 0.1
"""Most of the time of a running text's training that evaluations may take, unless there would be too few."""
SAMPLE_TEMPERATURES = (0.5, 0.8, 1.1)
SAMPLES_EACH = 4

_NOTHING, _CHECKPOINT, _STOP = 0, 1, 2


class Trainer:
    """One training run. Making it reads the corpus and builds the network; `run` does the work.

    Raises TextError, RecipeError, ModelError, UnknownSymbolsError or ArchitectureError, each a sentence.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        *,
        library: Library | None = None,
        resume: bool = False,
        base: str | None = None,
        reserve_core: bool = False,
        ranks: Ranks | None = None,
    ) -> None:
        self.folder = folder
        self.ranks = ranks or Ranks()
        self._resumed = resume
        self._parts: Run = prepare_run(
            recipe,
            folder,
            library or Library(),
            self.ranks,
            resume=resume,
            base=base,
            reserve_core=reserve_core,
        )
        p = self._parts
        self.recipe = p.recipe
        self.position = p.position
        torch.set_num_threads(p.threads)
        self._objective = Objective(p.network, narrow=p.recipe.precision == "bfloat16")
        model = self._objective if not p.recipe.compile else torch.compile(self._objective)
        self._model: nn.Module = self.ranks.wrap(model, p.device)  # type: ignore[arg-type]
        self._requests: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._writer = Writer(folder)
        self._validation = p.data.validation(self.ranks.rank, self.ranks.world)
        self._training_sample = p.data.training_sample(self.ranks.rank, self.ranks.world)
        span = p.position.total_steps - p.position.origin
        least = p.data.steps_per_epoch if p.data.kind == "lines" else _steps_worth_an_evaluation(p.data, span)
        self.evaluate_every = max(least, FEWEST_STEPS_BETWEEN, math.ceil(span / MOST_EVALUATIONS))
        self._rate = 0.0
        self._stopping: str | None = None
        self._paused = False
        self._best: ModelInfo | None = None
        self._norm = torch.zeros(())
        self._reset_meters()
        self._last_loss = math.nan
        self._last_norm = math.nan
        self._speed = 0.0
        self._started = time.perf_counter()
        self._last_checkpoint = time.perf_counter()

    # --- commands ---------------------------------------------------------------------------------------------

    def request(self, command: Command) -> None:
        """Ask for something between two steps; may be called from another thread or a signal handler."""
        self._requests.put(command)

    def _obey(self, command: Command) -> int:
        """Carry out a command that needs no file; say what else is to be done."""
        if isinstance(command, messages.Stop):
            return _STOP
        if isinstance(command, messages.Pause):
            self._paused = True
            return _CHECKPOINT
        if isinstance(command, messages.Resume):
            self._paused = False
        elif isinstance(command, messages.Save):
            return _CHECKPOINT
        elif isinstance(command, messages.SetLearningRate) and math.isfinite(command.value) and command.value > 0:
            scheduled = self._scheduled_rate()
            self.position.rate_factor = command.value / scheduled
        return _NOTHING

    def _wanted(self) -> int:
        """What all processes do before the next step."""
        wanted = _NOTHING
        if self.ranks.is_writer:
            while not self._requests.empty():
                wanted = max(wanted, self._obey(self._requests.get()))
            if wanted == _NOTHING and time.perf_counter() - self._last_checkpoint > CHECKPOINT_EVERY:
                wanted = _CHECKPOINT
        return self.ranks.decide(wanted)

    def _wait(self) -> Iterator[Event]:
        """Sleep until a command ends the pause."""
        paused_at = time.perf_counter()
        yield messages.Paused(self.position.step)
        while self._paused and self._stopping is None:
            wanted = self._obey(self._requests.get())
            if wanted == _STOP:
                self._stopping = "stopped"
            elif wanted == _CHECKPOINT:
                self._checkpoint()
                yield from self._writer.finished(wait=True)
        self._started += time.perf_counter() - paused_at
        self._reset_meters()
        if self._stopping is None:
            yield messages.Resumed(self.position.step)

    # --- the loop ---------------------------------------------------------------------------------------------

    def run(self) -> Iterator[Event]:
        """Train to the end, yielding events. In processes other than the writer nothing is yielded.

        Raises SaveError where the disk refuses; what was saved before is kept.
        """
        events = self._run()
        if self.ranks.is_writer:
            yield from events
        else:
            for _ in events:
                pass

    def _run(self) -> Iterator[Event]:
        p, position = self._parts, self.position
        begun_with = position.elapsed
        self._started = time.perf_counter()
        if self.ranks.is_writer:
            self.folder.mkdir(parents=True, exist_ok=True)
            history.cut_back(self.folder, position.step)
            hashes = p.data.line_hashes()
            if hashes is not None:
                self._writer.put(write_lines, self.folder, hashes)
        try:
            yield self._started_event()
            if not self._resumed:
                # A kill before the first interval is over must not leave a run that cannot be taken up again.
                self._checkpoint()
            batches = self._batches()
            while position.step < position.total_steps and self._stopping is None:
                wanted = self._wanted()
                if wanted == _STOP:
                    self._stopping = "stopped"
                    break
                if wanted == _CHECKPOINT:
                    if not self._healthy():
                        self._stopping = "diverged"
                        break
                    self._checkpoint()
                    if self._paused:
                        yield from self._writer.finished(wait=True)
                if self._paused:
                    yield from self._wait()
                    continue
                self._update(next(batches))
                position.step += 1
                position.elapsed = begun_with + time.perf_counter() - self._started
                yield from self._writer.finished()
                if time.perf_counter() - self._metered > PROGRESS_EVERY:
                    yield self._progress()
                due = (position.step - position.origin) % self.evaluate_every == 0
                if due or position.step == position.total_steps:
                    yield from self._evaluation()
            yield from self._end()
        finally:
            self._writer.close()

    def _batches(self) -> Iterator[Batch]:
        """All batches from the present position on."""
        per_epoch = self._parts.data.steps_per_epoch
        epoch, first = divmod(self.position.step, per_epoch)
        while True:
            yield from self._parts.data.epoch(epoch, first)
            epoch, first = epoch + 1, 0

    def _scheduled_rate(self) -> float:
        position = self.position
        return learning_rate(
            position.step - position.origin,
            position.total_steps - position.origin,
            self.recipe.learning_rate,
            self.recipe.warmup,
        )

    def _update(self, batch: Batch) -> None:
        """One step of the optimiser."""
        p = self._parts
        if self.recipe.drops:
            # Dropout's generator is seeded by the step, so a run that is taken up again drops the same units.
            seed = (self.recipe.seed * 1_000_003 + self.position.step * 7919 + self.ranks.rank) % 2**63
            torch.default_generator.manual_seed(seed)
            if p.device.type == "cuda":
                torch.cuda.manual_seed(seed)
        ids = self.ranks.share(batch.ids)
        if not len(ids):
            # More processes than rows: this one takes part in the exchange of gradients with nothing to say.
            ids = batch.ids[:1].clone()
            ids[:, 1:] = -1
        ids = ids.to(p.device, non_blocking=True)
        state = self._carried(batch)
        # Gradients are averaged over the processes; the loss is a mean over all characters of all of them.
        by_loss = torch.full((), self.ranks.world / max(1, batch.count), device=p.device)
        if self._model is self._objective:
            loss, after = self._objective.gradients(ids, state, by_loss, carry=batch.keep is not None)
        else:
            loss, after = self._model(ids, state)
            torch.autograd.backward(loss, by_loss)
        self._rate = self._scheduled_rate() * self.position.rate_factor
        self._norm = p.optimiser.step(self._rate)
        p.average.update(self.position.step - self.position.origin + 1)
        if batch.keep is not None and after is not None:
            p.state = TorchState(*(None if part is None else part.detach() for part in after))  # type: ignore[arg-type]
        self._loss_sum += loss.detach()
        self._count += batch.count
        self._mine += batch.count if self.ranks.world == 1 else count_targets(ids)

    def _carried(self, batch: Batch) -> TorchState | None:
        """The state that the batch's rows start from."""
        state = self._parts.state
        if batch.keep is None or state is None:
            return None
        keep = self.ranks.share(batch.keep).to(state.hidden.device)[None, :, None]
        return TorchState(state.hidden * keep, None if state.cell is None else state.cell * keep)

    # --- what is told -----------------------------------------------------------------------------------------

    def _reset_meters(self) -> None:
        self._metered = time.perf_counter()
        self._loss_sum: Tensor = torch.zeros((), device=self._parts.device)
        self._count = 0
        self._mine = 0

    def _read_meters(self) -> None:
        """Mean loss, speed and gradient norm since the last reading."""
        now = time.perf_counter()
        if self._count:
            self._last_loss = float(self._loss_sum) / max(1, self._mine)
            self._last_norm = float(self._norm)
            self._speed = self._count / max(1e-9, now - self._metered)
        self._reset_meters()

    def _started_event(self) -> messages.Started:
        p = self._parts
        a = p.network.architecture
        return messages.Started(
            name=self.folder.name,
            folder=str(self.folder),
            corpus=str(p.data.facts()["name"]),
            kind=p.data.kind,
            family=a.family,
            layers=a.layers,
            hidden=a.hidden,
            embedding=a.embedding,
            parameters=a.parameters,
            vocabulary_size=a.vocabulary_size,
            training_items=p.data.training_size,
            validation_items=p.data.validation_size,
            step=self.position.step,
            total_steps=self.position.total_steps,
            epochs=self.position.total_steps / p.data.steps_per_epoch,
            device=str(p.device),
            threads=p.threads,
            seed=self.recipe.seed,
            notes=p.notes,
        )

    def _progress(self) -> messages.Progress:
        self._read_meters()
        position = self.position
        done = position.step - position.origin
        per_step = (position.elapsed - position.elapsed_before) / max(1, done)
        return messages.Progress(
            step=position.step,
            total_steps=position.total_steps,
            epoch=position.step / self._parts.data.steps_per_epoch,
            training_loss=self._last_loss,
            learning_rate=self._rate,
            gradient_norm=self._last_norm,
            characters_per_second=self._speed,
            elapsed=position.elapsed,
            seconds_left=per_step * (position.total_steps - position.step),
        )

    def _healthy(self) -> bool:
        """Whether the loss and the weights are still numbers, in every process."""
        good = bool(torch.isfinite(self._loss_sum)) and self._parts.optimiser.all_finite()
        return self.ranks.sums(float(not good))[0] == 0

    def _losses(self) -> tuple[float, float, float]:
        """(training, validation loss, characters of validation) of the averaged weights, by the same rule."""
        p = self._parts
        train_sum, train_count = evaluate(p.average.network, self._training_sample, p.device)
        sums = evaluate(p.average.network, self._validation, p.device)
        totals = self.ranks.sums(train_sum, train_count, *sums)
        return totals[0] / max(1.0, totals[1]), totals[2] / max(1.0, totals[3]), totals[3]

    def _evaluation(self) -> Iterator[Event]:
        """Evaluate, tell, sample, and save where it is the best so far."""
        position = self.position
        self._read_meters()
        training, validation, _ = self._losses()
        exploded = validation > 3 * math.log(self._parts.data.vocabulary.size) + 1
        if not self._healthy() or not math.isfinite(validation) or exploded:
            self._stopping = "diverged"
            return
        improved = validation < position.best_loss
        if improved:
            position.best_loss, position.best_step, position.bad_evaluations = validation, position.step, 0
        else:
            position.bad_evaluations += 1
        event = messages.Evaluated(
            step=position.step,
            epoch=position.step / self._parts.data.steps_per_epoch,
            training_loss=training,
            validation_loss=validation,
            bits_per_char=validation / math.log(2),
            gap=validation - training,
            best_loss=position.best_loss,
            best_step=position.best_step,
            improved=improved,
            learning_rate=self._rate,
            gradient_norm=self._last_norm,
            characters_per_second=self._speed,
            elapsed=position.elapsed,
        )
        if self.ranks.is_writer:
            weights = weights_of(self._parts.average.network)
            sampled = self._sample(weights)
            self._writer.put(history.append, self.folder, event)
            self._writer.put(history.append, self.folder, sampled)
            if improved:
                self._save_model(weights, training, validation)
            yield event
            yield sampled
        if self.recipe.patience and position.bad_evaluations >= self.recipe.patience:
            self._stopping = "early"
        self._reset_meters()

    def _sample(self, weights: dict[str, Any]) -> messages.Sampled:
        """What the network says now, with the same numbers each time."""
        p = self._parts
        cell = NumpyCell(p.network.architecture, weights)
        length = 120 if p.data.kind == "stream" else 40
        texts = [
            {
                "temperature": temperature,
                "texts": list(
                    sample_many(
                        cell,
                        p.data.vocabulary,
                        [""] * (SAMPLES_EACH if p.data.kind == "lines" else 1),
                        kind=p.data.kind,
                        settings=SamplingSettings(temperature),
                        seed=1,
                        max_length=length,
                    )
                ),
            }
            for temperature in SAMPLE_TEMPERATURES
        ]
        return messages.Sampled(self.position.step, 1, texts)

    # --- files ------------------------------------------------------------------------------------------------

    def _info(self, training: float, validation: float, *, finished: bool = False) -> ModelInfo:
        p, position = self._parts, self.position
        return ModelInfo(
            self.folder.name,
            p.network.architecture,
            p.data.vocabulary,
            p.data.kind,
            corpus=p.data.facts(),
            recipe=self.recipe.to_dict() | ({"base": p.base} if p.base else {}),
            results={
                "validation_loss": validation,
                "training_loss": training,
                "step": position.best_step or position.step,
                "epoch": position.best_step / p.data.steps_per_epoch,
                "last_step": position.step,
                "seconds": round(position.elapsed, 3),
                "finished": finished,
            },
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _save_model(self, weights: dict[str, Any], training: float, validation: float) -> None:
        self._best = self._info(training, validation)
        saved = messages.Saved("model", str(self.folder), self.position.step)
        self._writer.put(write_model, self.folder, weights, self._best, done=saved)

    def _checkpoint(self) -> None:
        """Hand a copy of everything to the writer."""
        p = self._parts
        state = None if p.state is None else self.ranks.gather(p.state)
        self._last_checkpoint = time.perf_counter()
        if not self.ranks.is_writer:
            return
        average = p.average.network if self.recipe.ema else None
        self._writer.put(
            checkpoints.write,
            self.folder,
            checkpoints.collect(p.network, average, p.optimiser, state),
            replace(self.position),
            recipe=self.recipe.to_dict(),
            vocabulary="".join(p.data.vocabulary.symbols),
            fingerprint=p.data.fingerprint,
            world=self.ranks.world,
            base=p.base,
            done=messages.Saved("checkpoint", str(self.folder), self.position.step),
        )

    def _end(self) -> Iterator[Event]:
        """Write what is to be kept and say how the run ended."""
        position = self.position
        reason = self._stopping or "completed"
        if reason == "stopped":
            if self._healthy():
                self._checkpoint()
                if not position.best_step:
                    # Stopped before the first evaluation: what there is can at least be looked at.
                    training, validation, _ = self._losses()
                    if self.ranks.is_writer:
                        self._save_model(weights_of(self._parts.average.network), training, validation)
        elif self.ranks.is_writer:
            yield from self._writer.finished(wait=True)
            self._finish_files(reason)
        yield from self._writer.finished(wait=True)
        yield messages.Finished(
            reason=reason,  # type: ignore[arg-type]
            name=self.folder.name,
            folder=str(self.folder),
            step=position.step,
            best_loss=position.best_loss,
            best_step=position.best_step,
            elapsed=position.elapsed,
            message=_ENDINGS[reason],
        )

    def _finish_files(self, reason: str) -> None:
        """Mark the model as finished; the checkpoint has served its purpose, unless a smaller rate may save the run."""
        best = self._best
        if best is None and (self.folder / DESCRIPTION).exists():
            best = read_info(self.folder)  # the best one was found before the run was taken up again
        if best is not None:
            results = {
                **best.results,
                "last_step": self.position.step,
                "seconds": round(self.position.elapsed, 3),
                "finished": reason != "diverged",
            }
            write_info(self.folder, replace(best, results=results))
        if reason != "diverged":
            (self.folder / CHECKPOINT).unlink(missing_ok=True)


_ENDINGS = {
    "completed": "the run is complete.",
    "early": "the validation loss has stopped falling, so the run ended early; the best weights are kept.",
    "stopped": "stopped; the run can be taken up again where it stands.",
    "diverged": (
        "the loss has exploded, so the run was stopped; the last good weights are kept. "
        "Try again with a smaller learning rate."
    ),
}


def _steps_worth_an_evaluation(data: Data, span: int) -> int:
    """Updates of a running text between evaluations, by the arithmetic: an update goes forwards and twice backwards."""
    update = 3 * data.training_size / data.steps_per_epoch
    evaluation = data.validation_size + data.training_sample_size
    return min(math.ceil(evaluation / (EVALUATION_SHARE * update)), math.ceil(span / FEWEST_EVALUATIONS))
