"""A generation as the screen keeps it: one text or several, how they came about, and the engine while it runs."""

from __future__ import annotations

import contextlib
import copy
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from charrnn_tui.prompt.pace import Credit
from charrnn_tui.prompt.steering import UNSTEERED, Steering

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.constrained_texts import ConstrainedTexts
    from charrnn_tui.prompt.generations import DrawnGeneration
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.sampling.column import Column

End = Literal["end", "length", "stopped"]
Layout = Literal["one", "column", "beside", "models"]


class _Part(NamedTuple):
    """Texts that one network writes: they stand one after the other from `first` on."""

    first: int
    column: Column
    model: Model


@dataclass
class Continuation:
    """One text: what was typed, what the network wrote, and how probable it found each character."""

    prefix: str
    settings: SamplingSettings
    item: int = 0
    typed: str = ""
    """The prefix as it was typed; `prefix` is what the network reads of it."""
    characters: list[str] = field(default_factory=list)
    """Prefix and new characters, one entry each."""
    probabilities: array[float] = field(default_factory=lambda: array("f"))
    """One a new character."""
    changes: list[tuple[int, SamplingSettings]] = field(default_factory=list)
    """(new characters before it, settings from there on), from 0 on: with the seed all that is needed to replay it."""
    steered: bool = False
    """Whether the network was steered otherwise while it was written."""
    model: str = ""
    """Who wrote it, where it is not the model that the others are by; nothing steers it then."""
    end: End | None = None
    novelty: str | None = None
    """'training' or 'validation' where the finished item stands in the corpus, '' where it is new."""

    def __post_init__(self) -> None:
        if not self.characters:
            self.characters = list(self.prefix)
        if not self.changes:
            self.changes = [(0, self.settings)]

    @property
    def turned(self) -> bool:
        """Whether a setting was turned while it was written."""
        return self.steered or len(self.changes) > 1

    def turn(self, settings: SamplingSettings) -> None:
        """Other settings from the next character on."""
        if settings != self.settings:
            kept = [change for change in self.changes if change[0] < self.length]
            self.changes = [*kept, (self.length, settings)]
        self.settings = settings

    @property
    def text(self) -> str:
        """Prefix and new characters."""
        return "".join(self.characters)

    @property
    def length(self) -> int:
        """Number of new characters."""
        return len(self.probabilities)


