"""Text can be read in each theme of the program, with all colours and rounded to the palette of 256."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import Host
from rich.color import Color as RichColor
from rich.color import ColorType
from textual.screen import Screen
from textual.strip import Strip

from charrnn_tui.cells import NumpyCell
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.forest import Forest, Opened
from charrnn_tui.prompt.options import OPTIONS
from charrnn_tui.prompt.session import Session
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui import themes
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.dialogs.quit import QuitScreen
from charrnn_tui.tui.dialogs.sampling import SamplingScreen
from charrnn_tui.tui.dialogs.theme_picker import ThemePicker
from charrnn_tui.tui.eight_bit import LEGIBLE, EightBitColours, by_nearness, contrast, palette, rounded
from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser
from charrnn_tui.tui.screens.favourites import FavouritesScreen
from charrnn_tui.tui.screens.help import HelpScreen
from charrnn_tui.tui.screens.lens import LensScreen
from charrnn_tui.tui.screens.model_browser import ModelBrowser
from charrnn_tui.tui.screens.training_form import TrainingForm
from toy import toy_info, toy_weights

SETTINGS = {option.command: Session().typed(option.name) for option in OPTIONS.values()}
PALETTE = palette()
NOWHERE = Path("/nowhere")
"""No shipped models: what cannot be done with them is greyed, and WCAG asks no contrast of that."""


def lens() -> LensScreen:
    info = toy_info()
    model = Model(info, NumpyCell(info.architecture, toy_weights()))
    settings = SamplingSettings(top_k=3)
    forest = Forest(model, [Opened("De", "Deirdre", ((0, settings),), 1, 0, 20, "end")])
    return LensScreen(Session(settings, model=model), forest, time.monotonic)


SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "ask": lambda: Ask("Name", "value", "Take", lambda typed: "it is wrong.", hint="a hint"),
    "confirm": lambda: Confirm("Delete it?", "It cannot be undone.", "Delete"),
    "corpora": lambda: CorpusBrowser(),
    "favourites": lambda: FavouritesScreen(),
    "form": lambda: TrainingForm(Library()),
    "help": lambda: HelpScreen([]),
    "lens": lens,
    "models": lambda: ModelBrowser(Library(shipped=NOWHERE), "toy"),
    "quit": lambda: QuitScreen(True, "toy"),
    "sampling": lambda: SamplingScreen(SETTINGS),
    "themes": lambda: ThemePicker(),
}


def colour(value: RichColor) -> tuple[int, int, int]:
    return PALETTE[value.number] if value.number is not None else tuple(value.triplet or ())  # type: ignore[return-value]


def kinds_of_colours(strips: list[Strip]) -> set[ColorType]:
    """Of which kinds the colours of what is painted are."""
    styles = [segment.style for strip in strips for segment in strip]
    return {c.type for style in styles if style for c in (style.color, style.bgcolor) if c}


def hard_to_read(strips: list[Strip]) -> set[tuple[str, float]]:
    """Texts on the screen whose contrast is too low."""
    found = set()
    for strip in strips:
        for text, style, _ in strip:
            if style is not None and style.color and style.bgcolor and any(c.isalnum() or c == "●" for c in text):
                ratio = contrast(colour(style.color), colour(style.bgcolor))
                if ratio < LEGIBLE:
                    found.add((text.strip(), round(ratio, 2)))
    return found


@pytest.mark.parametrize("name", SCREENS)
async def test_every_text_can_be_read(name: str, toy_model: object) -> None:
    """As painted, and rounded by the filter that the app has where there are 256 colours."""
    app = Host(SCREENS[name]())
    async with app.run_test(size=(100, 30)) as pilot:
        for theme in themes.THEMES:
            app.theme = theme.name
            for key in ("down", "tab"):
                await pilot.press(key)
                await pilot.pause()
                if name == "themes":
                    app.theme = theme.name  # moving in the picker puts other themes on
                    await pilot.pause()
                strips = app.screen._compositor.render_strips()
                assert not hard_to_read(strips), (theme.name, key)
                ground = app.screen.background_colors[1]
                rounded_strips = [strip.apply_filter(EightBitColours(), ground) for strip in strips]
                assert kinds_of_colours(rounded_strips) == {ColorType.EIGHT_BIT}
                assert not hard_to_read(rounded_strips), (theme.name, key)


async def test_the_app_rounds_every_colour(toy_model: object) -> None:
    app = Host(SCREENS["models"]())
    app._filters.append(EightBitColours())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert kinds_of_colours(strips) == {ColorType.EIGHT_BIT}
        assert not hard_to_read(strips)


def test_a_colour_of_the_palette_stays_as_it_is() -> None:
    assert {colour: PALETTE[by_nearness(colour)[0]] for colour in PALETTE.values()} == {c: c for c in PALETTE.values()}


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_surfaces_stay_grey(theme: Any) -> None:
    """Rich makes navy of the dark ones and pale yellow of the light ones."""
    colours = [theme.background, theme.surface, theme.panel]
    for text in colours:
        red, green, blue = PALETTE[by_nearness(tuple(bytes.fromhex(text[1:])))[0]]  # type: ignore[arg-type]
        assert red == green == blue, text


def test_text_keeps_its_contrast_where_the_nearest_colour_would_lose_it() -> None:
    ink, ground = (66, 117, 95), (0xF2, 0xF0, 0xEA)
    assert contrast(ink, ground) >= LEGIBLE
    fore, back = rounded(ink, ground)
    assert contrast(PALETTE[fore], PALETTE[back]) >= LEGIBLE
    assert contrast(PALETTE[by_nearness(ink)[0]], PALETTE[back]) < LEGIBLE


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)  # the known limit for grey
