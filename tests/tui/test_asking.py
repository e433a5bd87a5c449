"""What items must be, on the main screen: asked at the prompt or in the dialog, searched beside the screen, shown."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from driving import Driven, enter, ready, until
from textual.widgets import Input

from charrnn_tui.model import Model
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.constrained_texts import ConstrainedTexts, Wanted
from charrnn_tui.prompt.settings import Config
from charrnn_tui.prompt.typed_constraint import TypedConstraint
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui.content import start
from charrnn_tui.tui.dialogs.sampling import SamplingScreen
from toy import NAMES, write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")
ASKED = TypedConstraint("*a", (3, 6), new=True)


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def draws(model: Model, prefix: str, count: int, seed: int, temperature: float = 0.8) -> list[str]:
    made = model.draws(ASKED.constraint(), prefix, settings=SamplingSettings(temperature), seed=seed)
    return list(islice(made, count))


async def ask(pilot: Any) -> Driven:
    app = await ready(pilot)
    for line in ("/match *a", "/length 3:6", "/new on"):
        await enter(pilot, line)
    assert app.main.session.steering.constraint == ASKED
    return app


async def written(pilot: Any, app: Driven, blocks: int) -> None:
    await until(pilot, lambda: len(app.generations.entries) == blocks)
    app.finish()
    await pilot.pause()


async def test_every_way_in_gives_exact_draws(model: Model) -> None:
    async with Driven(Config(model="toy", pace=10.0)).driven((170, 40)) as pilot:
        app = await ask(pilot)
        assert "match *a" in app.text  # the status line says what holds
        await enter(pilot, "De")
        await until(pilot, lambda: app.generations.entries)
        assert app.last.texts[0].text != draws(model, "De", 1, 1)[0]  # it grows at its pace
        await written(pilot, app, 1)
        assert app.last.texts[0].text == draws(model, "De", 1, 1)[0]
        assert app.last.texts[0].novelty == ""
        assert " P about 0." in app.text
        await enter(pilot, "/n 7 D")
        await written(pilot, app, 2)
        assert [text.text for text in app.last.texts] == draws(model, "D", 7, 2)
        app.prompt.set_value("A")
        await pilot.press("f5")
        await written(pilot, app, 3)
        assert [text.text for text in app.last.texts] == draws(model, "A", 20, 3)
        await pilot.press("ctrl+r")
        await written(pilot, app, 4)
        assert [text.text for text in app.last.texts] == draws(model, "A", 20, 3)
        await pilot.press("ctrl+n")
        await written(pilot, app, 5)
        assert [text.text for text in app.last.texts] == draws(model, "A", 20, 4)
        await enter(pilot, "De")
        await written(pilot, app, 6)
        await pilot.press("ctrl+g")
        await written(pilot, app, 7)
        assert [t.text for t in app.last.texts] == [draws(model, "De", 1, 4, t)[0] for t in start.TEMPERATURES]


async def test_the_copied_command_and_what_is_kept_make_the_same(model: Model) -> None:
    from typer.testing import CliRunner

    from charrnn_tui.cli.app import app as cli
    from charrnn_tui.prompt.generations import sample_command_of

    async with Driven().driven((140, 40)) as pilot:
        app = await ask(pilot)
        await enter(pilot, "/n 4 De")
        await written(pilot, app, 1)
        texts = [text.text for text in app.last.texts]
        await enter(pilot, "/free")  # what is copied and kept is that of the block
        await pilot.press("ctrl+o")
        copied = app.clipboard
        await pilot.press("ctrl+s")
        kept = favourites.load()
        await enter(pilot, "/top D")
        await written(pilot, app, 2)
        await pilot.press("shift+up", "shift+up")
        app.main.conversation.say_favourite(kept[2])
        await written(pilot, app, 3)
        assert app.last.texts[0].text == texts[2]
        assert "match *a" in "\n".join(app.last.steering.words())
    assert "--match '*a' --length 3:6 --new -n 4" in copied
    for command, wanted in ((copied, texts), *((sample_command_of(f), [t]) for f, t in zip(kept, texts, strict=True))):
        done = CliRunner().invoke(cli, shlex.split(command)[1:], catch_exceptions=False)
        assert done.stdout.splitlines() == wanted


async def test_the_most_probable_are_as_asked(model: Model) -> None:
    async with Driven().driven((140, 40)) as pilot:
        app = await ask(pilot)
        await enter(pilot, "/top D")
        await written(pilot, app, 1)
        found = [text.text for text in app.last.texts]
        search = model.most_probable("D", count=10, constraint=ASKED.constraint())
        assert found == [item.text for item in search]
        assert all(re.fullmatch("D.{1,4}a", text) and text not in NAMES for text in found)
        assert "--match" in app.last.command()
        await enter(pilot, "/free")
        await pilot.press("ctrl+r")
        await written(pilot, app, 2)
        assert [text.text for text in app.last.texts] == found  # again is the same again


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("Bo", "begin with 'Bo'"), ("/n 3 Bo", "begin with 'Bo'"), ("/top Bo", "begin with 'Bo'"), ("Qx", "Q")],
)
async def test_what_nothing_fulfils_comes_back_with_a_sentence(line: str, sentence: str) -> None:
    async with Driven().driven((140, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/match A*")
        await enter(pilot, line)
        await until(pilot, lambda: sentence in app.text)
        await until(pilot, lambda: not app.main.conversation.writing)
        assert not app.generations.entries


async def test_fewer_than_wanted_are_written_and_explained() -> None:
    async with Driven().driven((160, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/match /De[nl]/")
        await enter(pilot, "/unique")
        await enter(pilot, "/n 9 De")
        await until(pilot, lambda: "There are no more: 2 items" in app.text)
        await written(pilot, app, 1)
        assert sorted(text.text for text in app.last.texts) == ["Del", "Den"]


async def test_a_search_goes_on_beside_the_screen_and_escape_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(model: Model, constraint: TypedConstraint, texts: list[Wanted], **how: Any) -> ConstrainedTexts:
        while not how["stop"]():
            pass
        return ConstrainedTexts(((texts[0], "Dea"),), "0.1", "0.1", "The search was stopped with 1.")

    monkeypatch.setattr(start, "draw_texts", endless)
    async with Driven().driven((140, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/match D*")
        await enter(pilot, "/n 3 De")
        await until(pilot, lambda: app.main.conversation.writing)
        await pilot.press("f8")  # the screen goes on
        assert app.main.session.settings.temperature == 0.85
        assert not app.generations.entries
        await pilot.press("escape")
        await written(pilot, app, 1)
        assert [text.text for text in app.last.texts] == ["Dea"]
        assert app.last.texts[0].settings.temperature == 0.8
        assert not app.main.conversation.writing


async def test_running_text_is_told_in_a_sentence(toy_model: Path) -> None:
    write_toy_model(toy_model.parent / "prose", "prose", kind="stream")
    async with Driven(Config(model="prose")).driven((140, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/unique")
        await enter(pilot, "De")
        await until(pilot, lambda: "running text" in app.text)
        assert app.prompt.value == "De"
        await enter(pilot, "/free")
        await enter(pilot, "De")
        await until(pilot, lambda: app.generations.entries)


async def test_the_dialog_asks_as_well() -> None:
    async with Driven().driven((140, 40)) as pilot:
        app = await ask(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, SamplingScreen))
        assert app.screen.query_one("#setting-match", Input).value == "*a"
        assert app.screen.query_one("#setting-length", Input).value == "3:6"
        app.screen.query_one("#setting-match", Input).value = "/(a/"
        await until(pilot, lambda: "not closed" in app.text)
        app.screen.query_one("#setting-match", Input).value = "off"
        app.screen.query_one("#setting-ban", Input).value = "x"
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, SamplingScreen))
        assert app.main.session.steering.constraint == TypedConstraint(None, (3, 6), new=True, ban=("x",))
