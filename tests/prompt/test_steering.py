"""Steering as one value: its command-line arguments, its words, to and from plain data."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.model.mix import Mix
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText, sample_command_of
from charrnn_tui.prompt.steering import UNSTEERED, Steering
from charrnn_tui.prompt.typed_constraint import TypedConstraint
from charrnn_tui.sampling import SamplingSettings, SettingsError
from charrnn_tui.text import TextError

EVERYTHING = Steering(TypedConstraint("D*a", (4, 8), True, True, ("/lists/my names.txt",), ("ria", "-x")))


@pytest.mark.parametrize(
    ("constraint", "arguments", "words"),
    [
        (TypedConstraint(), "", []),
        (TypedConstraint(match="/a b/"), "--match '/a b/'", ["match /a b/"]),
        (TypedConstraint(length=(4, None)), "--length 4:", ["length 4:"]),
        (TypedConstraint(length=(0, 8)), "--length :8", ["length :8"]),
        (TypedConstraint(length=(0, 0)), "--length 0", ["length 0"]),
        (TypedConstraint(unique=True, ban=("\x1b",)), "--unique --ban '\x1b'", ["unique", "ban ␛"]),
        (TypedConstraint(new=True, avoid=("/a/b c.txt",)), "--new --avoid '/a/b c.txt'", ["new", "avoid b c.txt"]),
    ],
)
def test_arguments_words_and_plain_data(constraint: TypedConstraint, arguments: str, words: list[str]) -> None:
    steering = Steering(constraint)
    assert shlex.join(steering.arguments()) == arguments
    assert steering.words() == words
    assert bool(steering) == bool(arguments)
    assert Steering.from_plain(json.loads(json.dumps(steering.to_plain()))) == steering


def test_a_mix_is_part_of_steering() -> None:
    steering = Steering(TypedConstraint(match="*a"), mix=Mix.parse("blend my towns=0.3"))
    assert shlex.join(steering.arguments()) == "--mix 'my towns=0.3' --blend --match '*a'"
    assert steering.words() == ["blend my towns 0.3", "match *a"]
    assert Steering.from_plain(json.loads(json.dumps(steering.to_plain()))) == steering
    assert Steering(mix=Mix.parse("towns"))
    with pytest.raises(SettingsError, match="share above 0"):
        Steering.from_plain({"mix": {"models": {"towns": 3}, "blended": False}})


def test_a_list_of_the_most_probable_is_not_asked_to_be_unique() -> None:
    assert "--unique" in EVERYTHING.arguments()
    assert "--unique" not in EVERYTHING.arguments(drawn=False)


@pytest.mark.parametrize(
    "plain",
    [
        {"style": "elvish"},
        {"constraint": []},
        {"constraint": {"match": 5}},
        {"constraint": {"length": [8, 4]}},
        {"constraint": {"length": [True]}},
        {"constraint": {"ban": "x"}},
        {"constraint": {"unique": 1}},
        {"constraint": {"colour": "red"}},
    ],
)
def test_what_is_no_steering_is_refused_in_a_sentence(plain: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="how this was steered cannot be read"):
        Steering.from_plain(plain)


def test_it_is_compiled_with_its_files(tmp_path: Path) -> None:
    path = tmp_path / "taken.txt"
    path.write_text("Anna\n Bo \n")
    constraint = TypedConstraint("A*", (1, 5), unique=True, avoid=(str(path),), ban=("X",)).constraint()
    assert (constraint.match, constraint.length, constraint.unique) == ("A*", (1, 5), True)
    assert (constraint.avoid, constraint.ban) == (frozenset({"Anna", "Bo"}), ("X",))
    path.unlink()
    with pytest.raises(TextError, match=r"taken\.txt"):
        TypedConstraint(avoid=(str(path),)).constraint()


def test_a_favourite_keeps_it_and_older_files_have_none(tmp_path: Path) -> None:
    drawn = DrawnGeneration("toy", 3, 9, [DrawnText("D", "Dana", SamplingSettings(), 4)], EVERYTHING)
    (kept,) = drawn.favourites("2026-11-24T10:00:00+00:00")
    path = favourites.add(kept, tmp_path / "favourites.jsonl")
    rows = path.read_text()
    older = json.loads(rows)
    del older["steering"]
    path.write_text(rows + json.dumps(older) + "\n" + json.dumps({**older, "steering": "x"}) + "\n")
    first, second = favourites.load(path)
    assert Steering.from_plain(first.steering) == EVERYTHING
    assert Steering.from_plain(second.steering) == UNSTEERED
    assert sample_command_of(first) == drawn.command()
    assert "--match 'D*a' --length 4:8 --unique --new" in drawn.command()
    assert hash(first)


def test_nothing_steers_the_model_itself(toy_model: Path) -> None:
    model = Model.open(toy_model)
    assert EVERYTHING.steered(model) is model
