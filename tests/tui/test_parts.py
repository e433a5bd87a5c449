"""Summaries, histograms, words and completions that the screens are made of."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual.content import Content

from charrnn_tui import tui
from charrnn_tui.prompt.words import duration, loss, size
from charrnn_tui.training.plan.recipe import PRESETS, Recipe, RecipeError
from charrnn_tui.tui.content.recipe_fields import (
    ADVANCED,
    BUDGET,
    NETWORK,
    NUMBERS,
    PRESET_FIELDS,
    SEED,
    matching_preset,
    parse_number,
    preset_values,
    show_number,
)
from charrnn_tui.tui.content.rows import lay_out
from charrnn_tui.tui.widgets.length_histogram import bars, binned
from charrnn_tui.tui.widgets.path_suggester import PathSuggester


def test_no_screen_imports_torch() -> None:
    modules = ", ".join(info.name for info in pkgutil.walk_packages(tui.__path__, "charrnn_tui.tui."))
    assert "charrnn_tui.tui.screens.training_form" in modules
    code = f"import {modules}, sys; print([m for m in ('torch', 'typer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_numbers_are_exactly_fields_of_a_recipe() -> None:
    recipe = Recipe()
    for field in (*NETWORK, *BUDGET, SEED, *ADVANCED):
        value = getattr(recipe, field.name)
        assert isinstance(value, int if field.whole else float)
        assert parse_number(field, show_number(value)) == value
    assert set(NUMBERS) >= PRESET_FIELDS


@pytest.mark.parametrize("text", ["", " ", "x", "1e", "--1"])
def test_numbers_that_are_none(text: str) -> None:
    for field in NUMBERS.values():
        with pytest.raises(RecipeError):
            parse_number(field, text)


def test_what_a_number_must_be_is_said_without_its_name() -> None:
    """Its label stands beside it already."""
    with pytest.raises(RecipeError, match=r"^a whole number, at least 1, not 0"):
        parse_number(NUMBERS["hidden"], "0")
    with pytest.raises(RecipeError, match=r"^a number above 0"):
        parse_number(NUMBERS["epochs"], "0")


def test_a_comma_may_be_the_decimal_point() -> None:
    assert parse_number(NUMBERS["dropout"], "0,25") == 0.25


@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_found_again(name: str, kind: str) -> None:
    values = preset_values(name, kind)  # type: ignore[arg-type]
    assert matching_preset(values, kind) == name  # type: ignore[arg-type]
    assert matching_preset({**values, "hidden": 77}, kind) is None  # type: ignore[arg-type]


def test_bars_fill_to_the_largest_and_never_hide_what_there_is() -> None:
    assert bars([0, 1, 8, 16], 2) == ["   █", " ▁██"]
    assert bars([1, 1000], 1) == ["▁█"]
    assert bars([], 2) == ["", ""]
    assert bars([0, 0], 1) == ["  "]


def test_bins_keep_every_item() -> None:
    histogram = [(n, n) for n in range(1, 101)]
    for columns in (1, 7, 30, 100, 200):
        counts = binned(histogram, columns)
        assert sum(counts) == 5050
        assert len(counts) <= columns


def test_later_lines_of_a_text_stand_under_its_first() -> None:
    rows = [("Label", Content("one two three four five")), ("", Content("whole width"))]
    assert lay_out(rows, 20, 8).plain.split("\n") == [
        "Label   one two",
        "        three four",
        "        five",
        "whole width",
    ]


async def test_paths_and_names_are_completed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    (tmp_path / ".secret").touch()
    (tmp_path / "z\x1b.txt").touch()
    suggester = PathSuggester(["names", "words"])
    assert await suggester.get_suggestion("na") == "names"
    assert await suggester.get_suggestion("names") is None
    assert await suggester.get_suggestion(f"{tmp_path}/fo") == f"{tmp_path}/folder/"
    assert await suggester.get_suggestion(f"{tmp_path}/fi") == f"{tmp_path}/file.txt"
    assert await suggester.get_suggestion(f"{tmp_path}/.s") == f"{tmp_path}/.secret"
    assert await suggester.get_suggestion(f"{tmp_path}/z") is None
    assert await suggester.get_suggestion(f"{tmp_path}/none/x") is None
    assert await suggester.get_suggestion("") is None


def test_words() -> None:
    assert [duration(s) for s in (0.2, 40, 100, 3600, 7800, 7200, 120, -1, float("nan"))] == [
        "0 s",
        "40 s",
        "1 min 40 s",
        "1 h",
        "2 h 10 min",
        "2 h",
        "2 min",
        "?",
        "?",
    ]
    assert [size(n) for n in (0, 999, 1000, 58_504, 3_400_000, 2_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1 kB",
        "58.5 kB",
        "3.4 MB",
        "2 GB",
    ]
    assert loss(1.5) == "1.500 nats, 2.164 bits"
