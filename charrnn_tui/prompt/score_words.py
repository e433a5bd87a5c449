"""`/score`: how probable a network finds a text, in a sentence, for any front end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charrnn_tui.prompt.probability import symbol_name
from charrnn_tui.text import in_one_row

if TYPE_CHECKING:
    from charrnn_tui.model import Model

MOST_NAMED = 2
"""Places that are named, those of the most surprise."""
_SHOWN = 40


def score_words(model: Model, text: str) -> str:
    """Log-probability (nats), bits a character, and the places that surprised it most. Raises UnknownSymbolsError."""
    from charrnn_tui.insight.scores import score

    scored = score(model, text)
    shown = in_one_row(text)
    if len(shown) > _SHOWN:
        shown = shown[: _SHOWN - 1] + "…"
    if not len(scored):
        return "There is nothing to score: give a text, as in /score Deirdre."
    surprises = scored.surprises
    places = sorted(range(len(scored)), key=lambda at: (-float(surprises[at]), at))[:MOST_NAMED]
    named = ", ".join(f"{symbol_name(scored.symbols[at])} at {at} ({surprises[at]:.1f})" for at in places)
    return (
        f"{shown}: {scored.log_probs.sum():.2f} nats, {scored.bits_per_char:.2f} bits a character; "
        f"most surprise, bits: {named}."
    )
