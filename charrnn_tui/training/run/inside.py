"""What goes on inside a network while it learns: activations, gates, and how far back the gradient reaches.

The gradient through time (Hochreiter 1991; Bengio, Simard & Frasconi 1994, 'Learning long-term dependencies with
gradient descent is difficult'): for texts of the corpus, the norm of d loss / d state k steps before the character that
the loss is of. In a vanilla RNN it fades, or explodes, by about the same factor at each step; gates keep it. The cell
is the hand-written one, so these are the numbers of the network itself, not an estimate.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.cells.torch_cell import TorchState, make_cell
from charrnn_tui.text import PAD
from charrnn_tui.training.process.messages import Inside
from charrnn_tui.training.run.data import EvaluationPart
from charrnn_tui.training.run.setup import RunParts

PARTS = 21
"""Equal parts of -1 to 1 in which activations are counted."""
NEAR = 0.95
"""From here on a hidden activation counts as saturated."""
MOST_ROWS = 16
MOST_STEPS = 48
SHARE = 0.02
"""Most of a run's time that looking inside may take."""


@dataclass(frozen=True)
class Looked:
    """Rows of texts [rows, time], PAD behind their ends, and how many ids each has."""

    ids: NDArray[np.int64]
    lengths: NDArray[np.int64]


def texts_to_look_at(parts: Sequence[EvaluationPart]) -> Looked:
    """Some rows of what is evaluated: the longest items, or the beginnings of streams."""
    windows = [part.windows[0].numpy() for part in parts]
    rows = [row[:MOST_STEPS] for window in windows for row in window]
    rows.sort(key=lambda row: -int((row != PAD).sum()))
    rows = rows[:MOST_ROWS]
    ids = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
    return Looked(ids, (ids != PAD).sum(axis=1))


def look_inside(
    architecture: Architecture, weights: dict[str, NDArray[np.float32]], looked: Looked, step: int, update: float
) -> Inside:
    """What a network of these weights does on some texts, read without labels."""
    cell = NumpyCell(architecture, weights)
    layers = architecture.layers
    counts = np.zeros((layers, PARTS))
    near, seen = np.zeros(layers), 0
    opened: list[dict[str, float]] = [{} for _ in range(layers)]
    state = cell.initial_state(len(looked.ids))
    for t in range(looked.ids.shape[1] - 1):
        there = looked.ids[:, t] != PAD
        read = np.where(there, looked.ids[:, t], 0)
        before, state = state, cell.advance(read, state)
        seen += int(there.sum())
        gates = cell.gates(read, before, state) if architecture.gates > 1 else ()
        for layer, hidden in enumerate(state.hidden):
            values = hidden[there]
            counts[layer] += np.histogram(values, bins=PARTS, range=(-1, 1))[0]
            near[layer] += (np.abs(values) >= NEAR).mean() * len(values)
            for name, gate in gates[layer].items() if gates else ():
                if name not in ("new", "candidate"):
                    opened[layer][name] = opened[layer].get(name, 0.0) + float(gate[there].mean()) * len(values)
    return Inside(
        step=step,
        hidden=(counts / counts.sum(axis=1, keepdims=True)).round(5).tolist(),
        saturated=(near / seen).tolist(),
        gates=[{name: total / seen for name, total in layer.items()} for layer in opened] if opened[0] else [],
        fading=fading(architecture, weights, looked),
        update=update,
    )


def fading(architecture: Architecture, weights: dict[str, NDArray[np.float32]], looked: Looked) -> list[float]:
    """Norm of d loss / d state k steps back, relative to k = 0, mean over the texts that reach so far; the loss is that
    of each text's last symbol. k = 0 is the state from which it is predicted."""
    cell = make_cell(architecture)
    cell.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    cell.requires_grad_(False)
    ids = torch.from_numpy(looked.ids.clip(0))
    last = torch.from_numpy(looked.lengths - 1)
    rows = torch.arange(len(ids))
    state = cell.initial_state(len(ids))
    states: list[TorchState] = []
    loss = torch.zeros(())
    with torch.enable_grad():
        for t in range(ids.shape[1] - 1):
            state, _ = cell.step(ids[:, t], state)
            for part in state:
                if part is not None and not part.requires_grad:
                    part.requires_grad_(True)
                if part is not None:
                    part.retain_grad()
            states.append(state)
            # From the state itself, so that its own gradient is there too.
            log_probs = torch.log_softmax(cell.output(state.hidden[-1]), dim=-1)
            loss = loss - (log_probs[rows, ids[:, t + 1]] * (last == t + 1)).sum()
        loss.backward()  # type: ignore[no-untyped-call]
    norms = torch.stack([_norm(state) for state in states]).numpy()  # [time, rows]
    found = []
    for k in range(int(looked.lengths.max()) - 1):
        reaching = looked.lengths - 2 - k >= 0
        at = (looked.lengths - 2 - k)[reaching]
        found.append(float(norms[at, np.flatnonzero(reaching)].mean()))
    return [value / found[0] if found[0] > 0 else 0.0 for value in found]


def _norm(state: TorchState) -> Tensor:
    """Of the gradient of one state, all layers and vectors together [rows]."""
    squares = [part.grad.square().sum(dim=(0, 2)) for part in state if part is not None and part.grad is not None]
    return torch.stack(squares).sum(dim=0).sqrt()


class InsideView:
    """The inside of one run's network, looked at beside evaluations, as often as `SHARE` of all time allows."""

    def __init__(self, parts: RunParts, held_out: Sequence[EvaluationPart]) -> None:
        self._parts, self._held_out = parts, held_out
        self._looked: Looked | None = None
        self._next = 0.0
        self._update = math.nan

    @contextmanager
    def measured_update(self, wanted: bool) -> Iterator[None]:
        """Within it the weights are updated; how large the update is against them is kept for the next look."""
        if not wanted or not self._due():
            yield
            return
        before = [p.detach().clone() for p in self._parts.optimiser.parameters]
        yield
        with torch.no_grad():
            changes = [now - then for now, then in zip(self._parts.optimiser.parameters, before, strict=True)]
            self._update = _length(changes) / max(1e-30, _length(before))

    def look(self, weights: dict[str, NDArray[np.float32]]) -> list[Inside]:
        """What is to be told now of a network of these weights: nothing where it was looked at a moment ago."""
        if not self._due():
            return []
        begun = time.perf_counter()
        if self._looked is None:
            self._looked = texts_to_look_at(self._held_out)
        architecture, step = self._parts.network.architecture, self._parts.position.step
        inside = look_inside(architecture, weights, self._looked, step, self._update)
        self._update = math.nan
        now = time.perf_counter()
        self._next = now + (now - begun) / SHARE
        return [inside]

    def _due(self) -> bool:
        return time.perf_counter() >= self._next


def _length(tensors: Sequence[Tensor]) -> float:
    """The norm of all of them as one vector."""
    return math.sqrt(sum(float(tensor.square().sum()) for tensor in tensors))
