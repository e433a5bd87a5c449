"""Ghost text: how the network would most probably go on, shown after the cursor while one types."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from time import perf_counter

from prompt_toolkit.application.current import get_app_or_none
from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from charrnn_tui.model import Model
from charrnn_tui.repl.fragments import cells
from charrnn_tui.sampling import SamplingSettings, Stream
from charrnn_tui.text import UnknownSymbolsError, visible

_GREEDY = SamplingSettings(temperature=0.0)
_BUDGET = 0.006
"""Seconds a keystroke may cost: not noticed, even where keys come at 50 a second."""
_LONGEST = 60
_LONGEST_PREFIX = 4_000
_SHORTEST_ROOM = 8


class Ghost:
    """The most probable continuation of a text, character by character (greedy).

    One stream follows what is typed: a character more or less costs one step of the network, however long the line.
    """

    def __init__(self, model: Model, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._model = model
        self._stream: Stream = model.stream("", settings=_GREEDY, max_length=1_000_000)
        self._read: list[str] = []

    def after(self, prefix: str, longest: int = _LONGEST) -> str:
        """What would follow; '' where the network does not know a symbol, would end, or time is up.

        At most `longest` characters of one line, none of which a terminal would obey.
        """
        until = self._clock() + _BUDGET
        try:
            if not self._follow(prefix, until):
                return ""
        except UnknownSymbolsError:
            return ""
        drawn, text = 0, []
        for token in self._stream:
            drawn += 1
            if not token.symbol or visible(token.symbol) != token.symbol:
                break
            text.append(token.symbol)
            if len(text) >= longest or self._clock() > until:
                break
        self._stream.rewind(drawn)
        return "".join(text)

    def _follow(self, prefix: str, until: float) -> bool:
        """Bring the stream to the prefix; False where that takes too long (the next call goes on from there)."""
        prefix = unicodedata.normalize("NFC", prefix)
        info = self._model.info
        if info.kind == "lines" and prefix.startswith(" ") and " " not in info.vocabulary:
            prefix = prefix[1:]
        common = 0
        for a, b in zip(self._read, prefix, strict=False):
            if a != b:
                break
            common += 1
        self._stream.rewind(len(self._read) - common)
        del self._read[common:]
        for symbol in prefix[common:]:
            if self._clock() > until:
                return False
            self._stream.force(symbol)
            self._read.append(symbol)
        return True


class ModelSuggest(AutoSuggest):
    """Ghost text for prompt_toolkit: the network's for a prefix, the first completion for a command."""

    def __init__(self, model: Callable[[], Model | None], complete: Callable[[str], list[str]]) -> None:
        self._model = model
        self._complete = complete
        self._ghost: Ghost | None = None
        self._of: Model | None = None

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """What stands after the cursor, cut to the row so that the line does not jump."""
        text = document.text
        if not document.is_cursor_at_the_end or "\n" in text or len(text) > _LONGEST_PREFIX:
            return None
        if text.startswith("/") and not text.startswith("//"):
            found = self._complete(text) if len(text) > 1 else []
            return Suggestion(found[0][len(text) :]) if found else None
        model = self._model()
        if model is None or not text:
            return None
        if model is not self._of:
            self._ghost, self._of = Ghost(model), model
        assert self._ghost is not None
        prefix = text[1:] if text.startswith("//") else text
        return Suggestion(self._ghost.after(prefix, _room(text)))


def _room(text: str) -> int:
    """Cells left in the row that the text ends in."""
    app = get_app_or_none()
    columns = app.output.get_size().columns if app is not None else 80
    left = columns - 1 - (cells(text) + 2) % columns
    return min(_LONGEST, left) if left >= _SHORTEST_ROOM else _SHORTEST_ROOM
