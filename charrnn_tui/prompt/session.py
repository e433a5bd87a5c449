"""One sitting at a prompt: the open model, the settings, the seed, and what the next generation is made with."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.model.mix import MixError
from charrnn_tui.model.style import Style, StyleError
from charrnn_tui.prompt import styles, words
from charrnn_tui.prompt.options import CONSTRAINT, HOTTEST, OPTIONS, SAMPLING, TEMPERATURE_STEP, OptionValue
from charrnn_tui.prompt.sliders import Turned, turned_by_keys
from charrnn_tui.prompt.steering import UNSTEERED, Steering
from charrnn_tui.prompt.styles import read_style
from charrnn_tui.prompt.typed_constraint import NOTHING, TypedConstraint
from charrnn_tui.sampling import SamplingSettings

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.model.mix import Mix
    from charrnn_tui.prompt.settings import Config

SEEDS = 100_000
"""A random seed has up to five digits: one can say it and type it again."""


def random_seed() -> int:
    """A new seed."""
    return secrets.randbelow(SEEDS)


def _turned(temperature: float, steps: int) -> float:
    at = temperature / TEMPERATURE_STEP
    start = math.floor(at + 1e-6) if steps > 0 else math.ceil(at - 1e-6)
    # The keys stop at HOTTEST; from beyond it they lead down and never further up.
    most = max(HOTTEST, temperature) if steps > 0 else HOTTEST
    return round(min(most, max(0.0, (start + steps) * TEMPERATURE_STEP)), 2)


class Others:
    """Models that are named beside the open one: opened once, as long as they are asked for."""

    def __init__(self, library: Library | None = None) -> None:
        self.library = library
        self._open: dict[str, Model] = {}

    def open(self, name: str) -> Model:
        """The model. Raises ModelError."""
        if name not in self._open:
            from charrnn_tui.model.library import Library

            self._open[name] = (self.library or Library()).open(name)
        return self._open[name]

    def forget(self) -> None:
        """Read them anew when they are asked for again: they may have been trained further."""
        self._open.clear()


@dataclass
class Session:
    """Settings of one sitting. Their commands, limits and words stand in `options.OPTIONS`.

    `seed` None takes a new one for each generation; `max_length` 0 leaves the limit to the model; `pace` is in
    characters a second, 0 for as fast as possible.
    """

    settings: SamplingSettings = field(default_factory=SamplingSettings)
    seed: int | None = None
    max_length: int = 0
    pace: float = 30.0
    colour: bool = False
    new_seed: Callable[[], int] = random_seed
    steering: Steering = UNSTEERED
    """What items must be, and whatever else steers the network."""
    dial: Turned | None = None
    """What the keys for styles turn."""
    model: Model | None = None
    step: int | None = None
    """Training step of the open weights, where they come from a run of this sitting."""
    followed: Path | None = None
    """The folder of the training run whose weights the prompt takes on as they get better."""
    _steered: tuple[Model, Steering, Model] | None = field(default=None, repr=False, compare=False)
    """The model that was steered last, how, and what came of it."""
    last_seed: int | None = None
    """The seed of the last generation, so that it can be made again."""
    others: Others = field(default_factory=Others, repr=False, compare=False)
    """Models that are mixed in, or write beside the open one."""

    @classmethod
    def from_config(
        cls, config: Config, new_seed: Callable[[], int] = random_seed, *, seed_given: bool = False
    ) -> Session:
        """The configured settings. A configured seed of 0 is a new one each time, unless it was asked for by name."""
        seed = config.seed if seed_given else config.seed or None
        return cls(config.sampling, seed, config.max_length, config.pace, new_seed=new_seed)

    # --- settings ---

    def value(self, name: str) -> OptionValue:
        """The present value of a setting."""
        holder = self.settings if name in SAMPLING else self.steering.constraint if name in CONSTRAINT else self
        found: OptionValue = getattr(holder, name)
        return found

    def typed(self, name: str) -> str:
        """The present value of a setting as it may be typed."""
        return OPTIONS[name].typed(self.value(name))

    def set(self, name: str, value: OptionValue) -> str:
        """Change a setting; what was changed, in words. Raises SettingsError for a value without meaning."""
        if name in SAMPLING:
            self.settings = replace(self.settings, **{name: value})  # type: ignore[arg-type]  # the name says the type
        elif name in CONSTRAINT:
            constraint = self.steering.constraint
            if value is None and name in ("unique", "new"):
                value = not getattr(constraint, name)
            self.constrain(replace(constraint, **{name: value}))  # type: ignore[arg-type]
        elif name == "colour":
            self.colour = not self.colour if value is None else bool(value)
        else:
            setattr(self, name, value)
        return OPTIONS[name].said(self.value(name))

    def constrain(self, constraint: TypedConstraint) -> None:
        """Ask something else of items from the next generation on."""
        self.steering = replace(self.steering, constraint=constraint)

    def free(self) -> str:
        """Ask nothing of items any more; what was changed, in words."""
        self.constrain(NOTHING)
        return "nothing is asked of items any more"

    def turn(self, steps: int) -> str:
        """Turn the temperature by even steps of 0.05, so that 0.83 goes to 0.85 or 0.80; what was changed, in words.

        Two temperatures turn together.
        """
        before = self.settings.temperature
        if isinstance(before, tuple):
            said = self.set("temperature", (_turned(before[0], steps), _turned(before[1], steps)))
        else:
            said = self.set("temperature", _turned(before, steps))
        return said + (", as before" if self.settings.temperature == before else "")

    # --- the model ---

    def open(self, model: Model, step: int | None = None) -> str:
        """Answer from a model; a style that it does not know, or a mix that does not suit it, is put aside, which is
        told in words."""
        self.model, self.step = model, step
        lost = []
        style, mix = self.steering.style, self.steering.mix
        turned = () if self.dial is None else self.dial.labels
        if not all(label in model.labels for label in (*style.to_plain(), *turned)):
            self.steering, self.dial = replace(self.steering, style=Style()), None
            if style:
                lost.append(f"it does not know the style {style.words()}, which is off")
        try:
            Steering(mix=mix).steered(model, self.others)
        except ValueError as error:
            self.steering = replace(self.steering, mix=UNSTEERED.mix)
            lost.append(f"nothing is mixed in any more: {str(error).rstrip('.')}")
        return "; ".join(lost)

    @property
    def writing(self) -> Model | None:
        """The open model as it is steered: what is drawn, searched and looked at comes from it. Raises ModelError."""
        if self.model is None or not self.steering:
            return self.model
        before = self._steered
        if before is None or before[0] is not self.model or before[1] != self.steering:
            self._steered = before = self.model, self.steering, self.steering.steered(self.model, self.others)
        return before[2]

    def taking_over(self, model: Model) -> Model | None:
        """The model with which a text that `model` writes goes on as things are steered now; None where it cannot:
        another network, or other symbols."""
        now = self.writing
        if now is None or now.base.name != model.base.name or now.vocabulary != model.vocabulary:
            return None
        return now

    @property
    def labels(self) -> Sequence[str]:
        """Those of the open model, for styles."""
        return () if self.model is None else self.model.labels

    def set_style(self, typed: str) -> str:
        """Write in the style that is typed behind `/style`; what was changed, in words. Raises StyleError."""
        if self.model is None:
            raise StyleError("no model is open yet, so there are no styles.")
        name = self.model.name
        style = read_style(typed, self.labels, name)
        if style is None:
            return styles.told(self.steering.style, self.labels, name)
        self.steering = replace(self.steering, style=style)
        self.dial = turned_by_keys(style)
        return styles.said(style)

    def turn_style(self, steps: int) -> str:
        """Turn the dial between two styles, or the chosen slider, by tenths; what was changed, in words.

        Raises StyleError where no style is chosen.
        """
        return self.set_dial(self._dial().turned(steps))

    def choose_style(self, by: int) -> str:
        """Choose the next slider, or the one before; a dial becomes sliders. What was changed, in words.

        Raises StyleError where no style is chosen.
        """
        return self.set_dial(self._dial().moved(by))

    def set_dial(self, dial: Turned) -> str:
        """Write in the style at which a dial or sliders stand; what was changed, in words."""
        self.dial = dial
        if dial.style != self.steering.style:
            self.steering = replace(self.steering, style=dial.style)
        return dial.words()

    def _dial(self) -> Turned:
        if self.dial is None:
            raise StyleError(styles.no_dial(self.labels))
        return self.dial

    def set_mix(self, mix: Mix | None) -> str:
        """Mix models in; what was changed, in words. None tells what is mixed in.

        Raises ModelError, and nothing changes, where the open model cannot be mixed so.
        """
        if mix is not None:
            self.others.forget()
            if self.model is not None:
                Steering(mix=mix).steered(self.model, self.others)
            self.steering = replace(self.steering, mix=mix)
        return self.steering.mix.words() or "nothing is mixed in"

    def turn_mix(self, steps: int) -> str:
        """Give what is mixed in more or less weight, by even steps; what was changed, in words. Raises MixError where
        nothing is."""
        before = self.steering.mix
        if not before:
            raise MixError("nothing is mixed in: /mix MODEL=0.3 mixes a model in.")
        self.steering = replace(self.steering, mix=before.turned(steps))
        return self.steering.mix.words() + (", as before" if self.steering.mix == before else "")

    # --- the next generation ---

    def next_seed(self) -> int:
        """The seed of the next generation, which is noted."""
        self.last_seed = self.new_seed() if self.seed is None else self.seed
        return self.last_seed

    @property
    def limit(self) -> int:
        """New characters at most; 0 while that is the model's to say and none is open."""
        if self.max_length or self.model is None:
            return self.max_length
        return (self.writing or self.model).info.default_max_length

    # --- words ---

    @property
    def seed_words(self) -> str:
        """The seed as a status row says it."""
        return "seed random" if self.seed is None else f"seed {self.seed}"

    @property
    def pace_words(self) -> str:
        """The pace as a status row says it."""
        return f"{self.pace:g} characters/s" if self.pace else "full speed"

    @property
    def temperature_words(self) -> str:
        """The temperature as a status row says it."""
        return words.temperature(self.settings.temperature)

    @property
    def filter_words(self) -> list[str]:
        """The filters that are on."""
        return words.filters(self.settings)

    @property
    def steering_words(self) -> list[str]:
        """What steers the network; a style that is turned by keys as a dial."""
        if self.dial is None:
            return self.steering.words()
        return [self.dial.words(), *replace(self.steering, style=Style()).words()]
