"""The lens and what else is known of networks, opened over the main screen; how better weights come to what is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, assert_never, runtime_checkable

from textual.screen import Screen

from charrnn_tui.prompt import commands
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.messages import PlaceAsked
from charrnn_tui.tui.widgets.conversation import Conversation

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.sampling.probability_tree import Branch
    from charrnn_tui.tui.content.probable import Entry
    from charrnn_tui.tui.screens.lens_opening import Forests

Insight: TypeAlias = (
    commands.Look
    | commands.ShowContext
    | commands.ShowContinuations
    | commands.ShowBetween
    | commands.ShowStep
    | commands.Forking
)
"""What is asked of a network."""


@runtime_checkable
class TakesWeights(Protocol):
    """A screen that shows a network which may be in training."""

    def take_weights(self, model: Model, step: int | None) -> None:
        """Better weights of some network are there; whether it is this one, the screen knows."""
        ...


class Lenses:
    """Opens them over `screen`, which holds the conversation. `clock` gives seconds.

    Each is imported when it is first asked for, so that none delays the first paint.
    """

    def __init__(self, screen: Screen[Any], session: Session, library: Library, clock: Callable[[], float]) -> None:
        self._screen, self._session, self._library, self._clock = screen, session, library, clock

    @cached_property
    def _forests(self) -> Forests:
        """The texts that were laid open."""
        from charrnn_tui.tui.screens.lens_opening import Forests

        return Forests(self._session, self._library)

    def _current(self, text: str | None) -> Entry | None:
        """The block that is meant where no text is given."""
        return None if text is not None else self._conversation.writer.generations.current

    @property
    def _conversation(self) -> Conversation:
        return self._screen.query_one(Conversation)

    def carry_out(self, action: Insight, line: str) -> None:
        """Carry out what a line asks for; where it cannot be done, say why and give the line back."""
        match action:
            case commands.Look(text, scored=True):
                self._screen.run_worker(self._score(text, line), group="lens", exclusive=True)
            case commands.Look(text):
                self._look(text, line)
            case commands.Fork() | commands.ShowTree():
                self._look(None, line, action)
            case commands.ShowStep():
                self._screen.run_worker(self._step(action, line), group="lens", exclusive=True)
            case commands.ShowContext(models):
                self.context(*models)
            case commands.ShowContinuations(prefix):
                self._conversation.attempt(lambda: self._what_may_follow(prefix), line)
            case commands.ShowBetween():
                self._conversation.attempt(lambda: self._between(action), line)
            case _:
                assert_never(action)

    # --- the lens ---

    def _look(self, text: str | None, line: str, forking: commands.Forking | None = None) -> None:
        """Lay a text open, or what was generated; `forking` is what is done to its tree at once."""
        self._screen.run_worker(self._open(text, line, forking), group="lens", exclusive=True)

    async def _open(self, text: str | None, line: str, forking: commands.Forking | None) -> None:
        try:
            screen = await self._forests.lens_on(self._current(text), text or "", self._clock, forking)
        except (commands.CommandError, UnknownSymbolsError) as error:
            self._conversation.refuse(str(error), line)
            return
        self._screen.app.push_screen(screen, self._looked)

    def open_place(self, asked: PlaceAsked) -> None:
        """Lay a text open, the cursor at a place."""
        from charrnn_tui.tui.screens.lens_opening import lens_at

        lens = lens_at(self._session, asked.model, asked.text, asked.place, self._clock)
        self._screen.app.push_screen(lens, self._looked)

    async def _score(self, text: str | None, line: str) -> None:
        """How probable a text is, or what was generated, in a sentence."""
        from charrnn_tui.prompt.score_words import score_words

        try:
            forest = await self._forests.forest(self._current(text), text or "")
            said = await asyncio.to_thread(score_words, forest.model, forest.text)
        except (commands.CommandError, UnknownSymbolsError) as error:
            self._conversation.refuse(str(error), line)
            return
        self._conversation.say(said)

    async def _step(self, asked: commands.ShowStep, line: str) -> None:
        """One step of the network along a text, or along what was generated."""
        from charrnn_tui.tui.screens.step import step_on

        try:
            forest = await self._forests.forest(self._current(asked.text), asked.text or "")
            screen = step_on(self._session, forest, asked.at, asked.layer - 1)
        except (commands.CommandError, UnknownSymbolsError) as error:
            self._conversation.refuse(str(error), line)
            return
        self._screen.app.push_screen(screen, self._looked)

    def _looked(self, _: None) -> None:
        # The temperature may have been turned there.
        self._conversation.settings_turned()

    # --- what else is known ---

    @property
    def _model(self) -> Model:
        """What is asked. Raises CommandError."""
        if (model := self._session.writing) is None:
            raise commands.CommandError("no model is open yet.")
        return model

    def _what_may_follow(self, prefix: str) -> None:
        """A tree of continuations; what is chosen comes into the prompt. Raises CommandError, UnknownSymbolsError."""
        from charrnn_tui.tui.screens.continuations import ContinuationsScreen

        screen = ContinuationsScreen(self._model, prefix, "Enter takes a branch into the prompt.")
        self._screen.app.push_screen(screen, self._follow)

    def _follow(self, branch: Branch | None) -> None:
        if branch is not None:
            self._conversation.offer(commands.typed_as_prefix(branch.text))

    def _between(self, asked: commands.ShowBetween) -> None:
        """The way from one prefix to another. Raises CommandError, UnknownSymbolsError, InsightError."""
        from charrnn_tui.tui.screens.between import BetweenScreen

        screen = BetweenScreen(self._session, self._model, asked.first, asked.second, asked.steps)
        self._screen.app.push_screen(screen, self._looked)

    def context(self, *models: str) -> None:
        """How far back models look, as curves over each other; none named: the open one."""
        from charrnn_tui.tui.screens.context import ContextScreen

        self._screen.app.push_screen(ContextScreen(self._library, self._session.writing, models))

    # --- a network in training ---

    def take_weights(self, model: Model, step: int | None) -> None:
        """Let the screens that lie over the main one show what a network is now."""
        for screen in self._screen.app.screen_stack:
            if isinstance(screen, TakesWeights):
                screen.take_weights(model, step)
