"""Ghost text: what stands faintly behind the cursor, and the parts that keys take of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from charrnn_tui.prompt.probability import percent


class Ghost(NamedTuple):
    """The most probable continuation of what is typed, character by character (greedy)."""

    text: str = ""
    probability: float = 1.0
    """Of all its characters together, at temperature 1 and without filters."""


def first_word(text: str) -> str:
    """The first word of a text, with the spaces before it."""
    match = re.match(r"\s*\S+", text)
    return match.group() if match else text


def ghost_words(probability: float) -> str:
    """How probable a ghost text is, as a row under the prompt says it."""
    return f"ghost {percent(probability)}"
