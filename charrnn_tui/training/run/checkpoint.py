"""Everything that a run needs to go on as if nothing had happened, in one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.files import atomic
from charrnn_tui.model import CHECKPOINT, ModelError
from charrnn_tui.model.library import can_be_resumed
from charrnn_tui.text import visible
from charrnn_tui.training.update.optimiser import Optimiser

_FORMAT = 1


class CheckpointError(ModelError):
    """A run cannot be taken up again; the message says why and what to do."""


@dataclass
class Position:
    """Where a run stands, apart from its tensors.

    `origin` is the step at which its schedule begins (above 0 where a finished model trains on). Dropout needs no
    generator here: each step seeds its own.
    """

    step: int = 0
    origin: int = 0
    total_steps: int = 0
    best_loss: float = float("inf")
    best_step: int = 0
    bad_evaluations: int = 0
    rate_factor: float = 1.0
    threads: int = 0
    """The number that was found to be fastest; 0 where none was tried. Sums differ by it in their last digits."""
    elapsed: float = 0.0
    elapsed_before: float = 0.0
    """Seconds of earlier runs, before `origin`."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was read."""

    position: Position
    recipe: dict[str, Any]
    vocabulary: str
    fingerprint: str
    world: int
    base: str | None
    tensors: dict[str, Tensor]
    labels: tuple[str, ...] = ()

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of 'network', 'average', 'momentum', 'variance', 'count' or 'state'."""
        prefix = f"{name}/"
        return {key.removeprefix(prefix): t for key, t in self.tensors.items() if key.startswith(prefix)}


def collect(
    network: nn.Module, average: nn.Module | None, optimiser: Optimiser, state: TorchState | None
) -> dict[str, Tensor]:
    """A copy of all tensors of a run, so that it may go on while they are written."""
    tensors = {f"network/{name}": parameter.detach() for name, parameter in network.named_parameters()}
    tensors |= optimiser.moments()
    if average is not None:
        tensors |= {f"average/{name}": p for name, p in average.named_parameters()}
    if state is not None:
        tensors["state/hidden"] = state.hidden
        if state.cell is not None:
            tensors["state/cell"] = state.cell
    return {name: t.detach().to("cpu", copy=True).contiguous() for name, t in tensors.items()}


def write(
    folder: Path,
    tensors: Mapping[str, Tensor],
    position: Position,
    *,
    recipe: dict[str, Any],
    vocabulary: str,
    labels: tuple[str, ...],
    fingerprint: str,
    world: int,
    base: str | None,
) -> None:
    """Write the checkpoint atomically. Raises OSError."""
    about = {
        "format": _FORMAT,
        "position": asdict(position),
        "recipe": recipe,
        "vocabulary": vocabulary,
        "labels": labels,
        "fingerprint": fingerprint,
        "world": world,
        "base": base,
    }
    metadata = {"charrnn-tui": json.dumps(about)}
    atomic.write_with(folder / CHECKPOINT, lambda path: save_file(dict(tensors), path, metadata))


def read(folder: Path) -> Checkpoint:
    """Read a folder's checkpoint. Raises CheckpointError where there is none or it is damaged."""
    path = folder / CHECKPOINT
    source = visible(str(path))
    if not can_be_resumed(folder):
        raise CheckpointError(f"{visible(folder.name)} has no checkpoint; there is no unfinished run to take up again.")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["charrnn-tui"])
            if about["format"] != _FORMAT:
                raise CheckpointError(f"{source} was written by another version of charrnn-tui; train again.")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        return Checkpoint(
            Position(**about["position"]),
            about["recipe"],
            about["vocabulary"],
            about["fingerprint"],
            about["world"],
            about["base"],
            tensors,
            tuple(about.get("labels", ())),
        )
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{source} is damaged ({error}); the run cannot be taken up again.") from error
