"""How many threads NumPy's matrix products use.

OpenBLAS starts a thread a core and lets them spin while they wait for each other. On an idle machine that speeds up
large products; beside a training run, which keeps the cores busy, it makes small ones ten times slower. So the program
uses one thread, and more only for large batches while cores are idle.
"""

from __future__ import annotations

import ctypes
import os
from importlib import import_module
from pathlib import Path

ENVIRONMENT = "OPENBLAS_NUM_THREADS"
"""Set to 1 before NumPy is first imported, this keeps threads from being started at all."""

_NAMES = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads")
_RUNNING = Path("/proc/loadavg")


def set_threads(count: int) -> bool:
    """Let NumPy's products use `count` threads from now on; false where this NumPy cannot be told."""
    try:
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    except (ImportError, OSError):
        return False
    for name in _NAMES:
        # Looked up in the module and in the libraries that it is linked to.
        function = getattr(library, name, None)
        if function is not None:
            function.argtypes, function.restype = [ctypes.c_int], None
            function(count)
            return True
    return False


def idle_cores() -> int:
    """Cores that nothing else is using at this moment, at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        # The fourth field is "running/existing" tasks; this one is running too.
        others = max(0, int(_RUNNING.read_text().split()[3].split("/")[0]) - 1)
    except (OSError, ValueError, IndexError):
        try:
            others = round(os.getloadavg()[0])
        except OSError:
            others = 0
    return max(1, cores - others)
