"""The session of the screen as a transcript: each block with the header that stands over it."""

from __future__ import annotations

from collections.abc import Sequence

from charrnn_tui.prompt import transcript
from charrnn_tui.prompt.generations import NEW
from charrnn_tui.tui.content.drawn_block import DrawnBlock
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.probable import Entry
from charrnn_tui.tui.content.probable_block import ProbableBlock


def text_of(entries: Sequence[Entry]) -> str:
    """All blocks, the oldest first."""
    return transcript.text_of(map(_block, entries))


def _block(entry: Entry) -> transcript.Block:
    if not isinstance(entry, Generation):
        found = ProbableBlock(entry)
        title = "; ".join(filter(None, (found.title(), found.proof)))
        return transcript.Block(title, [transcript.probable_line(item) for item in entry.texts])
    block, alike = DrawnBlock(entry), entry.layout in ("one", "column")
    lines = [
        ("" if alike else f"{block.name(at)}  ") + transcript.shown(text.text) + (NEW if text.novelty == "" else "")
        for at, text in enumerate(entry.texts)
    ]
    return transcript.Block(block.title(), lines)
