"""The most probable items of a prefix, shown as a block like a generation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from charrnn_tui.tui.generation import Continuation, Generation

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import ProbableItem
    from charrnn_tui.tui.session import Session


class FoundList(Generation):
    """A finished block: a column of items, the most probable first. Nothing was drawn, so it has no seed of its own."""

    def __init__(self, number: int, model: Model, prefix: str, found: Sequence[ProbableItem], session: Session) -> None:
        self.number = number
        self.layout = "column"
        self.model_name = model.name
        self.kind = model.info.kind
        self.seed = session.seed or 0
        self.max_length = session.limit
        self.typed = [prefix] * len(found)
        self.kept = False
        self.version = 0
        self.credit = 0.0
        self._model = None
        self._column = None
        self.share = sum(math.exp(item.log_prob) for item in found)
        """How much of all probability these items have."""
        self.texts = []
        for item in found:
            text = Continuation(item.text[: len(prefix)], session.settings, characters=list(item.text), end="end")
            text.probabilities.extend([math.exp(item.log_prob)] * (len(item.text) - len(text.prefix)))
            text.novelty = model.seen(item.text)
            self.texts.append(text)
