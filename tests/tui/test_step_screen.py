"""The step laid open on the screen: walking along the text and through the parts, what is drawn, going on with it."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready, until
from textual.widgets import Static
from under_lens import lens

from charrnn_tui.insight.step import Steps, batch_of
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import step_words
from charrnn_tui.tui.screens.step import StepScreen

pytestmark = pytest.mark.usefixtures("toy_model")


def said(screen: StepScreen, id: str) -> str:
    return str(screen.query_one(f"#step-{id}", Static).content)


async def test_the_parts_of_each_step_are_the_engines_with_the_lines_that_do_them() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/step Dei")
        await until(pilot, lambda: isinstance(app.screen, StepScreen))
        screen = app.screen
        assert isinstance(screen, StepScreen)
        await until(pilot, lambda: screen._batch is not None)
        model = Library().open("toy")
        steps = Steps(model, "Dei", seed=screen.steps.seed)
        assert (screen.place, screen.part) == (3, "ids")
        assert said(screen, "text").split("\n")[1].split() == [str(id_) for id_ in steps.reading.read.tolist()]
        await pilot.press("down")
        assert batch_of(model, "Dei").note in said(screen, "detail")
        seen = []
        settings = app.main.session.settings
        for part in steps.at(3, settings=settings).parts:
            await pilot.press("down")
            seen.append(screen.part)
            detail, where = said(screen, "detail"), said(screen, "where")
            assert step_words.sentence(part.name, "lines") in detail
            assert part.where.function in where
            assert any(
                line.startswith("▸ ") and part.where.code.split("\n")[0] in line
                for line in said(screen, "source").split("\n")
            ), part.name
            if not part.symbols:
                assert step_words.range_words(part).split()[0] in detail
        assert seen == ["x", "h", "Wx", "Uh", "sum", "h'", "logits", "softmax", "shares", "sums"]
        found = steps.at(3, settings=settings)
        assert f"u = {found.uniform:.4f}" in said(screen, "detail")
        # Another temperature, another seed, another step: all of it follows.
        await pilot.press("f7", "n", "left")
        steps.seed += 1
        found = steps.at(2, settings=app.main.session.settings)
        assert f"seed {steps.seed}, position 0: u = {found.uniform:.4f}" in said(screen, "detail")
        assert "reads e" in said(screen, "title")
        await pilot.press("up", "up", "up", "up", "shift+right")
        assert step_words.arithmetic(found.part("h'"), 1, model.vocabulary, str) in said(screen, "detail")
        await pilot.press("l")
        assert "one layer" in said(screen, "where")
        # Enter reads what is drawn, as a stream writes it.
        stream = model.stream("De", seed=steps.seed, settings=app.main.session.settings)
        for _ in range(3):
            token = next(stream)
            await pilot.press("enter")
            if token.symbol:
                assert screen.steps.reading.text.startswith(stream.text)
            else:
                assert "The end was drawn" in said(screen, "where")
                break
        # Better weights of the same network are shown; the place stays.
        place = screen.place
        screen.take_weights(model, 2)
        assert (screen.steps.model, screen.place) == (model, place)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_the_lens_opens_the_step_at_its_cursor_with_what_was_drawn_there() -> None:
    async with Driven().driven((100, 30)) as pilot:
        app = await ready(pilot)
        app.main.session.seed = 3
        await enter(pilot, "De")
        app.finish()
        text = app.last.texts[0].text
        screen = await lens(pilot, "/look")
        await pilot.press("home", "right", "right", "right", "f4")
        await until(pilot, lambda: isinstance(app.screen, StepScreen))
        step = app.screen
        assert isinstance(step, StepScreen)
        assert (step.place, step.steps.head, step.steps.seed) == (3, 2, 3)
        assert step.step.position == 1
        assert step.step.drawn == step.steps.reading.actual(3)
        assert step.steps.reading.text == text == screen.forest.text
