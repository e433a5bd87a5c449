"""Answer every keystroke: what the network makes of the text typed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings, Stream

_ENDLESS = 1 << 40
GHOST_LENGTH = 24


class Reader:
    """Reads a prefix a character at a time and keeps every state, so that typing and deleting cost one step or none."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._stream: Stream = model.stream("", max_length=_ENDLESS)

    def _read(self, typed: str) -> Stream:
        """The stream after the typed text. Raises UnknownSymbolsError."""
        from charrnn_tui.sampling.prefix import clean_prefix

        text = clean_prefix(typed, self.model.vocabulary, self.model.info.kind)
        self.model.vocabulary.encode(text)  # names every unknown symbol, not only the first
        stream = self._stream
        before = [token.symbol for token in stream.tokens]
        same = 0
        while same < min(len(before), len(text)) and before[same] == text[same]:
            same += 1
        stream.rewind(len(before) - same)
        for symbol in text[same:]:
            stream.force(symbol)
        return stream

    def shares(self, typed: str, settings: SamplingSettings, most: int = 24) -> list[tuple[str, float]]:
        """What the next character is drawn from: symbols ('' for the end) and probabilities, the greatest first.

        Raises UnknownSymbolsError.
        """
        stream = self._read(typed)
        stream.settings = settings
        distribution = stream.distribution
        order = (-distribution).argsort(kind="stable")[:most]
        return [(self.model.vocabulary.symbol(int(i)), float(distribution[i])) for i in order if distribution[i] > 0]

    def ghost(self, typed: str) -> str:
        """The most probable continuation, up to the end of the item or of the line; '' where it cannot be read."""
        from charrnn_tui.text import BOUNDARY, UnknownSymbolsError

        try:
            stream = self._read(typed)
        except UnknownSymbolsError:
            return ""
        depth = len(stream.tokens)
        for _ in range(GHOST_LENGTH):
            best = int(stream.logits.argmax())
            if best == BOUNDARY or self.model.vocabulary.symbol(best) == "\n":
                break
            stream.force(self.model.vocabulary.symbol(best))
        text = "".join(token.symbol for token in stream.tokens[depth:])
        stream.rewind(len(stream.tokens) - depth)
        return text
