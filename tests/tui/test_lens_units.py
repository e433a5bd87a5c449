"""The units of a network on the screen: find, matches, pin, and all of it on a network that is being trained."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from driving import Driven, enter, ready, until
from fake_training import started
from textual.pilot import Pilot
from textual.widgets import Static

from charrnn_tui.files import paths
from charrnn_tui.insight.activations import Unit, activations
from charrnn_tui.insight.matches import matches, select_units
from charrnn_tui.insight.passages import Passages
from charrnn_tui.insight.pin import pin
from charrnn_tui.insight.reading import InsightError, read
from charrnn_tui.insight.units import find
from charrnn_tui.model import Model
from charrnn_tui.prompt.settings import Config
from charrnn_tui.training.process.messages import Saved
from charrnn_tui.tui.content import lens_corpus
from charrnn_tui.tui.screens.lens import LensScreen
from charrnn_tui.tui.screens.lens_units import UnitsScreen
from charrnn_tui.tui.widgets.unit_matches import threshold_of
from charrnn_tui.tui.widgets.unit_pins import value_of
from toy import NAMES, write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model", "colours")
SIZES = [(120, 36), (80, 24), (60, 15)]


class _Learnt:
    """What a toy model learnt from."""

    def passages(self, model: Model) -> Passages:
        return Passages.of_items(NAMES, model)


@pytest.fixture(autouse=True)
def corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy models have no recipe; their names are at hand all the same."""
    monkeypatch.setattr(lens_corpus, "learnt_from", lambda model: _Learnt())


async def lens(pilot: Pilot[Any], text: str = "Deirdre") -> LensScreen:
    app = await ready(pilot)
    await enter(pilot, f"/look {text}")
    await until(pilot, lambda: isinstance(app.screen, LensScreen) and app.screen.laid_open.look is not None)
    screen = app.screen
    assert isinstance(screen, LensScreen)
    return screen


async def units(pilot: Pilot[Any], text: str = "Deirdre") -> UnitsScreen:
    """The units of the toy model, all properties ranked."""
    await lens(pilot, text)
    await pilot.press("ctrl+u")
    await until(pilot, lambda: isinstance(pilot.app.screen, UnitsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, UnitsScreen)
    await until(pilot, lambda: screen.finder._units)
    return screen


def said(screen: UnitsScreen, view: str) -> str:
    return str(screen.query_one(f"#{view} .said", Static).content)


async def to_view(pilot: Pilot[Any], screen: UnitsScreen, view: str) -> None:
    while screen.switcher.current != view:
        await pilot.press("f2")
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_units_are_ranked_for_every_property_and_colour_the_text(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        screen = await units(pilot)
        model = screen.look.model
        found = find(model, Passages.of_items(NAMES, model))
        assert "position" in pilot.app.text  # type: ignore[attr-defined]
        screen.finder.input.focus()
        await pilot.press(*"/i/", "enter")
        await until(pilot, lambda: not screen.finder.asks)
        best = find(model, Passages.of_items(NAMES, model), ["/i/"]).best("/i/", 1).units[0]
        assert best.unit == Unit("hidden", 0, model.vocabulary.id("i"))
        await pilot.press("tab", "home")
        await pilot.pause()
        assert screen.laid_open.unit == best.unit
        assert f"{best.correlation:+.3f}" in pilot.app.text  # type: ignore[attr-defined]
        # Unit i of the toy network stands for symbol i.
        assert [bool(look) for look in screen.text._looks[:7]] == [c == "i" for c in "Deirdre"]
        assert found.characters == sum(map(len, NAMES))
        # The chosen unit is taken back to the lens.
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LensScreen))
        under = pilot.app.screen
        assert isinstance(under, LensScreen)
        assert under.laid_open.unit == best.unit
        assert under.laid_open.channel == "unit"


async def test_an_impossible_property_is_a_sentence_and_the_list_stays() -> None:
    async with Driven().driven((100, 30)) as pilot:
        screen = await units(pilot)
        count = screen.finder.results.option_count
        for typed, words in (("/(/", "is no regular expression"), ("tone", "There is no property 'tone'")):
            screen.finder.find(typed)
            await pilot.pause()
            assert words in said(screen, "find")
        assert screen.finder.results.option_count == count


