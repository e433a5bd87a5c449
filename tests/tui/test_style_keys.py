"""Styles in the app: chosen by a command, turned by keys while text is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready

from charrnn_tui.model import Model
from charrnn_tui.model.style import Style
from charrnn_tui.prompt.settings import Config
from toy import write_toy_model

LABELS = ("a", "B", "e")


@pytest.fixture(autouse=True)
def model(home: Path) -> Model:
    folder = home / "data" / "charrnn-tui" / "models"
    write_toy_model(folder / "plain", "plain")
    return Model.open(write_toy_model(folder / "toy", "toy", labels=LABELS))


def written(model: Model, style: object, prefix: str, drawn: str, seed: int) -> str:
    """What follows a text that stands under a style."""
    stream = model.styled(style).stream(prefix, seed=seed, temperature=0.8)  # type: ignore[arg-type]
    for symbol in drawn:
        stream.force(symbol)
    for _ in stream:
        pass
    return stream.text


async def test_what_is_written_next_is_in_the_style(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3, pace=0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/style B=0.5, e")
        assert "no LABEL=WEIGHT" in app.text
        assert app.prompt.value == "/style B=0.5, e"
        app.prompt.set_value("")
        await enter(pilot, "/style B")
        assert "in the style B" in app.text
        assert app.main.session.steering.style == Style.of("B")
        await enter(pilot, "Han")
        app.finish()
        assert app.last.texts[0].text == written(model, "B", "Han", "", 3)
        assert "--style B" in app.last.command()
        await enter(pilot, "/style")
        assert "there are a, B, e" in app.text


async def test_the_keys_turn_it_and_the_next_character_obeys(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/style a, e")
        await enter(pilot, "De")
        first = app.last.texts[0].text[2:]
        assert first
        assert app.last.running
        for _ in range(3):
            await pilot.press("f20")
        await pilot.pause()
        assert "a ━━━━━━━━●── e" in app.text
        app.finish()
        await pilot.pause()
        assert app.last.texts[0].text == written(model, {"a": 0.2, "e": 0.8}, "De", first, 3)
        assert app.last.texts[0].turned
        assert app.last.steering.style == Style.of({"a": 0.2, "e": 0.8})
        await pilot.press("ctrl+pageup")
        assert app.main.session.steering.style == Style.of({"a": 0.3, "e": 0.7})


async def test_a_row_of_sliders_is_turned_while_text_is_written(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        row = app.main.conversation.sliders
        assert not row.display
        await enter(pilot, "/style a=0.4, B=0.2, e=0.1")
        await enter(pilot, "De")
        first = app.last.texts[0].text[2:]
        assert first
        assert app.last.running
        await pilot.press("f18", "f20", "f20", "alt+pageup", "f19")
        await pilot.pause()
        wanted = {"a": 0.3, "B": 0.4, "e": 0.1}
        assert app.main.session.steering.style == Style.of(wanted)
        assert "▸ a ━━━●─────── 0.3    B ━━━━●────── 0.4" in app.text
        app.finish()
        await pilot.pause()
        assert app.last.texts[0].text == written(model, wanted, "De", first, 3)
        assert app.last.steering.style == Style.of(wanted)
        await pilot.click("#sliders", offset=(1 + 4 + 9, 0))
        await pilot.pause()
        assert app.main.session.steering.style.to_plain()["a"] == 0.9
        await enter(pilot, "/style none")
        await pilot.pause()
        assert not row.display


async def test_without_styles_the_keys_say_what_to_do() -> None:
    async with Driven(Config(model="toy", seed=3)).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("f19")
        await pilot.pause()
        assert "Say between which styles to turn: /style a, B." in app.text


async def test_a_model_without_the_style_is_opened_without_it() -> None:
    async with Driven(Config(model="toy", seed=3)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/style e")
        await enter(pilot, "/model plain")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "it does not know the style e, which is off" in app.text
        assert not app.main.session.steering


async def test_again_keeps_the_style_of_its_block(model: Model) -> None:
    async with Driven(Config(model="toy", seed=3, pace=0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/style B")
        await enter(pilot, "De")
        app.finish()
        text = app.last.texts[0].text
        await enter(pilot, "/style none")
        await pilot.press("ctrl+r")
        await pilot.pause()
        app.finish()
        assert app.last.texts[0].text == text == written(model, "B", "De", "", 3)
