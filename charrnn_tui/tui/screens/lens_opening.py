"""What the lens is opened on: the texts of a block, with the network that wrote them, or a text that was typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import ModelError
from charrnn_tui.prompt import words
from charrnn_tui.prompt.commands import CommandError, Fork, Forking, ShowTree
from charrnn_tui.prompt.forest import Forest, Opened
from charrnn_tui.prompt.typed_constraint import NOTHING
from charrnn_tui.sampling.prefix import clean_prefix
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.screens.lens import LensScreen

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.tui.content.probable import Entry

MOST_TEXTS = 100
"""Of a block with many."""


class Forests:
    """The texts that were laid open, each with all that was grown from it, as long as its block is there."""

    def __init__(self, session: Session, library: Library) -> None:
        self._session, self._library = session, library
        self._kept: WeakKeyDictionary[Entry, Forest] = WeakKeyDictionary()

    async def lens_on(
        self, entry: Entry | None, text: str, clock: Callable[[], float], forking: Forking | None = None
    ) -> LensScreen:
        """The lens on a block, or on a text where there is none; `forking` is what is done to its tree at once.

        Raises CommandError where no network is at hand, UnknownSymbolsError for a text that it cannot read.
        """
        forest = await self.forest(entry, text)
        growth = None
        try:
            match forking:
                case Fork(int(place), symbol):
                    if not isinstance(entry, Generation):
                        raise CommandError("no text was drawn yet that could be forked.")
                    if place > len(forest.branch.text):
                        raise CommandError(f"the text has {words.count(len(forest.branch.text), 'new character')}.")
                    growth = forest.swap(forest.head + place, symbol, self._session.settings)
                case ShowTree(None, str(name)):
                    tree_file.save_new(forest.tree, name)
                case ShowTree(int(branch)):
                    forest.branch_number = forest.tree[branch].id
        except (InsightError, OSError) as error:
            raise CommandError(str(error)) from error
        return LensScreen(self._session, forest, clock, growth)

    async def forest(self, entry: Entry | None, text: str) -> Forest:
        """The texts of a block, or a typed one. Raises what `lens_on` raises."""
        session, model = self._session, self._session.model
        if model is None:
            raise CommandError("no model is open yet.")
        steering = entry.steering if isinstance(entry, Generation) else session.steering
        if entry is not None and entry.model_name != model.name:
            try:
                model = await asyncio.to_thread(self._library.open, entry.model_name)
            except ModelError as error:
                raise CommandError(f"this was written by another model, which cannot be opened: {error}") from error
        if entry is not None and not entry.texts:
            raise CommandError("nothing was found here, so there is nothing to look at.")
        try:
            model = steering.steered(model, session.others)
        except ModelError as error:
            raise CommandError(str(error)) from error
        known = None if entry is None else self._kept.get(entry)
        if known is not None and model.vocabulary == known.model.vocabulary:
            known.model = model  # which may have learnt since
            if isinstance(entry, Generation):
                known.renew(_of_entry(session, model, entry))
            return known
        opened = [_typed(session, model, text)] if entry is None else _of_entry(session, model, entry)
        for one in opened:
            model.vocabulary.encode(one.prefix + one.text[len(one.prefix) :])
        # Of what was typed, or listed, all is a prefix: nothing was asked of it.
        forest = Forest(
            model, opened, steering if isinstance(entry, Generation) else replace(steering, constraint=NOTHING)
        )
        if entry is not None:
            self._kept[entry] = forest
        return forest


def lens_at(session: Session, model: Model, text: str, place: int, clock: Callable[[], float]) -> LensScreen:
    """The lens on a text that the network can read, the cursor at a place."""
    return LensScreen(session, Forest(model, [_typed(session, model, text)]), clock, place=place)


def _typed(session: Session, model: Model, text: str) -> Opened:
    prefix = clean_prefix(text, model.vocabulary, model.info.kind)
    seed = session.next_seed()
    return Opened(prefix, prefix, ((0, session.settings),), seed, 0, session.limit)


def _of_entry(session: Session, model: Model, entry: Entry) -> list[Opened]:
    if not isinstance(entry, Generation):
        # Found by search: nothing was drawn, so all of it is a prefix that may be grown from.
        return [_typed(session, model, item.text) for item in entry.texts[:MOST_TEXTS]]
    return [
        Opened(
            text.prefix,
            text.text,
            tuple(text.changes),
            entry.seed,
            text.item,
            max(entry.max_length, text.length),
            None if text.end == "stopped" else text.end,
            text.steered,
        )
        for text in entry.texts[:MOST_TEXTS]
        if not text.model  # another network wrote it
    ]
