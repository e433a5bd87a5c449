"""How many threads torch may use, by the arithmetic of a step: small ones lose more in hand-over than they gain. Which
of the numbers above one is fastest is measured while a run trains (`training.run.thread_tuner`)."""

from __future__ import annotations

import os

SMALL_STEP = 12_000_000
"""Multiply-adds, forward, of one update below which one thread is faster than two (docs/performance.md)."""


def available_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


SPIN = 10_000
"""Turns that a thread of GNU's OpenMP spins while it waits, some tens of microseconds, before it sleeps.

Left alone it spins for milliseconds and holds a core that the thread it waits for may need: on shared cores two threads
were 25 times slower than one, and with this bound 1.3 times. Sleeping at once (OMP_WAIT_POLICY=PASSIVE) costs a quiet
machine half of its speed.
"""


def bound_spinning() -> None:
    """Set the bound above for this process; has to be called before torch is loaded. What the user has set is kept."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(SPIN))


def most_threads(operations: int, characters: int, *, reserve_core: bool) -> int:
    """The most threads that are of use where an update has `characters` characters of `operations` multiply-adds each.

    `reserve_core` leaves a core to the screen.
    """
    cores = available_cores() - (1 if reserve_core else 0)
    return 1 if operations * characters < SMALL_STEP else max(1, cores)
