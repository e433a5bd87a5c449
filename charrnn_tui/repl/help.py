"""The text of /help."""

from __future__ import annotations

from charrnn_tui.prompt import commands as slash
from charrnn_tui.repl.fragments import Fragments, cells
from charrnn_tui.text import visible

_KEYS = (
    ("Enter", "continue what is typed"),
    ("→, End, Tab", "take over the ghost text (Ctrl-→: one character)"),
    ("Ctrl-↑, F8", "raise the temperature, also while text streams"),
    ("Ctrl-↓, F7", "lower it"),
    ("Ctrl-C, Esc", "stop what streams; its text stays"),
    ("↑ ↓, Ctrl-R", "lines typed before"),
    ("Ctrl-D", "leave (on an empty line)"),
)
_SIDE_BY_SIDE = 50


def overview(width: int) -> list[Fragments]:
    """All commands and keys."""
    rows = [(command.usage, command.summary) for command in slash.COMMANDS.values()]
    rows.append(("//…", "a prefix that begins with a slash"))
    return [*_table(rows, width), [("", "")], *_table(list(_KEYS), width)]


def about(topic: str, width: int) -> list[Fragments] | None:
    """One command, or None where there is no such command."""
    command = slash.find(topic)
    if command is None:
        return None
    return _table([(command.usage, command.summary)], width)


def unknown(topic: str) -> str:
    """The sentence for a command that there is not."""
    return f"there is no command /{visible(topic)}; /help lists the commands."


def _table(rows: list[tuple[str, str]], width: int) -> list[Fragments]:
    first = max(cells(left) for left, _ in rows) + 2
    if width < _SIDE_BY_SIDE:
        return [part for left, right in rows for part in ([("class:name", left)], [("", "  " + right)])]
    return [[("class:name", left + " " * (first - cells(left))), ("", right)] for left, right in rows]
