"""Rows of a label and what it names, laid out as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from textual.content import Content

Row: TypeAlias = tuple[str, Content]
"""A label and its text; an empty label gives the text the whole width."""


def lay_out(rows: Sequence[Row], width: int, label_width: int = 13, label_style: str = "dim") -> Content:
    """The rows as one text of at most `width` columns, later lines of a text under its first."""
    lines: list[Content] = []
    for label, text in rows:
        if not label:
            lines += text.wrap(max(8, width)) or [Content("")]
            continue
        if len(label) >= label_width:  # too long for its column: its text goes beneath
            lines.append(Content.styled(label, label_style))
            lines += [Content.assemble(" " * label_width, part) for part in text.wrap(max(8, width - label_width))]
            continue
        parts = text.wrap(max(8, width - label_width)) or [Content("")]
        head = Content.styled(f"{label:<{label_width}}", label_style)
        blank = Content(" " * label_width)
        lines += [Content.assemble(blank if i else head, part) for i, part in enumerate(parts)]
    return Content("\n").join(lines)
