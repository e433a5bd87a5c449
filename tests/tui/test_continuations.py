"""What may follow as a tree on the screen, and the way from one prefix to another."""

from __future__ import annotations

import math
from typing import Any

import pytest
from driving import HOSTILE, Driven, enter, ready, safe, showing, until
from textual.pilot import Pilot
from under_lens import grown, lens, said

from charrnn_tui.insight.between import between
from charrnn_tui.insight.tree import replay
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.tui.content import continuations
from charrnn_tui.tui.content.continuations import Continuations
from charrnn_tui.tui.screens.between import BetweenScreen
from charrnn_tui.tui.screens.continuations import ContinuationsScreen
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")


async def tree(pilot: Pilot[Any], line: str = "/next De") -> ContinuationsScreen:
    """The tree of a prefix, once it has grown."""
    app = await ready(pilot)
    await enter(pilot, line)
    return await opened(pilot, app)


async def opened(pilot: Pilot[Any], app: Driven) -> ContinuationsScreen:
    await until(pilot, lambda: isinstance(app.screen, ContinuationsScreen))
    assert isinstance(app.screen, ContinuationsScreen)
    await still(pilot, app.screen)
    return app.screen


async def still(pilot: Pilot[Any], screen: ContinuationsScreen) -> None:
    await until(pilot, lambda: screen.continuations.root is not None and screen._growing is None)


def shown(screen: ContinuationsScreen) -> list[tuple[str, bool, int]]:
    """Text, whether it ends, and depth of each branch that is listed."""
    rows = screen.branches._rows
    return [(row.branch.text, row.branch.ended, len(row.guides) // 2) for row in rows if row.branch is not None]


async def test_the_tree_is_that_of_the_engine_as_deep_and_wide_as_is_asked() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await tree(pilot)
        model = Library().open("toy")

        def wanted(depth: int, width: int) -> list[tuple[str, bool, int]]:
            def below(branch: Any, at: int) -> list[tuple[str, bool, int]]:
                here = [(branch.text, branch.ended, at)]
                return here + [row for child in branch.children for row in below(child, at + 1)]

            return below(model.probability_tree("De", depth=depth, width=width), 0)

        assert shown(screen) == wanted(3, 4)
        await pilot.press("1")
        await still(pilot, screen)
        assert shown(screen) == wanted(1, 4)
        await pilot.press("plus", "plus", "minus", "minus", "minus")
        assert shown(screen) == wanted(1, 3)
        await pilot.press("2")
        await still(pilot, screen)
        assert shown(screen) == wanted(2, 3)
        first = model.probability_tree("De", depth=1, width=1).children[0]
        assert f"{100 * math.exp(first.log_prob):.1f}%" in pilot.app.text  # type: ignore[attr-defined]


async def test_a_branch_is_opened_in_place_and_shut_and_looked_into_only_then() -> None:
    async with Driven().driven((120, 36)) as pilot:
        screen = await tree(pilot)
        at, branch = next(
            (at, row.branch)
            for at, row in enumerate(screen.branches._rows)
            if row.branch is not None and len(row.guides) == 6 and not row.branch.ended
        )
        screen.branches.highlighted = at
        before, known = shown(screen), len(screen.continuations._known)
        assert not screen.continuations.is_known(branch)
        await pilot.press("right")
        await until(pilot, lambda: len(shown(screen)) > len(before))
        await still(pilot, screen)
        assert len(screen.continuations._known) == known + 1
        assert screen.branches.branch == branch  # the bar stays on it
        opened = shown(screen)
        start = opened.index((branch.text, False, 3))
        assert {row[2] for row in opened[start + 1 : start + 5]} == {4}
        assert opened[: start + 1] + opened[start + 5 :] == before
        await pilot.press("right")  # it is open: on to its first
        assert screen.branches.branch is not None
        assert screen.branches.branch.text.startswith(branch.text)
        assert screen.branches.branch != branch
        await pilot.press("left")
        assert screen.branches.branch == branch
        await pilot.press("left")
        assert shown(screen) == before
        await pilot.press("right")
        assert shown(screen) == opened  # it was known
        await pilot.press("left", "left")
        assert screen.branches.branch is not None
        assert branch.text.startswith(screen.branches.branch.text)
        assert len(screen.branches.branch.text) == len(branch.text) - 1


async def test_a_branch_that_is_chosen_comes_into_the_prompt() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        screen = await tree(pilot)
        await pilot.press("enter")  # the prefix itself is there already
        assert app.screen is screen
        await pilot.press("1")
        await still(pilot, screen)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: app.screen is app.main)
        second = Library().open("toy").probability_tree("De", depth=1, width=2).children[1]
        assert app.prompt.value == second.text


async def test_from_the_lens_a_branch_is_put_at_the_cursor_and_the_rest_grows_anew() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "D")
        app.finish()
        await pilot.press("ctrl+f")
        under = await lens_of(pilot, app)
        text = under.forest.text
        await pilot.press("home", "right", "f3")
        screen = await opened(pilot, app)
        at, branch = next(
            (at, row.branch)
            for at, row in enumerate(screen.branches._rows)
            if row.branch is not None and len(row.branch.text) == 3 and not text.startswith(row.branch.text)
        )
        screen.branches.highlighted = at
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is under)
        await grown(pilot, under)
        assert under.forest.text.startswith(branch.text)
        assert (under.forest.branch.at, under.forest.branch.swapped) == (0, branch.text[1:])
        assert replay(under.forest.model, under.forest.tree) == []
        # An end is put there, too.
        await pilot.press("home", "right", "f3")
        screen = await opened(pilot, app)
        at, branch = next(
            (at, row.branch)
            for at, row in enumerate(screen.branches._rows)
            if row.branch is not None and row.branch.ended and row.branch.text != text
        )
        screen.branches.highlighted = at
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is under)
        await grown(pilot, under)
        assert (under.forest.text, under.forest.branch.end) == (branch.text, "end")
        assert replay(under.forest.model, under.forest.tree) == []