class Generation:
    """One block on the screen.

    `layout`: a single text, a column of texts, or texts beside each other: one seed at several temperatures, or by two
    models, the second text by `beside`, which nothing steers. `items` are the texts' places among those of the seed;
    0, 1, 2, … by default. `found`: texts that were drawn already, since something is asked of them; they are only
    written here. Raises UnknownSymbolsError.
    """

    drawn: ClassVar[bool] = True
    """Whether its texts were drawn, so that they have a seed and settings."""

    def __init__(
        self,
        number: int,
        model: Model,
        prefixes: Sequence[str],
        settings: Sequence[SamplingSettings],
        *,
        seed: int,
        max_length: int,
        layout: Layout,
        items: Sequence[int] | None = None,
        steering: Steering = UNSTEERED,
        found: ConstrainedTexts | None = None,
        beside: Model | None = None,
    ) -> None:
        from charrnn_tui.sampling.column import Column

        self.number = number
        self.layout: Layout = layout
        self.model_name = model.base.name
        self.seed = seed
        self.max_length = max_length
        self.steering = steering
        """What the network is steered by: `model` is the one that is steered so."""
        self.found = found
        self.kept: set[int] = set()
        """Places of the texts that are among the favourites."""
        self.places: Sequence[int] | None = None
        """The places of its texts in the block that it is a part of; None where it is all of one."""
        self.version = 0
        """Grows with each change, so that the layout knows when to look again."""
        self.credit = Credit()
        self._parts: list[_Part] = []
        self.texts: list[Continuation] = []
        places = list(range(len(prefixes)) if items is None else items)
        own = len(prefixes) if beside is None else 1
        for first, end, writer in ((0, own, model), (own, len(prefixes), beside)):
            if writer is None:
                continue
            column = Column(
                writer.cell,
                writer.vocabulary,
                prefixes[first:end],
                kind=writer.info.kind,
                settings=settings[first:end],
                seed=seed,
                items=places[first:end],
                # An item that takes the last character there is room for still ends by itself.
                max_length=max_length if found is None else max_length + 1,
                texts=None if found is None else [text for _, text in found.texts[first:end]],
            )
            self._parts.append(_Part(first, column, writer))
            both = zip(column.prefixes, column.settings, column.items, prefixes[first:end], strict=True)
            self.texts += [Continuation(prefix, chosen, item, typed) for prefix, chosen, item, typed in both]
        if beside is not None:
            self.texts[-1].model = beside.name
        if not any(part.column.running for part in self._parts):
            for at, text in enumerate(self.texts):
                self._over(at, text, "length")
            self._release()

    @property
    def running(self) -> bool:
        """Whether characters still come."""
        return bool(self._parts)

    @property
    def typed(self) -> list[str]:
        """The prefixes as they were typed."""
        return [text.typed for text in self.texts]

    @property
    def settings(self) -> SamplingSettings:
        """Settings of the first text; all share them but in a comparison."""
        return self.texts[0].settings

    @property
    def characters(self) -> int:
        """Characters held, prefixes included."""
        return sum(len(text.characters) for text in self.texts)

    def step(self) -> int:
        """One character in every text that runs; how many came."""
        came = 0
        for part in self._parts:
            for lane, symbol, probability, end in part.column.step():
                text = self.texts[part.first + lane]
                if symbol:
                    text.characters.append(symbol)
                    text.probabilities.append(probability)
                if end is not None:
                    self._over(part.first + lane, text, end)
                came += 1
        if not any(part.column.running for part in self._parts):
            self._release()
        self.version += 1
        return came

    def turn(self, settings: SamplingSettings) -> None:
        """Go on with other settings: the very next characters obey. A comparison keeps its temperatures, and what was
        drawn already stays as it is."""
        if not self._parts or self.found is not None:
            return
        for at, text in enumerate(self.texts):
            if text.end is None:
                chosen = settings
                if self.layout == "beside":
                    chosen = replace(settings, temperature=text.settings.temperature)
                text.turn(chosen)
                part = self._part(at)
                part.column.settings[at - part.first] = chosen
        self.version += 1

    def steer(self, model: Model, steering: Steering) -> bool:
        """Go on as the network is steered now: what stands is read anew, and the very next characters obey. Whether
        that changes anything; another network than the one that writes it, or other symbols, do not."""
        # What is asked of items acts on the next generation, and what was drawn already stays.
        steering = replace(steering, constraint=self.steering.constraint)
        if not self._parts or self.found is not None or steering == self.steering:
            return False
        part = self._parts[0]
        if model.base.name != self.model_name or model.vocabulary != part.model.vocabulary:
            return False
        own = [text for text in self.texts if not text.model]
        part.column.reread(model.cell, [text.text for text in own])
        self._parts[0], self.steering = part._replace(model=model), steering
        for text in own:
            text.steered = text.steered or (text.end is None and text.length > 0)
        self.version += 1
        return True

    def stop(self) -> None:
        """End it here and keep what is there."""
        for text in self.texts:
            if text.end is None:
                text.end = "stopped"
        self._release()
        self.version += 1

    def _part(self, at: int) -> _Part:
        return next(part for part in reversed(self._parts) if part.first <= at)

    def _over(self, at: int, text: Continuation, end: End) -> None:
        text.end = end
        model = self._part(at).model
        if end == "end" and model.info.kind == "lines":
            from charrnn_tui.model import ModelError

            with contextlib.suppress(ModelError):  # a damaged list of known items costs the mark and nothing else
                text.novelty = model.seen(text.text)

    def _release(self) -> None:
        # States and weights go, the text stays: thousands of blocks must not hold thousands of networks.
        self._parts = []

    def only(self, places: Sequence[int]) -> Generation:
        """Some of its texts, by their places, as something that can be acted on alone; it shows and draws nothing."""
        part = copy.copy(self)
        part.texts, part.places = [self.texts[at] for at in places], places
        part.layout = "one" if len(places) == 1 else self.layout
        part._parts = []
        return part

    def record(self) -> DrawnGeneration:
        """What is needed to print, copy and keep it."""
        from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText

        texts = [
            DrawnText(text.typed, text.text, text.settings, text.item, text.turned, model=text.model)
            for text in self.texts
        ]
        return DrawnGeneration(self.model_name, self.seed, self.max_length, texts, self.steering)

    def command(self) -> str:
        """The command lines that print the same texts."""
        return self.record().command()
