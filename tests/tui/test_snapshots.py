"""What the main screens look like at three sizes, as text, against snapshots that are looked at when they change.

`pytest tests/tui/test_snapshots.py -n0 --snapshot-update` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from driving import Driven, enter, painted, ready, until
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

SIZES = ((120, 36), (80, 24), (60, 15))


async def empty(pilot: Pilot[None], app: Driven) -> None:
    """As it is before anything was typed."""


async def written(pilot: Pilot[None], app: Driven) -> None:
    """A generation, a column, and half a word in the prompt."""
    await enter(pilot, "De")
    app.finish()
    await enter(pilot, "/n 3 An")
    app.finish()
    await pilot.press("d", "e")


async def probable(pilot: Pilot[None], app: Driven) -> None:
    """The most probable items."""
    await enter(pilot, "/top De")
    await until(pilot, lambda: app.generations.entries)


async def help_screen(pilot: Pilot[None], app: Driven) -> None:
    """F1."""
    await pilot.press("f1")


async def settings(pilot: Pilot[None], app: Driven) -> None:
    """F6."""
    await pilot.press("f6")


Act = Callable[[Pilot[None], Driven], Awaitable[None]]
SCREENS: tuple[Act, ...] = (empty, written, probable, help_screen, settings)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("act", SCREENS, ids=lambda act: act.__name__)
async def test_the_screen_looks_as_it_did(
    act: Act, size: tuple[int, int], toy_model: Path, snapshot: SnapshotAssertion
) -> None:
    app = Driven()
    async with app.driven(size) as pilot:
        await ready(pilot)
        await act(pilot, app)
        await pilot.pause()
        assert "\n".join(line.rstrip() for line in painted(pilot).split("\n")) == snapshot
