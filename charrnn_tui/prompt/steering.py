"""How what is written is steered beyond temperature and filters, as one value: what items must be, style, mixture.

A sitting holds one `Steering`, and so does each record of what was drawn or listed; a favourite holds it as plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from charrnn_tui.model.mix import Mix
from charrnn_tui.model.style import Style
from charrnn_tui.prompt.typed_constraint import NOTHING, TypedConstraint
from charrnn_tui.sampling import SettingsError

if TYPE_CHECKING:
    from charrnn_tui.model import Model


class Opener(Protocol):
    """Opens models by name: a library, or a sitting that keeps them open."""

    def open(self, name: str) -> Model:
        """The model. Raises ModelError."""
        ...


@dataclass(frozen=True)
class Steering:
    """What steers a network. Its neutral value is false and leaves the network to itself.

    A field here is a way of steering: it adds its part to each method below, and nothing else need know of it.
    """

    constraint: TypedConstraint = field(default=NOTHING)
    """What items must be."""
    style: Style = field(default=Style())
    """The mixture of labels that it is written under."""
    mix: Mix = field(default_factory=Mix)
    """Which models are mixed into the one that is open."""

    def __bool__(self) -> bool:
        return self != Steering()

    def arguments(self, *, drawn: bool = True) -> list[str]:
        """The options of `charrnn-tui sample` that steer so; those of `top` without `drawn`."""
        return [*self.style.arguments(), *self.mix.arguments(), *self.constraint.arguments(drawn=drawn)]

    def words(self) -> list[str]:
        """What holds, as a status row says it."""
        styled = [f"in {self.style.words()}"] if self.style else []
        return [*styled, *([self.mix.words()] if self.mix else []), *self.constraint.words()]

    def to_plain(self) -> dict[str, Any]:
        """What holds, as JSON has it; empty for the neutral value."""
        plain: dict[str, Any] = {"constraint": self.constraint.to_plain()} if self.constraint else {}
        plain |= {"style": self.style.to_plain()} if self.style else {}
        return plain | ({"mix": self.mix.to_plain()} if self.mix else {})

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Steering:
        """From what `to_plain` gave. Raises SettingsError for anything else, such as a later version's."""
        try:
            if unknown := plain.keys() - {"constraint", "style", "mix"}:
                raise ValueError(f"it says {', '.join(map(repr, sorted(unknown)))}, which is not known here.")
            return cls(
                TypedConstraint.from_plain(plain.get("constraint", {})),
                Style.from_plain(plain.get("style", {})),
                Mix.from_plain(plain["mix"]) if "mix" in plain else Mix(),
            )
        except ValueError as error:
            raise SettingsError(f"how this was steered cannot be read: {error}") from error

    def steered(self, model: Model, library: Opener | None = None) -> Model:
        """The model that writes: the given one, styled and mixed. `library` holds those that are mixed in.

        Raises ModelError.
        """
        styled = model.styled(self.style)
        if not self.mix:
            return styled
        from charrnn_tui.model.library import Library
        from charrnn_tui.model.mixture import mixed_as  # NumPy: the first paint steers nothing

        library = library or Library()
        return mixed_as(styled, self.mix, {name: library.open(name) for name, _ in self.mix.weights})


UNSTEERED = Steering()
