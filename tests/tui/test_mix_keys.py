"""Mixtures in the app: mixed in by a command, the weight turned by keys while text is written, also beside another."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready

from charrnn_tui.model import Model
from charrnn_tui.model.mix import Mix
from charrnn_tui.prompt.settings import Config
from toy import write_toy_model

OTHER = "my elves é"


@pytest.fixture(autouse=True)
def models(home: Path) -> tuple[Model, Model]:
    folder = home / "data" / "charrnn-tui" / "models"
    toy = Model.open(write_toy_model(folder / "toy", "toy"))
    return toy, Model.open(write_toy_model(folder / OTHER, OTHER, ["Deaeaeaeae", "Aeaeaeaeae", "Iaeaeaeaea"]))


def written(models: tuple[Model, Model], weight: float, drawn: str, seed: int = 3) -> str:
    """What follows a text that stands under a mixture."""
    toy, other = models
    stream = (toy.mixed({other: weight}) if weight else toy).stream("De", seed=seed, temperature=0.8)
    for symbol in drawn:
        stream.force(symbol)
    for _ in stream:
        pass
    return stream.text


async def test_the_keys_turn_the_weight_and_the_next_character_obeys(models: tuple[Model, Model]) -> None:
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, f"/mix {OTHER}=0.1")
        assert f"mix {OTHER} 0.1" in app.text
        await enter(pilot, "De")
        first = app.last.texts[0].text[2:]
        assert first
        assert app.last.running
        await pilot.press(*["ctrl+home"] * 16, "f21")
        await pilot.pause()
        assert app.main.session.steering.mix == Mix.of({OTHER: 0.85})
        app.finish()
        await pilot.pause()
        text = app.last.texts[0].text
        assert text == written(models, 0.85, first)
        assert text != written(models, 0.1, ""), "the test shows something"
        assert f"'{OTHER}=0.85'" in app.last.command()
        assert app.last.texts[0].turned


async def test_beside_another_model_the_open_one_obeys_and_the_other_does_not(models: tuple[Model, Model]) -> None:
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, f"/mix '{OTHER}'=0.1")
        await enter(pilot, f"/beside {OTHER} De")
        first = app.last.texts[0].text[2:]
        assert first
        await pilot.press(*["ctrl+home"] * 16)
        app.finish()
        await pilot.pause()
        own, beside = app.last.texts
        assert own.text == written(models, 0.9, first)
        alone = models[1].stream("De", seed=3, temperature=0.8)
        assert beside.text == "De" + "".join(token.symbol for token in alone)
        assert (own.turned, beside.turned) == (True, False)


async def test_wrong_weights_and_models_get_a_sentence_and_come_back() -> None:
    async with Driven(Config(model="toy", seed=3)).driven() as pilot:
        app = await ready(pilot)
        for line, sentence in (
            (f"/mix {OTHER}=2", "a share above 0 and up to 1"),
            ("/mix nobody=0.3", "no model 'nobody'"),
            ("/beside nobody De", "no model 'nobody'"),
            (f"/beside {OTHER} Nadia", "elves é cannot go on"),
            ("/mix toy=x", "=WEIGHT"),
        ):
            app.prompt.set_value("")
            await enter(pilot, line)
            assert sentence in app.text
            assert app.prompt.value == line
        assert not app.main.session.steering
        app.prompt.set_value("")
        await pilot.press("ctrl+home")
        await pilot.pause()
        assert "Nothing is mixed in: /mix MODEL=0.3" in app.text
