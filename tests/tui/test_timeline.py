"""The slider over past evaluations."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from driving import HOSTILE, SIZES, painted, safe, show_next, showing

from charrnn_tui.training.process.messages import Evaluated, Sampled
from charrnn_tui.training.run import record as history
from charrnn_tui.tui.screens.timeline import Timeline
from charrnn_tui.tui.widgets.slider import Slider


def evaluated(step: int, loss: float, best: float, *, improved: bool) -> Evaluated:
    return Evaluated(
        step, step / 100, loss - 0.1, loss, loss / math.log(2), 0.1, best, step, improved, 0.006, 1.0, 1e5, step / 10
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Five evaluations, written as the trainer writes them, the fourth the best."""
    folder = tmp_path / "my-run"
    folder.mkdir()
    losses = [3.0, 2.5, 2.2, 2.0, 2.1]
    for i, loss in enumerate(losses):
        step = 100 * (i + 1)
        history.append(folder, evaluated(step, loss, min(losses[: i + 1]), improved=loss == min(losses[: i + 1])))
        samples: list[dict[str, Any]] = [{"temperature": t, "texts": [f"said{i}-{t}"]} for t in (0.5, 0.8, 1.1)]
        history.append(folder, Sampled(step, 7, samples))
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_keys_move_through_time(run: Path, size: tuple[int, int]) -> None:
    screen = Timeline(run)
    async with showing(screen, size) as pilot:
        assert "said4-0.5" in painted(pilot)
        assert "2.100 nats" in painted(pilot)
        for key, said, loss in (
            ("left", "said3-0.5", "2.000 nats"),
            ("home", "said0-0.5", "3.000 nats"),
            ("left", "said0-0.5", "3.000 nats"),
            ("right", "said1-0.5", "2.500 nats"),
            ("end", "said4-0.5", "2.100 nats"),
            ("b", "said3-0.5", "2.000 nats"),
            ("pageup", "said0-0.5", "3.000 nats"),
        ):
            await pilot.press(key)
            await pilot.pause()
            assert said in painted(pilot), key
            assert loss in painted(pilot), key
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_facts_and_three_temperatures(run: Path) -> None:
    async with showing(Timeline(run, "names-lstm")) as pilot:
        shown = painted(pilot)
        for words in (
            "names-lstm while it was learning",
            "epoch 5.00, step 500, after 50 s",
            "a gap of 0.100",
            "2.000 nats",
            "temperature 0.5",
            "temperature 0.8",
            "temperature 1.1",
            "said4-1.1",
        ):
            assert words in shown, words
        await pilot.press("b")
        await pilot.pause()
        assert "the best so far" in painted(pilot)


async def test_mouse_clicks_drags_and_wheel(run: Path) -> None:
    screen = Timeline(run)
    async with showing(screen) as pilot:
        slider = screen.query_one(Slider)
        await pilot.click(slider, offset=(0, 3))
        assert slider.position == 0
        await pilot.click(slider, offset=(slider.region.width - 1, 1))
        assert slider.position == 4
        await pilot.mouse_down(slider, offset=(slider.region.width - 1, 3))
        await pilot.hover(slider, offset=(slider.region.width // 2, 3))
        assert slider.position == 2
        await pilot.mouse_up(slider, offset=(slider.region.width // 2, 3))
        await pilot.hover(slider, offset=(0, 3))
        assert slider.position == 2
        await pilot.pause()
        assert "said2-0.5" in painted(pilot)


async def test_a_step_without_samples_shows_the_last_before_it(run: Path) -> None:
    rows = (run / "samples.jsonl").read_text().splitlines()
    (run / "samples.jsonl").write_text("\n".join(rows[1:3]) + "\n")
    async with showing(Timeline(run)) as pilot:
        assert "said2-0.5" in painted(pilot)
        await pilot.press("home")
        await pilot.pause()
        assert "None were kept by then." in painted(pilot)


async def test_nothing_recorded_says_so(tmp_path: Path) -> None:
    async with showing(Timeline(tmp_path)) as pilot:
        assert "Nothing was recorded yet" in painted(pilot)
        await pilot.press("left", "escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_hostile_samples_and_damaged_rows(run: Path, tmp_path: Path) -> None:
    async with showing(Timeline(run)) as pilot:
        for number, hostile in enumerate(HOSTILE):
            folder = tmp_path / f"hostile{number}"
            write_hostile(folder, hostile)
            await show_next(pilot, Timeline(folder, hostile))
            for key in ("left", "home", "b", "end"):
                await pilot.press(key)
                await pilot.pause()
                safe(painted(pilot))
            assert hostile.replace("\x1b", "␛").replace("\u202e", "⟨202E⟩") in painted(pilot)


def write_hostile(folder: Path, hostile: str) -> None:
    folder.mkdir()
    rows = [{"step": 1, "validation_loss": None}, {"step": 2, "validation_loss": "x", "epoch": True}, {"step": 3}]
    (folder / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "{half")
    samples = [{"temperature": hostile, "texts": [hostile, 5]}, hostile, {"texts": hostile}]
    (folder / "samples.jsonl").write_text(json.dumps({"step": 1, "samples": samples}) + "\n")


@pytest.mark.parametrize(("size", "least"), [((200, 60), 35), ((100, 30), 9), ((60, 15), 2), ((40, 10), 1)])
async def test_the_chart_takes_the_window(run: Path, size: tuple[int, int], least: int) -> None:
    screen = Timeline(run)
    async with showing(screen, size) as pilot:
        slider = screen.query_one(Slider)
        assert slider.size.height >= least
        assert slider.size.width >= 0.9 * size[0]
        assert "said4-0.5" in painted(pilot)
