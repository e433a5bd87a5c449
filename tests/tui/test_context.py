"""How far back models look, on the screen: marks, progress, calling off, what cannot be asked."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from driving import Driven, enter, ready, until
from textual.pilot import Pilot

from charrnn_tui.files import paths
from charrnn_tui.insight.context import context_curve
from charrnn_tui.model import Model
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.screens import context as module
from charrnn_tui.tui.screens.context import ContextScreen
from toy import NAMES, write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


@pytest.fixture(autouse=True)
def held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy models are asked about their own names."""
    monkeypatch.setattr(module, "texts_to_ask", lambda model: NAMES)


async def context(pilot: Pilot[Any], line: str = "/context") -> ContextScreen:
    app = await ready(pilot)
    await enter(pilot, line)
    await until(pilot, lambda: isinstance(app.screen, ContextScreen))
    screen = app.screen
    assert isinstance(screen, ContextScreen)
    return screen


async def drawn(pilot: Pilot[Any], screen: ContextScreen) -> None:
    await until(pilot, lambda: not any(row.waits for row in screen.rows.values()) and screen._asking is None)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 15)])
async def test_the_open_models_curve_is_drawn_with_its_mark_and_numbers(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        screen = await context(pilot)
        await drawn(pilot, screen)
        model = pilot.app.main.session.model  # type: ignore[attr-defined]
        curve = context_curve(model, NAMES)
        assert screen.rows["toy"].curve == curve
        text = pilot.app.text  # type: ignore[attr-defined]
        assert text.count("●") > 2
        assert f"0:\u00a0{curve.points[0].bits:.2f}±{curve.points[0].error:.2f}" in text
        assert f"{curve.enough()} back" in text


async def test_several_models_are_drawn_over_each_other_with_marks_of_their_own() -> None:
    write_toy_model(paths.models() / "other", "other", ["Bo", "Bob", "Anna"])
    async with Driven().driven((120, 36)) as pilot:
        screen = await context(pilot, "/context other toy")
        await until(pilot, lambda: screen.rows["other"].problem or screen.rows["other"].curve)
        # Its vocabulary lacks symbols of the names.
        assert "cannot be asked" in pilot.app.text  # type: ignore[attr-defined]
        await drawn(pilot, screen)
        assert [row.number for row in screen.rows.values()][:2] == [0, 1]
        assert pilot.app.text.count("▲") > 2  # type: ignore[attr-defined]
        await pilot.press("enter")  # takes the first away; its mark is free again
        await pilot.pause()
        assert screen.rows["other"].number is None
        await pilot.press("space")
        assert screen.rows["other"].number == 0
        await drawn(pilot, screen)


async def test_escape_calls_off_what_is_computed_and_then_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    going, go_on = threading.Event(), threading.Event()

    def slow(model: Model, texts: list[str], *, progress: Any) -> Any:
        progress(1, 4)
        going.set()
        assert go_on.wait(10)
        progress(2, 4)
        raise AssertionError("it was called off")

    monkeypatch.setattr(module, "context_curve", slow)
    async with Driven().driven((80, 24)) as pilot:
        screen = await context(pilot)
        await until(pilot, going.is_set)
        await until(pilot, lambda: "25%" in pilot.app.text)  # type: ignore[attr-defined]
        await pilot.press("escape")
        go_on.set()
        await until(pilot, lambda: screen._asking is None)
        assert pilot.app.screen is screen
        assert screen.rows["toy"].number is None
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)  # type: ignore[attr-defined]


async def test_what_is_wrong_is_a_sentence() -> None:
    async with Driven(Config(model="toy")).driven((80, 24)) as pilot:
        screen = await context(pilot, "/context nosuch")
        await drawn(pilot, screen)
        assert "nosuch" in screen.rows["nosuch"].problem
        assert screen.rows["nosuch"].problem[:20] in pilot.app.text  # type: ignore[attr-defined]
        await pilot.press("escape")
        await enter(pilot, '/context "a')
        await until(pilot, lambda: "quotes do not close" in pilot.app.next_row.sentence)  # type: ignore[attr-defined]
