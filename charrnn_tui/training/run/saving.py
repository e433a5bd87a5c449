"""Write a run's files in a thread beside it, so that no step waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from charrnn_tui.files import atomic
from charrnn_tui.model import LINES, WEIGHTS, ModelInfo, write_info
from charrnn_tui.training.process.messages import Saved


class SaveError(OSError):
    """A run's files cannot be written; the message says where and why."""


def write_model(folder: Path, weights: dict[str, NDArray[np.float32]], info: ModelInfo) -> None:
    """Weights first, then the description, each atomically. Raises OSError."""
    atomic.write_with(folder / WEIGHTS, lambda path: save_file(weights, path))
    write_info(folder, info)


def write_lines(folder: Path, hashes: dict[str, NDArray[np.uint64]]) -> None:
    """The hashes for the novelty mark. Raises OSError."""
    atomic.write_with(folder / LINES, lambda path: save_file(hashes, path))


class Writer:
    """A queue of writes, done in order by one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._pending: list[tuple[Future[None], Saved | None]] = []

    def put(self, write: Callable[..., None], *args: Any, done: Saved | None = None, **keywords: Any) -> None:
        """Add a write; `done` is reported once it is on disk."""
        self._pending.append((self._pool.submit(write, *args, **keywords), done))

    @property
    def busy(self) -> bool:
        """Whether writes are under way."""
        return bool(self._pending)

    def finished(self, *, wait: bool = False) -> list[Saved]:
        """What has been written since the last call. Raises SaveError where a write failed."""
        done = []
        while self._pending and (wait or self._pending[0][0].done()):
            future, saved = self._pending.pop(0)
            try:
                future.result()
            except OSError as error:
                raise SaveError(
                    f"the run's files cannot be written to {self._folder}: {error.strerror or error}; "
                    "what was saved before is kept."
                ) from error
            if saved is not None:
                done.append(saved)
        return done

    def close(self) -> None:
        """Wait for the thread."""
        self._pool.shutdown(wait=True)
