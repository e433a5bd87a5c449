"""Text from files, networks and people is never markup and never a terminal command, wherever it is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from driving import Driven, enter, ready, until
from fake_training import evaluated, finished, progress, sampled, started

from charrnn_tui.model import Model
from charrnn_tui.prompt.choices import Choice
from charrnn_tui.prompt.settings import Config
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Failed
from toy import write_toy_model

STRINGS = [
    "[/",
    "[/b]",
    "[bold]x",
    "[@click=app.quit]y[/]",
    "$primary[",
    "\\[",
    "\x1b[31mred",
    "a\x07b",
    "x\u202ey",
    "\x9b1m",
]


async def _start(app: Driven, pilot: object) -> None:
    clients = len(app.spawner.clients)
    await pilot.press("ctrl+t")  # type: ignore[attr-defined]
    await until(pilot, lambda: len(app.spawner.clients) > clients)  # type: ignore[arg-type]


async def prompt_text(app: Driven, pilot: object, text: str) -> str:
    app.prompt.set_value(text)
    # Here a character takes one cell, or the cursor would stand elsewhere than it acts.
    return "› " + "".join(visible(c) if len(visible(c)) == 1 else "�" for c in text)


async def unknown_symbol(app: Driven, pilot: object, text: str) -> str:
    await enter(pilot, text)  # type: ignore[arg-type]
    return "does not know the symbol"


async def status(app: Driven, pilot: object, text: str) -> str:
    app.main.conversation.say(text)
    return visible(text)


async def trouble(app: Driven, pilot: object, text: str) -> str:
    app.main.conversation.refuse(text)
    return visible(text)


async def completions(app: Driven, pilot: object, text: str) -> str:
    app.completions.show([Choice(text, text, text)])
    return visible(text)


async def wrong_command(app: Driven, pilot: object, text: str) -> str:
    await enter(pilot, f"/temp {text}")  # type: ignore[arg-type]
    return visible(text)


async def run_name(app: Driven, pilot: object, text: str) -> str:
    await _start(app, pilot)
    app.spawner.last.say(started(text, corpus=text), progress(10))
    await until(pilot, lambda: app.training.runs[-1].progress is not None)  # type: ignore[arg-type]
    return visible(text)


async def samples(app: Driven, pilot: object, text: str) -> str:
    await _start(app, pilot)
    app.spawner.last.say(started(), progress(10), evaluated(10, 2.0), sampled(10, text))
    await until(pilot, lambda: app.training.runs[-1].samples)  # type: ignore[arg-type]
    return f"T 0.5  {visible(text)}"


async def failure(app: Driven, pilot: object, text: str) -> str:
    await _start(app, pilot)
    app.spawner.last.say(started(), Failed(text))
    await until(pilot, lambda: app.training.runs[-1].state == "failed")  # type: ignore[arg-type]
    return visible(text)


async def notice(app: Driven, pilot: object, text: str) -> str:
    await _start(app, pilot)
    app.spawner.last.say(started(), finished("stopped", message="in it: " + text))
    await until(pilot, lambda: app.training.active is None)  # type: ignore[arg-type]
    return visible(text)


async def older_run(app: Driven, pilot: object, text: str) -> str:
    await _start(app, pilot)
    app.spawner.last.say(started(text), evaluated(10, 2.0), finished(name=text))
    await until(pilot, lambda: app.training.active is None)  # type: ignore[arg-type]
    await _start(app, pilot)
    app.spawner.last.say(started(), progress(10))
    await until(pilot, lambda: app.training.runs[-1].progress is not None)  # type: ignore[arg-type]
    return f"○ {visible(text)}"


PLACES: list[Callable[[Driven, object, str], Awaitable[str]]] = [
    prompt_text,
    unknown_symbol,
    status,
    trouble,
    completions,
    wrong_command,
    run_name,
    samples,
    failure,
    notice,
    older_run,
]


@pytest.mark.usefixtures("toy_model")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_every_place_shows_it_as_it_is(place: Callable[[Driven, object, str], Awaitable[str]]) -> None:
    """One program for all the strings: starting it costs more than the rest."""
    async with Driven().driven((150, 44)) as pilot:
        app = await ready(pilot)
        for text in STRINGS:
            wanted = await place(app, pilot, text)
            await pilot.pause()
            app.main.panel.redraw()
            await pilot.pause()
            assert wanted in app.text, ascii(text)
            assert not any(c in app.text for c in "\x1b\x07\u202e\x9b"), ascii(text)
            if app.training.active is not None:
                app.spawner.last.say(finished())
                await until(pilot, lambda: app.training.active is None)
            app.clear_notifications()


@pytest.mark.parametrize("text", STRINGS, ids=ascii)
async def test_generated_text_prefix_and_model_name(home: Path, text: str) -> None:
    """A network that learnt such text writes it; the model is named after it, too."""
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "odd", text, [text] * 3)
    model = Model.open(folder)
    async with Driven(Config(model="odd", temperature=0.3, max_length=30)).driven((150, 44)) as pilot:
        app = await ready(pilot)
        assert visible(model.name) in app.text.splitlines()[-2]
        for line in (text[:1], f"/n 3 {text[:1]}", f"/top {text[:1]}"):
            app.main.enter(line)
            await pilot.pause()
            app.finish()
        await until(pilot, lambda: len(app.generations.entries) == 3)
        await pilot.press("ctrl+g", "f9")
        app.finish()
        await pilot.pause()
        shown = app.text
        first = app.generations.entries[0]
        assert f"  {visible(first.texts[0].text)} " in shown
        assert visible(text) in shown
        assert not any(c in shown for c in "\x1b\x07\u202e\x9b")
        await pilot.press("shift+up", "ctrl+y")
        await pilot.pause()
