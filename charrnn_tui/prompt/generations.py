"""A generation as plain values: its texts, how they came about, and the command line that prints them again.

Front ends keep these records beside what they draw; favourites, copying and exporting start from them.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from charrnn_tui.prompt import words
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.options import CommandError
from charrnn_tui.prompt.probability import percent
from charrnn_tui.prompt.steering import UNSTEERED, Steering
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.settings import typed_temperature
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from typing import TypeAlias

    from charrnn_tui.model import Model
    from charrnn_tui.sampling import Search
    from charrnn_tui.sampling.stream import EndReason

    Record: TypeAlias = "DrawnGeneration | ProbableItems"

EMPTY_ITEM = "(empty)"
"""How the item without characters is named."""


@dataclass
class DrawnText:
    """One text that was drawn, and all that is needed to draw it again."""

    typed: str
    """The prefix as it was typed."""
    text: str
    settings: SamplingSettings
    item: int = 0
    """Its place in a batch of the same seed."""
    turned: bool = False
    """Whether a setting was turned while it was written, or a character put into it: its seed alone does not make it
    again then."""
    end: EndReason | None = None
    """How it ended; None where it was stopped."""
    model: str = ""
    """Who wrote it, where it is not the generation's model; nothing steers it then."""


@dataclass
class DrawnGeneration:
    """One or several texts drawn at once with one seed."""

    model: str
    seed: int
    max_length: int
    texts: Sequence[DrawnText] = field(default_factory=list)
    steering: Steering = UNSTEERED
    """What the network was steered by."""

    @property
    def turned(self) -> bool:
        """Whether a setting was turned while any of its texts was written."""
        return any(text.turned for text in self.texts)

    def only(self, places: Sequence[int]) -> DrawnGeneration:
        """The record of some of its texts, by their places from 0."""
        return replace(self, texts=[self.texts[at] for at in places])

    def facts(self) -> list[str]:
        """Model, settings of the first text, how it was steered, seed."""
        settings = self.texts[0].settings
        shown = [visible(self.model), words.temperature(settings.temperature), *words.filters(settings)]
        return [*shown, *self.steering.words(), f"seed {self.seed}"]

    def command(self) -> str:
        """The command lines that print the same texts: one where all are items of one prefix, else one a text."""
        first = self.texts[0]
        together = all(
            (text.typed, text.settings, text.item, text.model)
            == (first.typed, first.settings, first.item + i, first.model)
            for i, text in enumerate(self.texts)
        )
        groups = [(first, len(self.texts))] if together else [(text, 1) for text in self.texts]
        return "\n".join(
            sample_command(
                text.typed,
                text.model or self.model,
                text.settings,
                self.seed,
                self.max_length,
                item=text.item,
                count=count,
                steering=UNSTEERED if text.model else self.steering,
            )
            for text, count in groups
        )

    def favourites(self, kept: str | None = None) -> list[Favourite]:
        """Its texts as favourites. `kept` is when, ISO 8601; now by default."""
        when = kept or _now()
        return [
            Favourite(
                text=text.text,
                prefix=text.typed,
                model=text.model or self.model,
                seed=self.seed,
                item=text.item,
                temperature=text.settings.temperature,
                top_k=text.settings.top_k,
                top_p=text.settings.top_p,
                min_p=text.settings.min_p,
                max_length=self.max_length,
                kept=when,
                steering={} if text.model else self.steering.to_plain(),
            )
            for text in self.texts
        ]


@dataclass
class ProbableText:
    """One of the most probable items. `log_prob` in nats, of what follows the prefix and of the end.

    `ended` False: it was cut at the maximum length, and `log_prob` is that of all items that begin so and go on.
    """

    text: str
    log_prob: float
    ended: bool = True

    @property
    def probability(self) -> float:
        """Its probability given the prefix."""
        return math.exp(self.log_prob)


@dataclass
class ProbableItems:
    """The most probable items that begin with a prefix. Nothing was drawn: there is no seed and no temperature."""

    model: str
    prefix: str
    texts: Sequence[ProbableText] = field(default_factory=list)
    bound: float | None = None
    """Nothing that is not listed has a greater probability; None where that is not known."""
    early: bool = False
    """Whether the search ended before it had found as many as were wanted, though there are more."""
    max_length: int | None = None
    """New characters at most, where that was chosen."""
    steering: Steering = UNSTEERED
    """What the search was asked for, and the network steered by."""
    ranks: Sequence[int] | None = None
    """The rank of each item from 0; 0, 1, 2, … where that is not said."""

    def only(self, places: Sequence[int]) -> ProbableItems:
        """The record of some of the items, by their places from 0."""
        return replace(self, texts=[self.texts[at] for at in places], ranks=[self._ranks[at] for at in places])

    @property
    def _ranks(self) -> Sequence[int]:
        return range(len(self.texts)) if self.ranks is None else self.ranks

    def facts(self) -> list[str]:
        """Model, how it was steered, how many, and their share of all probability."""
        shown = [visible(self.model), *self.steering.words()]
        return [*shown, f"{len(self.texts)} most probable", f"together {percent(self.covered)}"]

    @property
    def covered(self) -> float:
        """The share of all probability that these items have together."""
        return sum(text.probability for text in self.texts)

    def command(self) -> str:
        """The command line that lists the same items."""
        count = max(self._ranks, default=0) + 1
        return top_command(self.prefix, self.model, count, self.max_length, self.steering)

    def proof(self) -> str:
        """What is known of everything that is not listed, in a sentence."""
        many = len(self.texts) != 1
        known = [f"{'These' if many else 'This'} cover{'' if many else 's'} {percent(self.covered)} of all probability"]
        if self.bound is not None:
            known.append(
                f"nothing else is more probable than {percent(self.bound)}" if self.bound else "there is nothing else"
            )
        sentence = "; ".join(known if self.texts else known[1:]) + "."
        return ("The search ended early. " if self.early else "") + words.capitalised(sentence)

    def favourites(self, kept: str | None = None) -> list[Favourite]:
        """The items as favourites of their own kind. `kept` is when, ISO 8601; now by default."""
        when = kept or _now()
        return [
            Favourite(
                text=text.text,
                prefix=self.prefix,
                model=self.model,
                seed=0,
                item=rank,
                max_length=self.max_length or 0,
                kept=when,
                kind="probable",
                probability=text.probability,
                steering=self.steering.to_plain(),
            )
            for rank, text in zip(self._ranks, self.texts, strict=True)
        ]


