"""What a block of drawn texts is begun with, and the blocks that follow from one that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charrnn_tui.prompt.commands import CommandError
from charrnn_tui.prompt.constrained_texts import ConstrainedTexts, draw_texts, wanted
from charrnn_tui.prompt.steering import Steering
from charrnn_tui.prompt.typed_constraint import NOTHING
from charrnn_tui.prompt.words import quoted
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui.content.generation import Generation, Layout

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.favourites import Favourite
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.tui.content.probable import Entry

TEMPERATURES = (0.4, 0.7, 1.0, 1.3, 1.6)
"""Those of a comparison."""


@dataclass(frozen=True)
class Start:
    """Prefixes, one a text; what is None is the session's. `items`: the texts' places among those of the seed."""

    prefixes: Sequence[str]
    layout: Layout = "one"
    seed: int | None = None
    settings: Sequence[SamplingSettings] | None = None
    max_length: int | None = None
    items: Sequence[int] | None = None
    steering: Steering | None = None
    beside: str | None = None
    """The model that writes the second text."""

    def settled(self, session: Session) -> Start:
        """The same with nothing left to the session, which may be turned meanwhile."""
        steering = session.steering if self.steering is None else self.steering
        if self.beside is not None:
            steering = replace(steering, constraint=NOTHING)  # which asks things of one network's items
        return replace(
            self,
            seed=session.next_seed() if self.seed is None else self.seed,
            settings=self.settings or [session.settings] * len(self.prefixes),
            max_length=session.limit if self.max_length is None else self.max_length,
            steering=steering,
        )

    def search(self, model: Model, stop: Callable[[], bool]) -> tuple[Start, ConstrainedTexts]:
        """Draw the texts of which something is asked; what is begun with those there are. `self` is settled.

        Raises CommandError with a sentence, UnknownSymbolsError.
        """
        assert self.settings is not None
        assert self.steering is not None
        assert self.seed is not None
        assert self.max_length is not None
        texts = wanted(self.prefixes, self.settings, self.items)
        found = draw_texts(model, self.steering.constraint, texts, seed=self.seed, limit=self.max_length, stop=stop)
        if not found.texts:
            raise CommandError(found.why)
        there = [text for text, _ in found.texts]
        start = replace(
            self,
            prefixes=[text.prefix for text in there],
            settings=[text.settings for text in there],
            items=[text.item for text in there],
        )
        return start, found

    def begin(
        self, number: int, model: Model, found: ConstrainedTexts | None = None, beside: Model | None = None
    ) -> Generation:
        """The block; `self` is settled, `beside` the model that it names. Raises UnknownSymbolsError."""
        assert self.settings is not None
        assert self.steering is not None
        assert self.seed is not None
        assert self.max_length is not None
        return Generation(
            number,
            model,
            self.prefixes,
            self.settings,
            seed=self.seed,
            max_length=self.max_length,
            layout=self.layout,
            items=self.items,
            steering=self.steering,
            found=found,
            beside=beside,
        )


def again(generation: Generation, seed: int) -> Start:
    """The same prefixes and settings with a seed."""
    texts = generation.texts
    return Start(
        generation.typed,
        generation.layout,
        seed,
        [text.settings for text in texts],
        generation.max_length,
        [text.item for text in texts],
        generation.steering,
        texts[-1].model or None,
    )


def compared(generation: Generation) -> Start:
    """The first text's prefix and seed at several temperatures, side by side."""
    first = generation.texts[0]
    start = compared_prefix(first.typed, first.settings)
    return replace(
        start,
        seed=generation.seed,
        max_length=generation.max_length,
        items=[first.item] * len(TEMPERATURES),
        steering=generation.steering,
    )


def compared_prefix(prefix: str, settings: SamplingSettings) -> Start:
    """A prefix at several temperatures, side by side: the same item of the same seed."""
    count = len(TEMPERATURES)
    at = [replace(settings, temperature=temperature) for temperature in TEMPERATURES]
    return Start([prefix] * count, "beside", settings=at, items=[0] * count)


def by_two(prefix: str, other: str) -> Start:
    """A prefix continued by the open model and by another one, side by side: the same item of the same seed."""
    return Start([prefix] * 2, "models", items=[0, 0], beside=other)


def by_another(generation: Entry | None, other: str) -> Start:
    """The first text's prefix and seed, by the open model and by another one. Raises CommandError where none was
    drawn."""
    if not isinstance(generation, Generation):
        raise CommandError(f"type what both are to continue: /beside {quoted(other)} De.")
    first = generation.texts[0]
    start = by_two(first.typed, other)
    return replace(start, seed=generation.seed, items=[first.item] * 2, settings=[first.settings] * 2)


def of_favourite(kept: Favourite) -> Start:
    """What draws a favourite again. Raises SettingsError where how it was steered cannot be read."""
    settings = SamplingSettings(kept.temperature, kept.top_k, kept.top_p, kept.min_p)
    steering = Steering.from_plain(kept.steering)
    return Start([kept.prefix], "one", kept.seed, [settings], kept.max_length, [kept.item], steering)
