"""The temperature turns in even steps; a seed is new unless it is set."""

from __future__ import annotations

import pytest

from charrnn_tui.repl.state import PromptState
from charrnn_tui.sampling import SamplingSettings, SettingsError


@pytest.mark.parametrize(
    ("before", "steps", "after"),
    [
        (0.8, 1, 0.85),
        (0.8, -1, 0.75),
        (0.83, 1, 0.85),
        (0.83, -1, 0.8),
        (0.0, -1, 0.0),
        (5.0, 1, 5.0),
        (9.0, -1, 5.0),
        (0.05, -1, 0.0),
        (1.0, 3, 1.15),
    ],
)
def test_turning(before: float, steps: int, after: float) -> None:
    state = PromptState(SamplingSettings(before, 3))
    state.turn_temperature(steps)
    assert state.settings == SamplingSettings(after, 3)


def test_turning_up_and_down_comes_back() -> None:
    state = PromptState(SamplingSettings(0.8))
    for steps in [1] * 40 + [-1] * 40:
        state.turn_temperature(steps)
    assert state.settings.temperature == 0.8


def test_seeds() -> None:
    numbers = iter([5, 6])
    state = PromptState(new_seed=lambda: next(numbers))
    assert [state.next_seed(), state.next_seed()] == [5, 6]
    state.seed = 0
    assert [state.next_seed(), state.next_seed()] == [0, 0]


def test_a_setting_without_meaning_changes_nothing() -> None:
    state = PromptState(SamplingSettings(0.8))
    with pytest.raises(SettingsError):
        state.set_sampling("top_p", 2)
    assert state.settings == SamplingSettings(0.8)
