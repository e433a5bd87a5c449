"""What the tests of the main screen share: an app with a fake engine around the toy model, and a look at the screen."""

from __future__ import annotations

import itertools
from typing import Any

from fake_training import FakeSpawner, keep_recipe
from textual.pilot import Pilot

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.runs import TrainingRuns
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.app import CharRNNApp
from charrnn_tui.tui.content.player import Player
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.training_panel import TrainingPanel
from charrnn_tui.tui.widgets.writer import Writer


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


async def until(pilot: Pilot[Any], holds: Any, turns: int = 200) -> None:
    """Let the app work until something holds."""
    for _ in range(turns):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came to hold; the screen:\n" + pilot.app.text)  # type: ignore[attr-defined]


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
