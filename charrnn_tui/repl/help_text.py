"""The text of /help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from charrnn_tui.prompt.commands import ALIASES, COMMANDS, find
from charrnn_tui.prompt.keys import KEYS, said
from charrnn_tui.prompt.words import quoted
from charrnn_tui.repl.fragments import Fragments, cells

_FIXED = (
    ("Enter", "continue what is typed"),
    ("Ctrl+C", "stop what streams (its text stays), or drop the line"),
    ("Ctrl+R", "look for a line entered before"),
    ("Ctrl+D", "leave (on an empty line)"),
)
_SIDE_BY_SIDE = 50


def overview(width: int, keys: Mapping[str, Sequence[str]]) -> list[Fragments]:
    """All commands, and the keys by the id of what they do."""
    rows = [(command.usage, command.summary) for command in COMMANDS.values()]
    rows.append(("//…", "a prefix that begins with a slash"))
    bound = [(", ".join(map(said, keys[id])), key.summary) for id, key in KEYS.items() if keys.get(id)]
    return [*_table(rows, width), [("", "")], *_table([*_FIXED, *bound], width)]


def about(topic: str, width: int) -> list[Fragments] | None:
    """One command, or None where there is no such command."""
    command = find(topic)
    if command is None:
        return None
    others = [f"/{alias}" for alias, of in ALIASES.items() if of == command.name]
    also = f" (also {', '.join(others)})" if others else ""
    return _table([(command.usage, command.summary + also)], width)


def unknown(topic: str) -> str:
    """The sentence for a command that there is not."""
    return f"there is no command /{quoted(topic)}; /help lists the commands."


def _table(rows: list[tuple[str, str]], width: int) -> list[Fragments]:
    first = max(cells(left) for left, _ in rows) + 2
    if width < _SIDE_BY_SIDE:
        return [part for left, right in rows for part in ([("class:name", left)], [("", "  " + right)])]
    return [[("class:name", left + " " * (first - cells(left))), ("", right)] for left, right in rows]
