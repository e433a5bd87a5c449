"""Evaluations: the averaged weights' loss on what is held out, and what the network says at that moment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from charrnn_tui.cells import BatchCell, NumpyCell
from charrnn_tui.cells.through_time.loss import count_targets, inputs_of, next_character_loss
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.sampling import SamplingSettings, sample_many
from charrnn_tui.text import PAD, Kind, Vocabulary, text_hashes
from charrnn_tui.training.process import messages
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.run.data import Data, EvaluationPart
from charrnn_tui.training.run.labelled import mixture_of
from charrnn_tui.training.run.setup import RunParts

MOST_EVALUATIONS = 60
FEWEST_STEPS_BETWEEN = 20
FEWEST_EVALUATIONS = 4
EVALUATION_SHARE = 0.1
"""Most of the time of a running text's training that evaluations may take, unless there would be too few."""
EARLY_STEPS = (0, 1, 3, 10, 30, 100, 300, 1000)
"""Steps at which a few items are evaluated too, where no other evaluation comes sooner: everything changes then."""
EARLY_ROWS = 128
"""Items (streams) of each part that are evaluated then."""
EARLY_WINDOWS = 2
SAMPLE_TEMPERATURES = (0.5, 0.8, 1.1)
SAMPLES_EACH = 4
SAMPLE_SEED = 1
SHARES_SEED = 2
DRAWN = 50
"""Items of which the shares are told."""
SAMPLE_LENGTH = {"lines": 40, "stream": 120}


class Losses(NamedTuple):
    """Nats a character of both parts, by the same rule."""

    training: float
    validation: float
    unlabelled: float | None = None
    """That of the validation part read without its labels; None for a network that knows none."""

    def diverged(self, vocabulary_size: int) -> bool:
        """Whether the network predicts far worse than one that knows nothing."""
        return not self.validation <= 3 * math.log(vocabulary_size) + 1


class Evaluator:
    """Evaluates a run's averaged weights on the same parts of the corpus each time."""

    def __init__(self, parts: RunParts, ranks: Ranks) -> None:
        self._parts, self._ranks = parts, ranks
        self._validation = parts.data.validation(ranks.rank, ranks.world)
        self._training_sample = parts.data.training_sample(ranks.rank, ranks.world)
        self.every = steps_between(parts.data, parts.position.total_steps - parts.position.origin)
        """Updates from one evaluation to the next."""

    def is_early(self) -> bool:
        """Whether this is one of the first steps, at which a few items tell enough."""
        position = self._parts.position
        done = position.step - position.origin
        return done in EARLY_STEPS and done < min(self.every, position.total_steps - position.origin)

    def losses(self, *, early: bool = False) -> Losses:
        """Both losses, over all processes; `early`: on a few items."""
        network, device = self._parts.average.network, self._parts.device
        training_sample, held_out = self._training_sample, self._validation
        if early:
            training_sample, held_out = a_few(training_sample), a_few(held_out)
        training = evaluate(network, training_sample, device)
        validation = evaluate(network, held_out, device)
        unlabelled = (0.0, 0)
        if network.architecture.labels:
            unlabelled = evaluate(network, held_out, device, labelled=False)
        sums = self._ranks.sums(*training, *validation, *unlabelled)
        means = [total / max(1.0, count) for total, count in zip(sums[::2], sums[1::2], strict=True)]
        return Losses(means[0], means[1], means[2] if network.architecture.labels else None)

    @property
    def held_out(self) -> Sequence[EvaluationPart]:
        """What the validation loss is that of, in this process."""
        return self._validation

    @cached_property
    def _known(self) -> NDArray[np.uint64]:
        return hashes_known(self._parts.data)

    def sample(self, weights: dict[str, NDArray[np.float32]], *, early: bool = False) -> messages.Sampled:
        """What a network of these weights says, with the same random numbers each time; `early`: without shares."""
        data = self._parts.data
        cell = NumpyCell(self._parts.network.architecture, weights)
        known = None if early else self._known
        return samples_of(cell, data.vocabulary, data.kind, self._parts.position.step, known)


