"""`python -m charrnn_tui` and the command `charrnn-tui`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Start the screen where nothing is asked for, the command line otherwise; the exit code is returned."""
    # Before NumPy is imported: see charrnn_tui.cells.blas.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The shell asks for completions without arguments, through a variable (charrnn_tui.cli.COMPLETION_VARIABLE).
    if len(sys.argv) == 1 and "_CHARRNN_TUI_COMPLETE" not in os.environ:
        return _screen()
    from charrnn_tui.cli import main as command_line

    code = command_line()
    if "TORCHELASTIC_RUN_ID" in os.environ:
        from charrnn_tui.training.process.distributed import end_process

        end_process(code)
    return code


def _screen() -> int:
    """Straight to the screen: typer and what it imports would only delay the first paint."""
    from charrnn_tui.tui import run_at_terminal

    return run_at_terminal()


if __name__ == "__main__":
    sys.exit(main())
