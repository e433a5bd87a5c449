"""Take the pictures of the documentation: the real screen at its sizes, with the shipped model and a real training run.

    python docs/pictures/make.py [NAME …]

Each picture is written as PNG by `paint.py`. A home of its own is used, so that nothing of the user's is shown or
changed. The seeds are fixed; the training run is real, so its curves differ a
little from time to time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from paint import paint
from textual.pilot import Pilot
from textual.widgets import Static

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.settings import Config
from charrnn_tui.training.plan.recipe import PRESETS, Recipe
from charrnn_tui.tui.app import CharRNNApp
from charrnn_tui.tui.messages import StateChanged
from charrnn_tui.tui.screens.lens import LensScreen
from charrnn_tui.tui.screens.lens_units import UnitsScreen
from charrnn_tui.tui.screens.main import MainScreen
from charrnn_tui.tui.screens.step import StepScreen
from charrnn_tui.tui.widgets.prompt import Prompt

HERE = Path(__file__).parent


def save(app: CharRNNApp, name: str) -> None:
    """Write a picture of what is on the screen."""
    paint(app.screen._compositor.render_strips(), HERE / f"{name}.png", app.theme_variables["background"])


async def until(pilot: Pilot[None], holds: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something holds."""
    for _ in range(round(seconds / 0.05)):
        if holds():
            return
        await pilot.pause(0.05)
    raise TimeoutError


async def enter(pilot: Pilot[None], app: CharRNNApp, line: str) -> None:
    """Enter a line and let what it starts come to its end."""
    prompt = app.main.query_one(Prompt)
    prompt.focus()
    prompt.set_value(line)
    await pilot.press("enter")
    await until(pilot, lambda: not app.main.conversation.writing)
    await pilot.pause(0.1)


async def generate(pilot: Pilot[None], app: CharRNNApp) -> None:
    """Some generations, and half a word in the prompt."""
    await enter(pilot, app, "De")
    await enter(pilot, app, "/n 6 Ka")
    await enter(pilot, app, "Mar")
    await pilot.press("ctrl+g")
    await until(pilot, lambda: not app.main.conversation.writing)
    await pilot.press(*"Ale")
    await pilot.pause(0.2)
    app.main.status.say("")


async def plain(pilot: Pilot[None], app: CharRNNApp) -> None:
    """Generations only."""
    await generate(pilot, app)


async def coloured(pilot: Pilot[None], app: CharRNNApp) -> None:
    """Generations coloured by probability, one chosen."""
    app.main.action_colour()
    await generate(pilot, app)
    await pilot.press("shift+up")
    await pilot.pause(0.2)
    app.main.status.say("")


async def training(pilot: Pilot[None], app: CharRNNApp) -> None:
    """A real run, some seconds after its start."""
    await generate(pilot, app)
    app.main.panel.begin(PRESETS["quick"].apply(Recipe(corpus="names"), "lines"))
    await until(pilot, lambda: app.main.panel.training.runs)
    run = app.main.panel.training.runs[-1]
    await until(pilot, lambda: run.share > 0.5 and app.main.session.step is not None)
    app.main.panel.redraw()
    await pilot.pause()


async def completing(pilot: Pilot[None], app: CharRNNApp) -> None:
    """A command being typed."""
    await generate(pilot, app)
    app.main.offer("/t")
    await pilot.pause(0.2)


async def form(pilot: Pilot[None], app: CharRNNApp) -> None:
    """The form before a run, its corpus read."""
    app.main.action_training_form()
    await until(
        pilot, lambda: any("parameters" in str(line.content) for line in app.screen.query("#estimate").results(Static))
    )
    await pilot.pause(0.3)


async def browsing(pilot: Pilot[None], app: CharRNNApp) -> None:
    """The models at hand."""
    app.main.action_models()
    await pilot.pause(0.6)


async def looking_back(pilot: Pilot[None], app: CharRNNApp) -> None:
    """A real run, and what it said some evaluations ago."""
    app.main.panel.begin(PRESETS["quick"].apply(Recipe(corpus="names"), "lines"))
    await until(pilot, lambda: app.main.panel.training.runs)
    await until(pilot, lambda: app.main.panel.training.active is None)
    app.clear_notifications()
    app.main.action_timeline()
    await pilot.pause(0.5)
    await pilot.press("left", "left", "left", "left")
    await pilot.pause(0.3)


async def lens(pilot: Pilot[None], app: CharRNNApp) -> None:
    """A generation under the lens, one character of it swapped and the rest grown anew."""
    app.main.session.seed = 4
    await enter(pilot, app, "Kath")
    await pilot.press("ctrl+f")
    await pilot.pause(0.5)
    await pilot.press(*["right"] * 4, "r")
    await pilot.pause(0.5)
    await pilot.press("shift+up", *["right"] * 2, "i")
    await pilot.pause(0.5)


async def laid_open(pilot: Pilot[None], app: CharRNNApp) -> LensScreen:
    """A name under the lens."""
    await enter(pilot, app, "/look Deirdre")
    await until(pilot, lambda: isinstance(app.screen, LensScreen))
    screen = app.screen
    assert isinstance(screen, LensScreen)
    await until(pilot, lambda: screen.laid_open.look is not None)
    await pilot.press(*["right"] * 4)
    await pilot.pause(0.5)
    return screen


async def what_may_follow(pilot: Pilot[None], app: CharRNNApp) -> None:
    """The most probable continuations as a tree, one branch opened further."""
    await enter(pilot, app, "/next De")
    await pilot.pause(0.5)
    await pilot.press("down", "down", "right", "down", "right")
    await pilot.pause(0.5)


