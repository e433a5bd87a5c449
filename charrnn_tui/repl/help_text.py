"""The text of /help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from charrnn_tui.prompt import glossary
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
ON_THE_SCREEN = "presenting is for the screen, which charrnn-tui without further words opens."


def overview(width: int, keys: Mapping[str, Sequence[str]]) -> list[Fragments]:
    """All commands, and the keys by the id of what they do."""
    rows = [(command.usage, command.summary) for command in COMMANDS.values()]
    rows.append(("//…", "a prefix that begins with a slash"))
    bound = [(", ".join(map(said, keys[id])), key.summary) for id, key in KEYS.items() if keys.get(id)]
    return [*_table(rows, width), [("", "")], *_table([*_FIXED, *bound], width)]


def about(topic: str, width: int) -> list[Fragments] | None:
    """One command, or a term of the glossary, or both where they are called alike; None where there is neither."""
    command, term = find(topic), glossary.find(topic)
    meaning = [] if term is None else _wrapped(f"{term.name}: {term.meaning}", width)
    if command is None:
        return meaning or None
    others = [f"/{alias}" for alias, of in ALIASES.items() if of == command.name]
    also = f" (also {', '.join(others)})" if others else ""
    return [*_table([(command.usage, command.summary + also)], width), *meaning]


def _wrapped(text: str, width: int) -> list[Fragments]:
    """A paragraph in lines that end between words."""
    return [[("", line)] for line in wrap(text, max(20, width - 1))]


def unknown(topic: str) -> str:
    """The sentence for what is neither a command nor a term."""
    terms = ", ".join(list(glossary.TERMS)[:4])
    return f"there is no command /{quoted(topic)} and no such term ({terms}, …); /help lists the commands."


def _table(rows: list[tuple[str, str]], width: int) -> list[Fragments]:
    first = max(cells(left) for left, _ in rows) + 2
    if width < _SIDE_BY_SIDE:
        return [part for left, right in rows for part in ([("class:name", left)], [("", "  " + right)])]
    return [[("class:name", left + " " * (first - cells(left))), ("", right)] for left, right in rows]
