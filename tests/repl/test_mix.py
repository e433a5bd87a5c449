"""Mixtures and two models side by side at the inline prompt: turned while text streams."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.model.mix import Mix
from charrnn_tui.prompt.generations import DrawnGeneration
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.loop import Repl
from charrnn_tui.sampling import SamplingSettings
from repl.fake_console import FakeConsole
from toy import write_toy_model

OTHER = "my elves é"


@pytest.fixture
def models(home: Path) -> tuple[Model, Model]:
    folder = home / "data" / "charrnn-tui" / "models"
    toy = Model.open(write_toy_model(folder / "toy", "toy"))
    return toy, Model.open(write_toy_model(folder / OTHER, OTHER, ["Deaeaeaeae", "Aeaeaeaeae", "Iaeaeaeaea"]))


def sitting(models: tuple[Model, Model]) -> Repl:
    session = Session(SamplingSettings(0.8), seed=3, pace=300, model=models[0])
    return Repl(session, FakeConsole(paced=True), Library())


def written(models: tuple[Model, Model], weight: float, drawn: str, temperature: float = 0.8) -> str:
    toy, other = models
    stream = toy.mixed({other: weight}).stream("De", seed=3, temperature=0.8)
    for symbol in drawn:
        stream.force(symbol)
    stream.settings = SamplingSettings(temperature)
    for _ in stream:
        pass
    return stream.text


async def test_the_weight_is_turned_while_text_streams(models: tuple[Model, Model]) -> None:
    repl = sitting(models)
    await repl.enter(f"/mix '{OTHER}'=0.1")
    drawn: list[str] = []

    def press(live: object) -> bool:
        last = repl.generator.last
        assert last is not None
        if len(last.texts[0].text) < 3:
            return False
        drawn.append(last.texts[0].text[2:])
        repl.console.handlers.turn_mix(16)
        return True

    repl.console.keys.append(press)
    await repl.enter("De")
    last = repl.generator.last
    assert isinstance(last, DrawnGeneration)
    assert last.texts[0].text == written(models, 0.9, drawn[0])
    assert last.texts[0].text != written(models, 0.1, "")
    assert last.steering.mix == Mix.of({OTHER: 0.9})
    assert last.turned


@pytest.mark.parametrize("columns", [70, 30])
async def test_beside_another_model_the_open_one_obeys(models: tuple[Model, Model], columns: int) -> None:
    repl = sitting(models)
    console = repl.console
    assert isinstance(console, FakeConsole)
    console.columns = columns

    def press(live: object) -> bool:
        shown = console.statuses[-1] if console.statuses else console.streamed.splitlines()[-1]
        if not re.search("De[a-z]", shown):
            return False
        console.handlers.turn_mix(16)
        console.handlers.turn(6)
        return True

    await repl.enter(f"/mix {OTHER}=0.1")
    console.keys.append(press)
    await repl.enter(f"/beside '{OTHER}' De")
    last = repl.generator.last
    assert isinstance(last, DrawnGeneration)
    own, beside = last.texts
    cuts = range(1, len(own.text) - 1)
    assert own.text in [written(models, 0.9, own.text[2 : 2 + cut], 1.1) for cut in cuts], "from some character on"
    assert own.text != written(models, 0.1, "")
    assert own.turned
    assert last.steering.mix == Mix.of({OTHER: 0.9})
    assert beside.model == OTHER
    assert "--mix" in last.command().splitlines()[0]
    assert "--mix" not in last.command().splitlines()[1]


async def test_wrong_weights_and_models_get_a_sentence(models: tuple[Model, Model]) -> None:
    repl = sitting(models)
    for line, sentence in (
        (f"/mix {OTHER}=2", "a share above 0 and up to 1"),
        ("/mix nobody=0.3", "no model 'nobody'"),
        ("/beside nobody De", "no model 'nobody'"),
        (f"/beside '{OTHER}' Nadia", f"The model {OTHER} cannot go on from there: this network does not know"),
        ("/beside", "name the model"),
    ):
        await repl.enter(line)
        assert sentence in repl.console.complaints[-1].replace("Name the", "name the")  # type: ignore[attr-defined]
    assert not repl.session.steering
