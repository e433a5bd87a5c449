"""A session at the inline prompt as a picture: what a terminal of that width would show of its transcript."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from charrnn_tui.prompt.transcript import Block


def picture_of(blocks: Iterable[Block], columns: int) -> str:
    """The blocks as SVG, wrapped at so many cells."""
    console = Console(
        file=io.StringIO(), record=True, width=columns, force_terminal=True, color_system="truecolor", no_color=False
    )
    for number, block in enumerate(blocks):
        # As `Text`, in which nothing is markup.
        console.print(Text(("\n" if number else "") + block.title, style="dim"), highlight=False)
        for line in block.lines:
            console.print(Text(line), highlight=False)
    return console.export_svg(title="charrnn-tui")
