"""A generation as the screen keeps it: one text or several, how they came about, and the engine while it runs."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.favourites import Favourite
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
    characters: list[str] = field(default_factory=list)
    """Prefix and new characters, one entry each."""
    probabilities: array[float] = field(default_factory=lambda: array("f"))
    """One a new character."""
    end: End | None = None
    novelty: str | None = None
    """'training' or 'validation' where the finished item stands in the corpus, '' where it is new."""

    def __post_init__(self) -> None:
        if not self.characters:
            self.characters = list(self.prefix)

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
    """

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
    ) -> None:
        from charrnn_tui.sampling.column import Column

        self.number = number
        self.layout: Layout = layout
        self.model_name = model.name
        self.kind = model.info.kind
        self.seed = seed
        self.max_length = max_length
        self.typed = list(prefixes)
        self.kept = False
        self.version = 0
        self.credit = 1.0
        """Characters that are due; the first one at once."""
        self._model: Model | None = model
        column = Column(
            model.cell,
            model.vocabulary,
            prefixes,
            kind=model.info.kind,
            settings=settings,
            seed=seed,
            items=items,
            max_length=max_length,
        )
        self._column: Column | None = column
        self.texts = [
            Continuation(prefix, chosen, item)
            for prefix, chosen, item in zip(column.prefixes, column.settings, column.items, strict=True)
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
        """Go on with other settings: the very next characters obey. A comparison keeps its temperatures."""
        if self._column is None:
            return
        for lane, text in enumerate(self.texts):
            if text.end is None:
                chosen = settings
                if self.layout == "beside":
                    chosen = replace(settings, temperature=text.settings.temperature)
                text.settings = self._column.settings[lane] = chosen
        self.version += 1

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

    def favourite(self, kept: str) -> list[Favourite]:
        """Its texts as favourites; `kept` is when, ISO 8601."""
        from charrnn_tui.prompt.favourites import Favourite

        return [
            Favourite(
                text.text,
                typed,
                self.model_name,
                self.seed,
                text.item,
                text.settings.temperature,
                text.settings.top_k,
                text.settings.top_p,
                text.settings.min_p,
                self.max_length,
                kept,
            )
            for text, typed in zip(self.texts, self.typed, strict=True)
        ]

    def command(self) -> str:
        """The command lines that print the same texts; what is item n of its seed is the last of n + 1 lines."""
        if self.layout == "column" and len(set(self.typed)) == 1 and self.texts[0].item == 0:
            return self._command(self.texts[0], self.typed[0], len(self.texts))
        return "\n".join(
            self._command(text, typed, text.item + 1) for text, typed in zip(self.texts, self.typed, strict=True)
        )

    def _command(self, text: Continuation, typed: str, count: int) -> str:
        from charrnn_tui.prompt.favourites import sample_command

        line = sample_command(typed, self.model_name, text.settings, self.seed, self.max_length)
        return line.replace(" --seed ", f" -n {count} --seed ", 1) if count > 1 else line