async def units(pilot: Pilot[None], app: CharRNNApp) -> UnitsScreen:
    """Which units tell what, along the corpus."""
    await laid_open(pilot, app)
    await pilot.press("ctrl+u")
    await until(pilot, lambda: isinstance(app.screen, UnitsScreen))
    screen = app.screen
    assert isinstance(screen, UnitsScreen)
    await until(pilot, lambda: screen.finder.results.option_count > 0)
    await pilot.press("down", "down", "down", "down")
    await pilot.pause(0.3)
    return screen


async def unit_matches(pilot: Pilot[None], app: CharRNNApp) -> None:
    """Where in the corpus the units of a range are on, too."""
    screen = await units(pilot, app)
    await pilot.press("f2")
    screen.laid_open.text.focus()
    await pilot.press("home", "right", "right", "shift+right", "shift+right")
    screen.matcher.search()
    await until(pilot, lambda: screen.matcher.results.option_count > 0)
    await pilot.pause(0.3)


async def unit_pins(pilot: Pilot[None], app: CharRNNApp) -> None:
    """A unit held at a value."""
    screen = await units(pilot, app)
    await pilot.press("down", "down", "down", "f2", "f2")
    screen.pins.input.value = "-1"
    screen.pins.input.focus()
    await pilot.press("enter")
    await until(pilot, lambda: not screen.pins.asks)
    await pilot.pause(0.3)


async def context(pilot: Pilot[None], app: CharRNNApp) -> None:
    """How far back the shipped model looks."""
    await enter(pilot, app, "/context")
    await until(pilot, lambda: not isinstance(app.screen, MainScreen))
    await until(pilot, lambda: "bits" in str(app.screen.query_one("#context-numbers", Static).content), 240)
    await pilot.pause(1)


async def between(pilot: Pilot[None], app: CharRNNApp) -> None:
    """From one prefix to another."""
    await enter(pilot, app, "/between Deir Ann 10")
    await pilot.pause(1.5)


async def step(pilot: Pilot[None], app: CharRNNApp, part: str = "forget") -> None:
    """One step of the shipped model, at one of its parts."""
    await enter(pilot, app, "/step Deirdre")
    await until(pilot, lambda: isinstance(app.screen, StepScreen))
    screen = app.screen
    assert isinstance(screen, StepScreen)
    await until(pilot, lambda: screen._batch is not None)
    await pilot.press("left", "left", "left")
    while screen.part != part:
        await pilot.press("down")
    await pilot.pause(0.5)


SHOTS: dict[str, tuple[tuple[int, int], str, Callable[[Pilot[None], CharRNNApp], Awaitable[None]]]] = {
    "wide": ((120, 34), "charrnn-dark", training),
    "wide-light": ((120, 34), "charrnn-light", training),
    "wide-contrast": ((120, 34), "charrnn-contrast", coloured),
    "start": ((100, 26), "charrnn-dark", lambda pilot, app: pilot.pause(0.3)),
    "coloured": ((100, 30), "charrnn-dark", coloured),
    "commands": ((100, 30), "charrnn-dark", completing),
    "medium": ((84, 28), "charrnn-dark", training),
    "narrow": ((60, 20), "charrnn-dark", training),
    "form": ((100, 30), "charrnn-dark", form),
    "models": ((100, 30), "charrnn-dark", browsing),
    "timeline": ((100, 26), "charrnn-dark", looking_back),
    "lens": ((120, 36), "charrnn-dark", lens),
    "lens-medium": ((80, 24), "charrnn-dark", lens),
    "lens-narrow": ((60, 15), "charrnn-dark", lens),
    "next": ((100, 26), "charrnn-dark", what_may_follow),
    "units-find": ((100, 30), "charrnn-dark", units),
    "units-matches": ((100, 30), "charrnn-dark", unit_matches),
    "units-pin": ((100, 30), "charrnn-dark", unit_pins),
    "context": ((100, 28), "charrnn-dark", context),
    "between": ((100, 20), "charrnn-dark", between),
    "step": ((118, 36), "charrnn-dark", step),
    "step-batch": ((118, 30), "charrnn-dark", lambda pilot, app: step(pilot, app, "batch")),
    "step-draw": ((80, 24), "charrnn-dark", lambda pilot, app: step(pilot, app, "sums")),
    "low": ((40, 10), "charrnn-dark", plain),
}


async def take(name: str) -> None:
    """Take one picture in a home of its own."""
    size, theme, act = SHOTS[name]
    with tempfile.TemporaryDirectory() as home:
        for variable in ("DATA", "CONFIG", "STATE", "CACHE"):
            os.environ[f"XDG_{variable}_HOME"] = str(Path(home) / variable.lower())
        seeds = iter(range(1, 1000))
        options: dict[str, Any] = {"new_seed": lambda: 4400 + next(seeds)}
        app = CharRNNApp(Config(theme=theme, pace=0.0), Library(), **options)
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.main.session.model is not None)
            app.main.session.pace = 0.0
            await act(pilot, app)
            app.main.session.pace = 30.0
            app.main.post_message(StateChanged())
            await pilot.pause(0.2)
            save(app, name)
            await app.main.panel.training.close()


def main() -> None:
    """Take all, or those that are named."""
    names = sys.argv[1:] or list(SHOTS)
    for name in names:
        if name not in SHOTS:
            sys.exit(f"there is no picture {name!r}; there are: {', '.join(SHOTS)}.")
    for name in names:
        asyncio.run(take(name))
        print(HERE / f"{name}.png")


if __name__ == "__main__":
    main()
