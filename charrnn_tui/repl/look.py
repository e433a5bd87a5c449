"""`/look` at the inline prompt: a text character by character. The lens itself is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from charrnn_tui.prompt.commands import CommandError
from charrnn_tui.prompt.lines import places
from charrnn_tui.prompt.probability import percent

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.generations import Record

MOST = 200
"""Characters that are told one by one."""


def last_text(last: Record | None, line: int | None = None) -> str:
    """The last text that was generated or listed, or that of a line of it, from 1. Raises CommandError."""
    if last is None or not last.texts:
        raise CommandError("nothing was generated yet; type /look and a text.")
    return last.texts[-1 if line is None else places([line], len(last.texts))[0]].text


def rows(model: Model, text: str, shown: Callable[[str], str]) -> list[str]:
    """A row a character: probability, rank, surprise and what was expected. `shown` makes a symbol safe to show.

    Raises UnknownSymbolsError.
    """
    from charrnn_tui.insight.scores import score

    scored = score(model, text)
    told = [f"{'':6}{'probability':>14}{'rank':>6}{'surprise':>10}{'expected':>10}"]
    for at in range(min(len(scored), MOST)):
        one = scored[at]
        symbol = {"": "(end)", " ": "␣"}.get(one.symbol) or shown(one.symbol)
        told.append(f"{symbol:6}{percent(one.probability):>14}{one.rank:>6}{one.surprise:>10.2f}{one.entropy:>10.2f}")
    if len(scored) > MOST:
        told.append(f"… and {len(scored) - MOST:,} more (charrnn-tui score tells all)")
    told.append(f"{scored.bits_per_char:.3f} bits a character; the lens itself is on the screen (charrnn-tui)")
    return told
