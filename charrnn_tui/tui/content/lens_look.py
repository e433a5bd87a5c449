"""A text laid open: all that the lens shows of it, computed once, free of any screen."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charrnn_tui.insight.activations import Activations, Unit, activations, parts_of
from charrnn_tui.insight.reading import InsightError, Reading, read
from charrnn_tui.insight.scores import CharacterScore, Distribution, distribution, entropies_of, ranks_of
from charrnn_tui.insight.what_mattered import WhatMattered, what_mattered
from charrnn_tui.text import BOUNDARY
from charrnn_tui.tui.content.lens_channels import ChannelId, scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings

_KEPT = 8


@dataclass(frozen=True)
class Look:
    """A text of n characters. `ended` tells whether the end of the item stands at place n; else nothing does."""

    model: Model
    reading: Reading
    ended: bool
    log_probs: NDArray[np.float64]
    """[n or n + 1], nats, of what stands at each place."""
    ranks: NDArray[np.int64]
    entropies: NDArray[np.float64]
    """[n + 1], bits."""
    units: Activations | None
    """None where the network has no units to look at."""

    @property
    def text(self) -> str:
        """What was read."""
        return self.reading.text

    def actual(self, at: int) -> int | None:
        """The id that stands at a place, or None."""
        if at == len(self.reading) and not self.ended:
            return None
        return self.reading.actual(at)

    def score(self, at: int) -> CharacterScore | None:
        """What the network made of what stands at a place; None where nothing stands."""
        id_ = self.actual(at)
        if id_ is None:
            return None
        symbol = self.reading.vocabulary.symbol(id_)
        return CharacterScore(symbol, float(self.log_probs[at]), int(self.ranks[at]), float(self.entropies[at]))

    def distribution(self, at: int, settings: SamplingSettings) -> Distribution:
        """What may stand at a place."""
        from charrnn_tui.sampling.places import settings_after

        held = settings_after(int(self.reading.read[at]), settings, self.model.vocabulary)
        return distribution(self.reading.log_probs[at], self.model, held, self.actual(at))

    def mattered(self, at: int) -> WhatMattered:
        """What mattered to what stands at a place. Raises InsightError where nothing stands there."""
        if self.actual(at) is None:
            raise InsightError("nothing stands here yet, so nothing mattered to it; go to a character.")
        return what_mattered(self.model, self.reading, at)

    def values(self, channel: ChannelId, unit: Unit | None, mattered: WhatMattered | None) -> list[float | None]:
        """What a channel shows at each of n + 1 places; None where it shows nothing."""
        n, known = len(self.reading), len(self.log_probs)
        nothing: list[float | None] = [None] * (n + 1)
        match channel:
            case "probability":
                shown = [math.exp(value) for value in self.log_probs.tolist()]
            case "rank":
                shown = [float(rank) for rank in self.ranks.tolist()]
            case "surprise":
                shown = [-value / math.log(2) for value in self.log_probs.tolist()]
            case "entropy":
                return list(self.entropies.tolist())
            case "unit":
                if self.units is None or unit is None:
                    return nothing
                # A unit's value after a character was read belongs to that character.
                return [*scaled(self.units.of(unit)[1:].tolist()), None]
            case "mattered":
                if mattered is None or mattered.left_out is None:
                    return nothing
                for place, lost in zip(mattered.places.tolist(), mattered.left_out.tolist(), strict=True):
                    nothing[place] = lost
                return nothing
        return [*shown, *[None] * (n + 1 - known)]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """(part, layer) of each row of units: hidden, then cell vectors, then gates."""
        if self.units is None:
            return []
        parts = parts_of(self.model.cell.architecture.family)
        return [(part, layer) for part in parts for layer in range(self.model.cell.architecture.layers)]

    def unit_row(self, part: str, layer: int, at: int) -> list[float]:
        """The units of one row before place `at` is drawn: what the network knows of all that stands before it."""
        assert self.units is not None
        row: list[float] = self.units.values[part][layer, at].tolist()
        return row


def look(model: Model, text: str, *, ended: bool) -> Look:
    """Lay a text open. Raises UnknownSymbolsError."""
    reading = read(model, text)
    rows = reading.log_probs
    entropies = entropies_of(rows)
    known = len(reading) + (ended and model.info.kind == "lines")
    ids = reading.read[1:]
    if known > len(reading):
        ids = _with_end(ids)
    log_probs = rows[range(known), ids].astype("float64")
    try:
        units = activations(model, reading)
    except InsightError:
        units = None
    return Look(
        model,
        reading,
        known > len(reading),
        log_probs,
        ranks_of(rows[:known], ids) if known else ids,
        entropies,
        units,
    )


class Looks:
    """The texts that were laid open last, so that a branch that is looked at again is there at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], Look] = {}

    def known(self, text: str, *, ended: bool) -> Look | None:
        """One of them."""
        return self._known.get((text, ended))

    async def find(self, model: Model, text: str, *, ended: bool) -> Look:
        """Lay a text open in a thread. Raises UnknownSymbolsError."""
        found = await asyncio.to_thread(look, model, text, ended=ended)
        self._known[text, ended] = found
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return found


def later_state(current: Model, new: Model) -> Model | None:
    """A network as it has become in training, in the style that it is shown in; None where it is another one."""
    if current.folder is None or new.folder != current.folder:
        return None
    return new.styled(current.style)


def _with_end(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.append(ids, BOUNDARY)
