"""The status row says what fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charrnn_tui.model import Model
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.fragments import cells
from charrnn_tui.repl.toolbar import toolbar
from charrnn_tui.sampling import SamplingSettings
from toy import toy_info


@pytest.fixture
def session(toy_model: Path) -> Session:
    return Session(SamplingSettings(0.8, 5, 0.9, 0.05), model=Model.open(toy_model))


def test_everything_on_a_wide_screen(session: Session) -> None:
    session.seed, session.colour = 7, True
    assert (
        toolbar(session, 100, training="training 40%", speed=1234.4)
        == " toy  T 0.80  top-k 5  top-p 0.9  min-p 0.05  seed 7  colour  1,234 ch/s  training 40%"
    )


def test_a_random_seed_can_be_read_after_it_was_used(session: Session) -> None:
    assert "seed random" in toolbar(session, 100)
    used = session.next_seed()
    assert f"last seed {used}" in toolbar(session, 100)


def test_twenty_columns(session: Session) -> None:
    assert toolbar(session, 20) == " toy  T 0.80"
    session.settings = SamplingSettings(0.8)
    assert toolbar(session, 20) == " toy  T 0.80"
    session.seed = 7
    assert toolbar(session, 20) == " toy  T 0.80  seed 7"


def test_a_long_name_is_cut_and_the_temperature_stays(session: Session) -> None:
    assert session.model is not None
    session.model = Model(toy_info("a-name-much-longer-than-the-row"), session.model.cell)
    assert toolbar(session, 20) == " a-name-muc…  T 0.80"
    assert toolbar(session, 10) == " T 0.80"


def test_a_name_is_never_a_terminal_command(session: Session) -> None:
    assert session.model is not None
    session.model = Model(toy_info("a\x1b[2J"), session.model.cell)
    assert "\x1b" not in toolbar(session, 80)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(width=st.integers(1, 120), seed=st.none() | st.integers(0, 10**12), speed=st.none() | st.floats(0, 1e9))
def test_it_always_fits(session: Session, width: int, seed: int | None, speed: float | None) -> None:
    session.seed = seed
    row = toolbar(session, width, training="paused 12%", speed=speed, ghost=0.5)
    assert cells(row) <= width
    assert "T 0.80"[: width - 1] in row
