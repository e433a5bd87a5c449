"""Styles at a prompt: what is typed, the dial, another model, completion, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.model import Model, StyleError
from charrnn_tui.model.library import Library
from charrnn_tui.model.style import Style
from charrnn_tui.prompt.choices import Choices
from charrnn_tui.prompt.commands import SetStyle, parse
from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText, sample_command_of
from charrnn_tui.prompt.session import Session
from charrnn_tui.prompt.sliders import Sliders, turned_by_keys
from charrnn_tui.prompt.steering import Steering
from charrnn_tui.sampling import SamplingSettings
from toy import write_toy_model

LABELS = ("finnish", "japanese", "the netherlands")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(model=Model.open(write_toy_model(tmp_path / "labelled", "labelled", labels=LABELS)))


def test_a_style_that_is_typed_is_written_in(session: Session) -> None:
    assert session.model is not None
    assert session.writing is session.model
    assert session.set_style("Finnish=0.7, japanese=0.3") == "in the style finnish 0.7 + japanese 0.3"
    writing = session.writing
    assert writing is not None
    assert writing.style == Style.of({"finnish": 0.7, "japanese": 0.3})
    assert session.writing is writing, "styled once"
    assert session.model.style == Style()
    assert session.set_style("the netherlands") == "in the style the netherlands"
    assert session.set_style(" none ") == "in no style"
    assert session.writing is session.model


def test_alone_it_lists_the_styles_there_are(session: Session, toy_model: Path) -> None:
    session.set_style("japanese")
    assert session.set_style("") == "in the style japanese; there are finnish, japanese, the netherlands"
    assert session.steering.style == Style.of("japanese")
    assert (
        Session(model=Model.open(toy_model)).set_style("") == "the model toy has learnt no labels, so it has no styles"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("finish", "no label 'finish'; the nearest is finnish"),
        ("elvish", "no label 'elvish'; it knows finnish, japanese, the netherlands"),
        ("finnish=-1", "from 0 upwards"),
        ("finnish=lots", "no LABEL=WEIGHT"),
        ("finnish, finnish", "given twice"),
    ],
)
def test_what_is_typed_wrongly_changes_nothing(session: Session, typed: str, message: str) -> None:
    session.set_style("japanese")
    with pytest.raises(StyleError, match=message):
        session.set_style(typed)
    assert session.steering.style == Style.of("japanese")


def test_a_dial_turns_between_two_styles_and_back(session: Session) -> None:
    session.set_style("finnish, japanese")
    assert session.steering_words == ["finnish ━━━━━●───── japanese"]
    assert session.turn_style(2) == "finnish ━━━━━━━●─── japanese"
    assert session.steering.style == Style.of({"finnish": 0.3, "japanese": 0.7})
    session.turn_style(9)
    assert session.steering.style == Style.of("japanese")
    session.turn_style(-99)
    assert session.steering.style == Style.of("finnish"), "the other end is still there"
    assert session.turn_style(1) == "finnish ━●───────── japanese"


def test_a_dial_of_one_style_turns_it_up_from_none(session: Session) -> None:
    session.set_style("finnish")
    session.turn_style(-4)
    assert session.steering.style == Style.of({"finnish": 0.6})
    session.turn_style(-10)
    assert session.steering.style == Style()
    assert session.turn_style(1) == "no style ━●───────── finnish"


def test_without_two_styles_there_is_nothing_to_turn(session: Session, toy_model: Path) -> None:
    with pytest.raises(StyleError, match="/style finnish, japanese"):
        session.turn_style(1)
    with pytest.raises(StyleError, match="no labels"):
        Session(model=Model.open(toy_model)).turn_style(1)
    assert turned_by_keys(Style()) is None


def test_more_styles_have_a_slider_each(session: Session) -> None:
    session.set_style("finnish=0.4, japanese=0.25, the netherlands=0.1")
    assert session.steering_words == ["▸finnish 0.4  japanese 0.25  the netherlands 0.1"]
    assert session.turn_style(1) == "▸finnish 0.5  japanese 0.25  the netherlands 0.1"
    assert session.choose_style(1) == "finnish 0.5  ▸japanese 0.25  the netherlands 0.1"
    session.turn_style(1)
    assert session.steering.style == Style.of({"finnish": 0.5, "japanese": 0.3, "the netherlands": 0.1})
    session.choose_style(-2)
    session.turn_style(-5)
    assert session.dial is not None
    assert [(t.before, t.at, t.after, t.chosen) for t in session.dial.tracks] == [
        ("finnish", 5, "0.5", False),
        ("japanese", 3, "0.3", False),
        ("the netherlands", 0, "0", True),
    ]
    assert session.steering.style == Style.of({"finnish": 0.5, "japanese": 0.3}), "a slider at 0 stays"
    session.turn_style(99)
    assert session.steering.style.to_plain()["the netherlands"] == 1.0


def test_a_dial_becomes_sliders_and_what_is_left_is_no_style(session: Session, toy_model: Path) -> None:
    session.set_style("finnish=7, japanese=3")
    assert session.choose_style(-1) == "finnish 0.7  ▸japanese 0.3"
    session.turn_style(-1)
    assert session.steering.style == Style.of({"finnish": 0.7, "japanese": 0.2})
    assert isinstance(turned_by_keys(Style.of({"finnish": 0.2, "japanese": 0.3})), Sliders)
    big = turned_by_keys(Style.of({"finnish": 4, "japanese": 2, "the netherlands": 1}))
    assert isinstance(big, Sliders)
    assert [weight for _, weight in big.weights] == [1.0, 0.5, 0.25]
    session.set_style("finnish")
    session.turn_style(-10)
    assert session.open(Model.open(toy_model)) == ""
    with pytest.raises(StyleError, match="no labels"):
        session.choose_style(1)


def test_another_model_that_lacks_the_style_writes_without(session: Session, toy_model: Path) -> None:
    labelled = session.model
    assert labelled is not None
    session.set_style("finnish")
    assert session.open(labelled, 5) == ""
    assert (session.step, session.steering.style) == (5, Style.of("finnish"))
    assert session.open(Model.open(toy_model)) == "it does not know the style finnish, which is off"
    assert session.writing is session.model
    assert session.steering_words == []


def test_the_command_takes_what_is_typed() -> None:
    assert parse("/style the netherlands=0.5, finnish=0.5") == SetStyle("the netherlands=0.5, finnish=0.5")
    assert parse("/style") == SetStyle("")


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("/style ", ["finnish", "japanese", "the netherlands", "none"]),
        ("/style the n", ["the netherlands"]),
        ("/style J", ["japanese"]),
        ("/style finnish=0.5, ", ["finnish=0.5, finnish", "finnish=0.5, japanese", "finnish=0.5, the netherlands"]),
        ("/style finnish=0.5 ja", ["finnish=0.5 japanese"]),
        ("/style finnish, ja", ["finnish, japanese"]),
        ("/style x", []),
    ],
)
def test_labels_are_completed(line: str, becomes: list[str]) -> None:
    choices = Choices(Library(), lambda: LABELS)
    assert [choice.line for choice in choices.complete(line)] == [f"/style {one}" for one in becomes]
    assert Choices(Library()).complete(line) == []


def test_a_style_is_kept_and_copied() -> None:
    steering = Steering(style=Style.of({"finnish": 0.7, "the netherlands": 0.3}))
    drawn = DrawnGeneration("labelled", 3, 20, [DrawnText("A", "Anna", SamplingSettings(0.8))], steering)
    command = drawn.command()
    assert "--style finnish=0.7 --style 'the netherlands=0.3'" in command
    kept = drawn.favourites()[0]
    assert kept.steering == {"style": {"finnish": 0.7, "the netherlands": 0.3}}
    assert sample_command_of(kept) == command
    assert Steering.from_plain(kept.steering) == steering
