"""From one prefix's state to another's in steps, a generation at each.

The states on the way are weighted means of the two, (1 - w) A + w B, hidden and cell vectors alike. No text leads to
them: what the network says there shows how its states lie to each other (Bowman et al. 2016, arXiv:1511.06349, walk
between sentences in this way; there the space is trained for it, here it is not, so the middle may be no mixture).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.batch_cell import BatchStateT
from charrnn_tui.insight.reading import InsightError, continue_from, read
from charrnn_tui.model import Model
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.stream import EndReason


@dataclass(frozen=True)
class Between:
    """One place on the way."""

    weight: float
    """0 at the first prefix, 1 at the second."""
    text: str
    """What was written from there; no prefix belongs to it, but at both ends."""
    end: EndReason
    log_probs: NDArray[np.float32]
    """[vocabulary], log P of the first character, in nats."""


def interpolate(first: BatchStateT, second: BatchStateT, weights: NDArray[np.floating]) -> BatchStateT:
    """States of one stream each, mixed: row i of the result is (1 - w_i) first + w_i second.

    What is no vector (symbols that were read, marks) is that of the nearer one.
    """
    w = np.asarray(weights, dtype=np.float32)[:, None]
    both = zip(first.arrays, second.arrays, strict=True)
    return first.with_arrays((1 - w) * a + w * b if a.dtype.kind == "f" else np.where(w < 0.5, a, b) for a, b in both)


def between(
    model: Model,
    first: str,
    second: str,
    steps: int = 8,
    *,
    settings: SamplingSettings | None = None,
    seed: int = 0,
    item: int = 0,
    max_length: int | None = None,
) -> list[Between]:
    """steps + 1 generations: after the first prefix, on the way, and after the second; all under one seed.

    Raises InsightError, UnknownSymbolsError.
    """
    return list(along(model, first, second, steps, settings=settings, seed=seed, item=item, max_length=max_length))


def along(
    model: Model,
    first: str,
    second: str,
    steps: int = 8,
    *,
    settings: SamplingSettings | None = None,
    seed: int = 0,
    item: int = 0,
    max_length: int | None = None,
) -> Iterator[Between]:
    """As `between`, one after the other as they are asked for; what is wrong is raised at once."""
    if steps < 1:
        raise InsightError(f"the way has one step or more, not {steps}.")
    cell = model.cell
    readings = [read(model, prefix) for prefix in (first, second)]
    ends = [reading.states[-1] for reading in readings]
    if not any(array.dtype.kind == "f" for array in ends[0].arrays):
        raise InsightError(f"the states of {model.name} are characters; nothing lies between two of them.")
    weights = np.linspace(0, 1, steps + 1)
    states = interpolate(ends[0], ends[1], weights)
    answers = cell.answer(states)
    limit = model.info.default_max_length if max_length is None else max_length

    def at(row: int) -> Between:
        written = continue_from(
            cell,
            model.vocabulary,
            states.select([row]),
            answers[row],
            after=int(readings[round(float(weights[row]))].read[-1]),
            kind=model.info.kind,
            settings=settings or SamplingSettings(),
            seed=seed,
            item=item,
            max_length=limit,
        )
        return Between(float(weights[row]), written.text, written.end, answers[row])

    return map(at, range(steps + 1))
