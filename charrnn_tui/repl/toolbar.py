"""The row at the foot of the screen: model, temperature, filters, seed, last speed; what does not fit is left out."""

from __future__ import annotations

from charrnn_tui.repl.fragments import cells, cut
from charrnn_tui.repl.state import PromptState
from charrnn_tui.text import visible

_GAP = "  "


def toolbar(state: PromptState, width: int, *, training: str = "") -> str:
    """One row of at most `width` cells.

    `training` says how far a training run is. The temperature is always there; the rest goes, the least needed first,
    where the row is narrow.
    """
    settings = state.settings
    name = visible(state.model.name) if state.model else "no model"
    # (text, how long it stays: the lowest goes first), in the order shown
    parts: list[tuple[str, int]] = [
        (name, 9),
        (f"T {settings.temperature:.2f}", 10),
        (f"top-k {settings.top_k}" if settings.top_k else "", 7),
        (f"top-p {settings.top_p:g}" if settings.top_p < 1 else "", 7),
        (f"min-p {settings.min_p:g}" if settings.min_p else "", 7),
        (_seed(state), 6),
        ("colour" if state.colour else "", 2),
        (f"{state.speed:,.0f} ch/s" if state.speed else "", 4),
        (training, 8),
    ]
    shown = [part for part in parts if part[0]]
    while len(shown) > 2 and _width(shown) > width:
        shown.remove(min(reversed(shown), key=lambda part: part[1]))
    if _width(shown) > width:
        room = width - _width(shown[1:]) - len(_GAP)
        shown = [(cut(name, room), 9), *shown[1:]] if room >= 4 else shown[1:]
    return cut(" " + _GAP.join(text for text, _ in shown), width, ellipsis="")


def _width(parts: list[tuple[str, int]]) -> int:
    return 1 + sum(cells(text) for text, _ in parts) + len(_GAP) * (len(parts) - 1)


def _seed(state: PromptState) -> str:
    if state.seed is not None:
        return f"seed {state.seed}"
    return "seed random" if state.last_seed is None else f"last seed {state.last_seed}"
