"""`charrnn-tui record` and `replay`: a session on the screen, recorded, and played in the terminal."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli.errors import INTERRUPTED, Failed, WrongUse

if TYPE_CHECKING:
    from charrnn_tui.prompt.replay import Replay

_ENTER = "\x1b[?1049h\x1b[0m\x1b[2J\x1b[H\x1b[?25l\x1b[?7l"
"""The other screen, empty, without a cursor and without wrapping, as the program itself has it."""
_LEAVE = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
_RIGHT = (b"\x1b[C", b"\x1bOC")
_CTRL_C = b"\x03"


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(
        "record",
        short_help="Open the screen and record it.",
        epilog="""Examples:

\b
  charrnn-tui record lesson.cast        what is drawn goes into a new file, too
  charrnn-tui replay lesson.cast        play it
""",
    )(record)
    app.command(
        "replay",
        short_help="Replay a recorded session.",
        epilog="""Examples:

\b
  charrnn-tui record lesson.cast        use the screen, and record it
  charrnn-tui replay lesson.cast        play it in this terminal
  charrnn-tui replay lesson.cast --speed 2 --idle 0.5
""",
    )(replay)


def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file (asciicast 2).")],
) -> None:
    """Open the screen and record what it shows, in asciinema's format.

    Each piece is on disk at once. A file that is there is never written over.
    """
    from charrnn_tui.text.reading import expand
    from charrnn_tui.tui import run_at_terminal

    raise typer.Exit(run_at_terminal(expand(str(file))))


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording (asciicast 2).")],
    speed: Annotated[float, typer.Option("--speed", metavar="X", min=0.01, max=1000, help="So many times faster.")] = 1,
    idle: Annotated[
        float,
        typer.Option("--idle", metavar="SECONDS", min=0, max=86400, help="The longest pause; what is more is cut."),
    ] = 2,
) -> None:
    """Play a recorded session in the terminal, at its own pace.

    Space pauses and goes on, Right skips 5 seconds, q or Ctrl+C ends it. Only text and what draws is sent to the
    terminal, so that a recording from somebody else cannot command it.
    """
    from charrnn_tui.files.asciicast import read_cast
    from charrnn_tui.prompt.replay import Replay
    from charrnn_tui.text.reading import expand

    cast = read_cast(expand(str(file)))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse("replay needs a terminal to play in, and keys to read: use it without a pipe.")
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    if columns < cast.columns or rows < cast.rows:
        raise Failed(
            f"the recording needs a window of {cast.columns} columns and {cast.rows} rows; this one has "
            f"{columns} and {rows}. Make it larger, or the letters smaller."
        )
    with _drawing():
        code = _play(Replay(cast.outputs, speed=speed, idle=idle))
    raise typer.Exit(code)


@contextlib.contextmanager
def _drawing() -> Iterator[None]:
    """The terminal, ready to be drawn on and to give each key at once; as it was before, whatever happens."""
    import termios
    import tty

    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys)
        now = termios.tcgetattr(keys)
        now[3] &= ~termios.ISIG  # Ctrl+C and Ctrl+Z are keys: the terminal is given back first
        termios.tcsetattr(keys, termios.TCSANOW, now)
        _draw(_ENTER)
        yield
    finally:
        _draw(_LEAVE)
        termios.tcsetattr(keys, termios.TCSAFLUSH, before)


def _draw(text: str) -> None:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _play(replay: Replay) -> int:
    """Play until it is over or a key ends it; the exit code."""
    keys = sys.stdin.fileno()
    last = time.monotonic()
    while not replay.over:
        ready, _, _ = select.select([keys], [], [], replay.wait)
        now = time.monotonic()
        _draw(replay.advance(now - last))
        last = now
        if not ready:
            continue
        pressed = os.read(keys, 1024)
        if _CTRL_C in pressed:
            return INTERRUPTED
        if not pressed or b"q" in pressed:
            return 0
        if pressed.count(b" ") % 2:
            replay.toggle()
        for _ in range(sum(map(pressed.count, _RIGHT))):
            _draw(replay.skip())
    return 0
