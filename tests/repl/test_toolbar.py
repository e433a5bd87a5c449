"""The status row says what fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.model import Model
from charrnn_tui.repl.fragments import cells
from charrnn_tui.repl.state import PromptState
from charrnn_tui.repl.toolbar import toolbar
from charrnn_tui.sampling import SamplingSettings
from toy import toy_info


@pytest.fixture
def state(toy_model: Path) -> PromptState:
    return PromptState(SamplingSettings(0.8, 5, 0.9, 0.05), model=Model.open(toy_model))


def test_everything_on_a_wide_screen(state: PromptState) -> None:
    state.seed, state.speed, state.colour = 7, 1234.4, True
    assert (
        toolbar(state, 100, training="training 40%")
        == " toy  T 0.80  top-k 5  top-p 0.9  min-p 0.05  seed 7  colour  1,234 ch/s  training 40%"
    )


def test_a_random_seed_can_be_read_after_it_was_used(state: PromptState) -> None:
    assert "seed random" in toolbar(state, 100)
    used = state.next_seed()
    assert f"last seed {used}" in toolbar(state, 100)


def test_twenty_columns(state: PromptState) -> None:
    assert toolbar(state, 20) == " toy  T 0.80"
    state.settings = SamplingSettings(0.8)
    assert toolbar(state, 20) == " toy  T 0.80"
    state.seed = 7
    assert toolbar(state, 20) == " toy  T 0.80  seed 7"


def test_a_long_name_is_cut_and_the_temperature_stays(state: PromptState) -> None:
    assert state.model is not None
    state.model = Model(toy_info("a-name-much-longer-than-the-row"), state.model.cell)
    assert toolbar(state, 20) == " a-name-muc…  T 0.80"
    assert toolbar(state, 10) == " T 0.80"


def test_a_name_is_never_a_terminal_command(state: PromptState) -> None:
    assert state.model is not None
    state.model = Model(toy_info("a\x1b[2J"), state.model.cell)
    assert "\x1b" not in toolbar(state, 80)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(width=st.integers(1, 120), seed=st.none() | st.integers(0, 10**12), speed=st.none() | st.floats(0, 1e9))
def test_it_always_fits(state: PromptState, width: int, seed: int | None, speed: float | None) -> None:
    state.seed, state.speed = seed, speed
    row = toolbar(state, width, training="paused 12%")
    assert cells(row) <= width
    assert "T 0.80"[: width - 1] in row
