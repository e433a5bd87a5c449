"""The command palette: everything that a key or a slash command does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.binding import Binding

from charrnn_tui.prompt.commands import COMMANDS

if TYPE_CHECKING:
    from charrnn_tui.tui.screens.main import MainScreen

_EXTRA = (
    ("Stop training", "End the run; it can be taken up again", "stop_training"),
    ("Save training now", "Write a checkpoint", "save_training"),
    ("Learning rate ÷ 2", "From the next step on", "scale_rate(0.5)"),
    ("Learning rate × 2", "From the next step on", "scale_rate(2.0)"),
    ("Chart: smooth", "Smooth the training loss, or no longer", "smooth"),
    ("Chart: log axis", "Logarithmic loss axis, or no longer", "log_axis"),
    ("Theme …", "Colours, with a preview", "themes"),
    ("Favourites …", "The generations that were kept: copy, say again, export", "favourites"),
)


def commands(screen: MainScreen) -> Iterable[SystemCommand]:
    """Keys first, then what has no key, then the slash commands that take a value."""
    seen: set[str] = set()
    for binding in screen.BINDINGS:
        if isinstance(binding, Binding) and binding.action not in seen:
            seen.add(binding.action)
            yield SystemCommand(binding.description, binding.tooltip, _action(screen, binding.action))
    for title, summary, action in _EXTRA:
        if action not in seen:
            yield SystemCommand(title, summary, _action(screen, action))
    for command in COMMANDS.values():
        takes_value = " " in command.usage
        title = command.usage if not takes_value else f"/{command.name} …"
        then: Callable[[], object] = (
            partial(screen.offer, f"/{command.name} ") if takes_value else partial(screen.enter, f"/{command.name}")
        )
        yield SystemCommand(title, command.summary, then)
    yield SystemCommand("Quit", "Leave the program", screen.app.action_quit)


def _action(screen: MainScreen, action: str) -> Callable[[], object]:
    async def run() -> None:
        await screen.run_action(action)

    return run
