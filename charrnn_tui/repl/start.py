"""From the command to the first prompt: settings and model read, and a terminal or plain lines chosen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from charrnn_tui.model import Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.session import Session
from charrnn_tui.prompt.settings import Config, ConfigError, load_config
from charrnn_tui.repl.console import Console
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.repl.toolbar import toolbar
from charrnn_tui.sampling import SettingsError
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    Overrides: TypeAlias = Mapping[str, Any]

INTERRUPTED = 130


def start(name: str | None, overrides: Overrides) -> int:
    """Run the prompt; the exit code."""
    try:
        config = _with(load_config(), overrides)
        library = Library()
        model, notice = _first_model(library, name, config.model)
    except (ConfigError, SettingsError, ModelError) as error:
        print(f"charrnn-tui: {error}", file=sys.stderr)
        return 1
    session = Session.from_config(config, seed_given="seed" in overrides)
    session.others.library = library
    session.model = model
    try:
        return asyncio.run(_run(session, library, config, notice))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more (`| head`): no reason to complain, also not when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _with(config: Config, overrides: Overrides) -> Config:
    """The settings with those of this sitting. Raises SettingsError for one without meaning."""
    known = {f.name for f in fields(Config)}
    for name in overrides:
        if name not in known:
            raise SettingsError(f"there is no setting {name!r}.")
    return replace(config, **{name: value for name, value in overrides.items() if value is not None})


def _first_model(library: Library, asked: str | None, configured: str) -> tuple[Model | None, str]:
    """The model to begin with, and what is to be said about it. Raises ModelError where one was asked for."""
    if asked is not None:
        return library.open(asked), ""
    try:
        return library.open(configured), ""
    except ModelError as error:
        problem = str(error)
    for entry in library.entries():
        if entry.info is not None:
            with contextlib.suppress(ModelError):
                return library.open(entry.name), f"{problem} {visible(entry.name)} is open instead."
    return None, f"{problem} /train names makes one."


def is_dumb() -> bool:
    """Whether the terminal can do no more than show lines."""
    return os.environ.get("TERM", "").lower() in ("", "dumb", "unknown")


async def _run(session: Session, library: Library, config: Config, notice: str) -> int:
    from charrnn_tui.prompt.history import History
    from charrnn_tui.repl.loop import Repl

    typed = sys.stdin.isatty()
    notices = [notice] if notice else []
    with contextlib.ExitStack() as stack:
        repl: Repl
        console: Console
        if typed and sys.stdout.isatty() and not is_dumb():
            from prompt_toolkit.input import create_input
            from prompt_toolkit.output import create_output

            from charrnn_tui.prompt.choices import Choices
            from charrnn_tui.repl.completion import SlashCompleter
            from charrnn_tui.repl.keys import inline_bindings
            from charrnn_tui.repl.suggestion import ModelSuggest
            from charrnn_tui.repl.terminal import Terminal

            keys, problems = inline_bindings(config.keys)
            notices += problems
            completer = SlashCompleter(Choices(library, lambda: session.labels))
            suggest = ModelSuggest(lambda: session.writing, completer.lines)

            def status(width: int) -> Fragments:
                speed, training = repl.generator.speed, repl.training_summary()
                row = toolbar(session, width, training=training, speed=speed, ghost=terminal.ghost)
                return [("class:status", row)]

            terminal = Terminal(create_input(), create_output(), status, completer, suggest, History(), keys)
            _end_on_hangup(stack)
            repl = Repl(session, terminal, library, bell=config.bell, keys=keys)
            stack.enter_context(terminal.open())
            console = terminal
        else:
            from charrnn_tui.repl.plain import Plain

            lines = Plain(
                sys.stdin.fileno(), sys.stdout, sys.stderr, watched=typed, history=History() if typed else None
            )
            repl = Repl(session, lines, library, keys={})
            stack.enter_context(lines.open())
            console = lines
        for sentence in notices:
            console.complain(sentence)
        if typed:
            _greet(console, session)
        try:
            await repl.run()
        except asyncio.CancelledError:
            # From `_end_on_hangup`, that is good order; otherwise it is Ctrl+C while a pipe is read.
            if not typed:
                raise
        if typed:
            return 0
        return 1 if repl.failed or console.failed else 0


def _greet(console: Console, session: Session) -> None:
    name = visible(session.model.name) if session.model else "no model"
    console.say([("class:name", name), ("class:hint", " · type a beginning and press Enter · /help · Ctrl+D leaves")])


def _end_on_hangup(stack: contextlib.ExitStack) -> None:
    """Leave in good order when the terminal or the system asks for it: the terminal's mode is put back."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
        stack.callback(loop.remove_signal_handler, number)
