"""The child process: reads commands from stdin, trains, and writes events to stdout, one JSON object a line.

Started as `python -m charrnn_tui.training.process.worker` by `client.WorkerClient`. stderr is for the log. When stdin
closes without a Stop or a Detach (the front end has died), the run is stopped with its checkpoint written.
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

from charrnn_tui.training.plan.threads import bound_spinning
from charrnn_tui.training.process.hub import Hub
from charrnn_tui.training.process.messages import Command, Detach, Failed, MessageError, Start, Stop, decode_command


def _read_commands(stream: TextIO, commands: queue.SimpleQueue[Command | None]) -> None:
    for line in stream:
        try:
            commands.put(decode_command(line))
        except MessageError as error:
            print(error, file=sys.stderr)
    commands.put(None)


def work(start: Start, commands: queue.SimpleQueue[Command | None], hub: Hub) -> int:
    """Do one run; 0 where it ended in good order."""
    # torch is imported here, after the first command: a front end may start the child ahead of time.
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.run.start import start_run

    try:
        library = Library(user=Path(start.models))
        recipe = Recipe.from_dict(start.recipe)
        folder = library.folder_for(recipe.name)
        trainer = start_run(
            recipe,
            folder,
            library=library,
            resume=start.resume,
            base=start.base,
            reserve_core=start.reserve_core,
        )

        def obey(command: Command) -> None:
            if isinstance(command, Detach):
                try:
                    hub.detach(folder.name, folder, trainer.request)
                except OSError:
                    traceback.print_exc()  # the front end hears nothing and says that it cannot leave
            else:
                trainer.request(command)

        def forward() -> None:
            while (command := commands.get()) is not None:
                obey(command)
            if not hub.detached:
                trainer.request(Stop())

        threading.Thread(target=forward, name="commands", daemon=True).start()
        for event in trainer.run():
            hub.put(event)
    except (ValueError, OSError) as error:
        hub.put(Failed(str(error)))
        traceback.print_exc()
        return 1
    except MemoryError:
        hub.put(Failed("there is not enough memory for this network and batch size; make one of them smaller."))
        return 1
    except Exception as error:
        traceback.print_exc()
        hub.put(Failed(f"training failed unexpectedly: {type(error).__name__}: {error}"))
        return 1
    return 0


def main() -> int:
    """Serve one run over stdin and stdout."""
    bound_spinning()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the front end decides what Ctrl-C means
    # Events keep the real stdout to themselves; whatever a library prints goes to the log.
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(OSError):
        os.nice(5)  # the screen comes first
    commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
    threading.Thread(target=_read_commands, args=(sys.stdin, commands), name="stdin", daemon=True).start()
    hub = Hub(events)
    first = commands.get()
    if not isinstance(first, Start):
        hub.put(Failed("the first command has to be a start."))
        hub.close()
        return 2
    code = work(first, commands, hub)
    hub.close()
    return code


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # threads of torch and of stdin must not keep the process
