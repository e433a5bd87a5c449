"""A generation as a tree: any character swapped for another, the text grown anew from there, the old one kept.

A branch leaves its parent at a place among the new characters, with another symbol or several there (or with another
seed or other settings from there on). Random numbers belong to (seed, item, place), so a branch that keeps the seed
differs from its parent only by what the swap changed, and everything that is kept here can be grown again, character
for character.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.stream import EndReason, Stream, Token

Changes = tuple[tuple[int, SamplingSettings], ...]
"""(place, settings from there on), by place; the first place is where the branch begins to draw."""


@dataclass(frozen=True)
class Branch:
    """One text of the tree. `text` holds all new characters, those that it shares with its parent included."""

    id: int
    parent: int | None
    """None for the root, the generation that was there first."""
    at: int
    """Where it leaves its parent: the number of new characters that they share."""
    swapped: str | None
    """The symbols that were put from `at` on ("" for the end of the item); None where nothing was put there."""
    seed: int
    item: int
    changes: Changes
    text: str = ""
    end: EndReason | None = None
    """None while it may go on."""
    label: str = ""
    end_put: bool = False
    """Whether the end of the item was put behind those symbols."""

    @property
    def drawn_from(self) -> int:
        """The first place that was drawn and not shared or put there."""
        return self.at + len(self.swapped or "")

    @property
    def settings(self) -> SamplingSettings:
        """The last settings."""
        return self.changes[-1][1]

    @property
    def own(self) -> str:
        """What it does not share with its parent."""
        return self.text[self.at :]


class Place(NamedTuple):
    """A branch in the tree, as it is walked from the top."""

    branch: Branch
    depth: int
    """0 for the root."""


@dataclass
class Tree:
    """All branches of one generation. Only `Growth` and the methods here change it."""

    model: str
    created: str
    """When that model was trained, to tell it from a later one of the same name."""
    prefix: str
    max_length: int
    """New characters of any branch at most."""
    branches: dict[int, Branch] = field(default_factory=dict)
    steering: Mapping[str, Any] = field(default_factory=dict)
    """What the network is steered by, as plain data (see `prompt.steering`): the model that is handed to the methods
    here is steered so already."""
    given: bool = False
    """Whether the root was not drawn as its seed and settings say (searched for what was asked of it, or steered on the
    way): it is taken as it stands, and what leaves it is drawn as ever."""

    @classmethod
    def begin(
        cls,
        model: Model,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        item: int = 0,
        max_length: int | None = None,
    ) -> Tree:
        """A tree with an empty root, to be grown. Raises UnknownSymbolsError for a prefix that cannot be read."""
        stream = model.stream(prefix, settings=settings, seed=seed, item=item, max_length=max_length)
        tree = cls(model.name, model.info.created, stream.prefix, stream.max_length)
        tree.branches[0] = Branch(0, None, 0, None, seed, item, ((0, stream.settings),))
        return tree

    @classmethod
    def of_stream(cls, model: Model, stream: Stream, changes: Sequence[tuple[int, SamplingSettings]] = ()) -> Tree:
        """A tree whose root is what a stream has written. `changes`: settings that were changed on the way, by place;
        without them the stream's present settings are taken to have held all along."""
        kept = tuple(sorted(changes, key=lambda change: change[0])) or ((0, stream.settings),)
        tree = cls(model.name, model.info.created, stream.prefix, stream.max_length)
        tree.branches[0] = Branch(0, None, 0, None, stream.seed, stream.item, kept, stream.generated, stream.end)
        return tree

    @property
    def root(self) -> Branch:
        """The generation that was there first."""
        return self.branches[0]

    def __getitem__(self, id_: int) -> Branch:
        """A branch by its number. Raises InsightError."""
        try:
            return self.branches[id_]
        except KeyError:
            known = ", ".join(map(str, self.branches))
            raise InsightError(f"there is no branch {id_}; there are {known}.") from None

    def children(self, id_: int) -> list[Branch]:
        """The branches that leave this one, in the order of their places."""
        mine = [branch for branch in self.branches.values() if branch.parent == id_]
        return sorted(mine, key=lambda branch: (branch.at, branch.id))

    def siblings(self, id_: int) -> list[Branch]:
        """The branches that leave the same parent at the same place, this one among them."""
        branch = self[id_]
        if branch.parent is None:
            return [branch]
        return [other for other in self.children(branch.parent) if other.at == branch.at]

    def walk(self) -> Iterator[Place]:
        """All branches, each before those that leave it."""
        todo = [Place(self.root, 0)]
        while todo:
            place = todo.pop()
            yield place
            todo += [Place(child, place.depth + 1) for child in reversed(self.children(place.branch.id))]

    def path(self, id_: int) -> list[Branch]:
        """From the root to a branch."""
        branch = self[id_]
        path = [branch]
        while branch.parent is not None:
            branch = self.branches[branch.parent]
            path.append(branch)
        return path[::-1]

    def fork(
        self,
        model: Model,
        id_: int,
        at: int,
        symbol: str | None = None,
        *,
        settings: SamplingSettings | None = None,
        seed: int | None = None,
        item: int | None = None,
        put_end: bool = False,
    ) -> Branch:
        """A new branch that leaves another at a place (from 0, among new characters), to be grown.

        `symbol` is put there, or several one after the other, "" for the end of the item (which `put_end` puts behind
        symbols); without one, another seed, item or settings make the difference. What is not given is as in the
        parent. Raises InsightError, UnknownSymbolsError, ValueError.
        """
        parent = self[id_]
        if not 0 <= at <= len(parent.text):
            raise InsightError(f"branch {id_} has the places 0 to {len(parent.text)}, not {at}.")
        put_end = put_end or symbol == ""
        if at + max(0, len(symbol or "") - 1) >= self.max_length:
            raise InsightError(f"the maximum length of {self.max_length} new characters is reached at this place.")
        if symbol is not None and self._stands(parent, at, symbol, put_end):
            raise InsightError("this symbol stands there already." if len(symbol) < 2 else "this stands there already.")
        if put_end and model.info.kind == "stream":
            raise InsightError("running text has no end to put there.")
        for one in symbol or "":
            model.vocabulary.id(one)
        if symbol is None and settings is None and seed is None and item is None:
            raise InsightError("a branch differs in something: give a symbol, a seed or settings.")
        before = [change for change in parent.changes if change[0] <= at]
        first = settings or (before[-1] if before else parent.changes[0])[1]
        later = () if settings else tuple(c for c in parent.changes if c[0] > at)
        branch = Branch(
            max(self.branches) + 1,
            id_,
            at,
            symbol,
            parent.seed if seed is None else seed,
            parent.item if item is None else item,
            ((at, first), *later),
            parent.text[:at] + (symbol or ""),
            "end" if put_end else None,
            end_put=put_end,
        )
        self.branches[branch.id] = branch
        return branch

    def _stands(self, branch: Branch, at: int, symbols: str, end: bool) -> bool:
        after = at + len(symbols)
        there = branch.text[at:after] == symbols
        return there and (not end or (branch.end == "end" and after == len(branch.text)))

    def label(self, id_: int, label: str) -> None:
        """Name a branch. Raises InsightError."""
        self.branches[id_] = replace(self[id_], label=label)

    def prune(self, id_: int) -> list[int]:
        """Take a branch away with all that leave it; their numbers. Raises InsightError for the root."""
        if self[id_].parent is None:
            raise InsightError("the root is what all branches leave; it cannot be pruned.")
        gone = [id_]
        for number in gone:
            gone += [child.id for child in self.children(number)]
        for number in gone:
            del self.branches[number]
        return gone

    def full_text(self, id_: int) -> str:
        """Prefix and new characters of a branch."""
        return self.prefix + self[id_].text


