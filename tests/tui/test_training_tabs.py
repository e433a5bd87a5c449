"""The tabs of the training panel: what they show, and how they are opened."""

from __future__ import annotations

import json
import math
from pathlib import Path

from driving import Driven, ready, until
from fake_training import evaluated, progress, sampled, started
from textual.widgets import Input

from charrnn_tui.files import paths
from charrnn_tui.prompt import pinned_run
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.training.process.messages import Inside, References, Sampled
from charrnn_tui.tui.content import training_tabs as tabs
from charrnn_tui.tui.widgets.loss_chart import horizontal

TEXTS = ["Anna", "[red]Bo\x1b[31m"]


def look(step: int) -> Inside:
    middle = [0.0] * 10 + [1.0] + [0.0] * 10
    gates = {"input": 0.5, "forget": 0.9, "output": 0.1}
    return Inside(step, [middle], [0.02], [gates], [1.0, 0.5, 0.2, 0.001], 0.002)


def a_run() -> TrainingRun:
    run = TrainingRun("words")
    for event in (
        started(epochs=20.0),
        References({"uniform": 3.97, "5-gram": 2.17}),
        *(evaluated(step, 3 - step / 100) for step in (20, 40, 60)),
        progress(80),
        look(20),
        look(60),
        Sampled(
            60, 1, [{"temperature": 0.8, "texts": ["Anna", "[red]Bo\x1b[31m"]}], {"distinct": 0.9, "novel": 0.6}, 100
        ),
    ):
        run.handle(event)
    return run


def test_a_curve_says_its_extremes_and_its_shape() -> None:
    lines = [line.plain for line in tabs.curve([1.0, 2.0, 3.0], 20, 2)]
    assert [line.split()[0] for line in lines] == ["3", "1"]
    assert lines[0].endswith("▄█"[-1])
    assert lines[1].split()[1][0] == "▁"
    assert tabs.resampled([1, 3, 5, 7], 2) == [2, 6]
    assert tabs.resampled([], 5) == []
    assert "nothing was measured" in tabs.curve([math.nan], 20, 2)[0].plain


def test_each_tab_tells_its_numbers() -> None:
    run = a_run()
    rate = tabs.rate(run, 60, 20).plain
    assert "learning rate: 0.004" in rate
    assert "weights (about 0.001 is usual): 0.002" in rate
    inside = tabs.inside(run, 60, 30).plain
    assert "near -1 or 1: 2.0%" in inside
    assert "forget ▇90%" in inside
    assert "hundredth of the gradient is left 3 steps back" in inside
    samples = tabs.samples(run, 60, 20).plain
    assert "distinct: 90% of 100 at temperature 0.8" in samples
    assert "[red]Bo␛[31m" in samples
    empty = TrainingRun("x")
    assert "no inside" in tabs.inside(empty, 40, 20).plain
    assert "Nothing was said" in tabs.samples(empty, 40, 20).plain
    for width in (12, 30, 80):
        for height in (6, 12, 40):
            for draw in (tabs.rate, tabs.inside, tabs.samples):
                assert all(len(line) <= max(width, 22) for line in draw(run, width, height).plain.split("\n")[:1])


def test_the_axis_counts_steps_epochs_or_seconds() -> None:
    run = a_run()
    assert horizontal(run, 40, "steps") == 40
    assert horizontal(run, 50, "epochs") == 1
    assert horizontal(run, 30, "seconds") == 1.5  # between evaluations at 1 and 2 seconds


async def test_tabs_are_opened_by_key_and_mouse_and_alt_types_nothing(toy_model: Path) -> None:
    async with Driven().driven(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.training.runs)
        known = References({"uniform": 3.97, "5-gram": 2.17})
        app.spawner.last.say(
            started(), known, evaluated(20, 2.6), evaluated(40, 2.4), progress(50), look(40), sampled(40)
        )
        panel = app.main.panel
        await until(pilot, lambda: panel.run is not None and panel.run.samples)

        def shown(row: str) -> str:
            panel.redraw()
            widget = panel.query_one(row)
            return str(widget.render()) if widget.display else ""

        await until(pilot, lambda: "better than the uniform guess" in shown("#training-reading"))
        await pilot.press("alt+left", "alt+left")
        await until(pilot, lambda: "step 20" in shown("#training-reading"))
        await pilot.press("alt+right", "alt+right")
        await until(pilot, lambda: "better than" in shown("#training-reading"))
        await pilot.press("alt+x")
        assert panel.view.horizontal == "epochs"
        await pilot.press("alt+t")
        await until(pilot, lambda: "learning rate" in shown("#training-tab"))
        assert not shown("#training-losses")
        assert app.main.query_one(Input).value == ""
        place = str(panel.query_one("#training-tabs").render()).index("Inside")
        await pilot.click("#training-tabs", offset=(place + 1, 0))
        await until(pilot, lambda: "near -1 or 1" in shown("#training-tab"))
        await pilot.press("alt+t", "alt+t")
        await until(pilot, lambda: shown("#training-losses"))


async def test_an_earlier_run_is_pinned_under_the_present_one_by_click_and_key(toy_model: Path) -> None:
    rows = [
        {"step": s, "epoch": 1.0, "training_loss": 2.0, "validation_loss": 2.75, "elapsed": 1.0} for s in (20, 40, 60)
    ]
    (toy_model / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pinned_run.remember(toy_model.name)
    async with Driven().driven(size=(120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.training.runs)
        app.spawner.last.say(started(), evaluated(20, 2.6), evaluated(40, 2.4))
        panel = app.main.panel

        def shown(row: str) -> str:
            panel.redraw()
            return str(panel.query_one(row).render())

        await until(pilot, lambda: f"◈ {toy_model.name} 2.750 pinned" in shown("#training-losses"))
        await until(pilot, lambda: "2.400" in shown("#training-losses"))
        assert panel.chart is not None
        assert panel.chart.drawn == 2  # its own validation, and the pinned one's
        last = len(shown("#training-actions").split("\n")) - 1
        await pilot.click("#training-actions", offset=(2, last))
        await until(pilot, lambda: "pinned" not in shown("#training-losses"))
        assert panel.chart.drawn == 1
        assert not paths.pinned_run().exists()
        await pilot.press("alt+k")
        await until(pilot, lambda: "unpin" in shown("#training-actions"))
        assert json.loads(paths.pinned_run().read_text()) == {"model": "names-lstm-2"}