async def test_a_range_is_drawn_with_keys_and_mouse_and_its_units_are_named() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await units(pilot)
        await to_view(pilot, screen, "matches")
        screen.text.focus()
        await pilot.press("home", "right", "right", "shift+right", "shift+right")
        await pilot.pause()
        assert screen.text.range == (2, 4)
        assert screen.matcher.pattern is None or screen.matcher.pattern.length == 3
        assert "2–4 'ird'" in said(screen, "matches")
        assert "lower the threshold" in said(screen, "matches")  # no unit stands for three symbols
        await pilot.press("left")
        await pilot.pause()
        assert screen.text.range == (3, 3)
        expected = select_units(activations(screen.look.model, read(screen.look.model, "Deirdre")), 3, 3, 0.3)
        assert screen.matcher.pattern == expected
        await pilot.mouse_down(screen.text, offset=(1, 0))
        await pilot.hover(screen.text, offset=(3, 0))
        await pilot.mouse_up(screen.text, offset=(3, 0))
        assert screen.text.range == (1, 3)
        await pilot.press("shift+home")
        assert screen.text.range == (0, 1)
        await pilot.press("e")
        await pilot.pause()
        assert screen.look.text == "Deirdre"
        assert "looked at and not put" in pilot.app.text  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SIZES)
async def test_matches_are_listed_with_their_surroundings_and_one_is_laid_open(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        screen = await units(pilot)
        await to_view(pilot, screen, "matches")
        screen.text.focus()
        await pilot.press("home", "right", "right")
        screen.matcher.input.focus()
        await pilot.press("enter")
        await until(pilot, lambda: screen.matcher._places)
        model = screen.look.model
        passages = Passages.of_items(NAMES, model)
        pattern = select_units(activations(model, read(model, "Deirdre")), 2, 2, 0.3)
        expected = matches(model, passages, pattern, lens_corpus.PLACES)
        assert [found.share for found in screen.matcher._places] == [match.share for match in expected]
        first = screen.matcher._places[0]
        assert first.share == 1
        assert first.around.stretch == "i"
        whole = first.around.before + first.around.stretch + first.around.after
        assert whole in NAMES
        assert whole in pilot.app.text  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LensScreen))
        opened = pilot.app.screen
        assert isinstance(opened, LensScreen)
        await until(pilot, lambda: opened.laid_open.look is not None)
        assert opened.forest.text == whole
        assert opened.text.place == len(first.around.before)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_a_threshold_out_of_range_is_a_sentence() -> None:
    async with Driven().driven((100, 30)) as pilot:
        screen = await units(pilot)
        await to_view(pilot, screen, "matches")
        for typed in ("0", "-1", "x", "nan", "inf", ""):
            screen.matcher.input.value = typed
            await until(pilot, lambda typed=typed: f"not {typed!r}" in said(screen, "matches"))  # type: ignore[misc]
            screen.matcher.search()
            assert not screen.matcher.asks
        screen.matcher.input.value = "0.3"
        await until(pilot, lambda: "units of hidden:1 are on" in said(screen, "matches"))
    assert threshold_of("0.25") == 0.25
    assert value_of(" ") is None
    assert value_of("-1.5") == -1.5
    for typed in ("nan", "inf", "1e9", "one"):
        with pytest.raises(InsightError, match="pinned to a number"):
            value_of(typed)


@pytest.mark.parametrize("size", SIZES)
async def test_a_unit_is_pinned_and_both_texts_follow_under_the_same_seed(size: tuple[int, int]) -> None:
    async with Driven().driven(size) as pilot:
        screen = await units(pilot)
        model = screen.look.model
        unit = Unit("hidden", 0, model.vocabulary.id("A"))
        screen.laid_open.choose_unit(unit)
        screen.text.place = 3
        await to_view(pilot, screen, "pin")
        screen.pins.input.focus()
        await pilot.press("2", "enter")
        await until(pilot, lambda: "Held from place 3 on: hidden:1" in said(screen, "pin"))
        expected = pin(
            model, read(model, "Deirdre"), 3, {unit: 2.0}, settings=screen.session.settings, seed=screen._seed
        )
        texts = str(screen.query_one("#pinned-texts", Static).content)
        assert "as it is Dei" in texts
        assert f"Dei{expected.text_after.text}" in texts
        change = abs(expected.after.raw - expected.before.raw)
        symbol = model.vocabulary.symbol(int(np.argmax(change)))
        rows = str(screen.query_one("#pinned-bars", Static).content).splitlines()
        assert rows[1].startswith(symbol or "end")
        screen.pins.input.value = "much"
        await pilot.press("enter")
        await pilot.pause()
        assert "is pinned to a number" in said(screen, "pin")
        screen.pins.input.value = ""
        await pilot.press("enter")
        await until(pilot, lambda: "type a value" in said(screen, "pin"))
        assert screen.pins.pins == {}


