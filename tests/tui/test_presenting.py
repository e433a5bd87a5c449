"""Presenting to a class, and pictures of the screen by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Driven, enter, ready, toasts, until
from fake_training import evaluated, progress, started

from charrnn_tui.prompt.settings import Config


@pytest.mark.usefixtures("toy_model")
async def test_presenting_leaves_nothing_but_what_is_said_and_the_same_key_goes_back(tmp_path: Path) -> None:
    into = tmp_path / "lesson"
    async with Driven(Config(model="toy", present=True, screenshots=str(into))).driven((120, 36)) as pilot:
        app = await ready(pilot)
        await until(pilot, lambda: app.main.has_class("-presenting"))
        await enter(pilot, "A")
        await enter(pilot, "B")
        app.finish()
        await pilot.pause()
        assert not app.main.query_one("#keys").display
        assert app.main.query_one("#training").region.width == 0
        await until(pilot, lambda: "Alt+P or /present goes back" in app.text)
        app.main.status.unsay(app.main.status.said)
        await pilot.pause()
        assert not set("─│╭╰") & set(app.text), "no border"
        assert not app.text.splitlines()[-1].strip()
        heights = list(app.generations._heights)

        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.spawner.clients)
        app.spawner.last.say(started(), evaluated(20, 2.5), progress(30))
        await until(pilot, lambda: app.main.query_one("#training").region.width >= 78)
        app.main.panel.mark()
        app.main.panel.redraw()
        await pilot.pause()
        assert "validation" in app.text
        assert "pause" not in app.text  # its buttons are no more than keys do

        lines = app.text.splitlines()
        row = next(y for y, line in enumerate(lines) if "gap " in line)
        await pilot.click(offset=(lines[row].index("gap ") + 1, row))
        await until(pilot, lambda: "learns its texts by heart" in " ".join(app.text.split()))
        await pilot.press("escape")

        await pilot.press("alt+s", "alt+s")
        await until(pilot, lambda: len(list(into.glob("*-0[12].svg"))) == 2)
        assert "svg" in sorted(into.iterdir())[0].read_text(encoding="utf-8")[:100]
        assert str(into / sorted(into.iterdir())[1].name) in toasts(pilot)[-1]

        await pilot.press("alt+p")
        await until(pilot, lambda: app.main.query_one("#keys").display)
        assert [height - 1 for height in heights] == app.generations._heights
        assert app.main.query_one("#training").region.width < 60
        await enter(pilot, "/present")
        await until(pilot, lambda: app.main.has_class("-presenting"))


@pytest.mark.usefixtures("toy_model")
async def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("[/b]")
    async with Driven(Config(model="toy", screenshots=str(tmp_path / "file"))).driven() as pilot:
        await ready(pilot)
        await pilot.press("alt+s")
        await until(pilot, lambda: toasts(pilot))
        assert "the picture cannot be written" in toasts(pilot)[-1]
        assert (tmp_path / "file").read_text() == "[/b]"
