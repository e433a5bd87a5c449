"""How the prompt's texts look: names of styles, and the style that says how probable a character was."""

from __future__ import annotations

from prompt_toolkit.styles import Style

from charrnn_tui.repl.fragments import Fragments

LEVELS: tuple[tuple[float, str], ...] = (
    (0.5, "class:p1"),
    (0.2, "class:p2"),
    (0.05, "class:p3"),
    (0.01, "class:p4"),
    (0.0, "class:p5"),
)
"""(least probability, style), the most probable first."""

# The terminal's own colours, so that they suit a light and a dark background; where there is no colour (NO_COLOR),
# bold, underlined and italic remain.
STYLE = Style.from_dict(
    {
        "mark": "ansicyan bold",
        "prefix": "bold",
        "end": "ansibrightblack dim",
        "hint": "ansibrightblack dim",
        "error": "ansired",
        "name": "bold",
        "p1": "ansigreen",
        "p2": "ansicyan",
        "p3": "ansiyellow",
        "p4": "ansimagenta underline",
        "p5": "ansired bold underline",
        "auto-suggestion": "ansibrightblack dim",
        "bottom-toolbar": "reverse",
        "status": "reverse",
        "status.notice": "reverse bold",
    }
)


def probability_style(probability: float) -> str:
    """The style of a character that the network found so probable."""
    return next(style for least, style in LEVELS if probability >= least or least == 0)


def legend() -> Fragments:
    """What the colours mean, in one line."""
    words = ("50 % and more", "20 %", "5 %", "1 %", "less")
    fragments: Fragments = []
    for (_, style), text in zip(LEVELS, words, strict=True):
        fragments += [(style, text), ("", "  ")]
    return fragments[:-1]
