"""`python -m charrnn_tui` and the command `charrnn-tui`."""

from __future__ import annotations

import sys


def main() -> int:
    """Start the screen where nothing is asked for, the command line otherwise; the exit code is returned."""
    if len(sys.argv) == 1:
        # Straight to the screen: typer and what it imports would only delay the first paint.
        from charrnn_tui.tui import run

        return run()
    from charrnn_tui.cli import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
