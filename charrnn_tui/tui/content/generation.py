"""A generation as the screen keeps it: one text or several, how they came about, and the engine while it runs."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from charrnn_tui.prompt.pace import Credit
from charrnn_tui.prompt.steering import UNSTEERED, Steering

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.constrained_texts import ConstrainedTexts
    from charrnn_tui.prompt.generations import DrawnGeneration
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.sampling.column import Column

End = Literal["end", "length", "stopped"]
Layout = Literal["one", "column", "beside"]


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

    `layout`: a single text, a column of texts, or texts beside each other (one seed at several temperatures).
    `items` are the texts' places among those of the seed; 0, 1, 2, … by default. `found`: texts that were drawn
    already, since something is asked of them; they are only written here. Raises UnknownSymbolsError.
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
    ) -> None:
        from charrnn_tui.sampling.column import Column

        self.number = number
        self.layout: Layout = layout
        self.model_name = model.name
        self.kind = model.info.kind
        self.seed = seed
        self.max_length = max_length
        self.steering = steering
        """What the network is steered by: `model` is the one that is steered so."""
        self.found = found
        self.kept = False
        self.version = 0
        """Grows with each change, so that the layout knows when to look again."""
        self.credit = Credit()
        self._model: Model | None = model
        column = Column(
            model.cell,
            model.vocabulary,
            prefixes,
            kind=model.info.kind,
            settings=settings,
            seed=seed,
            items=items,
            # An item that takes the last character there is room for still ends by itself.
            max_length=max_length if found is None else max_length + 1,
            texts=None if found is None else [text for _, text in found.texts],
        )
        self._column: Column | None = column
        self.texts = [
            Continuation(prefix, chosen, item, typed)
            for prefix, chosen, item, typed in zip(
                column.prefixes, column.settings, column.items, prefixes, strict=True
            )
        ]
        if not column.running:
            for text in self.texts:
                self._over(text, "length")
            self._release()

    @property
    def running(self) -> bool:
        """Whether characters still come."""
        return self._column is not None

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
        if self._column is None:
            return 0
        drawn = self._column.step()
        for lane, symbol, probability, end in drawn:
            text = self.texts[lane]
            if symbol:
                text.characters.append(symbol)
                text.probabilities.append(probability)
            if end is not None:
                self._over(text, end)
        if not self._column.running:
            self._release()
        self.version += 1
        return len(drawn)

    def turn(self, settings: SamplingSettings) -> None:
        """Go on with other settings: the very next characters obey. A comparison keeps its temperatures, and what was
        drawn already stays as it is."""
        if self._column is None or self.found is not None:
            return
        for lane, text in enumerate(self.texts):
            if text.end is None:
                chosen = settings
                if self.layout == "beside":
                    chosen = replace(settings, temperature=text.settings.temperature)
                text.turn(chosen)
                self._column.settings[lane] = chosen
        self.version += 1

    def steer(self, model: Model, steering: Steering) -> bool:
        """Go on as the network is steered now: what stands is read anew, and the very next characters obey. Whether
        that changes anything; another network than the one that writes it does not."""
        column = self._column
        # What is asked of items acts on the next generation, and what was drawn already stays.
        steering = replace(steering, constraint=self.steering.constraint)
        if column is None or self.found is not None or steering == self.steering or model.name != self.model_name:
            return False
        column.reread(model.cell, [text.text for text in self.texts])
        self._model, self.steering = model, steering
        for text in self.texts:
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

    def _over(self, text: Continuation, end: End) -> None:
        text.end = end
        if end == "end" and self.kind == "lines" and self._model is not None:
            from charrnn_tui.model import ModelError

            with contextlib.suppress(ModelError):  # a damaged list of known items costs the mark and nothing else
                text.novelty = self._model.seen(text.text)

    def _release(self) -> None:
        # States and weights go, the text stays: thousands of blocks must not hold thousands of networks.
        self._column = None
        self._model = None

    def record(self) -> DrawnGeneration:
        """What is needed to print, copy and keep it."""
        from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText

        texts = [DrawnText(text.typed, text.text, text.settings, text.item, text.turned) for text in self.texts]
        return DrawnGeneration(self.model_name, self.seed, self.max_length, texts, self.steering)

    def command(self) -> str:
        """The command lines that print the same texts."""
        return self.record().command()
