"""The chart of the losses: ticks, zoom, colours, and what is drawn when."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from driving import Driven, ready, until
from fake_training import evaluated, finished, progress, sampled, started
from textual.color import Color
from textual.pilot import Pilot

from charrnn_tui.tui.content.curves import even_axis, last_part, overlay_colour, step_label, step_ticks
from charrnn_tui.tui.themes import THEMES

pytestmark = pytest.mark.usefixtures("toy_model")


@pytest.mark.parametrize("cells", [3, 4, 8, 12, 25, 41])
@pytest.mark.parametrize(("low", "high"), [(1.83, 3.5), (2.13, 2.27), (0.0, 9.7), (2.0, 2.0), (1e-4, 3e-4)])
def test_ticks_are_round_and_a_whole_number_of_cells_apart(low: float, high: float, cells: int) -> None:
    axis = even_axis(low, high, cells)
    assert axis.low < low
    assert high < axis.high
    assert len(axis.ticks) <= 7
    if cells < 6:
        assert 1 <= len(axis.ticks) <= 3
        return
    places = [(tick - axis.low) / (axis.high - axis.low) * cells for tick in axis.ticks]
    apart = {round(b - a, 6) for a, b in pairwise(places)}
    assert len(apart) <= 1
    assert all(gap == round(gap) for gap in apart)
    assert all(abs(place % 1 - 0.5) < 1e-6 for place in places), "in the middle of a cell, where rounding is safe"
    assert len(axis.ticks) >= 2
    assert axis.high - axis.low < 3.2 * max(high - low, 0.1 * low), "the curve has a good part of the axis"


@pytest.mark.parametrize("cells", [20, 34, 60, 120])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1528.0), (10.0, 62.0), (0.0, 3.0), (700.0, 1500.0), (5e4, 1.2e5)])
def test_labels_of_steps_have_room_and_are_not_cut(low: float, high: float, cells: int) -> None:
    ticks = step_ticks(low, high, cells)
    assert ticks
    ends = -2.0
    for tick in ticks:
        assert tick == int(tick)
        middle, half = (tick - low) / (high - low) * cells, len(step_label(tick)) / 2
        assert middle - half > ends
        ends = middle + half
    assert ends <= cells


def test_the_last_part_comes_in_from_the_left() -> None:
    points = [(float(x), 0.0) for x in range(0, 101, 10)]
    assert [x for x, _ in last_part(points, 0.5)] == [40, 50, 60, 70, 80, 90, 100]
    assert last_part(points, 1.0) == points
    assert last_part([], 0.5) == []


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_best_point_and_every_curve_have_colours_of_their_own(theme: object) -> None:
    names = ["primary", "accent", *dict.fromkeys(overlay_colour(number) for number in range(8))]
    colours = {Color.parse(getattr(theme, name)).hex6 for name in names}
    assert len(colours) == len(names) >= 5


async def training(pilot: Pilot[None], *events: object) -> Driven:
    app = await ready(pilot)
    await pilot.press("ctrl+t")
    await until(pilot, lambda: app.spawner.clients and app.training.runs)
    app.spawner.last.say(started(), *events)  # type: ignore[arg-type]
    await until(pilot, lambda: app.main.panel.chart is not None)
    await until(pilot, lambda: app.main.panel.run.started is not None)
    await drawn(pilot)
    return app


async def drawn(pilot: Pilot[None]) -> None:
    for _ in range(2):  # the chart's size follows from the rows around it
        await pilot.pause()
        pilot.app.main.panel.mark()  # type: ignore[attr-defined]
        pilot.app.main.panel.redraw()  # type: ignore[attr-defined]
    await pilot.pause()


CURVE = [progress(step, 1.9 + 1.6 * math.exp(-step / 80)) for step in range(10, 1000, 10)]


async def test_a_chart_without_data_is_not_drawn() -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await training(pilot)
        assert not app.main.panel.chart.display
        assert not app.main.panel.chart.region
        app.spawner.last.say(*CURVE[:2])
        await until(pilot, lambda: len(app.main.panel.run.training) == 2)
        await drawn(pilot)
        assert app.main.panel.chart.display


async def test_ticks_stand_evenly_on_the_screen() -> None:
    for size in ((100, 30), (120, 41), (200, 60)):
        async with Driven().driven(size) as pilot:
            app = await training(pilot, *CURVE, evaluated(500, 2.0), evaluated(900, 1.95))
            chart = app.main.panel.chart
            rows = [chart.get_pixel_from_coordinate(0.0, tick)[1] for tick in chart._y_ticks]
            assert len(rows) >= 2
            assert len({a - b for a, b in pairwise(rows)}) <= 1, (size, rows)


async def test_a_key_shows_the_last_part_so_that_near_losses_are_told_apart() -> None:
    async with Driven().driven((110, 32)) as pilot:
        app = await training(pilot, *CURVE, evaluated(500, 2.27), evaluated(800, 2.2), evaluated(900, 2.13))
        chart = app.main.panel.chart

        def row(loss: float) -> int:
            return chart.get_pixel_from_coordinate(0.0, loss)[1]

        before = row(2.13) - row(2.27)
        whole = chart._x_min
        await pilot.press("ctrl+b")
        await drawn(pilot)
        assert chart._x_min > whole
        assert row(2.13) - row(2.27) > before
        assert "◉ zoom" in app.text
        assert app.main.status.said == "the chart shows the last half"
        await pilot.press("ctrl+b", "ctrl+b")
        await drawn(pilot)
        assert chart._x_min == whole


async def test_the_chart_follows_a_change_of_theme() -> None:
    async with Driven().driven((110, 32)) as pilot:
        app = await training(pilot, *CURVE, evaluated(500, 2.2), evaluated(900, 2.1), finished())
        chart = app.main.panel.chart
        app.theme = "charrnn-dark"
        await pilot.pause(0.6)
        dark = {str(dataset.line_style).lower() for dataset in chart._datasets if hasattr(dataset, "line_style")}
        app.theme = "charrnn-light"
        await pilot.pause(0.6)
        light = {str(dataset.line_style).lower() for dataset in chart._datasets if hasattr(dataset, "line_style")}
        assert THEMES[0].primary in dark
        assert THEMES[1].primary in light
        assert not dark & light


async def test_samples_get_room_where_there_is_room() -> None:
    texts = [f"Name{i:02}" for i in range(60)]
    shown = {}
    for size in ((100, 30), (200, 60)):
        async with Driven().driven(size) as pilot:
            app = await training(pilot, *CURVE, evaluated(900, 2.1), sampled(900, *texts))
            await drawn(pilot)
            shown[size] = sum(text in app.text for text in texts)
            assert app.main.panel.size.width >= 0.4 * size[0]
    assert shown[100, 30] >= 3
    assert shown[200, 60] > 6 * shown[100, 30]
