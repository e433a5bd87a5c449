"""What the tests of the app share: an app with a fake engine around the toy model, an app that shows one screen alone,
and ways to look at what is painted."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fake_training import FakeSpawner, keep_recipe
from textual.pilot import Pilot
from textual.screen import Screen

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.runs import TrainingRuns
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui import themes
from charrnn_tui.tui.app import CharRNNApp
from charrnn_tui.tui.content.player import Player
from charrnn_tui.tui.key_order import KeysInOrder
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.training_panel import TrainingPanel
from charrnn_tui.tui.widgets.writer import Writer

HOSTILE = ("[/", "[/b]", "[bold]x", "\x1b[31mred", "a\u202eb")
"""Texts that are markup to a careless screen, or a command to the terminal."""

SIZES = ((100, 30), (60, 15), (40, 10))

UNSET = object()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Driven(CharRNNApp):
    """The app with a standing clock, seeds 1, 2, 3, … and training runs that say what a test says."""

    def __init__(self, config: Config | None = None, *, fails: OSError | None = None, **kwargs: Any) -> None:
        self.time = Clock()
        self.spawner = FakeSpawner(fails)
        seeds = itertools.count(1)
        options: dict[str, Any] = {
            "settle": keep_recipe,
            "reconnect": self._reconnect,
            "clock": self.time,
            "new_seed": lambda: next(seeds),
        }
        self.in_background: list[tuple[str, Any]] = []
        super().__init__(config or Config(model="toy", pace=10.0), Library(), self.spawner, **(options | kwargs))

    async def _reconnect(self) -> list[tuple[str, Any]]:
        return self.in_background

    def driven(self, size: tuple[int, int] = (110, 32)) -> Any:
        """As `run_test`, with toasts and tooltips on, as users have them."""
        return self.run_test(size=size, notifications=True, tooltips=True)

    @property
    def prompt(self) -> Prompt:
        return self.main.query_one(Prompt)

    @property
    def completions(self) -> Completions:
        return self.main.query_one(Completions)

    @property
    def next_row(self) -> NextCharacters:
        return self.main.query_one(NextCharacters)

    @property
    def generations(self) -> Generations:
        return self.main.query_one(Generations)

    @property
    def player(self) -> Player:
        return self.main.query_one(Writer).player

    @property
    def training(self) -> TrainingRuns:
        return self.main.query_one(TrainingPanel).training

    def tick(self) -> None:
        """Write what is due."""
        self.main.query_one(Writer).tick()

    def row_of(self, text: str) -> int:
        """The row of the pane in which a text stands."""
        rows = [self.generations.render_line(y).text for y in range(self.generations.size.height)]
        return next(y for y, row in enumerate(rows) if text in row)

    def write(self, characters: int = 1) -> None:
        """Let so many characters of every running generation become due, and write them."""
        for _ in range(characters):
            self.time.now += 1 / self.main.session.pace
            self.tick()

    def finish(self) -> None:
        """Let what runs come to its end."""
        while self.player.running:
            self.write()

    @property
    def last(self) -> Any:
        """The latest block."""
        return self.generations.entries[-1]

    @property
    def text(self) -> str:
        """What stands on the screen, as text."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], holds: Callable[[], object], turns: int = 1000) -> None:
    """Let the app work until something holds that a thread may bring about; fails after ten seconds."""
    for _ in range(turns):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it never came to hold; the screen:\n{painted(pilot)}")


async def ready(pilot: Pilot[Any]) -> Driven:
    """Wait for the model."""
    app = pilot.app
    assert isinstance(app, Driven)
    await until(pilot, lambda: app.main.session.model is not None)
    await pilot.pause()
    return app


async def enter(pilot: Pilot[Any], line: str) -> None:
    """Type a line and press Enter."""
    app = pilot.app
    assert isinstance(app, Driven)
    app.prompt.focus()
    app.prompt.set_value(line)
    await pilot.press("enter")
    await pilot.pause()
    await pilot.pause()  # what was said of it goes from widget to widget


class Host(KeysInOrder[None]):
    """Pushes a screen at once; `result` is what it was left with."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._shown_first = screen
        self.result: Any = UNSET
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.DEFAULT

    def on_mount(self) -> None:
        self.push_screen(self._shown_first, self._left)

    def _left(self, result: Any) -> None:
        self.result = result


@asynccontextmanager
async def showing(screen: Screen[Any], size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[None]]:
    """A pilot over the screen, toasts and tooltips switched on."""
    async with Host(screen).run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        yield pilot


async def show_next(pilot: Pilot[Any], screen: Screen[Any]) -> None:
    """Show another screen in the same app, as if it were the first: starting an app costs more than most screens."""
    app = pilot.app
    assert isinstance(app, Host)
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    app.clear_notifications()
    app.result = UNSET
    app.push_screen(screen, app._left)
    await pilot.pause()


def painted(pilot: Pilot[Any]) -> str:
    """What stands on the terminal, line by line."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


def toasts(pilot: Pilot[Any]) -> list[str]:
    """The messages of the toasts that are up."""
    return [notification.message for notification in pilot.app._notifications]


def safe(text: str) -> None:
    """Fail where a painted text holds a character that commands a terminal."""
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert not any(c in text for c in "\x7f\x9b\u202e\u2066")
