"""What the tests of the lens share: opening it, waiting until a text is laid open, letting one grow."""

from __future__ import annotations

from typing import Any

from driving import Driven, enter, ready, until
from textual.pilot import Pilot
from textual.widgets import Static

from charrnn_tui.tui.screens.lens import LensScreen


async def lens(pilot: Pilot[Any], line: str = "/look Deirdre") -> LensScreen:
    """The lens on a text, laid open."""
    app = await ready(pilot)
    await enter(pilot, line)
    return await opened(pilot, app)


async def opened(pilot: Pilot[Any], app: Driven) -> LensScreen:
    await until(pilot, lambda: isinstance(app.screen, LensScreen))
    screen = app.screen
    assert isinstance(screen, LensScreen)
    await laid_open(pilot, screen)
    return screen


async def laid_open(pilot: Pilot[Any], screen: LensScreen) -> None:
    await until(pilot, lambda: screen.laid_open.look is not None and screen.laid_open.look.text == screen.forest.text)
    await pilot.pause()


async def grown(pilot: Pilot[Any], screen: LensScreen) -> None:
    """Let what grows come to its end."""
    app = pilot.app
    assert isinstance(app, Driven)
    while screen.growing.growth is not None:
        app.time.now += 1
        screen.tick()
    await laid_open(pilot, screen)


def said(screen: LensScreen, id: str) -> str:
    return str(screen.query_one(f"#lens-{id}", Static).content)
