"""The process of a session: the program, which ends when its server is gone, however that ended."""

from __future__ import annotations

import os
import runpy
import threading
import time

_EVERY = 1.0


def _end_with(server: int) -> None:
    """Wait until another process has taken over what was the server's child, then end. A training process sees that
    its commands end, and ends as well."""
    while os.getppid() == server:
        time.sleep(_EVERY)
    os._exit(1)


def main() -> None:
    """Run the program as `charrnn-tui` does."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="server", daemon=True).start()
    runpy.run_module("charrnn_tui", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