class Growth(Iterator[Token]):
    """Grow a branch on, one token at a time, and note it in the tree as it comes.

    `settings` may be assigned at any time, as with a stream. It may be left and taken up again. Raises InsightError for
    another network than the one that the tree belongs to, as far as can be told.
    """

    def __init__(self, model: Model, tree: Tree, id_: int) -> None:
        self._tree = tree
        self._id = id_
        self.stream = stream_at(model, tree, tree[id_], len(tree[id_].text))
        self._note()

    @property
    def settings(self) -> SamplingSettings:
        """How the next character is drawn."""
        return self.stream.settings

    @settings.setter
    def settings(self, settings: SamplingSettings) -> None:
        self.stream.settings = settings
        branch, place = self._tree[self._id], len(self.stream.tokens)
        kept = [change for change in branch.changes if change[0] < place]
        self._tree.branches[self._id] = replace(branch, changes=(*kept, (place, settings)))

    def __next__(self) -> Token:
        branch = self._tree[self._id]
        if branch.end is not None:
            raise StopIteration
        # Settings that the parent was given later on hold here too, from the same place.
        self.stream.settings = settings_at(branch, len(self.stream.tokens))
        token = next(self.stream)
        self._note()
        return token

    def _note(self) -> None:
        branch = self._tree[self._id]
        if branch.end is None:
            self._tree.branches[self._id] = replace(branch, text=self.stream.generated, end=self.stream.end)


def settings_at(branch: Branch, place: int) -> SamplingSettings:
    """The settings that hold at a place of a branch."""
    held = branch.changes[0][1]
    for at, settings in branch.changes:
        if at <= place:
            held = settings
    return held


def stream_at(model: Model, tree: Tree, branch: Branch, place: int) -> Stream:
    """A stream that stands at a place of a branch, its numbers and settings those of the branch.

    Raises InsightError where the network does not know a symbol of it.
    """
    unknown = [symbol for symbol in tree.prefix + branch.text if symbol not in model.vocabulary]
    if unknown:
        raise InsightError(f"{model.name} does not know {unknown[0]!r}; the tree was grown by another network.")
    stream = model.stream(
        tree.prefix,
        settings=settings_at(branch, place),
        seed=branch.seed,
        item=branch.item,
        max_length=tree.max_length,
    )
    for symbol in branch.text[:place]:
        stream.force(symbol)
    return stream


class Difference(NamedTuple):
    """A branch that does not come out as it is kept."""

    branch: int
    kept: str
    grown: str


def replay(model: Model, tree: Tree) -> list[Difference]:
    """Grow every branch again and tell which come out otherwise: none, with the network that the tree was grown by.

    The tree stays as it is, and a root that was given is not grown. Raises InsightError where the network does not know
    a symbol of it.
    """
    differences = []
    for branch, _ in tree.walk():
        if branch.end_put or (tree.given and branch.parent is None):
            continue  # its end was put there, nothing was drawn; or not so
        stream = stream_at(model, tree, branch, branch.drawn_from)
        for place in range(branch.drawn_from, len(branch.text) + (branch.end == "end")):
            stream.settings = settings_at(branch, place)
            if next(stream, None) is None:
                break
        if (stream.generated, stream.end) != (branch.text, branch.end):
            differences.append(Difference(branch.id, branch.text, stream.generated))
    return differences
