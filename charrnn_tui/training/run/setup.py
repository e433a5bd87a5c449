"""Put a run together: data, network, optimiser and position, fresh, taken up again, or built on another model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.model import WEIGHTS, ModelInfo, read_info, read_weights
from charrnn_tui.model.library import Library, can_be_resumed, has_weights
from charrnn_tui.text import Vocabulary
from charrnn_tui.text.encoded import encode_file
from charrnn_tui.training.plan.notes import notes_on
from charrnn_tui.training.plan.precision import choose_precision
from charrnn_tui.training.plan.prepare import Texts, read_texts
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.plan.threads import most_threads
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.run import checkpoint as checkpoints
from charrnn_tui.training.run.checkpoint import Checkpoint, CheckpointError, Position
from charrnn_tui.training.run.data import Batch, LinesData, StreamData, load_data
from charrnn_tui.training.run.labelled import known_labels
from charrnn_tui.training.update.network import (
    MovingAverage,
    architecture_of,
    choose_device,
    grow_labels,
    grow_weights,
    load_weights,
    make_network,
)
from charrnn_tui.training.update.objective import Objective
from charrnn_tui.training.update.optimiser import KINDS, Optimiser
from charrnn_tui.training.update.schedule import learning_rate


@dataclass
class RunParts:
    """All parts of a run, ready for its next step."""

    recipe: Recipe
    base: str | None
    data: LinesData | StreamData
    network: CharRNNLoop
    objective: Objective
    model: nn.Module
    """The objective, compiled and shared between processes where that is asked for."""
    average: MovingAverage
    optimiser: Optimiser
    position: Position
    device: torch.device
    threads: int
    """The most threads that are of use; how many it is to be where the recipe says so."""
    notes: list[str]
    state: TorchState | None = None
    """Where the next batch of a running text starts."""

    def scheduled_lr(self) -> float:
        """The learning rate of the next update, as the recipe has it."""
        position, recipe = self.position, self.recipe
        step, span = position.step - position.origin, position.total_steps - position.origin
        return learning_rate(step, span, recipe.learning_rate, recipe.warmup, recipe.schedule)

    def lr(self) -> float:
        """The learning rate of the next update."""
        return self.scheduled_lr() * self.position.rate_factor

    def batches(self) -> Iterator[Batch]:
        """All batches from the present position on, epoch after epoch, without end."""
        epoch, first = divmod(self.position.step, self.data.steps_per_epoch)
        while True:
            yield from self.data.epoch(epoch, first)
            epoch, first = epoch + 1, 0


def prepare_run(
    recipe: Recipe,
    folder: Path,
    library: Library,
    ranks: Ranks,
    *,
    resume: bool,
    base: str | None,
    reserve_core: bool,
) -> RunParts:
    """Build a run. Raises TextError, RecipeError, ModelError, UnknownSymbolsError or ArchitectureError."""
    stored: Checkpoint | None = None
    finished: ModelInfo | None = None
    if resume and not can_be_resumed(folder) and has_weights(folder):
        finished = read_info(folder)
        base = None
        more = recipe.epochs
        recipe = Recipe.from_dict({**finished.recipe, "name": folder.name, "epochs": more, "steps": 0})
    elif resume:
        stored = checkpoints.read(folder)
        recipe, base = Recipe.from_dict({**stored.recipe, "name": folder.name}), stored.base
        if stored.world != ranks.world and recipe.kind == "stream":
            raise CheckpointError(
                f"{folder.name} was trained by {stored.world} processes; take it up again with as many."
            )
    device = choose_device(recipe.device)
    texts = read_texts(recipe)
    recipe = replace(recipe, kind=texts.kind)
    base_info = finished or (library.open(base).info if base and stored is None else None)
    base_folder = folder if finished else (library.find(base) if base_info and base else None)
    if base_info is not None:
        a = base_info.network("it is counted in one go; count another one on the new text, with the architecture ngram")
        recipe = replace(recipe, family=a.family, layers=a.layers, hidden=a.hidden, embedding=a.embedding)
        if base_info.kind != texts.kind:
            raise RecipeError(
                f"{base_info.name} was trained on a corpus of the kind {base_info.kind}, and {texts.name} is of the "
                f"kind {texts.kind}; set the kind, or start a network of its own."
            )
    vocabulary = _vocabulary(texts, stored, base_info)
    data = load_data(texts, recipe, vocabulary, _labels(texts, stored, base_info))
    if stored is not None and not data.is_what(stored.fingerprint):
        raise CheckpointError(
            f"the corpus {texts.name} has changed since {folder.name} was interrupted, so the run cannot go on as "
            "it was; fine-tune from the model on the new text instead."
        )
    if texts.kind == "stream" and recipe.batch_size % ranks.world:
        raise RecipeError(f"the batch size is a multiple of the number of processes ({ranks.world}) for a stream.")
    recipe = replace(recipe, precision=choose_precision(recipe.precision, device, recipe.network_family, recipe.hidden))
    network = make_network(architecture_of(recipe, data.vocabulary, len(data.labels)), recipe)
    position = Position(total_steps=recipe.total_steps(data.steps_per_epoch))
    if base_info is not None and base_folder is not None:
        weights = read_weights(base_folder / WEIGHTS, base_info.architecture)
        if data.vocabulary != base_info.vocabulary:
            _, places = base_info.vocabulary.grown(data.vocabulary.symbols)
            weights = grow_weights(weights, places, data.vocabulary.size, recipe.seed)
        load_weights(network, grow_labels(weights, len(data.labels), recipe.embedding, recipe.seed))
    if finished is not None:
        position = _go_on(finished, position)
    network.to(device)
    optimiser = Optimiser(network, recipe, device)
    average = MovingAverage(network, optimiser.parameters, recipe.ema)
    state = None
    if stored is not None:
        position = stored.position
        network.load_state_dict(stored.part("network"))
        if recipe.ema:
            average.network.load_state_dict(stored.part("average"))
        optimiser.restore({kind: stored.part(kind) for kind in KINDS})
        state = _state(stored.part("state"), ranks, device)
    characters = data.training_size if texts.kind == "lines" else recipe.batch_size * recipe.window
    if isinstance(data, LinesData):
        characters = recipe.batch_size * 8
    threads = recipe.threads or most_threads(network.architecture.operations, characters, reserve_core=reserve_core)
    objective = Objective(network, narrow=recipe.precision == "bfloat16")
    model = ranks.wrap(torch.compile(objective) if recipe.compile else objective, device)  # type: ignore[arg-type]
    notes = notes_on(texts, data.validation_size)
    return RunParts(
        recipe, base, data, network, objective, model, average, optimiser, position, device, threads, notes, state
    )


def _vocabulary(texts: Texts, stored: Checkpoint | None, base: ModelInfo | None) -> Vocabulary | None:
    """The vocabulary of a run that is not free to make its own; None where it is."""
    if stored is not None:
        return Vocabulary(stored.vocabulary)
    if base is None:
        return None
    if texts.kind == "lines":
        own = Vocabulary.from_texts([*texts.training, *texts.validation])
    else:
        assert texts.training_path is not None
        own = encode_file(texts.training_path).vocabulary
    if all(symbol in base.vocabulary for symbol in own.symbols):
        return base.vocabulary
    return base.vocabulary.grown(own.symbols)[0]


def _labels(texts: Texts, stored: Checkpoint | None, base: ModelInfo | None) -> tuple[str, ...]:
    """The labels of a run's network: those of the one it goes on from, and new ones of its corpus."""
    if stored is not None:
        return stored.labels
    return known_labels(texts, () if base is None else base.labels)


def _go_on(finished: ModelInfo, position: Position) -> Position:
    """A finished model trains on: steps are counted on, the schedule begins anew."""
    results: Mapping[str, Any] = finished.results
    step = int(results.get("last_step", results.get("step", 0)))
    return Position(
        step=step,
        origin=step,
        total_steps=step + position.total_steps,
        best_loss=finished.validation_loss if finished.validation_loss is not None else float("inf"),
        best_step=int(results.get("step", 0)),
        elapsed=float(results.get("seconds", 0.0)),
        elapsed_before=float(results.get("seconds", 0.0)),
    )


def _state(part: dict[str, torch.Tensor], ranks: Ranks, device: torch.device) -> TorchState | None:
    if "hidden" not in part:
        return None
    shares = [ranks.share(part[name], dim=1).to(device) if name in part else None for name in ("hidden", "cell")]
    assert shares[0] is not None
    return TorchState(shares[0], shares[1])
