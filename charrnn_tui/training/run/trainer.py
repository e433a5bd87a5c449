"""The training loop: updates, evaluations, samples and files, told as events.

The same loop runs in the child process of the screen, in the foreground of `charrnn-tui train` and, one a process,
under torchrun.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from charrnn_tui.cells.through_time.loss import count_targets
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Command, Ending, Evaluated, Event, Inside, Sampled
from charrnn_tui.training.run import reporting
from charrnn_tui.training.run.commands import Action, CommandQueue
from charrnn_tui.training.run.data import Batch
from charrnn_tui.training.run.evaluation import Evaluator
from charrnn_tui.training.run.inside import InsideView
from charrnn_tui.training.run.labelled import mixture_of
from charrnn_tui.training.run.references import reference_losses
from charrnn_tui.training.run.saving import RunFiles
from charrnn_tui.training.run.setup import RunParts, prepare_run
from charrnn_tui.training.run.thread_tuner import ThreadTuner, candidates
from charrnn_tui.training.update.network import weights_of

PROGRESS_EVERY = 0.25
"""Seconds between two reports of progress."""


def update(parts: RunParts, ranks: Ranks, batch: Batch, lr: float) -> tuple[Tensor, Tensor, int]:
    """One update of the weights, every step of it in order.

    Returns the loss summed over this process's next characters in nats, the norm of the gradients before they were
    clipped, and the number of those characters.
    """
    if parts.recipe.drops:
        seed_dropout(parts, ranks)
    rows = own_rows(batch, ranks)
    ids = rows.ids.to(parts.device, non_blocking=True)  # [rows, time + 1]
    mixture = mixture_of(rows.labels, len(ids), parts.network.architecture.labels)  # [rows, labels]
    if mixture is not None:
        mixture = mixture.to(parts.device, non_blocking=True)
    state = carried_state(parts.state, batch, ranks)
    # Gradients are averaged over the processes; the loss is a mean over all characters of all of them.
    grad_loss = torch.full((), ranks.world / max(1, batch.count), device=parts.device)
    if parts.model is parts.objective:
        # Forward, loss and backward in one, since the written-out layers need no autograd in between.
        loss, after = parts.objective.gradients(ids, state, mixture, grad_loss, carry=batch.keep is not None)
    else:
        loss, after = parts.model(ids, state, mixture)
        torch.autograd.backward(loss, grad_loss)
    grad_norm = parts.optimiser.clip()
    parts.optimiser.step(lr)
    parts.average.update(parts.position.step - parts.position.origin + 1)
    if batch.keep is not None and after is not None:
        parts.state = TorchState(after.hidden.detach(), None if after.cell is None else after.cell.detach())
    parts.position.step += 1
    return loss.detach(), grad_norm, batch.count if ranks.world == 1 else count_targets(ids)


def seed_dropout(parts: RunParts, ranks: Ranks) -> None:
    """Dropout's generator is seeded by the step, so a run that is taken up again drops the same units."""
    seed = (parts.recipe.seed * 1_000_003 + parts.position.step * 7919 + ranks.rank) % 2**63
    torch.default_generator.manual_seed(seed)
    if parts.device.type == "cuda":
        torch.cuda.manual_seed(seed)


def own_rows(batch: Batch, ranks: Ranks) -> Batch:
    """This process's rows of a batch: their ids and labels."""
    ids = ranks.share(batch.ids)
    labels = None if batch.labels is None else ranks.share(batch.labels)
    if not len(ids):
        # More processes than rows: this one takes part in the exchange of gradients with nothing to say.
        ids, labels = batch.ids[:1].clone(), None
        ids[:, 1:] = -1
    return replace(batch, ids=ids, labels=labels)


def carried_state(state: TorchState | None, batch: Batch, ranks: Ranks) -> TorchState | None:
    """The state that the batch's rows start from: that after the last batch, cleared where `keep` is 0."""
    if batch.keep is None or state is None:
        return None
    keep = ranks.share(batch.keep).to(state.hidden.device)[None, :, None]
    return TorchState(state.hidden * keep, None if state.cell is None else state.cell * keep)


