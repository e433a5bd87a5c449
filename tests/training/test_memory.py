"""Freed memory is kept for the next update: seen in the page faults of a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys
import numpy as np
from charrnn_tui.training.memory import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
def touch():
    for size in (40, 50, 60):  # megabytes, above what glibc comes to keep by itself
        np.ones(size << 20, dtype=np.uint8)
touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    touch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_blocks_taken_again_are_not_cleared_again() -> None:
    faults = {
        way: int(subprocess.run([sys.executable, "-c", _PROGRAM, way], capture_output=True, check=True).stdout)
        for way in ("keep", "leave")
    }
    assert faults["keep"] * 3 < faults["leave"]
