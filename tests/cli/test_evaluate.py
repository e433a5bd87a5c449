"""What `evaluate` says is what the model says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from charrnn_tui.model import Model, write_info
from charrnn_tui.model.library import Library
from cli.conftest import Run, assert_sentence
from toy import write_toy_model


def test_json_has_the_values_of_the_model(run: Run, toy_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "held.txt"
    file.write_text("Anna\nLena\n")
    outcome = run("evaluate", "toy", str(file), "--json")
    assert outcome.code == 0, outcome
    row = json.loads(outcome.out)
    expected = Library().open("toy").evaluate(["Anna", "Lena"])
    assert row["perplexity"] == pytest.approx(expected.perplexity)
    assert (row["model"], row["kind"], row["items"]) == ("toy", "lines", 2)


@pytest.fixture
def labelled(home: Path) -> Model:
    folder = home / "data" / "charrnn-tui" / "models" / "cultures"
    return Model.open(write_toy_model(folder, "cultures", labels=("finnish", "old norse")))


def test_a_labelled_network_is_measured_with_labels_without_and_label_by_label(
    run: Run, labelled: Model, toy_model: Path, tmp_path: Path
) -> None:
    table = tmp_path / "held.csv"
    table.write_text("name,culture\nAnna,finnish\nLena,old norse\nNed,finnish\nBo,\nElena,martian\n")
    of = (str(table), "--column", "name", "--label", "culture", "--json")
    row = json.loads(run("evaluate", "cultures", *of).out)
    parts = [
        ("finnish", labelled.styled("finnish"), ["Anna", "Ned"]),
        ("old norse", labelled.styled("old norse"), ["Lena"]),
        (None, labelled, ["Bo", "Elena"]),
    ]
    total, count = 0.0, 0
    for told, (label, styled, items) in zip(row["labels"], parts, strict=True):
        own = styled.evaluate(items)
        assert (told["label"], told["items"]) == (label, len(items))
        assert told["nats_per_char"] == pytest.approx(own.nats_per_char, abs=1e-6)
        assert told["unlabelled_nats_per_char"] == pytest.approx(labelled.evaluate(items).nats_per_char, abs=1e-6)
        total, count = total + own.nats_per_char * own.characters, count + own.characters
    assert row["nats_per_char"] == pytest.approx(total / count, abs=1e-6)
    everyone = ["Anna", "Lena", "Ned", "Bo", "Elena"]
    assert row["unlabelled_nats_per_char"] == pytest.approx(labelled.evaluate(everyone).nats_per_char, abs=1e-6)
    assert 0 <= row["label_accuracy"] <= 1

    styled = json.loads(run("evaluate", "cultures", *of[:3], "--style", "Finnish", "--json").out)
    assert styled["nats_per_char"] == pytest.approx(labelled.styled("finnish").evaluate(everyone).nats_per_char)
    assert styled["labels"] == []

    both = json.loads(run("compare", "toy", "cultures", *of).out)
    told = {one["model"]: one for one in both}
    assert told["cultures"]["nats_per_char"] == row["nats_per_char"]
    assert told["toy"]["unlabelled_nats_per_char"] is None
    table_of = run("compare", "toy", "cultures", *of[:-1])
    assert "without label" in table_of.lines[0]
    assert "old norse" in run("evaluate", "cultures", *of[:-1]).out
    # What one of the models learnt from says which columns are meant.
    write_info(labelled.folder, replace(labelled.info, recipe={"column": "name", "label": "culture"}))
    assert json.loads(run("compare", "toy", "cultures", of[0], "--json").out) == both
    assert json.loads(run("evaluate", "cultures", of[0], "--json").out) == row


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("evaluate", "toy", "T", "--column", "name", "--label", "culture"), 1, "has learnt no labels"),
        (("evaluate", "cultures", "T", "--column", "name", "--label", "nation"), 1, "no column 'nation'"),
        (("evaluate", "cultures", "T", "--column", "name", "--style", "finish"), 1, "the nearest is finnish"),
        (("evaluate", "cultures", "T", "--column", "name", "--label", "culture", "--style", "finnish"), 2, "one of"),
        (("compare", "toy", "toy", "T", "--column", "name", "--style", "finnish"), 1, "none of these models"),
    ],
)
def test_wrong_labels_and_styles_get_a_sentence(
    run: Run, labelled: Model, toy_model: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    table = tmp_path / "few.csv"
    table.write_text("name,culture\nAnna,finnish\nLena,old norse\n")
    assert_sentence(run(*(str(table) if a == "T" else a for a in arguments)), code, words)
