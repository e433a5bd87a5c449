"""Ghost text for the line editor: how the network would most probably go on, or what a command may become."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from prompt_toolkit.application.current import get_app_or_none
from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from charrnn_tui.model import Model
from charrnn_tui.prompt.commands import is_command, prefix_of
from charrnn_tui.prompt.ghost import Ghost
from charrnn_tui.prompt.reader import LONGEST_GHOST, Reader
from charrnn_tui.repl.fragments import cells

_LONGEST_PREFIX = 4_000
_SHORTEST_ROOM = 8


class ModelSuggest(AutoSuggest):
    """Ghost text for prompt_toolkit: the network's for a prefix, the first completion for a command."""

    def __init__(
        self,
        model: Callable[[], Model | None],
        complete: Callable[[str], list[str]],
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._model = model
        self._clock = clock
        self._complete = complete
        self._reader: Reader | None = None
        self._typed = ""
        self._choice = 0
        self._ghost = Ghost()

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """What stands after the cursor, cut to the row so that the line does not jump."""
        text = document.text
        if text != self._typed:
            self._typed, self._choice = text, 0
        self._ghost = Ghost()
        if not document.is_cursor_at_the_end or "\n" in text or len(text) > _LONGEST_PREFIX:
            return None
        if is_command(text):
            found = self._complete(text) if len(text) > 1 else []
            rest = found[0][len(text) :] if found and found[0].startswith(text) else ""
            return Suggestion(rest) if found else None
        model = self._model()
        if model is None or not text:
            return None
        if self._reader is None or self._reader.model is not model:
            self._reader, self._choice = Reader(model, self._clock), 0
        self._ghost = self._reader.ghost(prefix_of(text), _room(text), self._choice)
        return Suggestion(self._ghost.text)

    def probability(self, buffer: Buffer) -> float | None:
        """The probability of the network's ghost text that is shown; None where there is none."""
        shown = buffer.document.is_cursor_at_the_end and buffer.text == self._typed and self._ghost.text
        return self._ghost.probability if shown else None

    def text(self, buffer: Buffer) -> str:
        """The ghost text of what is typed now, also where the line editor has not asked for it yet."""
        if not buffer.document.is_cursor_at_the_end:
            return ""
        if buffer.suggestion is None or buffer.text != self._typed:
            buffer.suggestion = self.get_suggestion(buffer, buffer.document)
        return buffer.suggestion.text if buffer.suggestion is not None else ""

    def another(self, buffer: Buffer) -> None:
        """Show the ghost text that begins with the next most probable character."""
        self.text(buffer)
        if not is_command(buffer.text):
            self._choice += 1
            buffer.suggestion = self.get_suggestion(buffer, buffer.document)


def _room(text: str) -> int:
    """Cells left in the row that the text ends in."""
    app = get_app_or_none()
    columns = app.output.get_size().columns if app is not None else 80
    left = columns - 1 - (cells(text) + 2) % columns
    return min(LONGEST_GHOST, left) if left >= _SHORTEST_ROOM else _SHORTEST_ROOM
