"""How a command ends when it cannot do what was asked: a sentence on stderr and an exit code."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Iterator

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


class WrongUse(Exception):
    """The command line itself has no meaning; the message says what is allowed."""


class Failed(Exception):
    """A command cannot do its work; the message says why and what to do."""


@contextlib.contextmanager
def from_options() -> Iterator[None]:
    """Within it, a value that has no meaning is the fault of an option: wrong use, not failure."""
    try:
        yield
    except ValueError as error:
        raise WrongUse(str(error)) from error


def complain(message: object) -> None:
    """Say on stderr what is wrong, control characters visible."""
    remark(f"charrnn-tui: {message}")


def remark(message: object) -> None:
    """Say something about the work on stderr, control characters visible."""
    from charrnn_tui.text.safe import visible

    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()  # what was said before stands before
    with contextlib.suppress(OSError, ValueError):
        print(visible(str(message), keep_newlines=True), file=sys.stderr, flush=True)


def code_for(error: Exception) -> int:
    """Say what went wrong and give the exit code. Raises BrokenPipeError again: nobody is left to tell."""
    if isinstance(error, BrokenPipeError):
        raise error
    if isinstance(error, WrongUse):
        complain(error)
        return WRONG_USE
    if isinstance(error, OSError):
        what = error.filename or "the output cannot be written"
        complain(f"{what}: {error.strerror or error}.")
        return FAILED
    if isinstance(error, MemoryError):
        complain("there is not enough memory for this.")
        return FAILED
    ours = type(error).__module__.partition(".")[0] == "charrnn_tui"
    complain(error if ours else _unexpected(error))
    return FAILED


def _unexpected(error: Exception) -> str:
    """A defect of the program: the traceback goes to a file, its place to the user."""
    from charrnn_tui.files import paths

    said = f"something unexpected went wrong: {type(error).__name__}: {error}"
    log = paths.logs() / "command-line.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return f"{said}."
    return f"{said}. The details are in {log}."
