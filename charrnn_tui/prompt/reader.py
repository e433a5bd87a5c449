"""Answer every keystroke: what the network makes of the text typed so far, and how it would go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.prefix import clean_prefix
from charrnn_tui.text import UnknownSymbolsError, visible

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import Stream

ENDLESS = 1 << 40
"""More characters than anybody types: the stream that follows the typed text never comes to its maximum."""
MOST_SHOWN = 24
LONGEST_GHOST = 60
BUDGET = 0.006
"""Seconds that ghost text may cost a keystroke: not noticed, even where keys come at 50 a second."""
_GREEDY = SamplingSettings(temperature=0.0)


class Ghost(NamedTuple):
    """The most probable continuation of what is typed, character by character (greedy)."""

    text: str = ""
    probability: float = 1.0
    """Of all its characters together, at temperature 1 and without filters."""


class Reader:
    """Reads a prefix a character at a time and keeps every state, so that typing and deleting cost one step or none."""

    def __init__(self, model: Model, clock: Callable[[], float] = perf_counter) -> None:
        self.model = model
        self._clock = clock
        self._stream: Stream = model.stream("", max_length=ENDLESS)

    def _follow(self, typed: str, until: float | None = None) -> bool:
        """Bring the stream to the typed text. False where that takes longer than `until`; the next call goes on.

        Raises UnknownSymbolsError that names every unknown symbol.
        """
        model, stream = self.model, self._stream
        text = clean_prefix(typed, model.vocabulary, model.info.kind)
        tokens, same = stream.tokens, 0
        for token, symbol in zip(tokens, text, strict=False):
            if token.symbol != symbol:
                break
            same += 1
        stream.rewind(len(tokens) - same)
        rest = text[same:]
        model.vocabulary.encode(rest)
        for symbol in rest:
            if until is not None and self._clock() > until:
                return False
            stream.force(symbol)
        return True

    def shares(self, typed: str, settings: SamplingSettings, most: int = MOST_SHOWN) -> list[tuple[str, float]]:
        """What the next character is drawn from: symbols ('' for the end) and probabilities, the greatest first.

        Raises UnknownSymbolsError.
        """
        self._follow(typed)
        stream = self._stream
        stream.settings = settings
        distribution = stream.distribution
        order = (-distribution).argsort(kind="stable")[:most]
        return [(self.model.vocabulary.symbol(int(i)), float(distribution[i])) for i in order if distribution[i] > 0]

    def ghost(self, typed: str, longest: int = LONGEST_GHOST) -> Ghost:
        """How the network would most probably go on: up to the end of the item or of the line.

        Empty where a symbol is unknown or time is up. Every character in it can be shown as it is.
        """
        until = self._clock() + BUDGET
        try:
            if not self._follow(typed, until):
                return Ghost()
        except UnknownSymbolsError:
            return Ghost()
        stream = self._stream
        stream.settings = _GREEDY
        drawn, text, log_prob = 0, [], 0.0
        for token in stream:
            drawn += 1
            if not token.symbol or visible(token.symbol) != token.symbol:
                break
            text.append(token.symbol)
            log_prob += token.log_prob
            if len(text) >= longest or self._clock() > until:
                break
        stream.rewind(drawn)
        return Ghost("".join(text), math.exp(log_prob))