NEW = " ✦"
"""The mark of an item that stands nowhere in the corpus that the network learnt from."""


def is_new(model: Model, text: str, *, ended: bool) -> bool | None:
    """Whether a finished item stands in no part of the model's corpus; None where that cannot be told: a text that was
    cut, running text, a model that keeps no list of what it learnt from (or a damaged one)."""
    from charrnn_tui.model import ModelError

    if not ended or model.info.kind != "lines":
        return None
    try:
        seen = model.seen(text)
    except ModelError:
        return None
    return None if seen is None else not seen


def shown_item(text: str) -> str:
    """An item as it may be listed: the one without characters has a name."""
    return text or EMPTY_ITEM


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def sample_command(
    prefix: str,
    model: str,
    settings: SamplingSettings,
    seed: int,
    max_length: int,
    *,
    item: int = 0,
    count: int = 1,
    steering: Steering = UNSTEERED,
) -> str:
    """The `charrnn-tui sample` command line that prints the same texts, quoted for a POSIX shell.

    `item` is the first item's place among those of the seed, `count` how many are printed. Options that stand at
    their neutral value are left out.
    """
    line = ["charrnn-tui", "sample", "--model", model, "--temperature", typed_temperature(settings.temperature)]
    if settings.top_k:
        line += ["--top-k", str(settings.top_k)]
    if settings.top_p < 1:
        line += ["--top-p", f"{settings.top_p:g}"]
    if settings.min_p > 0:
        line += ["--min-p", f"{settings.min_p:g}"]
    line += steering.arguments()
    if count > 1:
        line += ["-n", str(count)]
    line += ["--seed", str(seed)]
    if item:
        line += ["--item", str(item)]
    line += ["--max-length", str(max_length), "--", prefix]
    return shlex.join(line)


def top_command(
    prefix: str, model: str, count: int, max_length: int | None = None, steering: Steering = UNSTEERED
) -> str:
    """The `charrnn-tui top` command line that lists the same items, quoted for a POSIX shell."""
    line = ["charrnn-tui", "top", "--model", model, "-n", str(count), *steering.arguments(drawn=False)]
    if max_length is not None:
        line += ["--max-length", str(max_length)]
    return shlex.join([*line, "--", prefix])


def sample_command_of(favourite: Favourite) -> str:
    """The command line that prints a favourite again; for one of the most probable items, the list up to it.

    Raises SettingsError for settings without meaning.
    """
    f, steering = favourite, Steering.from_plain(favourite.steering)
    if f.kind == "probable":
        return top_command(f.prefix, f.model, f.item + 1, f.max_length or None, steering)
    settings = SamplingSettings(f.temperature, f.top_k, f.top_p, f.min_p)
    return sample_command(f.prefix, f.model, settings, f.seed, f.max_length, item=f.item, steering=steering)


def probable_items(
    model: Model,
    prefix: str,
    count: int,
    max_length: int | None = None,
    steering: Steering = UNSTEERED,
    stop: Callable[[], bool] | None = None,
) -> ProbableItems:
    """Search the most probable items that begin with a prefix and are as it is asked for.

    `max_length`: new characters at most, None for the model's own limit. `stop` is asked now and then whether to end.
    Raises CommandError, ModelError, UnknownSymbolsError.
    """
    search = probable_search(model, prefix, count, max_length, steering, stop)
    texts = [ProbableText(item.text, item.log_prob, item.ended) for item in search]
    early = search.reason in ("memory", "steps", "stopped")
    return ProbableItems(model.base.name, prefix, texts, math.exp(search.bound), early, max_length, steering)


def probable_search(
    model: Model,
    prefix: str,
    count: int,
    max_length: int | None,
    steering: Steering,
    stop: Callable[[], bool] | None = None,
) -> Search:
    """A search of the most probable items that are as it is asked for. Raises as `probable_items`."""
    from charrnn_tui.prompt.constrained_texts import HOW_TO_FREE, compiled
    from charrnn_tui.sampling.patterns import ConstraintError

    def progress(search: Search) -> None:
        if stop is not None and stop():
            search.cancel()

    constraint = compiled(steering.constraint) if steering.constraint else None
    try:
        return model.most_probable(prefix, count=count, max_length=max_length, constraint=constraint, progress=progress)
    except ConstraintError as error:
        raise CommandError(f"{error} {HOW_TO_FREE}") from error
