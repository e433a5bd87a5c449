"""The row at the foot of the screen: model, temperature, filters, seed, last speed; what does not fit is left out."""

from __future__ import annotations

from charrnn_tui.prompt.ghost import ghost_words
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.fragments import cells, cut
from charrnn_tui.text import visible

_GAP = "  "


def toolbar(
    session: Session,
    width: int,
    *,
    training: str = "",
    speed: float | None = None,
    ghost: float | None = None,
) -> str:
    """One row of at most `width` cells.

    `training` says how far a training run is, `speed` is in characters a second, `ghost` the probability of the ghost
    text. The temperature is always there; the rest goes, the least needed first, where the row is narrow.
    """
    name = visible(session.model.name) if session.model else "no model"
    # (text, how long it stays: the lowest goes first), in the order shown
    parts: list[tuple[str, int]] = [
        (name, 9),
        (session.temperature_words, 10),
        *((words, 8) for words in session.steering_words),
        *((words, 7) for words in session.filter_words),
        (_seed(session), 6),
        ("colour" if session.colour else "", 2),
        (f"{speed:,.0f} ch/s" if speed else "", 4),
        (training, 8),
        (ghost_words(ghost) if ghost is not None else "", 5),
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


def _seed(session: Session) -> str:
    """The seed that is set, else that of the last text, so that it can be made again."""
    if session.seed is not None or session.last_seed is None:
        return session.seed_words
    return f"last seed {session.last_seed}"
