"""The child process: reads commands from stdin, trains, and writes events to stdout, one JSON object a line.

Started as `python -m charrnn_tui.training.worker` by `client.WorkerClient`. stderr is for the log. When stdin closes
without a Stop (the front end has died), the run is stopped with its checkpoint written.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TextIO

from charrnn_tui.training.messages import (
    Command,
    Event,
    Failed,
    MessageError,
    Start,
    Stop,
    decode_command,
    encode,
)


class Reporter:
    """Events to a stream, written by a thread of its own so that no step waits for a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="reporter", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Report an event."""
        self._queue.put(event)

    def close(self) -> None:
        """Write what is left."""
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _write(self) -> None:
        while (event := self._queue.get()) is not None:
            if self._stream is None:
                continue
            try:
                self._stream.write(encode(event) + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError, OSError):
                self._stream = None  # nobody listens any more; the run itself goes on until it is stopped


def _read_commands(stream: TextIO, commands: queue.SimpleQueue[Command | None]) -> None:
    for line in stream:
        try:
            commands.put(decode_command(line))
        except MessageError as error:
            print(error, file=sys.stderr)
    commands.put(None)


def work(start: Start, commands: queue.SimpleQueue[Command | None], reporter: Reporter) -> int:
    """Do one run; 0 where it ended in good order."""
    # torch is imported here, after the first command: a front end may start the child ahead of time.
    from charrnn_tui.library import Library
    from charrnn_tui.training.recipe import Recipe
    from charrnn_tui.training.trainer import Trainer

    try:
        library = Library(user=Path(start.models))
        recipe = Recipe.from_dict(start.recipe)
        folder = library.folder_for(recipe.name)
        trainer = Trainer(
            recipe,
            folder,
            library=library,
            resume=start.resume,
            base=start.base,
            reserve_core=start.reserve_core,
        )

        def forward() -> None:
            while (command := commands.get()) is not None:
                trainer.request(command)
            trainer.request(Stop())

        threading.Thread(target=forward, name="commands", daemon=True).start()
        for event in trainer.run():
            reporter.put(event)
    except (ValueError, OSError) as error:
        reporter.put(Failed(str(error)))
        traceback.print_exc()
        return 1
    except MemoryError:
        reporter.put(Failed("there is not enough memory for this network and batch size; make one of them smaller."))
        return 1
    except Exception as error:
        traceback.print_exc()
        reporter.put(Failed(f"training failed unexpectedly: {type(error).__name__}: {error}"))
        return 1
    return 0


def main() -> int:
    """Serve one run over stdin and stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the front end decides what Ctrl-C means
    # Events keep the real stdout to themselves; whatever a library prints goes to the log.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(OSError):
        os.nice(5)  # the screen comes first
    commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
    threading.Thread(target=_read_commands, args=(sys.stdin, commands), name="stdin", daemon=True).start()
    reporter = Reporter(events)
    first = commands.get()
    if not isinstance(first, Start):
        reporter.put(Failed("the first command has to be a start."))
        reporter.close()
        return 2
    code = work(first, commands, reporter)
    reporter.close()
    return code


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # threads of torch and of stdin must not keep the process