def hashes_known(data: Data) -> NDArray[np.uint64]:
    """Hashes of all items of a corpus, sorted; none of running text."""
    parts = data.line_hashes()
    return np.array([], dtype=np.uint64) if parts is None else np.unique(np.concatenate(list(parts.values())))


def samples_of(
    cell: BatchCell, vocabulary: Vocabulary, kind: Kind, step: int, known: NDArray[np.uint64] | None
) -> messages.Sampled:
    """What a cell says, at a few temperatures, with the same random numbers each time.

    `known` (see `hashes_known`) tells what is new; without it no shares are told.
    """
    samples: list[dict[str, Any]] = []
    for temperature in SAMPLE_TEMPERATURES:
        texts = sample_many(
            cell,
            vocabulary,
            [""] * (SAMPLES_EACH if kind == "lines" else 1),
            kind=kind,
            settings=SamplingSettings(temperature),
            seed=SAMPLE_SEED,
            max_length=SAMPLE_LENGTH[kind],
        )
        samples.append({"temperature": temperature, "texts": list(texts)})
    if kind == "stream" or known is None:
        return messages.Sampled(step, SAMPLE_SEED, samples)
    settings = SamplingSettings(messages.SHARES_AT)
    drawn = list(
        sample_many(cell, vocabulary, [""] * DRAWN, settings=settings, seed=SHARES_SEED, max_length=SAMPLE_LENGTH[kind])
    )
    shares = {
        "distinct": len(set(drawn)) / DRAWN,
        "novel": float(np.mean(~np.isin(text_hashes(drawn), known, assume_unique=False))),
    }
    return messages.Sampled(step, SAMPLE_SEED, samples, shares, DRAWN)


def a_few(parts: Sequence[EvaluationPart]) -> list[EvaluationPart]:
    """Some of what is evaluated: rows spread evenly over items of every length, or the beginnings of streams."""
    rows = sum(len(part.windows[0]) for part in parts)
    every = max(1, rows // EARLY_ROWS)
    return [
        replace(
            part,
            windows=[window[::every] for window in part.windows[:EARLY_WINDOWS]],
            labels=None if part.labels is None else part.labels[::every],
        )
        for part in parts
    ]


def steps_between(data: Data, span: int) -> int:
    """Updates between two evaluations of a run of `span` updates.

    An epoch of a list; of a running text as many as keep to `EVALUATION_SHARE` by the arithmetic, in which an update
    goes forwards and twice backwards and an evaluation forwards only.
    """
    if data.kind == "lines":
        least = data.steps_per_epoch
    else:
        update = 3 * data.training_size / data.steps_per_epoch
        evaluation = data.validation_size + data.training_sample_size
        least = min(math.ceil(evaluation / (EVALUATION_SHARE * update)), math.ceil(span / FEWEST_EVALUATIONS))
    return max(least, FEWEST_STEPS_BETWEEN, math.ceil(span / MOST_EVALUATIONS))


@torch.inference_mode()
def evaluate(
    network: CharRNNLoop, parts: Iterable[EvaluationPart], device: torch.device, *, labelled: bool = True
) -> tuple[float, int]:
    """(sum of -log P in nats, number of characters) over some parts: no dropout, no gradients. The network's mode is
    kept. `labelled`: each item under its label, where it has one."""
    was_training = network.training
    network.eval()
    total, count = 0.0, 0
    for part in parts:
        state = None
        skip = part.skip
        for window in part.windows:
            ids = window.to(device)
            mixture = mixture_of(part.labels if labelled else None, len(ids), network.architecture.labels)
            log_probs, after = network(inputs_of(ids), state, None if mixture is None else mixture.to(device))
            state = after if part.carried else None
            if skip:
                ids = ids.clone()
                ids[:, 1 : skip + 1] = PAD
                skip = max(0, skip - (ids.shape[1] - 1))
            total += float(next_character_loss(log_probs, ids))
            count += count_targets(ids)
    network.train(was_training)
    return total, count
