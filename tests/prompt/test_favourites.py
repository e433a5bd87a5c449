"""Kept generations."""

import csv
import json
import shlex
from pathlib import Path

import pytest

from charrnn_tui.files import paths
from charrnn_tui.prompt import exporting, favourites
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.generations import sample_command, sample_command_of
from charrnn_tui.prompt.options import CommandError
from charrnn_tui.sampling import SamplingSettings


def test_what_is_kept_comes_back_in_order() -> None:
    first = Favourite("Zoë\n\x1b[2J", " Zo", "toy", 5, 2, 0.7, 3, 0.9, 0.1, 40, "2026-11-24T10:00:00")
    second = Favourite("Bo", "", "toy", 6)
    path = favourites.add(first)
    favourites.add(second)
    assert path == paths.favourites_file()
    assert favourites.load() == [first, second]


def test_nothing_kept_is_an_empty_list() -> None:
    assert favourites.load() == []


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        "5",
        '{"text": "a"}',
        '{"text": 5, "prefix": "", "model": "toy", "seed": 1}',
        '{"text": "a", "prefix": "", "model": "toy", "seed": "1"}',
        '{"text": "a", "prefix": "", "model": "toy", "seed": 1, "colour": 2}',
        '{"text": "a", "pre',
        "\udcff",
    ],
)
def test_a_damaged_row_is_passed_over_and_costs_no_other(tmp_path: Path, row: str) -> None:
    path = tmp_path / "favourites.jsonl"
    favourites.add(Favourite("before", "", "toy", 1), path)
    with path.open("ab") as file:
        file.write(row.encode("utf-8", "surrogateescape") + b"\n")
    favourites.add(Favourite("after", "", "toy", 1), path)
    assert [f.text for f in favourites.load(path)] == ["before", "after"]


def test_a_row_that_was_cut_short_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "favourites.jsonl"
    path.write_bytes(b'{"text": "cut sho')
    favourites.add(Favourite("after", "", "toy", 1), path)
    assert [f.text for f in favourites.load(path)] == ["after"]


def test_half_a_row_for_want_of_room_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charrnn_tui.files.rows.os.write", lambda handle, row: len(row) - 1)
    with pytest.raises(OSError, match="favourites"):
        favourites.add(Favourite("big", "", "toy", 1), tmp_path / "favourites.jsonl")


def test_a_lone_surrogate_can_be_kept(tmp_path: Path) -> None:
    path = favourites.add(Favourite("a\udc80", "", "toy", 1), tmp_path / "f.jsonl")
    assert len(favourites.load(path)) == 1


def test_the_command_line_is_quoted_and_leaves_out_what_is_neutral() -> None:
    command = sample_command(" De'x $HOME", "toy", SamplingSettings(0.8, 5, 0.9, 0.05), 7, 20)
    words = shlex.split(command)
    assert words[-2:] == ["--", " De'x $HOME"]
    assert words[:4] == ["charrnn-tui", "sample", "--model", "toy"]
    for option, value in {
        "--temperature": "0.8",
        "--top-k": "5",
        "--top-p": "0.9",
        "--min-p": "0.05",
        "--seed": "7",
        "--max-length": "20",
    }.items():
        assert words[words.index(option) + 1] == value
    plain = sample_command("", "toy", SamplingSettings(), 7, 20)
    assert not any(option in plain for option in ("--top-k", "--top-p", "--min-p"))


def test_an_export_tells_what_has_a_meaning_and_can_be_read_again(tmp_path: Path) -> None:
    drawn = Favourite("Bo", "B", "toy", 6, temperature=0.5)
    probable = Favourite("Al", "A", "toy", item=1, kind="probable", probability=0.25)
    exporting.export([drawn, probable], tmp_path / "out.jsonl")
    of_drawn, of_probable = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert of_drawn["seed"] == 6
    assert of_drawn["temperature"] == 0.5
    assert "probability" not in of_drawn
    assert of_probable["probability"] == 0.25
    assert not of_probable.keys() & {"seed", "temperature", "top_k", "top_p", "min_p"}
    assert favourites.load(tmp_path / "out.jsonl") == [drawn, probable]


def test_tags_are_put_on_taken_away_and_filter(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    for text in ("Bo", "Al"):
        favourites.add(Favourite(text, "", "toy"), path)
    path.write_text("damaged\n" + path.read_text())
    assert favourites.change_tags(2, "#Elf, town", path) == "Al: #elf #town"
    assert favourites.change_tags(2, "-town elf new", path) == "Al: #elf #new"
    assert [f.text for f in favourites.tagged(favourites.load(path), "new #elf")] == ["Al"]
    assert favourites.tagged(favourites.load(path), "town") == []
    assert path.read_text().startswith("damaged\n")
    with pytest.raises(CommandError, match="numbered 1 to 2"):
        favourites.change_tags(3, "x", path)


def test_a_file_of_before_tags_opens(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text(
        '{"text": "Bo", "prefix": "B", "model": "toy", "seed": 3}\n'
        '{"text": "x", "prefix": "", "model": "m", "tags": [1]}\n'
    )
    assert favourites.load(path) == [Favourite("Bo", "B", "toy", 3)]


@pytest.mark.parametrize("ending", [".txt", ".csv", ".json", ".jsonl"])
def test_every_format_holds_all_and_nothing_is_written_over(tmp_path: Path, ending: str) -> None:
    kept = [Favourite('a,"b"', "a", "toy", 7, tags=["elf"]), Favourite("ü", "", "toy", 8)]
    path = tmp_path / f"out{ending}"
    exporting.export(kept, path)
    written = path.read_text(encoding="utf-8")
    if ending == ".txt":
        assert written == 'a,"b"\nü\n'
    elif ending == ".csv":
        rows = list(csv.DictReader(written.splitlines()))
        assert [(row["text"], row["tags"], row["seed"]) for row in rows] == [('a,"b"', "elf", "7"), ("ü", "", "8")]
    else:
        values = json.loads(written) if ending == ".json" else list(map(json.loads, written.splitlines()))
        assert [(value["text"], value["tags"]) for value in values] == [('a,"b"', ["elf"]), ("ü", [])]
    with pytest.raises(CommandError, match="is there already"):
        exporting.export([], path)
    assert path.read_text(encoding="utf-8") == written
    exporting.export([], path, force=True)


def test_another_ending_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\.txt, \.csv, \.json, \.jsonl"):
        exporting.export([], tmp_path / "out.doc")


def test_two_temperatures_are_kept(tmp_path: Path) -> None:
    kept = Favourite("Bo", "", "toy", 6, temperature=(1.2, 0.6))
    path = favourites.add(kept, tmp_path / "favourites.jsonl")
    assert favourites.load(path) == [kept]
    assert "--temperature 1.2:0.6" in sample_command_of(kept)
    plain = Favourite("Al", "", "toy", 6, temperature=0.5)
    row, other = csv.DictReader(exporting.as_csv([kept, plain]).splitlines())
    assert (row["temperature"], other["temperature"]) == ("1.2:0.6", "0.5")
    path.write_text(path.read_text().replace("[1.2, 0.6]", '["a", 1]'))
    assert favourites.load(path) == []
