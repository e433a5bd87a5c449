"""Styles: mixtures of the labels that a model's items had beside them. Knows no NumPy, so that a prompt can hold one.

A label is a vector that a network has learnt (`cells.Architecture.labels`); a style weighs some of them. What is said
of weights here holds everywhere: at a prompt, on the command line, in Python, in what is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from charrnn_tui.model import weighted
from charrnn_tui.model.description import ModelError
from charrnn_tui.text import visible
from charrnn_tui.text.arguments import check_number, describe

StyleLike: TypeAlias = "Style | Mapping[str, float] | str | None"
"""What a style may be given as: itself, label -> weight, one label's name, or None for no label."""

_NAMED = 12
"""Labels that a message names; a model may know hundreds."""


class StyleError(ModelError):
    """A style has no meaning, or not for this model; the message says what is wrong and which labels there are."""


@dataclass(frozen=True)
class Style:
    """The weight of each label of a mixture, as given; labels of weight 0 are left out. Empty: no label.

    Weights are shares. Where they add up to more than 1 only their proportions count; where they add up to less, the
    rest is written without a label: `finnish=0.4` lies two fifths of the way from no label to Finnish.

    Raises StyleError for a weight that is negative or no number.
    """

    weights: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        kept = []
        for label, weight in self.weights:
            try:
                value = check_number(weight, f"the weight of {visible(label)!r}")
            except ValueError as error:
                raise StyleError(str(error)) from error
            if not (math.isfinite(value) and value >= 0):
                raise StyleError(f"the weight of {visible(label)!r} is a number from 0 upwards, not {value:g}.")
            if value:
                kept.append((label, value))
        labels = [label for label, _ in kept]
        for label in labels:
            if labels.count(label) > 1:
                raise StyleError(f"the label {visible(label)!r} is given twice; give it one weight.")
        object.__setattr__(self, "weights", tuple(kept))

    def __bool__(self) -> bool:
        return bool(self.weights)

    @classmethod
    def of(cls, value: StyleLike) -> Style:
        """A style given in any way. Raises StyleError."""
        if value is None:
            return cls()
        if isinstance(value, Style):
            return value
        if isinstance(value, str):
            return cls(((value, 1.0),))
        if not isinstance(value, Mapping) or not all(isinstance(label, str) for label in value):
            raise StyleError(f"a style is a label, or labels with their weights, not {describe(value)}.")
        return cls(tuple(value.items()))

    @classmethod
    def from_arguments(cls, arguments: Iterable[str]) -> Style:
        """Of `LABEL` or `LABEL=WEIGHT`, one each, as the option `--style` takes them. Raises StyleError."""
        return cls(tuple(_argument(argument) for argument in arguments))

    @classmethod
    def parse(cls, text: str, labels: Sequence[str] = ()) -> Style:
        """As typed: `finnish`, `japanese=0.7 finnish=0.3`, `japanese, finnish` (in equal parts).

        A label of the model's `labels` may hold spaces, commas and equals signs. Raises StyleError.
        """
        text = text.strip()
        if not text:
            return cls()
        if text in labels:
            return cls(((text, 1.0),))
        if "=" in text:
            try:
                return cls(tuple(weighted.several(text, "LABEL=WEIGHT, such as finnish=0.3")))
            except StyleError:
                raise
            except ValueError as error:
                raise StyleError(str(error)) from error
        names = [name for part in re.split("[,;]", text) if (name := weighted.unquoted(part))]
        return cls(tuple((name, 1.0) for name in names))

    def to_plain(self) -> dict[str, float]:
        """Label -> weight, for JSON."""
        return dict(self.weights)

    @classmethod
    def from_plain(cls, value: Any) -> Style:
        """From what `to_plain` gave. Raises StyleError for anything else."""
        if not isinstance(value, dict):
            raise StyleError(f"a style is kept as labels with their weights, not as {describe(value)}.")
        return cls.of(value)

    def arguments(self) -> list[str]:
        """Those of the command line that give it: `--style finnish=0.3`."""
        found = []
        for label, weight in self.weights:
            found += [
                "--style",
                label if weight == 1 and _argument(label) == (label, 1.0) else f"{label}={weight:.12g}",
            ]
        return found

    def words(self) -> str:
        """For a row of a screen: 'japanese 0.7 + finnish 0.3'; '' for no label."""
        if len(self.weights) == 1 and self.weights[0][1] >= 1:
            return visible(self.weights[0][0])
        return " + ".join(f"{visible(label)} {weight:.3g}" for label, weight in self.weights)

    def typed(self) -> str:
        """As it may be typed behind `/style`; '' for no label."""
        if len(self.weights) == 1 and self.weights[0][1] == 1:
            return self.weights[0][0]
        return ", ".join(f"{label}={weight:.12g}" for label, weight in self.weights)

    def spelled(self, labels: Sequence[str], model: str) -> Style:
        """The same with labels spelled as a model spells them, capitals aside. Raises StyleError for one it lacks."""
        return Style(tuple((_known(label, labels, model), weight) for label, weight in self.weights))

    def mixture(self, labels: Sequence[str], model: str) -> list[float]:
        """The weight of each of a model's labels; they add up to 1 at most. Raises StyleError for one it lacks."""
        given = self.spelled(labels, model).to_plain()
        scale = max(1.0, math.fsum(given.values()))
        return [given.get(label, 0.0) / scale for label in labels]


def _argument(argument: str) -> tuple[str, float]:
    label, weight = weighted.one(argument)
    return label, 1.0 if weight is None else weight


def _known(label: str, labels: Sequence[str], model: str) -> str:
    """The model's spelling of a label. Raises StyleError naming the nearest."""
    if label in labels:
        return label
    alike = [known for known in labels if known.casefold() == label.casefold()]
    if len(alike) == 1:
        return alike[0]
    name = visible(model)
    if not labels:
        raise StyleError(
            f"the model {name} has learnt no labels, so it has no styles; a network learns them from a table "
            "(charrnn-tui train FILE.csv --column NAME --label LABEL)."
        )
    from difflib import get_close_matches  # only where something is wrong

    folded = {known.casefold(): known for known in labels}
    near = [folded[found] for found in get_close_matches(label.casefold(), folded, n=3, cutoff=0.5)]
    hint = f"the nearest {'is' if len(near) == 1 else 'are'} {_listed(near)}" if near else f"it knows {_listed(labels)}"
    raise StyleError(f"the model {name} has no label {visible(label)!r}; {hint}.")


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _NAMED:,} more" if len(labels) > _NAMED else ""
    return ", ".join(map(visible, labels[:_NAMED])) + more
