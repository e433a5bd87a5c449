"""A race on the main screen: a queue that can be clicked, run after run, and a table."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready, until
from fake_training import evaluated, finished, progress, started

from charrnn_tui.training.process.messages import Start, Stop

pytestmark = pytest.mark.usefixtures("toy_model")


async def test_a_race_is_watched_reordered_cut_short_and_told() -> None:
    async with Driven().driven((130, 44)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/race rnn gru lstm ngram hidden=9 on animals")
        await until(pilot, lambda: len(app.spawner.clients) == 1)
        races = app.main.panel.races
        assert races.race is not None

        async def drawn() -> str:
            await pilot.pause()
            app.main.panel.mark()
            app.main.panel.redraw()
            await pilot.pause()
            return app.text

        def recipe() -> dict[str, object]:
            start = app.spawner.last.commands[0]
            assert isinstance(start, Start)
            return start.recipe

        assert (recipe()["family"], recipe()["hidden"], recipe()["corpus"]) == ("rnn", 9, "animals")
        app.spawner.last.say(started("a-rnn", family="rnn", hidden=9), progress(10), evaluated(10, 2.5))
        await until(pilot, lambda: app.training.active is not None and app.training.active.started is not None)
        assert "race 1 of 4 · then GRU 9 ✗" in await drawn()
        row = races.region
        line = next(text for text in app.text.splitlines() if "race 1 of 4" in text)
        assert await pilot.click(offset=(line.index("✗"), row.y))
        await until(pilot, lambda: len(races.race.entrants) == 3)
        assert "race 1 of 3 · then LSTM 9 ✗  ▲ 5-gram ✗" in await drawn()
        line = next(text for text in app.text.splitlines() if "race 1 of 3" in text)
        assert await pilot.click(offset=(line.index("▲"), row.y))
        await until(pilot, lambda: races.race.waiting[0].recipe.family == "ngram")
        await enter(pilot, "/race rnn gru")
        assert "a race is held" in await drawn()
        app.prompt.value = ""

        app.spawner.last.say(finished(name="a-rnn", best_loss=2.5, best_step=10))
        await until(pilot, lambda: len(app.spawner.clients) == 2)
        assert recipe()["family"] == "ngram"
        app.spawner.last.say(started("a-ngram", family="ngram", order=5), evaluated(1, 2.1))
        await until(pilot, lambda: app.training.active is not None and app.training.active.started is not None)
        assert app.main.panel.chart is not None
        await enter(pilot, "/race stop")
        await until(pilot, lambda: app.spawner.last.commands[-1] == Stop())
        app.spawner.last.say(finished("stopped", "a-ngram", best_loss=2.1, best_step=1))
        await until(pilot, lambda: races.race.over)
        text = await drawn()
        assert text.index("a-ngram 2.1000") < text.index("a-rnn   2.5000")
        assert len(app.spawner.clients) == 2, "those who waited never began"
        await enter(pilot, "/race rnn bert")
        await until(pilot, lambda: "'bert' can run in no race" in app.text)
