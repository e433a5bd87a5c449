"""A generation as a record: its command line prints the same texts again, carried out by the real command line."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charrnn_tui.cli.app import app
from charrnn_tui.model import Model
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.generations import (
    DrawnGeneration,
    DrawnText,
    ProbableItems,
    ProbableText,
    probable_items,
    sample_command_of,
    shown_item,
)
from charrnn_tui.prompt.probability import percent
from charrnn_tui.sampling import SamplingSettings

PLAIN, FILTERED = SamplingSettings(0.8), SamplingSettings(1.7, 5, 0.9, 0.02)


def printed(command: str) -> list[str]:
    """What the command lines print."""
    lines = []
    for line in command.split("\n"):
        program, *arguments = shlex.split(line)
        assert program == "charrnn-tui"
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        lines += done.stdout.splitlines()
    return lines


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def drawn(model: Model, texts: list[tuple[str, SamplingSettings, int]], seed: int, limit: int) -> DrawnGeneration:
    """Each of the texts by a stream of its own."""
    made = []
    for typed, settings, item in texts:
        stream = model.stream(typed, settings=settings, seed=seed, item=item, max_length=limit)
        for _ in stream:
            pass
        made.append(DrawnText(typed, stream.text, settings, item))
    return DrawnGeneration(model.name, seed, limit, made)


@pytest.mark.parametrize(
    ("texts", "commands"),
    [
        ([("De", PLAIN, 0)], 1),
        ([("", FILTERED, 0)], 1),
        ([(" De", PLAIN, 0)], 1),  # the tutorial's start token is typed as well
        ([("De", SamplingSettings(0), 0)], 1),
        ([("De", FILTERED, i) for i in range(4)], 1),
        ([("De", PLAIN, i) for i in range(3, 7)], 1),
        ([("De", PLAIN, 0), ("An", PLAIN, 1), ("Bo", PLAIN, 2)], 3),  # a paste: each line is an item of one seed
        ([("De", SamplingSettings(t), 0) for t in (0.5, 1, 1.5)], 3),  # side by side at several temperatures
    ],
)
def test_the_command_lines_print_the_same_texts(
    model: Model, texts: list[tuple[str, SamplingSettings, int]], commands: int
) -> None:
    generation = drawn(model, texts, seed=7, limit=12)
    command = generation.command()
    assert len(command.split("\n")) == commands
    assert printed(command) == [text.text for text in generation.texts]
    for text, favourite in zip(generation.texts, generation.favourites(), strict=True):
        assert printed(sample_command_of(favourite)) == [text.text]


def test_favourites_hold_all_that_is_needed(model: Model) -> None:
    generation = drawn(model, [("De", FILTERED, 2)], seed=7, limit=12)
    (favourite,) = generation.favourites("2026-11-24T10:00:00+00:00")
    assert (favourite.prefix, favourite.model, favourite.seed, favourite.item) == ("De", "toy", 7, 2)
    assert (favourite.temperature, favourite.top_k, favourite.top_p, favourite.min_p) == (1.7, 5, 0.9, 0.02)
    assert (favourite.max_length, favourite.kept, favourite.kind) == (12, "2026-11-24T10:00:00+00:00", "drawn")
    favourites.add(favourite)
    assert favourites.load() == [favourite]


def test_a_text_that_was_turned_turns_the_whole(model: Model) -> None:
    generation = drawn(model, [("De", PLAIN, i) for i in range(2)], seed=7, limit=12)
    assert not generation.turned
    generation.texts[1].turned = True
    assert generation.turned


# --- the most probable items ---


def test_the_most_probable_items_and_their_proof(model: Model) -> None:
    found = probable_items(model, "De", 5)
    search = model.most_probable("De", count=5)
    assert [(t.text, t.log_prob, t.ended) for t in found.texts] == list(search)
    assert found.covered == pytest.approx(search.covered)
    assert found.bound == pytest.approx(math.exp(search.bound))
    assert found.proof() == (
        f"These cover {percent(found.covered)} of all probability; "
        f"nothing else is more probable than {percent(found.bound)}."
    )
    assert [line.split()[1] for line in printed(found.command())] == [t.text for t in found.texts]


def test_they_are_kept_as_a_kind_of_their_own(model: Model) -> None:
    found = probable_items(model, "De", 3, max_length=4)
    kept = found.favourites()
    assert [(f.kind, f.item, f.text) for f in kept] == [("probable", i, t.text) for i, t in enumerate(found.texts)]
    for favourite in kept:
        favourites.add(favourite)
    assert favourites.load() == kept
    # The list up to the item is what makes it again.
    for rank, favourite in enumerate(kept):
        assert printed(sample_command_of(favourite))[rank].split()[1] == favourite.text


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (ProbableItems("m", "", [ProbableText("a", 0.0)], bound=0.0), "This covers 100.0 % of all probability; there"),
        (ProbableItems("m", "", [], bound=0.25, early=True), "The search ended early. Nothing else is more probable"),
        (ProbableItems("m", "", [ProbableText("a", -1)] * 2), "These cover 73.6 % of all probability."),
    ],
)
def test_proofs(items: ProbableItems, sentence: str) -> None:
    assert items.proof().startswith(sentence)


def test_the_empty_item_has_a_name() -> None:
    assert [shown_item(text) for text in ("", "De")] == ["(empty)", "De"]
