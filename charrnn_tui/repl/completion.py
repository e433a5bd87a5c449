"""Completion of slash commands for the line editor: their names, and what their arguments may be."""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from charrnn_tui.prompt.choices import Choices
from charrnn_tui.text import visible


class SlashCompleter(Completer):
    """`charrnn_tui.prompt.choices.Choices` as prompt_toolkit wants it."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def lines(self, line: str) -> list[str]:
        """Whole lines that a line may be completed to, what is complete first."""
        return [choice.line for choice in self._choices.complete(line)]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Completions of the line before the cursor."""
        line = document.text_before_cursor
        if document.text_after_cursor.strip():
            return
        in_name = " " not in line
        for choice in self._choices.complete(line):
            shown = choice.line.rstrip(" ") if in_name else choice.shown
            yield Completion(
                choice.line, start_position=-len(line), display=visible(shown), display_meta=choice.summary or None
            )
