"""Several open models as one: whatever a model does, a mixture of models does."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from charrnn_tui.cells.mixture import MixtureCell
from charrnn_tui.model.description import ModelError, ModelInfo
from charrnn_tui.model.mix import Mix, MixError
from charrnn_tui.model.model import Model
from charrnn_tui.model.style import StyleLike
from charrnn_tui.text import visible
from charrnn_tui.text.arguments import ArgumentError, describe


class MixtureModel(Model):
    """A model with others mixed in; see `cells.mixture` for what that means. Made by `Model.mixed`.

    Its name tells the parts and their shares ('names-lstm + 0.3 towns'; blended 'names-lstm * 0.3 towns'), its
    vocabulary is that of all together, and its limits are the widest of theirs. It has no folder and no units.
    `info.architecture` is that of the first part; `cell.architecture` tells them all.

    `base` is the model that others were mixed into, also where nothing is left of it. Raises MixError for models of two
    kinds.
    """

    cell: MixtureCell

    def __init__(self, base: Model, parts: Sequence[Model], shares: Sequence[float], *, blended: bool = False) -> None:
        first = parts[0]
        for other in parts[1:]:
            if other.info.kind != first.info.kind:
                raise MixError(
                    f"{_shown(first)} writes {_KINDS[first.info.kind]} and {_shown(other)} {_KINDS[other.info.kind]}; "
                    "models of one kind can be mixed."
                )
        cell = MixtureCell([(part.cell, part.vocabulary) for part in parts], shares, blended=blended)
        longest = [part.info.corpus["longest"] for part in parts if "longest" in part.info.corpus]
        info = ModelInfo(
            _name(parts, shares, blended),
            first.info.architecture,
            cell.vocabulary,
            first.info.kind,
            recipe={key: base.info.recipe[key] for key in _OF_CORPUS if key in base.info.recipe},
            corpus={"longest": max(longest)} if len(longest) == len(parts) else {},
            created=" + ".join(part.info.created for part in parts),
            labels=first.labels,
        )
        super().__init__(info, cell)
        self.style = first.style
        self._base = base
        self.parts = tuple(parts)

    @property
    def base(self) -> Model:
        """The model that the others were mixed into."""
        return self._base

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each part; they add up to 1."""
        return self.cell.architecture.shares

    def styled(self, style: StyleLike) -> Model:
        """The mixture with its base writing in a style. Raises StyleError."""
        base = self._base.styled(style)
        parts = [base if part is self._base else part for part in self.parts]
        return MixtureModel(base, parts, self.shares, blended=self.cell.blended)

    def save(
        self, path: str | os.PathLike[str] | None = None, *, name: str | None = None, overwrite: bool = False
    ) -> Path:
        """Raises ModelError: a mixture has no weights of its own."""
        raise ModelError(f"{self.name} is a mixture and has no weights of its own; save the models it is made of.")

    def seen(self, item: str) -> str | None:
        """Where the item stands among what any part learnt from: 'training' before 'validation'; '' where it is new to
        all of them, None where that cannot be said."""
        found = [part.seen(item) for part in self.parts]
        for part in ("training", "validation"):
            if part in found:
                return part
        return None if None in found else ""


_OF_CORPUS = ("corpus", "separator", "validation", "validation_fraction")
"""What the base's recipe says of its corpus, which stands for the mixture's."""
_KINDS = {"lines": "items", "stream": "running text"}


def _shown(model: Model) -> str:
    return visible(model.name)


def _name(parts: Sequence[Model], shares: Sequence[float], blended: bool) -> str:
    first, *others = parts
    named = (f"{share:.3g} {part.name}" for part, share in zip(others, shares[1:], strict=True))
    return f" {'*' if blended else '+'} ".join([first.name, *named])


def mixed(model: Model, others: Mapping[Model | str, float], *, blended: bool = False) -> Model:
    """What `Model.mixed` does."""
    from charrnn_tui.model.library import Library  # which opens models

    if not isinstance(others, Mapping):
        raise ArgumentError(f"models are mixed in with their weights, {{'towns': 0.3}}, not {describe(others)}.")
    opened: dict[str, Model] = {}
    for other in others:
        if not isinstance(other, str | Model):
            raise ArgumentError(f"what is mixed in is a model or the name of one, not {describe(other)}.")
        found = Library().open(other) if isinstance(other, str) else other
        # Two models may have one name, so the number tells them apart.
        opened[found.name if found.name not in opened else f"{found.name} ({len(opened) + 1})"] = found
    return mixed_as(model, Mix(tuple(zip(opened, others.values(), strict=True)), blended), opened)


def mixed_as(model: Model, mix: Mix, opened: Mapping[str, Model]) -> Model:
    """The model with a mix; `opened` holds the models that it names. Raises MixError."""
    if not mix:
        return model
    parts = [model, *(opened[name] for name, _ in mix.weights)]
    for part in parts[1:]:
        if part is model or (part.folder is not None and part.folder == model.folder):
            raise MixError(f"{_shown(model)} cannot be mixed with itself; name another model.")
    weights = [weight for _, weight in mix.weights]
    rest = 1 - math.fsum(weights)
    if rest < 1e-9:  # nothing is left of the model itself
        parts, shares = parts[1:], weights
    else:
        shares = [rest, *weights]
    return MixtureModel(model, parts, _adding_up(shares), blended=mix.blended)


def _adding_up(shares: Sequence[float]) -> list[float]:
    total = math.fsum(shares)
    return [share / total for share in shares]
