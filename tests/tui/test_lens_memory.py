"""New, or remembered: what the lens says of a finished item, and the underline under what was copied."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from driving import Driven, ready, until
from textual.pilot import Pilot
from under_lens import grown, opened, said

from charrnn_tui.cells import NumpyCell
from charrnn_tui.insight.novelty import Memory
from charrnn_tui.insight.scores import score
from charrnn_tui.model import Model
from charrnn_tui.prompt.forest import Forest, Opened
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.tui.content.lens_channels import CHANNELS
from charrnn_tui.tui.screens.lens import LensScreen
from toy import NAMES, toy_info, toy_weights, write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


def with_corpus(path: Path, kind: str = "lines") -> Model:
    """The toy model, which says what it learnt from."""
    path.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    info = toy_info("toy", NAMES) if kind == "lines" else toy_info("toy", ["\n".join(NAMES) + "\n"], "stream")
    weights = toy_weights(NAMES if kind == "lines" else ["\n".join(NAMES) + "\n"])
    info = replace(info, recipe={"corpus": str(path), "kind": kind, "validation_fraction": 0.3})
    return Model(info, NumpyCell(info.architecture, weights))


async def lens_on(pilot: Pilot[Any], model: Model, text: str, *, ended: bool = True) -> LensScreen:
    app = await ready(pilot)
    one = Opened(text[:1], text, ((0, SamplingSettings()),), 1, 0, 40, "end" if ended else None)
    app.push_screen(LensScreen(app.main.session, Forest(model, [one]), app.time))
    screen = await opened(pilot, app)
    await until(pilot, lambda: said(screen, "memory"))
    return screen


def underlined(screen: LensScreen) -> list[int]:
    """Places that are painted with an underline; the cursor stands behind the text."""
    strip = screen.text.render_line(0)
    looks = [style for text, style, _ in strip for _ in text]
    return [place for place, look in enumerate(looks[: len(screen.forest.text)]) if look is not None and look.underline]


@pytest.mark.parametrize("no_colour", [False, True])
async def test_a_new_item_is_compared_and_what_was_copied_is_underlined(
    tmp_path: Path, no_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    model = with_corpus(tmp_path / "names.txt")
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, "Delise")
        await pilot.press("end")
        found = Memory(model).of("Delise")
        assert found.copied is not None
        assert found.copied.length < 6
        assert screen.laid_open.colours is not no_colour
        assert underlined(screen) == list(range(found.copied.start, found.copied.start + found.copied.length))
        below = screen.text.render_line(1).text[:6]
        channel = CHANNELS[screen.laid_open.channel]
        wanted = [channel.marks[channel.step(math.exp(p))] for p in score(model, "Delise").log_probs[:6]]
        assert list(below) == (wanted if no_colour else [" "] * 6)
        assert (f"{channel.marks[0]}\xa0under\xa02\xa0%" in said(screen, "legend")) is no_colour
        words = said(screen, "memory")
        assert words.startswith("New")
        assert f"nearest learnt {found.nearest}, {found.distance} edit" in words
        assert f"{found.copied.length} of 6 characters as in item {found.copied.line}, {found.copied.source}" in words


async def test_a_known_item_is_placed_and_a_piece_of_an_item_is_not_compared(tmp_path: Path) -> None:
    model = with_corpus(tmp_path / "names.txt")
    learnt = Memory(model).learnt
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, learnt.training[0])
        assert said(screen, "memory") == "In the training part"
        await pilot.press("end")
        assert underlined(screen) == list(range(len(learnt.training[0])))
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, learnt.validation[0])
        assert said(screen, "memory").startswith("In the validation part · nearest learnt")
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, learnt.training[0][:3], ended=False)
        assert "nearest" not in said(screen, "memory")
        assert "3 of 3 characters" in said(screen, "memory")
        # What is swapped is asked about anew.
        await pilot.press("end", "#")
        await pilot.press("home", "right", "e" if screen.forest.text[1] != "e" else "i")
        await grown(pilot, screen)
        wanted = Memory(model).copied(screen.forest.text)
        assert wanted is not None
        await until(pilot, lambda: f"{wanted.length} of {len(screen.forest.text)} " in said(screen, "memory"))


async def test_running_text_tells_the_line_of_its_longest_run(tmp_path: Path) -> None:
    model = with_corpus(tmp_path / "names.txt", "stream")
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, "Eirdre\nDeliaBo", ended=False)
        assert "underlined: 11 of 14 characters as in line 5, Deirdre" in said(screen, "memory")
        await pilot.press("end")
        assert underlined(screen) == [1, 2, 3, 4, 5, 6]  # of the first row


async def test_where_the_corpus_is_gone_the_networks_own_record_still_tells_the_part(home: Path) -> None:
    write_toy_model(home / "kept", "toy", NAMES)
    model = Model.open(home / "kept")
    async with Driven().driven((120, 36)) as pilot:
        screen = await lens_on(pilot, model, "Anne")
        assert "This item is new; " in said(screen, "memory")
        assert "does not say what it learnt from" in said(screen, "memory")
