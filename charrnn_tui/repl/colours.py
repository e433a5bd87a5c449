"""How the prompt's texts look: names of styles, and the style that says how probable a character was."""

from __future__ import annotations

import os

from prompt_toolkit.styles import Style

from charrnn_tui.prompt.probability import LEGEND, level
from charrnn_tui.repl.fragments import Fragments

# The terminal's own colours, so that they suit a light and a dark background; where there is no colour (NO_COLOR),
# bold, underlined and italic remain: underlined is what was improbable, bold what was a surprise.
STYLE = Style.from_dict(
    {
        "mark": "ansicyan bold",
        "prefix": "bold",
        "end": "ansibrightblack dim",
        "hint": "ansibrightblack dim",
        "error": "ansired",
        "name": "bold",
        "p0": "ansired bold underline",
        "p1": "ansimagenta underline",
        "p2": "ansiyellow",
        "p3": "",
        "p4": "ansicyan",
        "p5": "ansigreen",
        "auto-suggestion": "ansibrightblack dim",
        "bottom-toolbar": "reverse",
        "status": "reverse",
        "status.notice": "reverse bold",
    }
)


def probability_style(probability: float) -> str:
    """The style of a character that the network found so probable."""
    return f"class:p{level(probability)}"


def without_colour() -> bool:
    """Whether the terminal was asked to show no colour."""
    return bool(os.environ.get("NO_COLOR"))


def legend() -> Fragments:
    """What the colours mean, in one line; what underlines mean, where there is no colour."""
    if without_colour():
        return [
            ("class:p0", f"bold and underlined: {LEGEND[0]}"),
            ("", "  "),
            ("class:p1", f"underlined: {LEGEND[1]} to {LEGEND[2]}"),
            ("", f"  plain: {LEGEND[2]} and more"),
        ]
    fragments: Fragments = []
    for of_level, words in reversed(list(enumerate(LEGEND))):
        fragments += [(f"class:p{of_level}", words), ("", "  ")]
    return fragments[:-1]
