"""The settings of a prompt: what may be typed, its limits, and how a change is said."""

from __future__ import annotations

import pytest

from charrnn_tui.prompt.commands import COMMANDS
from charrnn_tui.prompt.options import CONSTRAINT, OPTIONS, CommandError
from charrnn_tui.prompt.session import Session
from charrnn_tui.sampling import SettingsError

LIMITS = {
    "temperature": (["0", "0,5", "1e-3", "250"], ["-0.1", "nan", "inf", "warm", ""]),
    "top_k": (["0", "1", "2147483648"], ["-1", "2147483649", "1.5", "x", ""]),
    "top_p": (["1", "0.5", "1e-9"], ["0", "1.01", "-1", "nan", ""]),
    "min_p": (["0", "0.5", "1"], ["-0.1", "1.1", "nan", ""]),
    "seed": (["0", "9223372036854775807", "random", ""], ["-1", "9223372036854775808", "1.5", "x"]),
    "max_length": (["0", "1", "1000000"], ["-1", "1000001", "1e3", ""]),
    "pace": (["0", "0.5", "10000"], ["-1", "10001", "nan", "inf", ""]),
}


@pytest.mark.parametrize(("name", "typed"), [(name, t) for name, (good, _) in LIMITS.items() for t in good])
def test_within_the_limits(name: str, typed: str) -> None:
    session = Session()
    value = OPTIONS[name].parse(typed)
    session.set(name, value)
    assert session.value(name) == value


@pytest.mark.parametrize(("name", "typed"), [(name, t) for name, (_, wrong) in LIMITS.items() for t in wrong])
def test_beyond_the_limits_a_sentence(name: str, typed: str) -> None:
    with pytest.raises((CommandError, SettingsError)) as caught:
        OPTIONS[name].parse(typed)
    said = str(caught.value)
    assert said.endswith(".")
    assert not typed or typed.lstrip("-")[:6] in said.replace(",", "")


def test_limits_of_all_are_tested() -> None:
    assert set(LIMITS) == set(OPTIONS) - {"colour", *CONSTRAINT}


@pytest.mark.parametrize(
    ("name", "value", "said", "typed"),
    [
        ("temperature", 0.8, "temperature 0.8", "0.8"),
        ("top_k", 5, "top-k 5", "5"),
        ("top_p", 0.9, "top-p 0.9", "0.9"),
        ("min_p", 0.05, "min-p 0.05", "0.05"),
        ("seed", None, "a new seed for each generation", "random"),
        ("seed", 2**63 - 1, "seed 9223372036854775807 from now on", "9223372036854775807"),
        ("max_length", 1000, "at most 1,000 new characters", "1000"),
        ("max_length", 0, "as many characters as the model has it", "0"),
        ("pace", 12.5, "12.5 characters a second", "12.5"),
        ("pace", 0, "as fast as possible", "0"),
        ("colour", True, "colour by probability is on", "on"),
        ("colour", False, "colour by probability is off", "off"),
    ],
)
def test_what_is_said_and_typed(name: str, value: float | None, said: str, typed: str) -> None:
    session = Session()
    assert session.set(name, value) == said
    assert session.typed(name) == typed


@pytest.mark.parametrize("name", [name for name in OPTIONS if name != "colour"])
def test_what_is_typed_again_is_the_same(name: str) -> None:
    session = Session(seed=7)
    assert OPTIONS[name].parse(session.typed(name)) == session.value(name)


def test_each_setting_is_a_command_and_a_field() -> None:
    session = Session()
    for option in OPTIONS.values():
        assert COMMANDS[option.command].usage == option.usage
        session.value(option.name)


@pytest.mark.parametrize(
    ("name", "typed", "steps", "turned"),
    [
        ("temperature", "0.8", 1, "0.85"),
        ("temperature", "4.98", 1, "5"),
        ("temperature", "0.02", -1, "0"),
        ("top_k", "", 1, "1"),
        ("seed", "12345678", 1, "12345679"),
        ("seed", "random", -1, "0"),
        ("max_length", "1000000", 1, "1000000"),
        ("pace", "12.5", 1, "17.5"),
    ],
)
def test_a_dial_turns_what_is_typed_within_its_ends(name: str, typed: str, steps: int, turned: str) -> None:
    dial = OPTIONS[name].dial
    assert dial is not None
    assert dial.turned(typed, steps) == turned
    OPTIONS[name].parse(turned)
