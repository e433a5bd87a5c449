"""`--style` in sample, top and score; `score --styles`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charrnn_tui.model import Model
from cli.conftest import Run, assert_sentence
from toy import NAMES, write_toy_model

OF = ("-m", "cultures")


@pytest.fixture
def model(home: Path) -> Model:
    folder = home / "data" / "charrnn-tui" / "models"
    write_toy_model(folder / "toy", "toy")
    return Model.open(write_toy_model(folder / "cultures", "cultures", labels=("finnish", "japanese", "old norse")))


@pytest.mark.parametrize(
    ("options", "style"),
    [
        (["--style", "finnish"], {"finnish": 1}),
        (["--style", "Japanese=0.7", "--style", "old norse=0.3"], {"japanese": 0.7, "old norse": 0.3}),
    ],
)
def test_all_three_obey_a_style(run: Run, model: Model, options: list[str], style: dict[str, float]) -> None:
    styled = model.styled(style)
    drawn = run("sample", *OF, *options, "-n", "5", "--seed", "3", "-t", "1", "De")
    assert drawn.lines == list(styled.sample(5, "De", seed=3, temperature=1.0)), drawn
    listed = json.loads(run("top", *OF, *options, "-n", "3", "--json", "De").out)
    assert [item["text"] for item in listed["items"]] == [i.text for i in styled.most_probable("De", count=3)]
    scored = json.loads(run("score", *OF, *options, "--json", "Anna").out)
    told = styled.evaluate(["Anna"])
    assert scored["log_prob"] == pytest.approx(-told.nats_per_char * told.characters, abs=1e-4)


def test_a_constraint_holds_in_a_style_and_proposes_it(run: Run, model: Model) -> None:
    outcome = run(
        "sample", *OF, "--style", "finnish", "--match", "D*a", "--unique", "-n", "3", "--seed", "1", "-t", "1"
    )
    assert len(outcome.lines) == 3
    assert all(line.startswith("D") and line.endswith("a") for line in outcome.lines)


def test_what_style_a_text_is_most_like(run: Run, model: Model) -> None:
    row = json.loads(run("score", *OF, "--styles", "--json", "Anna").out)
    assert {one["label"] for one in row["styles"]} == set(model.labels)
    assert sum(one["posterior"] for one in row["styles"]) == pytest.approx(1)
    table = run("score", *OF, "--styles", "Anna")
    assert table.lines[0].split()[:3] == ["style", "probability", "nats"]
    assert len(table.lines) == 4
    many = run("score", *OF, "--styles", "-", stdin="\n".join(NAMES))
    assert len(many.lines) == 1 + len(NAMES)
    assert all("%" in line for line in many.lines[1:])


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["sample", *OF, "--style", "finish"], 1, "no label 'finish'; the nearest is finnish"),
        (["top", *OF, "--style", "finnish=-1"], 2, "from 0 upwards"),
        (["score", *OF, "--style", "finnish", "--style", "finnish", "x"], 2, "given twice"),
        (["sample", "-m", "toy", "--style", "finnish"], 1, "toy has learnt no labels"),
        (["score", "-m", "toy", "--styles", "Anna"], 1, "cannot tell styles apart"),
        (["score", *OF, "--styles", "Xqz"], 1, "'X'"),
    ],
)
def test_what_is_wrong_gets_a_sentence(run: Run, arguments: list[str], code: int, said: str) -> None:
    assert_sentence(run(*arguments), code, said)
