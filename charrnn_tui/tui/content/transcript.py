"""The session as plain text: each block's header and texts, with nothing in it that commands a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from charrnn_tui.prompt.generations import shown_item
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible
from charrnn_tui.tui.content.drawn_block import DrawnBlock
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.probable import Entry
from charrnn_tui.tui.content.probable_block import ProbableBlock


def text_of(entries: Sequence[Entry]) -> str:
    """All blocks, the oldest first, an empty line between them; lines are not wrapped."""
    return "\n".join(map(_block, entries))


def _block(entry: Entry) -> str:
    lines = []
    if isinstance(entry, Generation):
        title = DrawnBlock(entry).title()
        for text in entry.texts:
            mark = " ✦" if text.novelty == "" else ""
            before = f"T {text.settings.temperature:.2f}  " if entry.layout == "beside" else ""
            lines.append(before + visible(shown_item(text.text), keep_newlines=True) + mark)
    else:
        block = ProbableBlock(entry)
        title = "; ".join(filter(None, (block.title(), block.proof)))
        for item in entry.texts:
            shown = visible(shown_item(item.text), keep_newlines=True)
            lines.append(f"{percent(item.probability)}  {shown}{'' if item.ended else '…'}")
    return "\n".join([f"# {title}", *lines]) + "\n"
