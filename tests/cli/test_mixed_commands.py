"""`--mix` and `--blend` wherever a model writes, lists or reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charrnn_tui.model.library import Library
from cli.conftest import Run, assert_sentence
from toy import NAMES, write_toy_model

TOWNS = ("Ada", "Ede", "Nida", "Lienen", "Baden-Baden", "Eddal")
MIX = ("-m", "toy", "--mix", "towns=0.4")


@pytest.fixture(autouse=True)
def models(home: Path) -> None:
    for name, lines in {"toy": NAMES, "towns": TOWNS}.items():
        write_toy_model(home / "data" / "charrnn-tui" / "models" / name, name, lines)


@pytest.mark.parametrize("blend", [False, True])
def test_sample_writes_what_the_library_writes(run: Run, blend: bool) -> None:
    mixture = Library().open("toy").mixed({"towns": 0.4}, blend=blend)
    more = ["-t", "1", *(["--blend"] if blend else [])]
    outcome = run("sample", *MIX, *more, "-n", "30", "--seed", "5")
    assert (outcome.code, outcome.lines) == (0, list(mixture.sample(30, seed=5)))
    assert run("sample", *MIX, *more, "--item", "7", "--seed", "5").lines == outcome.lines[7:8]
    piped = run("sample", *MIX, *more, "-", "--seed", "5", stdin="Ne\nEd-\n").lines
    assert piped[1].startswith("Ed-")  # only towns knows the hyphen
    asked = run("sample", *MIX, *more, "-n", "5", "--match", "?d*", "--seed", "5")
    assert asked.code == 0
    assert all(item[1] == "d" for item in asked.lines)


def test_top_score_evaluate_and_the_lens_read_mixtures(run: Run, tmp_path: Path) -> None:
    mixture = Library().open("toy").mixed({"towns": 0.4})
    top = json.loads(run("top", *MIX, "N", "-n", "3", "--json").out)
    assert [item["text"] for item in top["items"]] == [item.text for item in mixture.most_probable("N", count=3)]
    scored = json.loads(run("score", *MIX, top["items"][0]["text"], "--json").out)
    assert scored["characters"][1]["probability"] == pytest.approx(
        0.6 * _probability(run, "toy", scored["text"]) + 0.4 * _probability(run, "towns", scored["text"]), rel=1e-4
    )
    file = tmp_path / "items.txt"
    file.write_text("Ned\nEde\n")
    measured = json.loads(run("evaluate", "toy", str(file), "--mix", "towns=0.4", "--json").out)
    assert measured["nats_per_char"] == pytest.approx(mixture.evaluate(["Ned", "Ede"]).nats_per_char, abs=1e-6)
    assert measured["model"] == "toy + 0.4 towns"
    assert measured["parameters"] == mixture.cell.architecture.parameters
    for command in (["mattered", "Ned"], ["between", "Ne", "Ed", "-n", "2"], ["top", "N", "--tree"]):
        assert run(*command, *MIX).code == 0


def _probability(run: Run, model: str, text: str) -> float:
    return float(json.loads(run("score", "-m", model, text, "--json").out)["characters"][1]["probability"])


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--mix", "towns=-0.3"], 2, ["the weight of towns is a share above 0 and up to 1"]),
        (["--mix", "towns=1.5"], 2, ["a share above 0 and up to 1, such as 0.3, not 1.5"]),
        (["--mix", "towns=0.7", "--mix", "names-lstm=0.6"], 2, ["add up to 1.3"]),
        (["--mix", "towns=0.2", "--mix", "towns=0.3"], 2, ["towns is mixed in twice"]),
        (["--mix", "toy=0.3"], 1, ["toy cannot be mixed with itself; name another model"]),
        (["--mix", "twons=0.3"], 1, ["there is no model 'twons'", "towns"]),
        (["--blend"], 2, ["there is nothing to blend: name a model with --mix"]),
        (["--mix", "text=0.3"], 1, ["toy writes items and text running text; models of one kind can be mixed"]),
        (["--mix", "towns=0.3", "--device", "cuda"], 2, ["a mixture is computed on the CPU; leave out --device"]),
    ],
)
def test_what_cannot_be_mixed_is_told(run: Run, home: Path, options: list[str], code: int, words: list[str]) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "text", "text", NAMES, kind="stream")
    assert_sentence(run("sample", "-m", "toy", *options), code, *words)


def test_two_models_stand_beside_each_other(run: Run) -> None:
    def alone(name: str) -> list[str]:
        return list(Library().open(name).sample(7, "E", seed=4, temperature=1.0))[2:]

    beside = ("sample", "E", "-m", "toy", "--beside", "towns", "-t", "1", "--seed", "4", "--item", "2", "-n", "5")
    outcome = run(*beside)
    assert (outcome.code, outcome.lines) == (0, ["\t".join(p) for p in zip(alone("toy"), alone("towns"), strict=True)])
    rows = [json.loads(line) for line in run(*beside, "--json").lines]
    assert [(row["item"], row["model"], row["text"]) for row in rows] == [
        (2 + at, "toy", text) for at, text in enumerate(alone("toy"))
    ]
    assert [row["beside"]["text"] for row in rows] == alone("towns")
    assert rows[0]["beside"].keys() == {"model", "text", "end", "new"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-", "--beside", "towns"), 2, "one prefix"),
        (("--beside", "towns", "--new"), 2, "--new"),
        (("--beside", "towns", "-0"), 2, "--json"),
        (("--beside", "nothing"), 1, "no model 'nothing'"),
        (("Ed-", "--beside", "towns"), 1, "'-'"),
    ],
)
def test_what_means_nothing_beside_a_second_model(run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    assert_sentence(run("sample", "-m", "toy", *arguments), code, words)
