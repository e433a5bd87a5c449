"""What can be typed next: slash commands, names of models and corpora, paths of files; and what Enter and Tab take."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.files import bounds
from charrnn_tui.prompt.commands import COMMANDS, find, is_command
from charrnn_tui.prompt.glossary import TERMS
from charrnn_tui.prompt.styles import NO_STYLE
from charrnn_tui.text.shipped import corpus_names

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library

_MOST_FILES = 200
_MOST_LOOKED_AT = 5_000


@dataclass(frozen=True)
class Choice:
    """One way to complete a line: the whole line it becomes, what is shown of it, and what it does."""

    line: str
    shown: str
    summary: str = ""


class Choices:
    """Completes lines. The lists are read anew at each question: they are short, and may change."""

    def __init__(self, library: Library, labels: Callable[[], Sequence[str]] = tuple) -> None:
        """`labels`: those that the open model knows, asked for each time."""
        self._library = library
        self._labels = labels

    def names(self, what: str) -> list[str]:
        """The names an argument is chosen from: 'models', 'unfinished', 'corpora' or 'commands' (and terms of the
        glossary).

        A folder that cannot be read gives none.
        """
        try:
            if what == "models":
                return [entry.name for entry in self._library.entries()]
            if what == "unfinished":
                return [entry.name for entry in self._library.entries() if entry.unfinished and not entry.shipped]
            if what == "corpora":
                return sorted(corpus_names())
            if what == "switch":
                return ["on", "off"]
            if what == "commands":
                return list(dict.fromkeys([*COMMANDS, *TERMS]))
        except OSError:
            pass
        return []

    def complete(self, line: str) -> list[Choice]:
        """What a slash line may become; what is complete as it stands comes first."""
        if not is_command(line):
            return []
        name, space, rest = line[1:].partition(" ")
        if not space:
            found = [command for command in COMMANDS.values() if command.name.startswith(name.lower())]
            found.sort(key=lambda command: command.name != name.lower())
            return [Choice(f"/{c.name}" + (" " if c.takes_value else ""), c.usage, c.summary) for c in found]
        command = find(name)
        if command is None or command.completes is None:
            return []
        if command.completes == "styles":
            return self._styles(name, rest)
        names = self.names(command.completes)
        if command.name == "mix":
            return _mixed(name, rest, names)
        if command.name == "context":
            return _listed(name, rest, names)
        if command.completes == "corpora":
            names += self.names("unfinished")
        quote = rest[:1] if rest[:1] in ("'", '"') else ""
        begun = rest.removeprefix(quote)
        options = [name for name in names if name.startswith(begun)]
        if command.completes in ("corpora", "files"):
            options += paths_like(begun)
        options = sorted(dict.fromkeys(options), key=lambda option: option != begun)
        # A folder goes on, so its quote stays open.
        return [Choice(f"/{name} {quote}{option}{'' if option.endswith('/') else quote}", option) for option in options]

    def _styles(self, name: str, rest: str) -> list[Choice]:
        """What the last label of a style may be: those before it end with a weight or a comma."""
        labels = [*self._labels(), NO_STYLE] if self._labels() else []
        found = re.match(r"(?:.*=\S*[\s,]+|.*,\s*)?", rest)
        before = "" if found is None or rest in labels else found.group()
        begun = rest[len(before) :]
        options = [label for label in labels if label.casefold().startswith(begun.casefold())]
        options.sort(key=lambda label: (label != begun, label.casefold() != begun.casefold()))
        return [Choice(f"/{name} {before}{label}", label) for label in options if not (before and label == NO_STYLE)]

    def on_enter(self, line: str, chosen: str | None) -> str | None:
        """The line that Enter puts in instead of the typed one: what it is half of, as the bar over the prompt has it.

        None where the typed line is to be carried out as it stands: it is complete, or no command.
        """
        if chosen is None or not is_command(line) or chosen.rstrip(" ") == line:
            return None
        command = find(line[1:].partition(" ")[0])
        if " " not in line and command is not None:
            return None
        if command is not None and command.completes == "styles" and chosen.casefold() == line.rstrip(" ").casefold():
            return None  # a label in other capitals is that label
        return chosen


def _mixed(command: str, rest: str, names: list[str]) -> list[Choice]:
    """The models that the last word of what is mixed may become; their weight is still to be typed."""
    found: dict[str, str] = {}
    for at in (0, *(i + 1 for i, character in enumerate(rest) if character in " ,")):
        last = rest[at:]
        quote = last[:1] if last[:1] in ("'", '"') else ""
        found |= {
            f"{rest[:at]}{quote}{name}{quote}=": f"{name}="
            for name in names
            if name.startswith(last.removeprefix(quote))
        }
        if at == 0:
            found |= {word: word.strip() for word in ("off", "blend ") if word.startswith(last) and last}
    return [Choice(f"/{command} {line}", shown) for line, shown in found.items()]


def _listed(command: str, rest: str, names: list[str]) -> list[Choice]:
    """The models that the last of several names may become, in quotes where they hold blanks."""
    found: dict[str, str] = {}
    for at in (0, *(i + 1 for i, character in enumerate(rest) if character == " ")):
        last = rest[at:].lstrip("'\"")
        found |= {rest[:at] + shlex.quote(name): name for name in names if name.startswith(last)}
    options = sorted(found.items(), key=lambda option: option[0] != rest)
    return [Choice(f"/{command} {line}", shown) for line, shown in options]


def common_start(texts: list[str]) -> str:
    """What all texts begin with."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)  # what lies between agrees where these two do
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def paths_like(start: str, keep: Callable[[Path], bool] | None = None) -> list[str]:
    """Files and folders whose path begins so, folders with a slash at the end; none where a folder cannot be read.

    `keep` may leave entries out.
    """
    if start[:1] in ("'", '"'):
        return []
    head, _, tail = start.rpartition("/")
    found = []
    try:
        folder = bounds.typed(head + "/" if "/" in start else ".")
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count >= _MOST_LOOKED_AT:
                    break
                if not entry.name.startswith(tail) or (entry.name.startswith(".") and not tail.startswith(".")):
                    continue
                if not bounds.is_within(Path(entry.path)) or (keep is not None and not keep(Path(entry.path))):
                    continue
                try:
                    ending = "/" if entry.is_dir() else ""
                except OSError:
                    continue
                found.append((f"{head}/" if "/" in start else "") + entry.name + ending)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: no home folder to expand
        return []
    return sorted(found)[:_MOST_FILES]
