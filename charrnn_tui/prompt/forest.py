"""Texts as trees, under the lens and at the inline prompt: what is swapped grows anew, what stood there stays.

A tree's branches share its prefix. A symbol put into the prefix itself begins a tree of its own beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.tree import Branch, Changes, Growth, Tree, settings_at
from charrnn_tui.prompt.steering import UNSTEERED, Steering
from charrnn_tui.prompt.typed_constraint import NOTHING
from charrnn_tui.sampling.settings import SettingsError

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.sampling.stream import EndReason


MOST_CHARACTERS = 5_000
"""A state is kept for every character; a longer text is laid open up to here."""
DRAWN_FREELY = "What was asked of items held for the first text; what grows from it is drawn freely."


@dataclass(frozen=True)
class Opened:
    """A text that is laid open, and how it was drawn; nothing was where `text` is the prefix alone."""

    prefix: str
    text: str
    changes: Changes
    """(new characters before it, settings from there on), from 0 on."""
    seed: int
    item: int
    max_length: int
    end: EndReason | None = None
    given: bool = False
    """Whether it is more than seed and settings tell: searched, or steered on the way."""


class _Planted(NamedTuple):
    tree: Tree
    left_out: int = 0
    """Characters of its text that were too many to be laid open."""


class Row(NamedTuple):
    """A branch in the list."""

    tree: int
    branch: Branch
    depth: int


class Forest:
    """Trees of one network, and the branch that is looked at. `steering`: what `model` is steered by; what it asks of
    items holds for the texts that were there, and what grows here is drawn freely."""

    def __init__(self, model: Model, opened: list[Opened], steering: Steering = UNSTEERED) -> None:
        self.model = model
        self.asked = bool(steering.constraint)
        """Whether something was asked of the texts that were there."""
        self.steering = replace(steering, constraint=NOTHING)
        self._planted = [self._tree(one) for one in opened]
        self.tree_number = 0
        self.branch_number = 0

    def _tree(self, one: Opened) -> _Planted:
        # A longer text is laid open up to the limit; it has no end then.
        prefix = one.prefix[:MOST_CHARACTERS]
        new = one.text[len(one.prefix) :]
        most = MOST_CHARACTERS - len(prefix)
        end = one.end if len(new) <= most else None
        given = one.given or self.asked
        model, steering = self.model, self.steering.to_plain()
        tree = Tree(model.base.name, model.info.created, prefix, one.max_length, steering=steering, given=given)
        tree.branches[0] = Branch(0, None, 0, None, one.seed, one.item, one.changes, new[:most], end)
        return _Planted(tree, len(one.text) - len(prefix) - len(new[:most]))

    @property
    def trees(self) -> list[Tree]:
        """All of them, in the order in which they came."""
        return [planted.tree for planted in self._planted]

    @property
    def left_out(self) -> int:
        """Characters that follow the text and were too many to be laid open."""
        return 0 if self.branch.id else self._planted[self.tree_number].left_out

    @property
    def tree(self) -> Tree:
        """The tree that is looked at."""
        return self.trees[self.tree_number]

    @property
    def branch(self) -> Branch:
        """The branch that is looked at."""
        return self.tree[self.branch_number]

    @property
    def text(self) -> str:
        """Prefix and new characters of that branch."""
        return self.tree.full_text(self.branch_number)

    @property
    def head(self) -> int:
        """Characters of the prefix."""
        return len(self.tree.prefix)

    @property
    def rows(self) -> list[Row]:
        """All branches of all trees, each under the one that it leaves."""
        return [Row(at, *place) for at, tree in enumerate(self.trees) for place in tree.walk()]

    @property
    def at(self) -> int:
        """Where the branch stands among the rows."""
        here = (self.tree_number, self.branch_number)
        return next(i for i, row in enumerate(self.rows) if (row.tree, row.branch.id) == here)

    def go(self, row: int) -> None:
        """Look at another branch."""
        chosen = self.rows[max(0, min(row, len(self.rows) - 1))]
        self.tree_number, self.branch_number = chosen.tree, chosen.branch.id

    def renew(self, opened: list[Opened]) -> None:
        """Take on what has been written since: a text that goes on where its root ends stands in its place."""
        for one, planted in zip(opened, list(self._planted), strict=False):
            later, tree = self._tree(one), planted.tree
            written, root = later.tree.root, tree.root
            if tree.prefix == later.tree.prefix and root.end is None and written.text.startswith(root.text):
                tree.branches[0], tree.given = replace(written, label=root.label), later.tree.given
                self._planted[self._planted.index(planted)] = later._replace(tree=tree)

    def swap(self, place: int, symbol: str, settings: SamplingSettings) -> Growth:
        """Put a symbol ('' for the end) at a place of the text and look at the new branch, which is to be grown.

        The seed stays. Raises InsightError, UnknownSymbolsError.
        """
        if place < self.head:
            return self._swap_in_prefix(place, symbol, settings)
        at = place - self.head
        return self._fork(at, symbol, settings)

    def put(self, place: int, symbols: str, settings: SamplingSettings, *, ended: bool) -> Growth:
        """Put several symbols at a place, and the end behind them where it `ended`, and look at the new branch.

        Raises InsightError, UnknownSymbolsError.
        """
        if not symbols:
            return self.swap(place, "", settings)
        if place >= self.head:
            return self._fork(place - self.head, symbols, settings, put_end=ended)
        growth = self._plant(self.tree.prefix[:place] + symbols, settings)
        return self._fork(0, "", settings) if ended else growth

    def _fork(
        self, at: int, symbol: str | None, settings: SamplingSettings, seed: int | None = None, *, put_end: bool = False
    ) -> Growth:
        parent = self.branch
        # What the bars show holds from here on, whatever was turned later on where the text stood before.
        same = settings == settings_at(parent, at) and all(place <= at for place, _ in parent.changes)
        changed = None if same else settings
        made = self.tree.fork(self.model, parent.id, at, symbol, settings=changed, seed=seed, put_end=put_end)
        self.branch_number = made.id
        return Growth(self.model, self.tree, made.id)

    def _swap_in_prefix(self, place: int, symbol: str, settings: SamplingSettings) -> Growth:
        before = self.tree.prefix[:place]
        if symbol == "":
            raise InsightError("an end inside what was typed leaves nothing to grow; put it behind the prefix.")
        self.model.vocabulary.id(symbol)
        if symbol == self.tree.prefix[place]:
            raise InsightError("this symbol stands there already.")
        return self._plant(before + symbol, settings)

    def _plant(self, prefix: str, settings: SamplingSettings) -> Growth:
        old, root = self.tree, self.branch
        tree = Tree.begin(
            self.model, prefix, settings=settings, seed=root.seed, item=root.item, max_length=old.max_length
        )
        tree.model, tree.steering = old.model, old.steering
        self._plant_tree(tree)
        return Growth(self.model, tree, 0)

    def _plant_tree(self, tree: Tree) -> None:
        self._planted.append(_Planted(tree))
        self.tree_number, self.branch_number = len(self._planted) - 1, 0

    def draw_anew(self, place: int, settings: SamplingSettings) -> Growth:
        """Grow from a place on with the next seed. Raises InsightError."""
        if place < self.head:
            raise InsightError("this was typed and not drawn; go behind it, or type another symbol.")
        branch = self.branch
        used = [other.seed for other in self.tree.branches.values()]
        return self._fork(place - self.head, None, settings, max(used, default=branch.seed) + 1)

    def grow_on(self) -> Growth:
        """Let a branch that has no end go on. Raises InsightError."""
        if self.branch.end is not None:
            raise InsightError("this text is at its end; put another symbol somewhere, or draw it anew.")
        return Growth(self.model, self.tree, self.branch_number)

    def prune(self) -> int:
        """Take the branch away with all that leave it; how many. Raises InsightError for the only one."""
        if self.branch.parent is not None:
            parent = self.branch.parent
            pruned = self.tree.prune(self.branch_number)
            self.branch_number = parent
            return len(pruned)
        if len(self.trees) == 1:
            raise InsightError("the first text stays: everything else leaves it.")
        gone = self._planted.pop(self.tree_number).tree
        self.tree_number, self.branch_number = max(0, self.tree_number - 1), 0
        return len(gone.branches)

    def label(self, words: str) -> None:
        """Name the branch."""
        self.tree.label(self.branch_number, words)

    @property
    def trained_anew(self) -> str:
        """That the network is no longer the one that grew the tree, in a sentence; '' where it is."""
        if self.tree.created == self.model.info.created:
            return ""
        return f"{self.model.name} was trained anew since this tree was grown: its branches would come out otherwise."

    def take_in(self, tree: Tree) -> None:
        """Look at a tree that was kept. Raises InsightError for one of another network, UnknownSymbolsError."""
        if tree.model != self.model.base.name:
            raise InsightError(f"this tree was grown by {tree.model}; open that model first.")
        try:
            steering = Steering.from_plain(tree.steering)
        except SettingsError as error:
            raise InsightError(str(error)) from error
        if steering != self.steering:
            grown, here = ("; ".join(each.words()) or "unsteered" for each in (steering, self.steering))
            raise InsightError(f"this tree was grown {grown}, and this text is {here}; write one that is so first.")
        for place in tree.walk():
            self.model.vocabulary.encode(tree.full_text(place.branch.id))
        self._plant_tree(tree)
