"""Training on the main screen: start, pause, resume, stop, chart, samples, newest weights, several runs, leaving."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from driving import Driven, enter, ready, until
from fake_training import FakeClient, evaluated, finished, progress, sampled, started
from textual.pilot import Pilot
from textual.widgets import Input

from charrnn_tui.prompt.settings import Config
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.messages import (
    Failed,
    Pause,
    Paused,
    Resume,
    Resumed,
    Save,
    Saved,
    SetLearningRate,
    Start,
    Stop,
)
from charrnn_tui.tui.screens.training_form import TrainingForm, TrainingRequest
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


async def training(pilot: Pilot[None], *events: object) -> Driven:
    """Start a run and let it say something."""
    app = await ready(pilot)
    runs = len(app.training.runs)
    await pilot.press("ctrl+t")
    await until(pilot, lambda: len(app.training.runs) > runs)
    app.spawner.last.say(started(), *events)  # type: ignore[arg-type]
    await until(pilot, lambda: app.training.runs[-1].started is not None)
    await drawn(pilot)
    return app


async def drawn(pilot: Pilot[None]) -> None:
    """Let the panel draw what it has."""
    await pilot.pause()
    pilot.app.main.panel.redraw()  # type: ignore[attr-defined]
    await pilot.pause()


def notices(app: Driven) -> list[str]:
    """The notices on the screen, each as one line."""
    return [notice.message for notice in app._notifications]


async def test_ctrl_t_starts_on_names_then_pauses_then_goes_on() -> None:
    async with Driven().driven() as pilot:
        app = await training(pilot, progress(10))
        client = app.spawner.last
        start = client.commands[0]
        assert isinstance(start, Start)
        assert start.recipe["corpus"] == "names"
        assert start.models == str(app.library.user)
        assert not start.resume
        await pilot.press("ctrl+t")
        assert client.commands[-1] == Pause()
        client.say(Paused(10))
        await until(pilot, lambda: app.training.active.state == "paused")
        await drawn(pilot)
        assert "paused; Ctrl+T goes on" in app.text
        assert "▶ resume" in app.text
        await pilot.press("ctrl+t")
        assert client.commands[-1] == Resume()
        client.say(Resumed(10))
        await until(pilot, lambda: app.training.active.state == "running")
        await drawn(pilot)
        assert "‖ pause" in app.text
        assert len(app.spawner.clients) == 1


async def test_the_panel_shows_progress_chart_losses_and_samples() -> None:
    async with Driven().driven((120, 40)) as pilot:
        points = [progress(step, 2 + 100 / step) for step in range(10, 400, 10)]
        app = await training(
            pilot,
            *points,
            evaluated(200, 2.4),
            evaluated(300, 2.2),
            evaluated(390, 2.3, (300, 2.2)),
            sampled(390, "Anna", "Bo"),
        )
        assert "names-lstm-2  training" in app.text
        assert "LSTM 256, 312,566 parameters · names" in app.text
        assert "39%" in app.text
        assert "step 390/1,000 · 128k chars/s · 30 s left" in app.text
        assert "train 2.250  validation 2.300  gap +0.050" in app.text
        assert "best 2.200 nats (3.17 bits) at step 300" in app.text
        for temperature in ("0.5", "0.8", "1.1"):
            assert f"T {temperature}  Anna  Bo" in app.text
        chart = app.main.panel.chart
        assert chart is not None
        assert chart.drawn == 2, "training and validation"
        assert sum(0x2800 < ord(c) < 0x2900 for c in app.text) > 30, "curves are drawn in braille"
        frame = [row for row in app.text.splitlines() if "●" in row]
        assert len(frame) == 2, "the best point is marked in the chart and in the line below"


async def test_the_chart_has_a_log_axis_and_smoothing() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(
            pilot, *[progress(step, 1 + 300 / step) for step in range(10, 400, 10)], evaluated(300, 2.2)
        )
        chart = app.main.panel.chart
        assert chart is not None
        linear = chart._y_max
        await pilot.press("ctrl+l")
        await drawn(pilot)
        assert app.main.panel.view.log
        assert chart._y_max < linear / 2
        assert "◉ log" in app.text
        rough = list(chart._datasets[0].y)
        await app.main.run_action("training('smooth')")
        await drawn(pilot)
        smooth = list(chart._datasets[0].y)
        assert smooth != rough
        assert smooth[0] == pytest.approx(rough[0])
        assert "◉ smooth" in app.text


async def test_the_prompt_answers_from_the_newest_weights_while_training_goes_on(home: Path) -> None:
    folder = home / "data" / "charrnn-tui" / "models" / "names-lstm-2"
    async with Driven(Config(model="toy", temperature=0.0)).driven() as pilot:
        app = await training(pilot, progress(10))
        assert app.main.session.model.name == "toy"
        write_toy_model(folder, "names-lstm-2", ["Zoe", "Zoe", "Zora"])
        app.spawner.last.say(Saved("model", str(folder), 120))
        await until(pilot, lambda: app.main.session.model.name == "names-lstm-2")
        await pilot.pause()
        assert "names-lstm-2 (step 120)" in app.text
        assert "answers from step 120" in app.text
        await enter(pilot, "Z")
        app.finish()
        assert app.last.texts[0].text == "Zoe"
        assert app.last.model_name == "names-lstm-2"
        assert app.training.active is not None


async def test_a_running_generation_keeps_its_weights_when_newer_ones_come(home: Path) -> None:
    folder = home / "data" / "charrnn-tui" / "models" / "names-lstm-2"
    async with Driven(Config(model="toy", seed=3, pace=10.0)).driven() as pilot:
        app = await training(pilot)
        model = app.main.session.model
        await enter(pilot, "Han")
        write_toy_model(folder, "names-lstm-2", ["Zoe", "Zora"])
        app.spawner.last.say(Saved("model", str(folder), 120))
        await until(pilot, lambda: app.main.session.step == 120)
        app.finish()
        stream = model.stream("Han", settings=app.main.session.settings, seed=3)
        list(stream)
        assert app.last.texts[0].text == stream.text


async def test_a_model_that_one_opens_oneself_is_kept_while_training_goes_on(home: Path) -> None:
    folder = home / "data" / "charrnn-tui" / "models" / "names-lstm-2"
    write_toy_model(folder, "names-lstm-2", ["Zoe", "Zora"])
    async with Driven().driven() as pilot:
        app = await training(pilot)
        await enter(pilot, "/model toy")
        await until(pilot, lambda: "toy is open" in app.text)
        app.spawner.last.say(Saved("model", str(folder), 120), progress(130))
        await until(pilot, lambda: app.training.active.progress is not None)
        await pilot.pause()
        assert app.main.session.model.name == "toy"
        await enter(pilot, "/model names-lstm-2")
        await until(pilot, lambda: app.main.session.model.name == "names-lstm-2")
        app.spawner.last.say(Saved("model", str(folder), 140))
        await until(pilot, lambda: app.main.session.step == 140)


async def test_train_command_takes_a_corpus_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my text.txt").write_text("Anna\nBert\nCleo\n")
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/train my text.txt")
        await until(pilot, lambda: app.spawner.clients and app.spawner.last.commands)
        start = app.spawner.last.commands[0]
        assert isinstance(start, Start)
        assert start.recipe["corpus"] == str(tmp_path / "my text.txt")


async def test_what_cannot_be_trained_on_gets_a_sentence_and_no_process() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "/train [/b]")
        await until(pilot, lambda: "no file fits the pattern [/b]" in app.text)
        assert not app.spawner.clients
        assert app.training.active is None


async def test_a_process_that_cannot_start_gets_a_sentence() -> None:
    async with Driven(fails=OSError(12, "Cannot allocate memory")).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "Cannot allocate memory" in app.text)


async def test_two_runs_at_once_are_refused_with_a_sentence() -> None:
    async with Driven().driven((140, 40)) as pilot:
        app = await training(pilot, progress(10))
        await enter(pilot, "/train places")
        await until(pilot, lambda: "one run at a time: stop names-lstm-2 first" in app.text)
        assert len(app.spawner.clients) == 1


async def test_what_was_chosen_in_the_form_during_a_run_is_there_again() -> None:
    async with Driven().driven((140, 40)) as pilot:
        app = await training(pilot, progress(10))
        wanted = Recipe(corpus="places", hidden=77)
        app.main.training_screens.begin(app.main.panel, TrainingRequest(wanted, None, False))
        await until(pilot, lambda: "stop names-lstm-2 first" in app.next_row.sentence)
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, TrainingForm))
        await until(pilot, lambda: any(field.value == "77" for field in app.screen.query(Input)))


async def test_stop_save_and_learning_rate_reach_the_run() -> None:
    async with Driven().driven() as pilot:
        app = await training(pilot, progress(10))
        client = app.spawner.last
        await app.main.run_action("training('save')")
        await app.main.run_action("training('halve_rate')")
        await pilot.pause()
        assert "learning rate 0.002 from the next step on" in app.text
        await app.main.run_action("training('stop')")
        assert client.commands[1:] == [Save(), SetLearningRate(0.002), Stop()]
        client.say(finished("stopped"))
        await until(pilot, lambda: app.training.active is None)
        await drawn(pilot)
        assert "names-lstm-2  stopped" in app.text
        assert "F4 takes it up again" in app.text
        await app.main.run_action("training('stop')")
        await pilot.pause()
        assert app.main.status.said == "nothing is being trained"


async def test_the_buttons_of_the_panel_can_be_clicked() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(10))
        rows = app.text.splitlines()
        y = next(i for i, row in enumerate(rows) if "■ stop" in row)
        await pilot.click(None, offset=(rows[y].index("■ stop") + 2, y))
        await until(pilot, lambda: Stop() in app.spawner.last.commands)


async def test_done_gives_a_notice_and_the_next_run_is_laid_over_it() -> None:
    async with Driven().driven((120, 44)) as pilot:
        app = await training(pilot, progress(10, 3.0), evaluated(10, 3.1), progress(500, 2.1), evaluated(500, 2.2))
        app.spawner.last.say(finished())
        await until(pilot, lambda: app.training.active is None)
        await drawn(pilot)
        assert "names-lstm-2: the run is complete. Best: 1.950 nats a character at step 900." in notices(app)
        assert "names-lstm-2  done" in app.text
        await pilot.press("ctrl+t")
        await until(pilot, lambda: len(app.spawner.clients) == 2)
        app.spawner.last.say(
            started("names-lstm-3"), progress(10, 3.0), evaluated(10, 2.9), progress(20, 2.8), evaluated(20, 2.7)
        )
        await until(pilot, lambda: len(app.training.runs[-1].evaluations) == 2)
        await drawn(pilot)
        assert "names-lstm-3  training" in app.text
        assert "○ names-lstm-2 2.200" in app.text
        chart = app.main.panel.chart
        assert chart is not None
        assert chart.drawn == 3, "both curves of the new run and the validation curve of the old"


async def test_the_bell_rings_only_when_asked_for() -> None:
    for bell in (True, False):
        async with Driven(Config(model="toy", bell=bell)).driven() as pilot:
            app = await training(pilot, progress(10))
            rung: list[bool] = []
            app.bell = lambda rung=rung: rung.append(True)  # type: ignore[method-assign]
            app.spawner.last.say(finished())
            await until(pilot, lambda app=app: app.training.active is None)
            await pilot.pause()
            assert bool(rung) is bell


async def test_a_failure_is_told_in_its_own_words() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(10), Failed("the disk [/] is full; make room."))
        await until(pilot, lambda: app.training.active is None)
        await drawn(pilot)
        assert "failed" in app.text
        assert app.text.count("the disk [/] is full") == 2, "in the panel and in the notice"
        await pilot.press("ctrl+t")
        await until(pilot, lambda: len(app.spawner.clients) == 2)


async def test_a_run_that_falls_silent_counts_as_failed() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(10))
        app.spawner.last.hang_up()
        await until(pilot, lambda: app.training.runs[-1].state == "failed")
        await until(pilot, lambda: "ended without a word" in app.text)


async def test_quitting_asks_first_where_a_run_goes_on() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(10))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.screen is not app.main)
        assert "is being trained" in app.text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert not app.spawner.last.closed
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("q")
        await until(pilot, lambda: app.spawner.last.closed)
    assert not app.is_running


async def test_leaving_it_in_the_background() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(10))
        await enter(pilot, "/quit")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("b")
        await until(pilot, lambda: app.spawner.last.detached)
        await until(pilot, lambda: not app.is_running)
    assert not app.spawner.last.closed


async def test_without_a_run_quitting_asks_nothing() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)


async def test_a_run_in_the_background_is_found_at_the_next_start(home: Path) -> None:
    client = FakeClient()
    app = Driven()
    app.in_background = [("poems-lstm", client)]
    async with app.driven((120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: app.training.active is not None)
        client.say(started("poems-lstm"), progress(10, 3.0), evaluated(10, 2.9), progress(20, 2.8))
        await until(pilot, lambda: app.training.runs[-1].progress is not None)
        await drawn(pilot)
        assert "poems-lstm  training" in app.text
        await pilot.press("ctrl+t")
        assert client.commands == [Pause()]


async def test_a_flood_of_progress_is_drawn_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot, progress(1))
        chart = app.main.panel.chart
        assert chart is not None
        shown: list[int] = []
        show = chart.show
        monkeypatch.setattr(chart, "show", lambda *a, **k: (shown.append(1), show(*a, **k)))
        app.spawner.last.say(*[progress(step, 2.0) for step in range(2, 900)])
        await until(pilot, lambda: app.training.runs[-1].progress.step == 899)
        await asyncio.sleep(0)
        assert len(shown) <= 4
        assert len(app.training.runs[-1].training) == 899
