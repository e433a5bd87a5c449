"""Whether the text under the lens is new, and what in it was copied: asked beside the screen, kept while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import ModelError
from charrnn_tui.prompt import words
from charrnn_tui.text import TextError, visible
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.content.shown import sentence

if TYPE_CHECKING:
    from charrnn_tui.insight.novelty import Copied, Memory, Novelty
    from charrnn_tui.model import Model

_PART = {"training": "in the training part", "validation": "in the validation part", "new": "new", "": "new"}
_MOST_SHOWN = 40
"""Characters of another text that are quoted."""


@dataclass(frozen=True)
class Told:
    """What is known of a text; `copied` are the places of its longest run that stands in the corpus."""

    words: str
    copied: range = range(0)


class Remembered:
    """The corpus of a network, loaded when it is first asked for."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._told: dict[tuple[str, bool], Told] = {}
        self._reader = Reader()
        self._memory: Memory | None = None

    def known(self, text: str, *, ended: bool) -> Told | None:
        """What was found for a text that was asked for before."""
        return self._told.get((text, ended))

    async def ask(self, text: str, *, ended: bool) -> Told:
        """Find it in a thread; an item is compared as a whole only where it has `ended`."""
        told = await self._reader.run(self._ask, text, ended)
        self._told[text, ended] = told
        return told

    def _ask(self, text: str, ended: bool) -> Told:
        from charrnn_tui.insight.novelty import Memory

        lines = self.model.info.kind == "lines"
        try:
            if self._memory is None:
                self._memory = Memory(self.model)
            if ended and lines:
                return _told(self._memory.of(text))
            copied = self._memory.copied(text)
        except (InsightError, TextError) as error:
            return Told(f"{self._mark(text)}{sentence(error)}" if ended and lines else sentence(error))
        return Told(copied_words(copied, text, lines=lines), _places(copied))

    def _mark(self, text: str) -> str:
        """What the network's own record says of an item where the corpus is gone."""
        try:
            part = self.model.seen(text)
        except ModelError:
            return ""
        return "" if part is None else f"This item is {_PART[part]}; "


def _places(copied: Copied | None) -> range:
    return range(0) if copied is None else range(copied.start, copied.start + copied.length)


def _told(found: Novelty) -> Told:
    parts = [words.capitalised(_PART[found.part or "new"])]
    if found.nearest is not None and found.distance:
        nearest = visible(found.nearest[:_MOST_SHOWN])
        parts.append(f"nearest learnt {nearest}, {words.count(found.distance, 'edit')} away")
    if found.part != "training":
        parts.append(copied_words(found.copied, found.text, lines=True))
    return Told(" · ".join(parts), _places(found.copied))


def copied_words(copied: Copied | None, text: str, *, lines: bool) -> str:
    """The longest run of a text that stands in the corpus, and where."""
    if copied is None:
        return "nothing is copied"
    source = visible(copied.source[:_MOST_SHOWN]) + ("…" if len(copied.source) > _MOST_SHOWN else "")
    where = f"item {copied.line:,}" if lines else f"line {copied.line:,}"
    return f"underlined: {copied.length} of {len(text)} characters as in {where}, {source}"
