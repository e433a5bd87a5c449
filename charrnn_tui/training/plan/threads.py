"""How many threads torch uses: by the arithmetic of a step, since small ones lose more in hand-over than they gain."""

from __future__ import annotations

import os

SMALL_STEP = 12_000_000
"""Multiply-adds, forward, of one update below which one thread is faster than two (docs/performance.md)."""


def available_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_threads(operations: int, characters: int, *, reserve_core: bool) -> int:
    """Threads for updates of `characters` characters in a network of `operations` multiply-adds a character.

    `reserve_core` leaves a core to the screen.
    """
    cores = available_cores() - (1 if reserve_core else 0)
    return 1 if operations * characters < SMALL_STEP else max(1, cores)
