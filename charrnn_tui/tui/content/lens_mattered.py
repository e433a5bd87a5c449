"""What mattered to the character at the cursor: computed beside the screen, and kept while the cursor stays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.tui.content.lens_words import mattered_words
from charrnn_tui.tui.content.shown import sentence

if TYPE_CHECKING:
    from charrnn_tui.insight.what_mattered import WhatMattered
    from charrnn_tui.tui.content.lens_look import Look


class Mattered(NamedTuple):
    """What mattered at a place of a text; `found` is None where there is no answer, and `words` tell why."""

    text: str
    place: int
    found: WhatMattered | None
    words: str

    def stands(self, text: str, place: int) -> bool:
        """Whether this is about a place of a text."""
        return (self.text, self.place) == (text, place)


async def ask(look: Look, place: int) -> Mattered:
    """Compute it in a thread."""
    try:
        found = await asyncio.to_thread(look.mattered, place)
    except InsightError as error:
        return Mattered(look.text, place, None, sentence(error))
    return Mattered(look.text, place, found, mattered_words(found, look.text))
