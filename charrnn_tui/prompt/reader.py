"""Answer every keystroke: what the network makes of the text typed so far, and how it would go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from charrnn_tui.prompt.ghost import Ghost
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


def _can_be_shown(symbol: str) -> bool:
    """Whether ghost text may hold a symbol: it is no end, and a terminal shows it as it is."""
    return bool(symbol) and visible(symbol) == symbol


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

    def ghost(self, typed: str, longest: int = LONGEST_GHOST, choice: int = 0) -> Ghost:
        """How the network would most probably go on: up to the end of the item or of the line.

        `choice` n begins with the n-th most probable character (0: the most probable one) and goes on with the most
        probable ones; the end of the item and characters that cannot be shown are not among the choices above 0.
        Past the last choice it begins again. Empty where a symbol is unknown or time is up. Every character in it
        can be shown as it is.
        """
        until = self._clock() + BUDGET
        try:
            if not self._follow(typed, until):
                return Ghost()
        except UnknownSymbolsError:
            return Ghost()
        stream = self._stream
        stream.settings = _GREEDY
        begun = len(stream.tokens)
        text, log_prob = [], 0.0
        if choice:
            first = self._first_character(choice)
            if first is None:
                return Ghost()
            token = stream.force(first)
            text.append(first)
            log_prob += token.log_prob
        while len(text) < longest and (not text or self._clock() <= until):
            token = next(stream)
            if not _can_be_shown(token.symbol):
                break
            text.append(token.symbol)
            log_prob += token.log_prob
        stream.rewind(len(stream.tokens) - begun)
        return Ghost("".join(text), math.exp(log_prob))

    def _first_character(self, choice: int) -> str | None:
        """The character that another ghost text begins with; None where there is none to choose from.

        Choice 0 is what stands there by itself: the most probable character, or nothing where that is the end.
        """
        stream, vocabulary = self._stream, self.model.vocabulary
        order = (-stream.logits).argsort(kind="stable")
        symbols = [vocabulary.symbol(int(id_)) for id_ in order]
        # Where nothing stands there by itself, the first choice beyond that is the most probable character.
        nothing = [] if symbols and _can_be_shown(symbols[0]) else [""]
        ring = nothing + [symbol for symbol in symbols if _can_be_shown(symbol)]
        return ring[choice % len(ring)] or None
