"""A list of the most probable items as the screen keeps it: a block of its own kind, for nothing in it was drawn."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from charrnn_tui.tui.content.generation import Generation

if TYPE_CHECKING:
    from charrnn_tui.prompt.generations import ProbableItems, ProbableText


class ProbableList:
    """A finished block: items, the most probable first, each with its probability. It has no seed and no settings."""

    drawn: ClassVar[bool] = False

    def __init__(self, number: int, items: ProbableItems, read: str) -> None:
        self.number = number
        self.items = items
        self.read = read
        """What the network reads of the prefix."""
        self.kept: set[int] = set()
        """Places of the items that are among the favourites."""
        self.places: Sequence[int] | None = None
        """The places of its items in the list that it is a part of; None where it is all of one."""
        self.version = 0
        self.running = False

    @property
    def model_name(self) -> str:
        """The model that was searched."""
        return self.items.model

    @property
    def typed(self) -> list[str]:
        """The prefix as it was typed."""
        return [self.items.prefix]

    @property
    def texts(self) -> Sequence[ProbableText]:
        """The items."""
        return self.items.texts

    @property
    def characters(self) -> int:
        """Characters held."""
        return sum(len(item.text) for item in self.items.texts)

    def only(self, places: Sequence[int]) -> ProbableList:
        """Some of its items, by their places, as something that can be acted on alone."""
        part = copy.copy(self)
        part.items, part.places = self.items.only(places), places
        return part

    def record(self) -> ProbableItems:
        """What is needed to copy and keep it."""
        return self.items

    def command(self) -> str:
        """The command line that lists the same items."""
        return self.items.command()


Entry: TypeAlias = Generation | ProbableList
"""What a block of the pane shows."""
