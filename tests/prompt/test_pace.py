"""Each character at its time: the pace is kept whatever the frames are, and a long wait is not made up for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.prompt.pace import LONGEST_CATCH_UP, Credit
from charrnn_tui.prompt.probability import LEGEND, LEVELS, level


def taken(credit: Credit) -> int:
    count = 0
    while credit.take():
        count += 1
    return count


def test_the_first_is_due_at_once_and_the_second_is_not() -> None:
    credit = Credit()
    assert taken(credit) == 1
    assert credit.seconds_to_next(10) == pytest.approx(0.1)
    credit.add(0.06, 10)
    assert taken(credit) == 0
    assert credit.seconds_to_next(10) == pytest.approx(0.04)
    credit.add(0.05, 10)
    assert taken(credit) == 1


@given(
    pace=st.floats(1, 1000),
    frames=st.lists(st.floats(0.001, LONGEST_CATCH_UP / 2), min_size=1, max_size=200),
)
def test_the_pace_is_kept(pace: float, frames: list[float]) -> None:
    credit, written = Credit(), 0
    for seconds in frames:
        written += taken(credit)
        credit.add(seconds, pace)
    written += taken(credit)
    due = 1 + sum(frames) * pace
    assert due - 1 - 1e-6 <= written <= due + 1e-6


@given(seconds=st.floats(1, 1e6), pace=st.floats(0.1, 10_000))
def test_a_long_wait_is_not_made_up_for(seconds: float, pace: float) -> None:
    credit = Credit()
    credit.add(seconds, pace)
    assert taken(credit) <= 1 + LONGEST_CATCH_UP * pace


def test_a_slow_pace_still_writes() -> None:
    credit, written = Credit(), 0
    for _ in range(500):
        written += taken(credit)
        credit.add(0.02, 1)
    assert written == 10


def test_six_levels_of_probability() -> None:
    assert len(LEGEND) == len(LEVELS) + 1
    assert [level(p) for p in (0, 0.019, 0.02, 0.1, 0.3, 0.6, 0.89, 0.9, 1)] == [0, 0, 1, 2, 3, 4, 4, 5, 5]
