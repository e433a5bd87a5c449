"""How many threads the updates of a run take: tried out at its beginning, and again when speed falls.

Arithmetic alone cannot tell. On a quiet machine two threads are up to twice as fast as one; where other programs hold
the cores, the threads of an operation wait for the one that was interrupted, and one thread is many times faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

UPDATES_EACH = 3
"""Updates in a row with each number; the first wakes the threads and does not count."""
ROUNDS = 2
HOPELESS = 3.0
"""A number this many times slower than the best is not tried in the next round."""
STALLED = 5.0
"""Where one update takes this many times the best, that number and all larger ones are given up at once."""
FELL = 1.5
"""Look again where an update takes this many times what it took when the number was chosen."""
WINDOW = 1.0
"""Seconds over which speed is judged."""
LOOK_AGAIN = 30.0
"""Seconds after which all numbers are tried again in any case: the machine may have become quiet."""
LEAST_BETWEEN = 5.0
"""Seconds between two trials at least."""


def candidates(most: int) -> list[int]:
    """Numbers of threads worth trying: powers of two, and all cores that may be used."""
    numbers = [1]
    while numbers[-1] * 2 < most:
        numbers.append(numbers[-1] * 2)
    return sorted({*numbers, max(1, most)})


class ThreadTuner:
    """Chooses among some numbers of threads by the time that updates take.

    Told of every update by `begin` and `end`. With one number to choose from it sets that and measures nothing.
    `chosen`: a number that was found before, to begin with; 0 tries first.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        chosen: int = 0,
        *,
        clock: Callable[[], float] = time.perf_counter,
        set_threads: Callable[[int], None] = torch.set_num_threads,
    ) -> None:
        self._numbers, self._clock, self._set_threads = list(numbers), clock, set_threads
        self._plan: list[tuple[int, bool]] = []
        """The updates of the trial under way, next first: with how many threads, and whether each counts."""
        self._spent: dict[int, tuple[float, int]] = {}
        self._rounds_left = 0
        self._expected = 0.0
        self.threads = chosen if chosen in self._numbers else self._numbers[-1]
        self._set_threads(self.threads)
        self._began = self._tried_at = clock()
        self._window = (0.0, 0)
        if len(self._numbers) > 1 and not chosen:
            self._try_all()

    def begin(self) -> None:
        """An update begins."""
        if self._plan:
            self._use(self._plan[0][0])
        self._began = self._clock()

    def end(self, work: int) -> None:
        """It is over; `work` counts its characters, padding too."""
        if len(self._numbers) == 1:
            return
        now = self._clock()
        seconds = now - self._began
        if self._plan:
            number, counts = self._plan.pop(0)
            known = [spent / done for spent, done in self._spent.values()]
            stalled = bool(known) and seconds / work > STALLED * min(known)
            if stalled:
                self._plan = [(n, c) for n, c in self._plan if n < number]
            if counts or stalled:
                before = self._spent.get(number, (0.0, 0))
                self._spent[number] = before[0] + seconds, before[1] + work
            if not self._plan:
                self._end_round(now)
            return
        spent, done = self._window[0] + seconds, self._window[1] + work
        self._window = spent, done
        if spent < WINDOW:
            return
        self._window = (0.0, 0)
        pace = spent / done
        self._expected = min(self._expected or pace, pace)
        since = now - self._tried_at
        if since > LOOK_AGAIN or (since > LEAST_BETWEEN and pace > FELL * self._expected):
            self._try_all()

    def _use(self, number: int) -> None:
        if number != self.threads:
            self.threads = number
            self._set_threads(number)

    def _try_all(self) -> None:
        self._spent, self._rounds_left = {}, ROUNDS
        self._add_round(self._numbers)

    def _add_round(self, numbers: Sequence[int]) -> None:
        self._rounds_left -= 1
        self._plan = [(number, update > 0) for number in sorted(numbers) for update in range(UPDATES_EACH)]

    def _end_round(self, now: float) -> None:
        pace = {number: seconds / work for number, (seconds, work) in self._spent.items()}
        best = min(pace, key=lambda number: pace[number])
        hopeful = [number for number in pace if pace[number] < HOPELESS * pace[best]]
        if self._rounds_left and len(hopeful) > 1:
            self._add_round(hopeful)
            return
        self._use(best)
        self._expected, self._tried_at, self._window = pace[best], now, (0.0, 0)
