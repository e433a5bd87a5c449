"""Styles at the inline prompt: listed, chosen, turned while text streams, kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.model.style import Style
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.loop import Repl
from charrnn_tui.sampling import SamplingSettings
from repl.fake_console import FakeConsole
from toy import write_toy_model


@pytest.fixture
def model(home: Path) -> Model:
    folder = home / "data" / "charrnn-tui" / "models"
    write_toy_model(folder / "plain", "plain")
    return Model.open(write_toy_model(folder / "toy", "toy", labels=("a", "B", "e")))


def sitting(model: Model, *, paced: bool = False) -> Repl:
    return Repl(Session(SamplingSettings(0.8), seed=3, pace=1000, model=model), FakeConsole(paced=paced), Library())


def under(model: Model, style: object, prefix: str, drawn: str = "") -> str:
    stream = model.styled(style).stream(prefix, seed=3, temperature=0.8)  # type: ignore[arg-type]
    for symbol in drawn:
        stream.force(symbol)
    for _ in stream:
        pass
    return stream.text


async def test_what_is_typed_is_obeyed_and_kept(model: Model) -> None:
    repl = sitting(model)
    for line in ("/style", "/style B=2, e=1", "De", "/save", "/n 3 De"):
        await repl.enter(line)
    assert repl.console.said[0] == "In no style; there are a, B, e."
    assert repl.console.said[1] == "In the style B 2 + e 1."
    assert f"{under(model, {'B': 2, 'e': 1}, 'De')}" in repl.console.streamed
    assert favourites.load()[0].steering == {"style": {"B": 2.0, "e": 1.0}}
    assert "--style B=2 --style e" in repl.generator.last.command()  # type: ignore[union-attr]


async def test_a_wrong_style_gets_a_sentence(model: Model) -> None:
    repl = sitting(model)
    await repl.enter("/style elvish")
    assert "no label 'elvish'; it knows a, B, e" in repl.console.complaints[0]
    assert not repl.session.steering


async def test_the_dial_is_turned_while_text_streams(model: Model) -> None:
    repl = sitting(model, paced=True)
    await repl.enter("/style a, e")
    drawn: list[str] = []

    def press(live: object) -> bool:
        last = repl.generator.last
        assert last is not None
        text = last.texts[0].text
        if len(text) < 4:
            return False
        drawn.append(text)
        repl.console.handlers.turn_style(5)
        return True

    repl.console.keys.append(press)
    await repl.enter("De")
    last = repl.generator.last
    assert last is not None
    assert drawn
    assert last.texts[0].text == under(model, "e", "De", drawn[0][2:])
    assert last.texts[0].turned  # type: ignore[union-attr]
    assert last.steering.style == Style.of("e")


async def test_sliders_are_chosen_and_turned_while_text_streams(model: Model) -> None:
    repl = sitting(model, paced=True)
    await repl.enter("/style a=0.5, B=0.2, e=0.1")
    drawn: list[str] = []

    def press(live: object) -> bool:
        last = repl.generator.last
        assert last is not None
        text = last.texts[0].text
        if len(text) < 4:
            return False
        drawn.append(text)
        repl.console.handlers.choose_style(-1)
        repl.console.handlers.turn_style(8)
        return True

    repl.console.keys.append(press)
    await repl.enter("De")
    last = repl.generator.last
    assert last is not None
    wanted = {"a": 0.5, "B": 0.2, "e": 0.9}
    assert last.texts[0].text == under(model, wanted, "De", drawn[0][2:])
    assert last.steering.style == Style.of(wanted)


async def test_a_style_can_be_typed_while_text_streams(model: Model) -> None:
    repl = sitting(model)
    assert repl.at_once("/style B") == "in the style B"
    assert repl.session.steering.style == Style.of("B")
    assert repl.at_once("/style") is None
    assert "no label" in (repl.at_once("/style x") or "")


async def test_another_model_puts_the_style_aside(model: Model) -> None:
    repl = sitting(model)
    await repl.enter("/style B")
    await repl.enter("/model plain")
    assert "It does not know the style B, which is off." in repl.console.said