async def lens_of(pilot: Pilot[Any], app: Driven) -> Any:
    from under_lens import opened as lens_opened

    return await lens_opened(pilot, app)


async def test_in_the_prefix_a_branch_begins_a_tree_of_its_own() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        under = await lens(pilot, "/look Delia")
        await pilot.press("right", "f3")
        screen = await opened(pilot, app)
        at, branch = next(
            (at, row.branch)
            for at, row in enumerate(screen.branches._rows)
            if row.branch is not None and row.branch.ended and len(row.branch.text) > 1
        )
        screen.branches.highlighted = at
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is under)
        await grown(pilot, under)
        assert (under.forest.text, under.forest.branch.end) == (branch.text, "end")
        assert [tree.prefix for tree in under.forest.trees] == ["Delia", branch.text]


async def test_a_tree_that_is_too_large_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charrnn_tui.tui.screens.continuations.MOST_SHOWN", 30)
    monkeypatch.setattr("charrnn_tui.tui.screens.continuations.AT_ONCE", 2)
    async with Driven().driven((120, 36)) as pilot:
        screen = await tree(pilot)
        await pilot.press("9")
        await still(pilot, screen)
        assert "Stopped at 30 branches" in pilot.app.text  # type: ignore[attr-defined]
        assert len(shown(screen)) <= 31


async def test_escape_stops_what_grows_before_it_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = threading.Event()
    look_into = Continuations.look_into

    def waits(self: Continuations, branches: Any) -> Any:
        if branches:
            held.wait(10)
        return look_into(self, branches)

    monkeypatch.setattr(continuations.Continuations, "look_into", waits)
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        await enter(pilot, "/next De")
        await until(pilot, lambda: isinstance(app.screen, ContinuationsScreen))
        screen = app.screen
        assert isinstance(screen, ContinuationsScreen)
        await until(pilot, lambda: screen.continuations.root is not None)
        await pilot.press("escape")
        assert app.screen is screen
        assert "Stopped." in app.text
        held.set()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_symbol_is_markup_or_a_command(text: str, home: Any) -> None:
    model = Model.open(write_toy_model(home / "hostile", text, [text]))
    async with showing(ContinuationsScreen(model, text[:1], "[/b]")) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ContinuationsScreen)
        await still(pilot, screen)
        safe("\n".join(strip.text for strip in screen._compositor.render_strips()))


async def test_the_way_between_two_prefixes_is_that_of_the_engine_and_obeys_its_keys() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        app.main.session.seed = 5
        await enter(pilot, "/between An De 4")
        await until(pilot, lambda: isinstance(app.screen, BetweenScreen))
        screen = app.screen
        assert isinstance(screen, BetweenScreen)

        async def wanted(steps: int, seed: int) -> None:
            await until(pilot, lambda: len(screen.found) == steps + 1 and screen._writing is None)
            session = app.main.session
            found = between(
                Library().open("toy"), "An", "De", steps, settings=session.settings, seed=seed, max_length=session.limit
            )
            assert [(s.weight, s.text, s.end) for s in screen.found] == [(s.weight, s.text, s.end) for s in found]
            assert "An" + found[0].text in app.text
            assert "De" + found[-1].text in app.text

        await wanted(4, 5)
        await pilot.press("plus")
        await wanted(8, 5)
        await pilot.press("n")
        await wanted(8, 6)
        await pilot.press("f8", "f8", "minus")
        await wanted(4, 6)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_the_lens_asks_where_the_way_ends() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        under = await lens(pilot)
        await pilot.press("right", "right", "ctrl+b")
        await until(pilot, lambda: app.screen is not under)
        await pilot.press(*"An", "enter")
        await until(pilot, lambda: isinstance(app.screen, BetweenScreen))
        assert isinstance(app.screen, BetweenScreen)
        assert (app.screen.first, app.screen.second) == ("De", "An")
        await until(pilot, lambda: app.screen._writing is None)  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is under)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: app.screen is not under)
        await pilot.press("#", "enter")
        await until(pilot, lambda: "does not know" in said(under, "note"))


async def test_what_cannot_be_read_comes_back_to_the_prompt() -> None:
    async with Driven().driven((120, 36)) as pilot:
        app = await ready(pilot)
        for line in ("/next Zo#", "/between An Zo#"):
            await enter(pilot, line)
            await until(pilot, lambda: "#" in app.next_row.sentence)
            assert app.screen is app.main
            assert app.prompt.value == line
