"""The temperature turns in even steps; a seed is new unless it is set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.prompt.session import Session
from charrnn_tui.prompt.settings import Config
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
    session = Session(SamplingSettings(before, 3))
    session.turn(steps)
    assert session.settings == SamplingSettings(after, 3)


def test_turning_up_and_down_comes_back() -> None:
    session = Session(SamplingSettings(0.8))
    for steps in [1] * 40 + [-1] * 40:
        session.turn(steps)
    assert session.settings.temperature == 0.8


def test_seeds() -> None:
    numbers = iter([5, 6])
    session = Session(new_seed=lambda: next(numbers))
    assert [session.next_seed(), session.next_seed()] == [5, 6]
    session.seed = 0
    assert [session.next_seed(), session.next_seed()] == [0, 0]


def test_a_setting_without_meaning_changes_nothing() -> None:
    session = Session(SamplingSettings(0.8))
    with pytest.raises(SettingsError):
        session.set("top_p", 2.0)
    assert session.settings == SamplingSettings(0.8)


def test_from_the_settings_file() -> None:
    config = Config(temperature=0.5, top_k=3, seed=0, max_length=12, pace=9)
    session = Session.from_config(config, lambda: 4)
    assert session.settings == SamplingSettings(0.5, 3)
    assert (session.seed, session.max_length, session.pace, session.next_seed()) == (None, 12, 9, 4)
    # 0 is a seed like any other where it was asked for.
    assert Session.from_config(config, seed_given=True).seed == 0
    assert Session.from_config(replace(config, seed=5)).seed == 5


def test_the_limit_is_the_models_own_unless_set(toy_model: Path) -> None:
    session = Session()
    assert session.limit == 0
    session.model = Model.open(toy_model)
    assert session.limit == session.model.info.default_max_length > 0
    session.set("max_length", 7)
    assert session.limit == 7


def test_turning_says_what_it_did() -> None:
    session = Session(SamplingSettings(4.95))
    assert session.turn(1) == "temperature 5"
    assert session.turn(1) == "temperature 5, as before"
    session.set("temperature", 9.0)
    assert session.turn(1) == "temperature 9, as before"  # the keys lead no further up
    assert session.turn(-1) == "temperature 5"


def test_colour_turns_over() -> None:
    session = Session()
    assert session.set("colour", None) == "colour by probability is on"
    assert session.set("colour", None) == "colour by probability is off"


def test_words_of_the_status_row() -> None:
    session = Session(SamplingSettings(0.8, 5, 0.9, 0.05), pace=0)
    assert session.temperature_words == "T 0.80"
    assert session.filter_words == ["top-k 5", "top-p 0.9", "min-p 0.05"]
    assert (session.seed_words, session.pace_words) == ("seed random", "full speed")
    session.seed, session.pace = 7, 12.5
    assert (session.seed_words, session.pace_words) == ("seed 7", "12.5 characters/s")


def test_two_temperatures_turn_together() -> None:
    session = Session(SamplingSettings((1.2, 0.02)))
    assert session.temperature_words == "T 1.20:0.02"
    assert session.turn(-1) == "temperature 1.15:0"
    assert session.turn(1) == "temperature 1.2:0.05"
    session.settings = SamplingSettings((5.0, 5.0))
    assert session.turn(1) == "temperature 5, as before"
