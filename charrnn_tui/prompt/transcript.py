"""A session as plain text, a block a generation: its header and its texts, with nothing that commands a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.prompt import words
from charrnn_tui.prompt.generations import DrawnGeneration, ProbableText, shown_item
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.prompt.generations import Record


class Block(NamedTuple):
    """The header of a generation, and a line a text (which may hold line feeds), safe for a terminal."""

    title: str
    lines: Sequence[str]


def text_of(blocks: Iterable[Block]) -> str:
    """All blocks, the oldest first, an empty line between them; lines are not wrapped."""
    return "\n".join("\n".join([f"# {block.title}", *block.lines]) + "\n" for block in blocks)


def block_of(record: Record) -> Block:
    """What is said of a record."""
    if not isinstance(record, DrawnGeneration):
        return Block(" · ".join(record.facts()), [probable_line(item) for item in record.texts])
    many = [words.count(len(record.texts), "text")] if len(record.texts) > 1 else []
    named = any(text.model for text in record.texts)
    lines = [(f"{visible(text.model or record.model)}  " if named else "") + shown(text.text) for text in record.texts]
    return Block(" · ".join([*record.facts(), *many]), lines)


def shown(text: str) -> str:
    """A text as it stands in a transcript."""
    return visible(shown_item(text), keep_newlines=True)


def probable_line(item: ProbableText) -> str:
    """One of the most probable items."""
    return f"{percent(item.probability)}  {shown(item.text)}{'' if item.ended else '…'}"
