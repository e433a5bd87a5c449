"""The main screen with a real training run in a child process."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready, until

from charrnn_tui.prompt.runs import settle_recipe, spawn_worker
from charrnn_tui.prompt.settings import Config
from toy import NAMES


@pytest.mark.usefixtures("toy_model")
async def test_chart_and_samples_move_and_the_prompt_answers_from_the_run(tmp_path: Path) -> None:
    corpus = tmp_path / "few.txt"
    corpus.write_text(
        "\n".join(a + b.lower() + c.lower() for a in NAMES for b in NAMES for c in NAMES), encoding="utf-8"
    )
    app = Driven(Config(model="toy", seed=1), settle=settle_recipe)
    app.spawn = spawn_worker
    async with app.driven((120, 40)) as pilot:
        await ready(pilot)
        await enter(pilot, f"/train {corpus}")
        await until(pilot, lambda: app.training.runs, 3000)
        run = app.training.runs[-1]
        await until(pilot, lambda: run.samples and len(run.evaluations) >= 2 and len(run.training) >= 2, 3000)
        app.main.panel.mark()
        app.main.panel.redraw()
        await pilot.pause()
        assert "few-lstm" in app.text
        assert "it says now" in app.text
        chart = app.main.panel.chart
        assert chart is not None
        assert chart.drawn == 2, "training and validation"
        await until(pilot, lambda: app.main.session.step is not None, 3000)
        await enter(pilot, "An")
        app.finish()
        assert app.last.model_name == "few-lstm"
        await app.main.run_action("training('stop')")
        await until(pilot, lambda: not run.active, 3000)
        assert run.state == "over"