class Trainer:
    """One training run. Making it reads the corpus, builds the network and claims the model's name; `run` trains.

    `claimed`: the name was claimed before (`Library.claim`) and is this run's. Raises TextError, RecipeError,
    ModelError, UnknownSymbolsError or ArchitectureError, each a sentence.
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
        claimed: bool = False,
    ) -> None:
        self.folder = folder
        self.ranks = ranks or Ranks()
        self._resumed = resume
        library = library or Library()
        self.parts = prepare_run(
            recipe,
            folder,
            library,
            self.ranks,
            resume=resume,
            base=base,
            reserve_core=reserve_core,
        )
        if self.ranks.is_writer and not (resume or claimed):
            Library(folder.parent).claim(folder.name)
        self.recipe, self.position = self.parts.recipe, self.parts.position
        measured = not self.recipe.threads and self.ranks.world == 1 and self.parts.device.type == "cpu"
        numbers = candidates(self.parts.threads) if measured else [self.parts.threads]
        self._threads = ThreadTuner(numbers, self.position.threads)
        self.evaluator = Evaluator(self.parts, self.ranks)
        self._commands = CommandQueue(self.parts, self.ranks)
        self._files = RunFiles(folder, self.parts, self.ranks)
        self._meters = reporting.Meters(self.parts.device)
        self._inside = InsideView(self.parts, self.evaluator.held_out)
        self._looked = self.position.step if resume else -1
        """The step of the last early evaluation."""
        self._lr = 0.0
        self._ending: Ending | None = None

    def request(self, command: Command) -> None:
        """Ask for something between two updates; may be called from another thread or a signal handler."""
        self._commands.put(command)

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
        position, written = self.position, self._files.writer
        elapsed_before, self._begun = position.elapsed, time.perf_counter()
        self._files.begin()
        try:
            yield reporting.started(self.parts, self.folder)
            if self.ranks.is_writer:
                self._files.references = reference_losses(self.parts.data)
                yield messages.References(self._files.references)
            if not self._resumed:
                # A kill before the first interval is over must not leave a run that cannot be taken up again.
                self._checkpoint()
            batches = self.parts.batches()
            while position.step < position.total_steps and self._ending is None:
                if self._looked < position.step and self.evaluator.is_early():
                    yield from self._evaluate_early()
                action = self._commands.next_action()
                if action == Action.STOP:
                    self._ending = "stopped"
                    break
                if action == Action.CHECKPOINT:
                    if not self._healthy():
                        self._ending = "diverged"
                        break
                    self._checkpoint()
                if self._commands.paused:
                    yield from self._pause()
                    continue
                self.update(next(batches))
                position.elapsed = elapsed_before + time.perf_counter() - self._begun
                yield from written.finished()
                if time.perf_counter() - self._meters.since > PROGRESS_EVERY:
                    yield reporting.progress(self.parts, self._meters, self._lr)
                if self._evaluates_at(position.step):
                    yield from self._evaluate()
            yield from self._end()
        finally:
            self._files.writer.close()

    def update(self, batch: Batch) -> None:
        """One update at the learning rate of its step, counted by the meters."""
        self._lr = self.parts.lr()
        self._threads.begin()
        with self._inside.measured_update(self._evaluates_at(self.position.step + 1)):
            loss, grad_norm, own_characters = update(self.parts, self.ranks, batch, self._lr)
        self._meters.add(loss, grad_norm, batch.count, own_characters)
        self._threads.end(batch.ids.numel())
        self.position.threads = self._threads.threads

    def _evaluates_at(self, step: int) -> bool:
        due = (step - self.position.origin) % self.evaluator.every == 0
        return due or step == self.position.total_steps

    def _evaluate_early(self) -> Iterator[Event]:
        """Tell what the network does at one of its first steps, on a few items."""
        self._looked = self.position.step
        losses = self.evaluator.losses(early=True)
        if not self.ranks.is_writer:
            return
        weights = weights_of(self.parts.average.network)
        lr = self.parts.lr()
        evaluated = reporting.evaluated(self.parts, self._meters, lr, losses, improved=False, early=True)
        yield from self._recorded(evaluated, self.evaluator.sample(weights, early=True), *self._inside.look(weights))

    def _recorded(self, *events: Evaluated | Sampled | Inside) -> Iterator[Event]:
        self._files.record(*events)
        yield from events

    def _pause(self) -> Iterator[Event]:
        """Sleep until a command ends the pause; its time does not count."""
        paused_at = time.perf_counter()
        yield from self._files.writer.finished(wait=True)
        yield messages.Paused(self.position.step)
        while self._commands.paused and self._ending is None:
            action = self._commands.wait()
            if action == Action.STOP:
                self._ending = "stopped"
            elif action == Action.CHECKPOINT:
                self._checkpoint()
                yield from self._files.writer.finished(wait=True)
        self._begun += time.perf_counter() - paused_at
        self._meters.reset()
        if self._ending is None:
            yield messages.Resumed(self.position.step)

    def _evaluate(self) -> Iterator[Event]:
        """Evaluate the averaged weights, tell, sample, and save them where they are the best so far."""
        position = self.position
        self._meters.read()
        losses = self.evaluator.losses()
        if not self._healthy() or losses.diverged(self.parts.data.vocabulary.size):
            self._ending = "diverged"
            return
        improved = losses.validation < position.best_loss
        if improved:
            position.best_loss, position.best_step, position.bad_evaluations = losses.validation, position.step, 0
        else:
            position.bad_evaluations += 1
        if self.ranks.is_writer:
            weights = weights_of(self.parts.average.network)
            evaluated = reporting.evaluated(self.parts, self._meters, self._lr, losses, improved=improved)
            sampled = self.evaluator.sample(weights)
            if improved:
                self._files.model(weights, losses)
            yield from self._recorded(evaluated, sampled, *self._inside.look(weights))
        if self.recipe.patience and position.bad_evaluations >= self.recipe.patience:
            self._ending = "early"
        self._meters.reset()

    def _healthy(self) -> bool:
        """Whether the loss and the weights are still numbers, in every process."""
        good = bool(torch.isfinite(self._meters.loss_sum)) and self.parts.optimiser.all_finite()
        return self.ranks.sums(float(not good))[0] == 0

    def _checkpoint(self) -> None:
        self._files.checkpoint()
        self._commands.checkpoint_written()

    def _end(self) -> Iterator[Event]:
        """Write what is to be kept and say how the run ended."""
        ending: Ending = self._ending or "completed"
        if ending == "stopped" and self._healthy():
            self._checkpoint()
            if not self.position.best_step:
                # Stopped before the first evaluation: what there is can at least be looked at.
                losses = self.evaluator.losses()
                if self.ranks.is_writer:
                    self._files.model(weights_of(self.parts.average.network), losses)
        yield from self._files.writer.finished(wait=True)
        results = self._files.end(ending) if self.ranks.is_writer else {}
        yield reporting.finished(self.parts, self.folder, ending, results)
