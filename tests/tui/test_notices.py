"""Notices over the secondary screens cover neither a title nor what one types into."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from driving import SIZES, Host, until
from test_contrast import SCREENS
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

import charrnn_tui.tui.app

STYLES = charrnn_tui.tui.app.__file__.replace("app.py", "app.tcss")


class Styled(Host):
    """Places notices as the app does."""

    CSS_PATH: ClassVar = STYLES


@pytest.mark.parametrize("name", SCREENS)
async def test_a_notice_covers_neither_a_title_nor_what_is_typed_into(name: str) -> None:
    screen = SCREENS[name]()
    app = Styled(screen)
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        app.notify(
            "There is no file notes.txt; check the path. " * 2, title="Could not do it", markup=False, timeout=60
        )
        first = screen.focused
        for size in [*SIZES, (80, 24), (200, 60)]:
            await pilot.resize_terminal(*size)
            if first is not None:
                first.focus()
            await nothing_is_covered(pilot, screen, titled=name != "lens" and size != (40, 10))


async def nothing_is_covered(pilot: Pilot[None], screen: Screen[Any], titled: bool) -> None:
    await until(pilot, lambda: len(screen.query("Toast")) > 0 and screen.query("Toast").first().region.height > 1)
    toast = screen.query("Toast").first()
    titles = [widget for widget in screen.query(".title") if widget.display]
    assert titles or not titled
    for field in [
        None,
        *(field for field in screen.query(Input) if all(node.display for node in field.ancestors_with_self)),
    ]:
        if field is not None:
            field.focus()
            await until(pilot, lambda field=field: screen.focused is field and field.region.height > 0)
        typed = [screen.focused] if isinstance(screen.focused, Input) else []
        await until(pilot, lambda typed=typed: not any(toast.region.overlaps(w.region) for w in [*titles, *typed]))
