"""The screen at all sizes: one class says which shape it has, and nothing is cut that matters."""

from __future__ import annotations

import pytest
from driving import Driven, enter, ready
from fake_training import evaluated, finished, progress, started

from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.content.shapes import SHAPES, shape_for

pytestmark = pytest.mark.usefixtures("toy_model")

SIZES = {
    (140, 40): "-wide",
    (100, 30): "-wide",
    (99, 30): "-medium",
    (80, 24): "-medium",
    (69, 24): "-narrow",
    (60, 15): "-narrow",
    (40, 14): "-narrow",
    (40, 10): "-low",
    (140, 12): "-low",
    (20, 6): "-low",
}


@pytest.mark.parametrize(("size", "shape"), SIZES.items())
def test_a_size_has_one_shape(size: tuple[int, int], shape: str) -> None:
    assert shape_for(*size) == shape


@pytest.mark.parametrize(("size", "shape"), SIZES.items())
async def test_prompt_and_last_generation_are_seen_at_every_size(size: tuple[int, int], shape: str) -> None:
    async with Driven(Config(model="toy", seed=9)).driven(size) as pilot:
        app = await ready(pilot)
        assert [c for c in app.main.classes if c in SHAPES] == [shape]
        await enter(pilot, "De")
        app.finish()
        await pilot.press("H", "a")
        await pilot.pause()
        rows = app.text.splitlines()
        assert len(rows) == size[1]
        assert any("› Ha" in row for row in rows)
        assert any(row.lstrip(" ▎").startswith(app.last.texts[0].text) for row in rows)
        panel = app.main.panel
        assert panel.display is (shape == "-wide")
        assert app.next_row.display is (shape != "-low")


async def test_resizing_changes_the_shape_and_wraps_anew() -> None:
    async with Driven(Config(model="toy", temperature=4.0, pace=0.0, max_length=80)).driven((140, 40)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        while app.player.running:
            app.tick()
        await enter(pilot, "De")
        while app.player.running:
            app.tick()
        for size, shape in (((80, 24), "-medium"), ((40, 30), "-narrow"), ((40, 10), "-low"), ((140, 40), "-wide")):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.main.has_class(shape)
            generations = app.generations
            width = generations.size.width
            assert all(strip.cell_length <= width for strip in map(generations.render_line, range(5)))
            assert generations.virtual_size.height == sum(generations._heights)
            assert generations.bare is (shape == "-low")


async def test_wide_shows_the_panel_medium_a_drawer_narrow_a_row() -> None:
    async with Driven().driven((110, 32)) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+t")
        await pilot.pause(0.05)
        app.spawner.last.say(started(), progress(10, 3.0), progress(20, 2.5), evaluated(20, 2.4), progress(30, 2.2))
        await pilot.pause(0.3)
        assert "LSTM 256" in app.text
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.3)
        app.main.remove_class("-drawer")
        await pilot.pause()
        assert "LSTM 256" not in app.text
        assert "2.40 nats" in app.text, "the row stands for the panel"
        await pilot.press("f11")
        await pilot.pause(0.3)
        assert "LSTM 256" in app.text
        assert "› " in app.text, "the drawer leaves the prompt free"
        await pilot.press("escape")
        await pilot.pause()
        assert "LSTM 256" not in app.text
        await pilot.resize_terminal(60, 15)
        await pilot.pause(0.3)
        assert not app.main.panel.display
        row = next(row for row in app.text.splitlines() if "nats" in row)
        assert "█" in row
        assert "3%" in row


async def test_first_start_teaches_in_three_lines() -> None:
    async with Driven().driven((110, 32)) as pilot:
        app = await ready(pilot)
        assert "type the start of a name; watch it grow" in app.text
        assert "colder, hotter" in app.text
        assert "Ctrl+T" in app.text
        assert "Nothing is being trained." in app.text
        await pilot.resize_terminal(40, 14)
        await pilot.pause()
        assert "finish a name" in app.text
        await enter(pilot, "A")
        assert "finish a name" not in app.text


@pytest.mark.parametrize("width", [100, 80, 60, 40, 24])
async def test_the_footer_cuts_no_key_in_two(width: int) -> None:
    async with Driven().driven((width, 20)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "A")
        app.finish()
        await pilot.pause()
        row = app.text.splitlines()[-1]
        keys = app.main.query_one("#keys")
        shown = keys.shown  # type: ignore[attr-defined]
        assert shown, "some key is always shown"
        assert row.rstrip().endswith(shown[-1][1])


@pytest.mark.parametrize("theme", ["charrnn-dark", "charrnn-light", "charrnn-contrast", "ansi-dark"])
async def test_every_theme_tells_prefix_text_and_background_apart(theme: str) -> None:
    async with Driven(Config(model="toy", theme=theme, seed=9)).driven() as pilot:
        app = await ready(pilot)
        assert app.theme == theme
        await enter(pilot, "De")
        app.finish()
        await pilot.pause()
        row = app.row_of(app.last.texts[0].text)
        segments = [s for s in app.generations.render_line(row) if s.text.strip() and s.text != "▎"]
        prefix, new = segments[0], segments[1]
        assert prefix.text == "De"
        assert prefix.style is not None
        assert new.style is not None
        assert prefix.style.bold
        # In an ANSI theme both are the terminal's own, which differ.
        assert theme == "ansi-dark" or new.style.color != new.style.bgcolor


async def test_without_colour_the_prefix_is_bold_and_the_chosen_block_is_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with Driven(Config(model="toy", seed=9)).driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("shift+up")
        await pilot.pause()
        assert app.no_color
        assert "again" in app.text


@pytest.mark.parametrize(("terminal", "theme"), [("xterm", "ansi-dark"), ("xterm-256color", "charrnn-dark")])
def test_a_terminal_of_16_colours_gets_its_own(monkeypatch: pytest.MonkeyPatch, terminal: str, theme: str) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.delenv("COLORTERM", raising=False)
    assert Driven().theme == theme
    assert Driven(Config(theme="charrnn-light")).theme == "charrnn-light"


async def test_without_colour_probability_is_underlined_and_the_legend_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with Driven(Config(model="toy", seed=9, temperature=3.0, max_length=30)).driven((150, 30)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "De")
        app.finish()
        await pilot.press("f9")
        await pilot.pause()
        assert "underlined 2 % to 10 %" in app.main.status.said
        assert "green" not in app.main.status.said
        row = app.generations.render_line(app.row_of(app.last.texts[0].text))
        assert any(s.style is not None and s.style.underline for s in row)


@pytest.mark.parametrize("size", [(100, 30), (60, 15), (40, 14), (200, 60)])
async def test_a_notice_covers_neither_the_prompt_nor_a_title(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+t")
        await pilot.pause(0.05)
        app.spawner.last.say(started(), progress(10, 3.0), finished())
        await pilot.pause(0.4)
        app.main.add_class("-drawer")
        await pilot.pause(0.3)
        toasts = [toast.region for toast in app.main.query("Toast")]
        assert toasts
        covered = [app.main.query_one("#prompt-box").region]
        if app.main.panel.display:
            covered.append(app.main.panel.title.region)
        assert not any(toast.overlaps(region) for toast in toasts for region in covered)
