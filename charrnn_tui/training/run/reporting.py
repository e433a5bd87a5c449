"""What a run says of itself: meters between two reports, and the events made from them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charrnn_tui.training.process import messages
from charrnn_tui.training.run.evaluation import Losses
from charrnn_tui.training.run.setup import RunParts


class Meters:
    """Sums over the updates since the last reading; the loss stays where it was computed until it is read."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.loss, self.grad_norm, self.characters_per_second = math.nan, math.nan, 0.0
        self.reset()

    def reset(self) -> None:
        """Begin anew, at this moment."""
        self.since = time.perf_counter()
        self.loss_sum: Tensor = torch.zeros((), device=self._device)
        self._grad_norm = torch.zeros(())
        self._characters = 0
        self._own_characters = 0

    def add(self, loss: Tensor, grad_norm: Tensor, characters: int, own_characters: int) -> None:
        """Count an update: its summed loss, the norm of its gradients, its characters in all processes and in this."""
        self.loss_sum += loss
        self._grad_norm = grad_norm
        self._characters += characters
        self._own_characters += own_characters

    def read(self) -> None:
        """Set `loss` (mean), `grad_norm` (last) and `characters_per_second` for the time since the last reading."""
        now = time.perf_counter()
        if self._characters:
            self.loss = float(self.loss_sum) / max(1, self._own_characters)
            self.grad_norm = float(self._grad_norm)
            self.characters_per_second = self._characters / max(1e-9, now - self.since)
        self.reset()


def started(parts: RunParts, folder: Path) -> messages.Started:
    """The corpus is read and the network made."""
    a, data, position = parts.network.architecture, parts.data, parts.position
    return messages.Started(
        name=folder.name,
        folder=str(folder),
        corpus=str(data.facts()["name"]),
        kind=data.kind,
        family=a.family,
        layers=a.layers,
        hidden=a.hidden,
        embedding=a.embedding,
        parameters=a.parameters,
        vocabulary_size=a.vocabulary_size,
        training_items=data.training_size,
        validation_items=int(data.facts()["validation_items"]),
        step=position.step,
        total_steps=position.total_steps,
        epochs=position.total_steps / data.steps_per_epoch,
        device=str(parts.device),
        threads=parts.threads,
        seed=parts.recipe.seed,
        notes=parts.notes,
    )


def progress(parts: RunParts, meters: Meters, lr: float) -> messages.Progress:
    """How it goes since the last report; reads the meters."""
    meters.read()
    position = parts.position
    per_step = (position.elapsed - position.elapsed_before) / max(1, position.step - position.origin)
    return messages.Progress(
        step=position.step,
        total_steps=position.total_steps,
        epoch=position.step / parts.data.steps_per_epoch,
        training_loss=meters.loss,
        learning_rate=lr,
        gradient_norm=meters.grad_norm,
        characters_per_second=meters.characters_per_second,
        elapsed=position.elapsed,
        seconds_left=per_step * (position.total_steps - position.step),
    )


def evaluated(
    parts: RunParts, meters: Meters, lr: float, losses: Losses, *, improved: bool, early: bool = False
) -> messages.Evaluated:
    """An evaluation, after the position has taken it in."""
    position = parts.position
    return messages.Evaluated(
        step=position.step,
        epoch=position.step / parts.data.steps_per_epoch,
        training_loss=losses.training,
        validation_loss=losses.validation,
        bits_per_char=losses.validation / math.log(2),
        gap=losses.validation - losses.training,
        best_loss=position.best_loss,
        best_step=position.best_step,
        improved=improved,
        learning_rate=lr,
        gradient_norm=meters.grad_norm,
        characters_per_second=meters.characters_per_second,
        elapsed=position.elapsed,
        unlabelled_loss=losses.unlabelled,
        early=early,
    )


_ENDINGS: dict[messages.Ending, str] = {
    "completed": "the run is complete.",
    "early": "the validation loss has stopped falling, so the run ended early; the best weights are kept.",
    "stopped": "stopped; the run can be taken up again where it stands.",
    "diverged": (
        "the loss has exploded, so the run was stopped; the last good weights are kept. "
        "Try again with a smaller learning rate."
    ),
}


def finished(parts: RunParts, folder: Path, ending: messages.Ending, results: Mapping[str, Any]) -> messages.Finished:
    """The run is over. `results`: those of the best weights, as their description has them."""
    position = parts.position
    message = _ENDINGS[ending]
    if ending == "diverged" and not position.best_step:
        message = (
            "the loss has exploded before the first evaluation, so the run was stopped and there are no weights to "
            "keep. Delete it and try again with a smaller learning rate."
        )
    return messages.Finished(
        reason=ending,
        name=folder.name,
        folder=str(folder),
        step=position.step,
        best_loss=position.best_loss,
        best_step=position.best_step,
        elapsed=position.elapsed,
        message=message,
        unlabelled_loss=results.get("unlabelled_loss"),
        label_accuracy=results.get("label_accuracy"),
    )
