"""The screen: a Textual app in which a network finishes what one types, and in which one trains networks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.files.asciicast import Recording


def run_at_terminal(record: Path | None = None) -> int:
    """As `run`, where there is a terminal; a sentence where there is none."""
    # A driver that was chosen (textual-serve does) needs no terminal.
    if "TEXTUAL_DRIVER" in os.environ:
        if record is not None:
            _say("what is recorded is a terminal, and this screen is not drawn in one.")
            return 2
    elif not _at_terminal():
        _say("the screen needs a terminal; charrnn-tui --help lists what works without one.")
        return 2
    return run(record)


def run(record: Path | None = None) -> int:
    """Start the app; the exit code. What is in the way is said in a sentence on stderr.

    `record`: a new file that takes all that is drawn (see `files.asciicast`).
    """
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import ConfigError, load_config

    try:
        config = load_config()
    except ConfigError as error:
        _say(error)
        return 1
    recording = None
    if record is not None:
        try:
            recording = _record(record)
        except FileExistsError:
            _say(f"{record} is there already and stays as it is: give the name of a new one.")
            return 1
        except OSError as error:
            _say(f"{record} cannot be written: {error.strerror or error}.")
            return 1
    from charrnn_tui.tui.app import CharRNNApp

    app = CharRNNApp(config, Library(), recording=recording)
    app.run()
    if recording is not None:
        recording.close()
        if recording.trouble:
            _say(f"{record} ends early: {recording.trouble}.")
    return 1 if app.crashed else app.return_code or 0


def _at_terminal() -> bool:
    """Whether there are keys to read and something to draw on (Textual draws on stderr on Linux)."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _say(sentence: object) -> None:
    from charrnn_tui.text import visible

    print(visible(f"charrnn-tui: {sentence}", keep_newlines=True), file=sys.stderr)


def _record(path: Path) -> Recording:
    """A recording of the window as it is. Raises OSError."""
    import shutil

    from charrnn_tui.files.asciicast import Recording

    columns, rows = shutil.get_terminal_size()
    return Recording(path, (columns, rows))
