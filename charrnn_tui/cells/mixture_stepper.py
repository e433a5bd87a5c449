"""One stream of a mixture: each part is stepped by the fastest stepper that there is for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells.batch_cell import log_softmax
from charrnn_tui.cells.mixture import FAINT, MixtureCell, MixtureState

Floats = NDArray[np.float32]


class PartsOfStream(NamedTuple):
    """The state of one stream of a mixture."""

    states: tuple[Any, ...]
    """Of the parts, as their steppers have them."""
    answers: tuple[Floats, ...] | None
    """log P [vocabulary] of what follows, as each part says it; None before anything was read."""
    faint: tuple[bool, ...]
    """Which parts have passed over something."""


class MixtureStepper:
    """Steps one stream of a mixture. It owns scratch memory, so each stream (and each thread) makes its own."""

    def __init__(self, cell: MixtureCell, stepper_for: Callable[[Any], Any]) -> None:
        self.cell = cell
        self._stepper_for = stepper_for
        self._steppers = [stepper_for(part) for part in cell.parts]
        self._own_ids = cell.own_ids.T.tolist()
        self._begins = cell.begins.tolist()
        self._shares: dict[tuple[bool, ...], Any] = {}
        parts = len(self._steppers)
        self.start = PartsOfStream(tuple(stepper.start for stepper in self._steppers), None, (False,) * parts)
        """The state before anything was read."""

    def __reduce__(self) -> tuple[type[MixtureStepper], tuple[MixtureCell, Callable[[Any], Any]]]:
        """A copy makes scratch memory of its own."""
        return MixtureStepper, (self.cell, self._stepper_for)

    def step(self, id_: int, state: PartsOfStream) -> tuple[PartsOfStream, Floats]:
        """Read one id: the new state and log P [vocabulary] of what comes next, a fresh array."""
        begins = self._begins[id_]
        states, answers, faint = [], [], []
        for number, own in enumerate(self._own_ids[id_]):
            before = state.states[number]
            if own >= 0:
                after, logits = self._steppers[number].step(own, before)
                states.append(after)
                answers.append(log_softmax(logits))
            else:
                states.append(before)
                answers.append(self._unread(number) if state.answers is None else state.answers[number])
            faint.append(not begins and (own < 0 or state.faint[number]))
        here = PartsOfStream(tuple(states), tuple(answers), tuple(faint))
        return here, self._pooled(here.answers or (), here.faint)

    def batch_of_one(self, state: PartsOfStream) -> MixtureState:
        """A state as the cell has it, of one stream."""
        parts = zip(self._steppers, state.states, strict=True)
        return MixtureState(tuple(stepper.batch_of_one(part) for stepper, part in parts), np.array([state.faint]))

    def _unread(self, number: int) -> Floats:
        """What a part says that has read nothing."""
        part = self.cell.parts[number]
        answer: Floats = part.answer(part.initial_state(1))[0]
        return answer

    def _pooled(self, answers: tuple[Floats, ...], faint: tuple[bool, ...]) -> Floats:
        cell = self.cell
        if cell.blended:
            pooled: Floats = cell.pooled([answer[None] for answer in answers], np.array([faint]))[0]
            return pooled
        logs = self._shares.get(faint)
        if logs is None:
            shares = np.where(faint, FAINT, 1.0) * cell.shares
            with np.errstate(divide="ignore"):
                logs = self._shares[faint] = [np.float64(log) for log in np.log(shares / shares.sum())]
        if cell.everything_known:
            total = answers[0] + logs[0]
            for answer, log in zip(answers[1:], logs[1:], strict=True):
                np.logaddexp(total, answer + log, total)
        else:
            total = np.full(cell.vocabulary_size, -np.inf)
            for answer, log, places in zip(answers, logs, cell.places, strict=True):
                total[places] = np.logaddexp(total[places], answer + log)
        mixed: Floats = total.astype(np.float32)
        return mixed
