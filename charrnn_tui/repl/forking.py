"""Forking at the prompt: another character at any place of the last text, which grows anew and keeps the old one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, assert_never

from charrnn_tui.prompt import commands, words
from charrnn_tui.prompt.generations import DrawnGeneration, ProbableItems
from charrnn_tui.repl.console import Console
from charrnn_tui.repl.fragments import Fragments, cells
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.forest import Forest
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.repl.generate import Generator


class Forking:
    """The tree of what was generated last."""

    def __init__(self, session: Session, library: Library, console: Console, generator: Generator) -> None:
        self._session, self._library = session, library
        self._console, self._generator = console, generator
        self._forest: Forest | None = None
        self._of: DrawnGeneration | ProbableItems | None = None
        """What the forest is of."""

    async def carry_out(self, action: commands.Forking) -> None:
        """Fork, or show the tree. Raises ValueError or OSError with a sentence."""
        forest = await self._opened()
        match action:
            case commands.Fork(place, symbol):
                if place is not None:
                    await self._fork(forest, place, symbol)
                else:
                    await self._walk(forest)
            case commands.ShowTree(branch, name):
                self._show(forest, branch, name)
            case _:
                assert_never(action)

    async def _walk(self, forest: Forest) -> None:
        from charrnn_tui.prompt.walk import Walk

        walk = Walk(forest)
        if await self._console.walk(walk):
            await self._fork(forest, walk.place, walk.symbol)

    async def _opened(self) -> Forest:
        from charrnn_tui.prompt.forest import Forest, Opened
        from charrnn_tui.sampling.prefix import clean_prefix

        last, model = self._generator.last, self._session.model
        if not isinstance(last, DrawnGeneration):
            raise commands.CommandError("no text was drawn yet that could be forked.")
        if self._forest is not None and last is self._of:
            return self._forest
        if model is None or model.name != last.model:
            model = await asyncio.to_thread(self._library.open, last.model)
        model = last.steering.steered(model, self._library)
        text = next(text for text in reversed(last.texts) if not text.model)  # another network wrote the others
        prefix = clean_prefix(text.typed, model.vocabulary, model.info.kind)
        longest = max(last.max_length, self._session.limit) if text.end is None else last.max_length
        changes = ((0, text.settings),)
        opened = Opened(prefix, text.text, changes, last.seed, text.item, longest, text.end, given=text.turned)
        self._forest, self._of = Forest(model, [opened], last.steering), last
        return self._forest

    async def _fork(self, forest: Forest, place: int, symbol: str) -> None:
        if place > len(forest.branch.text):
            many = words.count(len(forest.branch.text), "new character")
            raise commands.CommandError(f"the text has {many}, so its places are 0 to {len(forest.branch.text)}.")
        from charrnn_tui.prompt.forest import DRAWN_FREELY

        growth = forest.swap(forest.head + place, symbol, self._session.settings)
        await self._generator.grow(forest, growth)
        self._of = self._generator.last
        if self._console.marked:
            many = words.count(len(forest.tree.branches), "branch", "branches")
            self._console.say([("class:hint", f"branch {forest.branch.id}; /tree lists the {many}")])
            if forest.asked:
                self._console.say([("class:hint", DRAWN_FREELY)])

    def _show(self, forest: Forest, branch: int | None, name: str | None) -> None:
        if name is not None:
            from charrnn_tui.insight.tree_file import save_new

            path = save_new(forest.tree, name)
            self._console.say(f"Kept in {visible(str(path))}; charrnn-tui tree show {visible(name)} shows it.")
            return
        if branch is not None:
            forest.branch_number = forest.tree[branch].id
        self._console.say(*tree_rows(forest))


def tree_rows(forest: Forest) -> list[Fragments]:
    """Each branch under the one that it leaves, what they share left blank; the one that is looked at is marked."""
    tree, rows = forest.tree, []
    number_cells = len(str(max(tree.branches)))
    for branch, _ in tree.walk():
        shared = "" if branch.parent is None else " " * cells(visible(tree.prefix + branch.text[: branch.at]))
        own = visible(tree.prefix + branch.text if branch.parent is None else branch.own)
        end = {"end": "", "length": " …", None: " (unfinished)"}[branch.end]
        label = f"  {visible(branch.label)}" if branch.label else ""
        here = "* " if branch.id == forest.branch_number else "  "
        row: Fragments = [("class:mark", here), ("class:hint", f"{branch.id:>{number_cells}}  ")]
        rows.append([*row, ("", shared + own), ("class:hint", end + label)])
    return rows
