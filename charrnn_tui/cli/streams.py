"""Standard streams that never bring a command down: any encoding, and a reader that goes away."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO


def prepare() -> None:
    """Make both streams take any character; a stream that was closed by the caller swallows what is written."""
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (lives as long as the process)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish() -> int:
    """Write what is left; 1 where it could not be written. A reader that went away is no fault."""
    failed = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _silence(stream)
        except (OSError, ValueError) as error:
            _silence(stream)
            if stream is sys.stdout and isinstance(error, OSError):
                from charrnn_tui.cli.errors import complain

                complain(f"the output cannot be written: {error.strerror or error}.")
                failed = 1
    return failed


def _silence(stream: TextIO) -> None:
    """Send the rest nowhere, so that Python does not complain about it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
