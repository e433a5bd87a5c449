"""What is measured of the networks of a race when they are done, and the table of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from charrnn_tui.prompt.race import Entrant, Measured, Race
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library

LENGTHS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64)
PLACES = 256
WITHIN = 0.01
"""Share of the best loss within which a network is said to know enough."""
SECONDS = 0.3
"""How long is drawn to measure the speed."""
_LONGEST = 400
HEADING = ("model", "nats/char", "bits", "seconds", "parameters", "chars/s", "context")
EXPLAINED = (
    "nats/char: on the same held-out part; chars/s: drawn one after the other;",
    "context: from so many known characters on, the loss stays within 1 % of its best",
)


def measure(model: Model) -> Measured:
    """Measure a network: some seconds' work, for a thread. Raises ModelError where it cannot be read."""
    from charrnn_tui.insight.context import context_curve
    from charrnn_tui.insight.learnt_from import texts_to_ask
    from charrnn_tui.insight.reading import InsightError
    from charrnn_tui.text import TextError, UnknownSymbolsError

    speed = drawn_per_second(model)
    try:
        curve = context_curve(model, texts_to_ask(model), LENGTHS, places=PLACES)
    except (InsightError, TextError, UnknownSymbolsError):
        return Measured(speed, None)
    known = curve.stays_within(WITHIN)
    return Measured(speed, known, known == LENGTHS[-1] < curve.longest)


def measure_all(race: Race, library: Library, tell: Callable[[Entrant], None] = lambda one: None) -> None:
    """Measure all who have a loss, each told of before; one that cannot be read gets its problem noted."""
    from charrnn_tui.model import ModelError

    for one in race.ranked:
        if one.run is None or one.measured is not None:
            continue
        tell(one)
        try:
            one.measured = measure(library.open(one.run.name))
        except ModelError as error:
            one.problem = str(error)


def drawn_per_second(model: Model, seconds: float = SECONDS, clock: Callable[[], float] = perf_counter) -> float:
    """Characters that are drawn in a second, one text after the other; ends of items count."""
    for _ in model.stream("", max_length=_LONGEST):  # tables are made at the first characters
        pass
    begun, drawn, item = clock(), 0, 0
    while True:
        for _ in model.stream("", item=item, max_length=_LONGEST):
            drawn += 1
            if not drawn % 50 and clock() - begun >= seconds:
                break
        item += 1
        if (spent := clock() - begun) >= seconds:
            return drawn / spent


def table(race: Race) -> list[tuple[str, ...]]:
    """Rows under HEADING, the best first; text from files is made visible."""
    return [_row(one) for one in race.ranked]


def _row(one: Entrant) -> tuple[str, ...]:
    run, loss, measured = one.run, one.loss, one.measured
    assert run is not None
    assert loss is not None
    return (
        visible(run.name),
        f"{loss:.4f}",
        f"{loss / math.log(2):.4f}",
        "" if (seconds := _seconds(one)) is None else f"{seconds:.1f}",
        "" if run.started is None else f"{run.started.parameters:,}",
        "" if measured is None else f"{measured.characters_per_second:,.0f}",
        "" if measured is None else measured.context_words,
    )


def _seconds(one: Entrant) -> float | None:
    run = one.run
    if run is None:
        return None
    if run.finished is not None:
        return run.finished.elapsed
    return run.evaluations[-1].elapsed if run.evaluations else None


def to_dicts(race: Race) -> list[dict[str, Any]]:
    """All entrants for JSON: the best first, then those without a loss, each with its problem or null."""
    ranked: Sequence[Entrant] = race.ranked
    return [_to_dict(one) for one in [*ranked, *(one for one in race.entrants if one not in ranked)]]


def _to_dict(one: Entrant) -> dict[str, Any]:
    run, measured = one.run, one.measured
    started = None if run is None else run.started
    return {
        "model": None if started is None else started.name,
        "family": one.recipe.family,
        "network": one.title,
        "state": one.how,
        "nats_per_char": one.loss,
        "bits_per_char": None if one.loss is None else one.loss / math.log(2),
        "seconds": _seconds(one),
        "parameters": None if started is None else started.parameters,
        "characters_per_second": None if measured is None else measured.characters_per_second,
        "context": None if measured is None else measured.context,
        "problem": one.problem or (run.failure if run is not None else "") or None,
    }
