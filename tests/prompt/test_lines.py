"""Lines of a batch: how they are typed, which texts they are, and what keeping them does."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.prompt import favourites, kept_texts
from charrnn_tui.prompt.commands import CommandError, Look, parse
from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText, ProbableItems, ProbableText, sample_command_of
from charrnn_tui.prompt.lines import parse_lines, places
from charrnn_tui.sampling import SamplingSettings

DRAWN = DrawnGeneration("toy", 3, 20, [DrawnText("A", f"A{i}", SamplingSettings(0.8), i) for i in range(5)])
FOUND = ProbableItems("toy", "A", [ProbableText(f"A{i}", -1.0 - i) for i in range(5)])


@pytest.mark.parametrize(
    ("typed", "lines"),
    [("", ()), (" 7 ", (7,)), ("3 7-9", (3, 7, 8, 9)), ("2,4, 2", (2, 4)), ("5-5", (5,))],
)
def test_lines_are_numbers_and_ranges(typed: str, lines: tuple[int, ...]) -> None:
    assert parse_lines(typed) == lines


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/keep seven", "a line is given by its number, several as 3 7-9, not seven"),
        ("/keep 0", "from 1"),
        ("/copy 9-7", "the smaller number comes first"),
        ("/unkeep -1", "not -1"),
        ("/look 0", "from 1"),
    ],
)
def test_what_is_no_line_gets_a_sentence(line: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        parse(line)


def test_a_number_in_quotes_is_a_text_to_look_at() -> None:
    assert parse("/look '7'") == Look("7")
    assert parse("/look 7up") == Look("7up")


def test_a_line_that_is_not_there_is_named() -> None:
    assert places((), 3) == [0, 1, 2]
    assert places((3, 1), 3) == [2, 0]
    with pytest.raises(CommandError, match="no line 4 in what was written last; it has 3 lines, 1 to 3"):
        places((2, 4), 3)
    with pytest.raises(CommandError, match="it has one"):
        places((2,), 1)
    with pytest.raises(CommandError, match="nothing was found"):
        places((1,), 0)


def test_some_lines_are_made_again_by_their_own_command() -> None:
    line = DRAWN.only([3])
    assert [text.text for text in line.texts] == ["A3"]
    assert line.command() == sample_command_of(line.favourites()[0])
    assert "--item 3" in line.command()
    assert DRAWN.only([1, 2]).command().count("charrnn-tui") == 1, "they follow each other"
    assert DRAWN.only([0, 2]).command().count("charrnn-tui") == 2
    rank = FOUND.only([2, 4]).only([1])
    assert rank.favourites()[0].item == 4
    assert "-n 5" in rank.command()
    assert "-n 5" in FOUND.command()


def test_lines_are_kept_once_and_taken_out_again(home: Path) -> None:
    name = lambda path: "the file"  # noqa: E731
    assert kept_texts.keep(DRAWN.only([3]), name) == "kept in the file"
    assert kept_texts.keep(DRAWN.only([3]), name) == "it is kept already"
    favourites.change_tags(1, "elf")
    assert kept_texts.keep(DRAWN.only([2, 3]), name) == "kept in the file; 1 was kept already"
    assert [(kept.text, kept.item) for kept in favourites.load()] == [("A3", 3), ("A2", 2)]
    assert kept_texts.unkeep(DRAWN.only([3, 4])) == "1 text taken out of the favourites", "tagged or not"
    assert [kept.text for kept in favourites.load()] == ["A2"]
    with pytest.raises(CommandError, match="it is not among the favourites"):
        kept_texts.unkeep(DRAWN.only([3]))
    assert kept_texts.keep(FOUND, name) == "all 5 are kept in the file as the most probable items: nothing was drawn"
    assert kept_texts.keep(FOUND, name) == "all 5 are kept already"
    with pytest.raises(CommandError, match="no item was found"):
        kept_texts.keep(ProbableItems("toy", "A"), name)