async def test_escape_calls_off_what_is_read_before_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    going, go_on = threading.Event(), threading.Event()
    async with Driven().driven((100, 30)) as pilot:
        screen = await units(pilot)

        def slow(self: Any, properties: Any, parts: Any, asking: Any) -> Any:
            going.set()
            assert go_on.wait(10)
            asking.tell(1, 2)
            raise AssertionError("it was called off")

        monkeypatch.setattr(lens_corpus.CorpusUnits, "find", slow)
        screen.finder.find("vowel")
        await until(pilot, going.is_set)
        await pilot.press("escape")
        await pilot.pause()
        go_on.set()
        assert pilot.app.screen is screen
        assert said(screen, "find") == "Called off."
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen)


async def test_no_corpus_at_hand_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(model: Model) -> Any:
        raise InsightError("what toy learnt from is not at hand: it is gone.")

    monkeypatch.setattr(lens_corpus, "learnt_from", gone)
    async with Driven().driven((100, 30)) as pilot:
        await lens(pilot)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: isinstance(pilot.app.screen, UnitsScreen))
        await until(pilot, lambda: "not at hand" in pilot.app.text)  # type: ignore[attr-defined]


async def test_a_model_without_units_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Driven().driven((100, 30)) as pilot:
        screen = await lens(pilot)
        assert screen.laid_open.look is not None
        object.__setattr__(screen.laid_open.look, "units", None)
        await pilot.press("ctrl+u")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert "no single recurrent network" in pilot.app.text  # type: ignore[attr-defined]


async def test_gates_of_an_lstm_are_ranked_on_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from insight.conftest import make_model

    lstm = make_model("lstm", 2, "lines")

    class Items:
        def passages(self, model: Model) -> Passages:
            return Passages.of_items(["abc", "bcadj", "jihg"] * 20, model)

    monkeypatch.setattr(lens_corpus, "learnt_from", lambda model: Items())
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        app.main.session.model = lstm
        screen = await units(pilot, "abcdefghij")
        assert {unit.part for unit in screen.finder._units if unit} <= {"hidden", "cell"}
        await pilot.press("f3")
        await until(pilot, lambda: not screen.finder.asks)
        assert "144 units" in said(screen, "find")  # six parts, two layers, twelve units each
        await pilot.press("f3")
        await until(pilot, lambda: not screen.finder.asks)
        assert "48 units" in said(screen, "find")


async def test_better_weights_of_the_network_lay_the_text_open_anew_and_the_cursor_stays(home: Path) -> None:
    async with Driven(Config(model="toy", pace=10.0)).driven((120, 36)) as pilot:
        app = await ready(pilot)
        folder = paths.models() / "learner"
        write_toy_model(folder, "learner", NAMES)
        await enter(pilot, "/model learner")
        await until(pilot, lambda: app.main.session.model.name == "learner")  # type: ignore[union-attr]
        app.main.session.step = 900  # the run had come so far when the prompt took its weights
        screen = await lens(pilot)
        assert "step 900" in app.text
        await pilot.press("right", "right")
        before = screen.laid_open.look
        assert before is not None
        await pilot.press("ctrl+u")
        await until(pilot, lambda: isinstance(app.screen, UnitsScreen))
        over = app.screen
        assert isinstance(over, UnitsScreen)
        await until(pilot, lambda: over.finder._units)
        over.laid_open.choose_unit(Unit("hidden", 0, 3))
        # The run saves weights that know other names best.
        shutil.rmtree(folder)
        write_toy_model(folder, "learner", [*NAMES, *["Dana"] * 30])
        app.main.session.followed = folder
        from charrnn_tui.prompt.runs import TrainingRun
        from charrnn_tui.tui.messages import TrainingSaid

        run = TrainingRun("learner")
        run.handle(started("learner"))
        app.main.post_message(TrainingSaid(run, Saved("model", str(folder), 1200)))
        await until(pilot, lambda: screen.step == 1200 and screen.laid_open.look is not before)
        await until(pilot, lambda: over.look.model is app.main.session.model)
        assert "step 1,200" in app.text
        assert over.text.place == 2
        assert over.laid_open.unit == Unit("hidden", 0, 3)
        after = screen.laid_open.look
        assert after is not None
        assert after.model is app.main.session.model
        assert abs(after.log_probs - before.log_probs).max() > 0.1
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert screen.text.place == 2
        assert "step 1,200" in app.text
        # Another network's weights are none of its business.
        app.main.lenses.take_weights(Model.open(paths.models() / "toy"), 7)
        await pilot.pause()
        assert screen.step == 1200
