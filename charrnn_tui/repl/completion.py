"""Completion of slash commands: their names, and what their arguments may be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from charrnn_tui.model.library import Library
from charrnn_tui.prompt import commands as slash
from charrnn_tui.text import visible
from charrnn_tui.text.shipped import shipped_corpora

_MOST_FILES = 200
_MOST_LOOKED_AT = 5_000


class Choices:
    """What an argument is chosen from: 'models' or 'corpora'. Read anew at each question; the lists are short."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def __call__(self, what: str) -> list[str]:
        """The choices, by name. A folder that cannot be read gives none."""
        try:
            if what == "models":
                return [entry.name for entry in self._library.entries()]
            if what == "corpora":
                return sorted(shipped_corpora())
        except OSError:
            pass
        return []


class SlashCompleter(Completer):
    """Completes a line that begins with a slash, from the registry that the app uses as well."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def lines(self, line: str) -> list[str]:
        """Whole lines that a line may be completed to, files included."""
        found = slash.complete(line, self._choices)
        name, space, rest = line[1:].partition(" ")
        command = slash.find(name)
        if line.startswith("/") and space and command is not None and command.name == "train":
            found += [f"/{name} {path}" for path in paths_like(rest)]
        return list(dict.fromkeys(found))

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Completions of the line before the cursor."""
        line = document.text_before_cursor
        if not line.startswith("/") or document.text_after_cursor.strip():
            return
        in_name = " " not in line
        for whole in self.lines(line):
            argument = whole if in_name else whole.partition(" ")[2]
            summary = slash.COMMANDS[whole[1:]].summary if in_name else ""
            yield Completion(whole, start_position=-len(line), display=visible(argument), display_meta=summary or None)


def paths_like(start: str) -> Iterable[str]:
    """Files and folders whose path begins so, folders with a slash at the end; none where a folder cannot be read."""
    if start[:1] in ("'", '"'):
        return []
    head, _, tail = start.rpartition("/")
    found = []
    try:
        folder = Path(head + "/" if "/" in start else ".").expanduser()
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count >= _MOST_LOOKED_AT:
                    break
                if not entry.name.startswith(tail) or (entry.name.startswith(".") and not tail.startswith(".")):
                    continue
                try:
                    ending = "/" if entry.is_dir() else ""
                except OSError:
                    continue
                found.append((f"{head}/" if "/" in start else "") + entry.name + ending)
    except (OSError, RuntimeError):  # RuntimeError: no home folder to expand
        return []
    return sorted(found)[:_MOST_FILES]
