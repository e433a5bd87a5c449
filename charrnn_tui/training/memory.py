"""Keep freed memory for the next update, instead of handing it back to the system and taking it again."""

from __future__ import annotations

import contextlib
import ctypes
import sys

# Names and numbers of glibc's <malloc.h>.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_ALWAYS_FROM_THE_HEAP = 1 << 30
_NEVER_TRIM = 2**31 - 1
_GROW_BY = 1 << 26


def keep_freed_memory() -> bool:
    """Set this process's C library so; True where it took it (glibc).

    An update takes and frees the same large blocks as the one before. glibc returns them to the system, which
    then clears each page anew when it is touched: 7,000 faults an update of 512 units on a running text, a sixth
    of its time (docs/performance.md).
    """
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        settings = (
            (_M_MMAP_THRESHOLD, _ALWAYS_FROM_THE_HEAP),
            (_M_TRIM_THRESHOLD, _NEVER_TRIM),
            (_M_TOP_PAD, _GROW_BY),
        )
        return all(mallopt(name, value) == 1 for name, value in settings)
    return False
