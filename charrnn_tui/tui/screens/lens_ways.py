"""The main screen's ways to the lens and to what else is known of networks, and how better weights come to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual import on
from textual.screen import Screen

from charrnn_tui.prompt import commands
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.messages import PlaceAsked

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.sampling.probability_tree import Branch
    from charrnn_tui.tui.widgets.conversation import Conversation


@runtime_checkable
class TakesWeights(Protocol):
    """A screen that shows a network which may be in training."""

    def take_weights(self, model: Model, step: int | None) -> None:
        """Better weights of some network are there; whether it is this one, the screen knows."""
        ...


class LensWays(Screen[None]):
    """What the main screen inherits."""

    session: Session
    library: Library
    conversation: Conversation
    _clock: Callable[[], float]

    def look(self, text: str | None, line: str = "", forking: commands.Forking | None = None) -> None:
        """Lay a text open, or what was generated; `forking` is what is done to its tree at once."""
        self.run_worker(self._look(text, line, forking), group="lens", exclusive=True)

    async def _look(self, text: str | None, line: str, forking: commands.Forking | None) -> None:
        from charrnn_tui.tui.screens.lens_opening import lens_on

        entry = None if text is not None else self.conversation.writer.generations.current
        try:
            screen = await lens_on(self.session, self.library, entry, text or "", self._clock, forking)
        except (commands.CommandError, UnknownSymbolsError) as error:
            self.conversation.refuse(str(error), line)
            return
        self.app.push_screen(screen, self._looked)

    @on(PlaceAsked)
    def _place_asked(self, event: PlaceAsked) -> None:
        from charrnn_tui.tui.screens.lens_opening import lens_at

        self.app.push_screen(lens_at(self.session, event.model, event.text, event.place, self._clock), self._looked)

    def _looked(self, _: None) -> None:
        # The temperature may have been turned there.
        self.conversation.settings_turned()

    def what_may_follow(self, prefix: str) -> None:
        """A tree of continuations; what is chosen comes into the prompt. Raises CommandError, UnknownSymbolsError."""
        from charrnn_tui.tui.screens.continuations import ContinuationsScreen

        model = self.session.writing
        if model is None:
            raise commands.CommandError("no model is open yet.")
        screen = ContinuationsScreen(model, prefix, "Enter takes a branch into the prompt.")
        self.app.push_screen(screen, self._follow)

    def _follow(self, branch: Branch | None) -> None:
        if branch is not None:
            self.conversation.offer(commands.typed_as_prefix(branch.text))

    def between(self, asked: commands.ShowBetween) -> None:
        """The way from one prefix to another. Raises CommandError, UnknownSymbolsError, InsightError."""
        from charrnn_tui.tui.screens.between import BetweenScreen

        model = self.session.writing
        if model is None:
            raise commands.CommandError("no model is open yet.")
        screen = BetweenScreen(self.session, model, asked.first, asked.second, asked.steps)
        self.app.push_screen(screen, self._looked)

    def action_context(self, *models: str) -> None:
        """How far back models look, as curves over each other; none named: the open one."""
        from charrnn_tui.tui.screens.context import ContextScreen

        self.app.push_screen(ContextScreen(self.library, self.session.writing, models))

    def pass_on_weights(self, model: Model, step: int | None) -> None:
        """Let the screens that lie over this one show what a network is now."""
        for screen in self.app.screen_stack:
            if isinstance(screen, TakesWeights):
                screen.take_weights(model, step)
