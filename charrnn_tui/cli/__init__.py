"""The command line: a thin layer over the rest, one file a group of commands.

stdout carries data only, stderr everything that is said about it. Exit codes: 0 done, 1 failed, 2 wrong use,
130 interrupted (docs/command-line.md). What a command needs is imported when it runs, so `--help` and completion
load neither NumPy nor anything else of weight.
"""

from __future__ import annotations

PROGRAM = "charrnn-tui"
COMPLETION_VARIABLE = "_CHARRNN_TUI_COMPLETE"
"""The shell asks for completions through it, calling the program without arguments."""


def main() -> int:
    """Carry out the command line in `sys.argv`; the exit code."""
    from charrnn_tui.cli import streams

    streams.prepare()
    try:
        code = _run()
    finally:
        gone = streams.finish()
    # What could not be written after all is a failure of a command that believed itself done.
    return gone or code


def _run() -> int:
    import os

    from charrnn_tui.cli.app import app, prepare_completion

    if COMPLETION_VARIABLE in os.environ:
        prepare_completion()
    try:
        app(prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE)
    except SystemExit as done:
        if isinstance(done.code, int):
            return done.code
        return 0 if done.code is None else 1
    return 0
