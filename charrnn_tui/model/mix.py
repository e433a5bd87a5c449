"""A mix: which models are mixed into another one, and with what weights. Knows no NumPy, so that a prompt can hold one.

What is said of weights here holds everywhere: at a prompt, on the command line, in Python, in what is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from charrnn_tui.model import weighted
from charrnn_tui.model.description import ModelError
from charrnn_tui.text import visible
from charrnn_tui.text.arguments import check_number, describe

MixLike: TypeAlias = "Mix | Mapping[str, float] | None"
"""What a mix may be given as: itself, a model's name -> weight, or None for nothing mixed in."""

HALF = 0.5
"""The weight of a model that is named without one."""

STEP, LEAST, MOST = 0.05, 0.05, 0.95
"""How far one turn of the dial goes, and where it stops."""

_EXAMPLE = "MODEL=WEIGHT, such as towns=0.3"
_ROUNDING = 1e-9


class MixError(ModelError):
    """A mix has no meaning, or not for these models; the message says why and what to do."""


@dataclass(frozen=True)
class Mix:
    """The weight of each model that is mixed in; the model that is open has what is left of 1. Empty: nothing is mixed.

    `blended`: logarithms of probabilities are mixed, not probabilities (see `cells.mixture`). Weights are rounded to
    twelve digits. Raises MixError for a weight that is no share, for weights that add up to more than 1, and for a
    model that is named twice.
    """

    weights: tuple[tuple[str, float], ...] = ()
    blended: bool = False

    def __post_init__(self) -> None:
        kept: list[tuple[str, float]] = []
        for name, weight in self.weights:
            if not name:
                raise MixError(f"a model is named with its weight: {_EXAMPLE}.")
            try:
                value = float(check_number(weight, f"the weight of {visible(name)}"))
            except ValueError as error:
                raise MixError(str(error)) from error
            if not 0 < value <= 1:
                raise MixError(
                    f"the weight of {visible(name)} is a share above 0 and up to 1, such as 0.3, not {value:g}."
                )
            if name in (other for other, _ in kept):
                raise MixError(f"{visible(name)} is mixed in twice; give it one weight.")
            kept.append((name, round(value, 12)))
        total = math.fsum(weight for _, weight in kept)
        if total > 1 + _ROUNDING:
            raise MixError(f"the weights of what is mixed in add up to {total:.4g}, and to 1 at most they may.")
        object.__setattr__(self, "weights", tuple(kept))
        object.__setattr__(self, "blended", bool(self.blended and kept))

    def __bool__(self) -> bool:
        return bool(self.weights)

    @property
    def total(self) -> float:
        """The share of all models that are mixed in, together."""
        return min(1.0, math.fsum(weight for _, weight in self.weights))

    @classmethod
    def of(cls, value: MixLike, *, blended: bool = False) -> Mix:
        """A mix given in any way. Raises MixError."""
        if isinstance(value, Mix):
            return value
        if value is None:
            return cls()
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise MixError(f"what is mixed in is given as models with their weights, not as {describe(value)}.")
        return cls(tuple(value.items()), blended)

    @classmethod
    def from_arguments(cls, arguments: Iterable[str], *, blended: bool = False) -> Mix:
        """Of `MODEL=WEIGHT` or `MODEL` (a half), one each, as the option `--mix` takes them. Raises MixError."""
        found = [weighted.one(argument) for argument in arguments]
        mix = cls(tuple((name, HALF if weight is None else weight) for name, weight in found), blended)
        if blended and not mix:
            raise MixError(f"there is nothing to blend: name a model with --mix {_EXAMPLE}.")
        return mix

    @classmethod
    def parse(cls, text: str) -> Mix:
        """As typed: `towns=0.3`, `towns=0.3 poems=0.2`, `blend towns=0.3`, `towns` (a half). Raises MixError."""
        text = text.strip()
        first, _, rest = text.partition(" ")
        blended = first.casefold() == "blend" and bool(rest.strip())
        text = rest.strip() if blended else text
        if "=" not in text:
            return cls.from_arguments([text] if text else [], blended=blended)
        try:
            return cls(tuple(weighted.several(text, _EXAMPLE)), blended)
        except MixError:
            raise
        except ValueError as error:
            raise MixError(str(error)) from error

    def turned(self, steps: int) -> Mix:
        """What is mixed in with more or less weight: even steps of 0.05 for all together, between 0.05 and 0.95."""
        if not self:
            return self
        at = self.total / STEP
        start = math.floor(at + 1e-6) if steps > 0 else math.ceil(at - 1e-6)
        total = min(MOST, max(LEAST, (start + steps) * STEP))
        return replace(self, weights=tuple((name, weight * total / self.total) for name, weight in self.weights))

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"models": dict(self.weights), "blended": self.blended}

    @classmethod
    def from_plain(cls, value: Any) -> Mix:
        """From what `to_plain` gave. Raises MixError for anything else."""
        if not isinstance(value, dict) or set(value) != {"models", "blended"} or not isinstance(value["blended"], bool):
            raise MixError(f"a mix is kept as models with their weights, not as {describe(value)}.")
        return cls.of(value["models"], blended=value["blended"])

    def arguments(self) -> list[str]:
        """Those of the command line that mix so: `--mix towns=0.3`."""
        found = [word for name, weight in self.weights for word in ("--mix", f"{name}={weight:.12g}")]
        return [*found, "--blend"] if self.blended else found

    def words(self) -> str:
        """For a row of a screen: 'mix towns 0.3 + poems 0.2'; '' for nothing."""
        if not self:
            return ""
        parts = " + ".join(f"{visible(name)} {weight:.3g}" for name, weight in self.weights)
        return f"{'blend' if self.blended else 'mix'} {parts}"

    def typed(self) -> str:
        """As it may be typed behind `/mix`."""
        parts = ", ".join(f"{name}={weight:.12g}" for name, weight in self.weights)
        return f"blend {parts}" if self.blended else parts
