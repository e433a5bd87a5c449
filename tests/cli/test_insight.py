"""The commands of the lens say what the engine says, and refuse with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charrnn_tui.insight.passages import Passages
from charrnn_tui.insight.scores import score
from charrnn_tui.insight.units import find
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.text_curves import text_curves
from cli.conftest import Run, assert_sentence
from toy import NAMES


@pytest.fixture
def names(tmp_path: Path) -> Path:
    file = tmp_path / "names.txt"
    file.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def learnt(toy_model: Path, names: Path) -> Path:
    """The toy model says that it learnt from a file; its record of items goes with it."""
    path = toy_model / "model.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    described["recipe"] = {"corpus": str(names), "kind": "lines"}
    path.write_text(json.dumps(described), encoding="utf-8")
    return toy_model


def test_score_ranks_and_tells_each_character(run: Run, toy_model: Path) -> None:
    outcome = run("score", "-m", "toy", "-", "--json", stdin="Lena\nQ9\r\n\nAnna\n")
    assert outcome.code == 1
    assert "line 2 of the input is passed over" in outcome.err
    rows = [json.loads(line) for line in outcome.lines]
    model = Library().open("toy")
    expected = sorted((score(model, t) for t in ("Lena", "Anna")), key=lambda s: -s.log_prob)
    assert [row["text"] for row in rows] == [s.text for s in expected]
    for row, one in zip(rows, expected, strict=True):
        assert row["log_prob"] == pytest.approx(one.log_prob)
        assert row["bits_per_char"] == pytest.approx(one.bits_per_char)
        assert [c["symbol"] for c in row["characters"]] == [*one.text, None]
        assert [c["rank"] for c in row["characters"]] == one.ranks.tolist()
    shown = run("score", "-m", "toy", "Anna")
    assert shown.code == 0
    assert "(end)" in shown.out
    assert f"{expected[[s.text for s in expected].index('Anna')].bits_per_char:.3f} bits" in shown.out


def test_mattered_and_context_of_bigrams(run: Run, learnt: Path, names: Path) -> None:
    outcome = run("mattered", "-m", "toy", "Anna", "--at", "3", "--json")
    row = json.loads(outcome.out)
    assert [m["at"] for m in row["mattered"]] == [0, 1, 2]
    assert row["mattered"][0]["replaced"] == pytest.approx(0, abs=1e-5)
    assert abs(row["mattered"][2]["replaced"]) > 0.01
    assert "drawn anew" in run("mattered", "-m", "toy", "Anna").out
    outcome = run("context", "toy", "--json", "--known", "0,1,2")
    assert outcome.code == 0, outcome.err
    (curve,) = json.loads(outcome.out)
    bits = [p["bits_per_char"] for p in curve["points"]]
    assert bits[0] > bits[1]
    assert bits[1] == pytest.approx(bits[2], abs=1e-5)
    drawn = run("context", "toy", "gone", "--text", str(names), "--known", "0,1,2")
    assert drawn.code == 1
    assert "gone: there is no model" in drawn.err
    assert "●" in drawn.out


def test_units_matches_and_pin(run: Run, learnt: Path) -> None:
    outcome = run("units", "toy", "--property", "vowel", "-n", "2", "--json")
    assert outcome.code == 0, outcome.err
    told = json.loads(outcome.out)
    model = Library().open("toy")
    assert told["characters"] == sum(map(len, NAMES))
    best = told["properties"][0]["units"][0]
    training = [n for n in NAMES if model.seen(n) == "training"]
    validation = [n for n in NAMES if model.seen(n) == "validation"]
    expected = find(model, Passages.of_items([*training, *validation], model), ["vowel"]).best("vowel", 2)
    assert best["unit"] == expected.units[0].unit.number
    assert best["correlation"] == pytest.approx(expected.units[0].correlation)
    assert "vowel" in run("units", "toy", "--property", "vowel").out
    outcome = run("matches", "toy", "Anna", "1:3", "--always", "--json")
    assert outcome.code == 0, outcome.err
    row = json.loads(outcome.out)
    # Unit i of the toy network is on after symbol i: what is on after "n" and "n" is found at "nn".
    assert [(u["unit"], u["sign"]) for u in row["units"]] == [(model.vocabulary.id("n"), 1)]
    assert {m["text"] for m in row["matches"] if m["share"] == 1} == {"nn"}
    unit = model.vocabulary.id("a")
    outcome = run("pin", "toy", "An", f"{unit}=1", "--seed", "1", "--json")
    assert outcome.code == 0, outcome.err
    row = json.loads(outcome.out)
    assert sum(row["pinned_probabilities"]) == pytest.approx(1)
    assert row["probabilities"] != row["pinned_probabilities"]
    assert row["text"] == model.stream("An", temperature=0.8, seed=1).prefix + "".join(
        t.symbol for t in model.stream("An", temperature=0.8, seed=1)
    )


def test_between_and_novelty(run: Run, learnt: Path) -> None:
    outcome = run("between", "-m", "toy", "An", "De", "-n", "3", "--seed", "2", "--json")
    steps = json.loads(outcome.out)["steps"]
    assert [s["weight"] for s in steps] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    outcome = run("novelty", "-m", "toy", "-", "--json", stdin="Anna\nAnnna\n")
    assert outcome.code == 0, outcome.err
    first, second = (json.loads(line) for line in outcome.lines)
    model = Library().open("toy")
    assert first["part"] == model.seen("Anna")
    assert second["part"] == "new"
    assert second["distance"] >= 1
    copied = second["copied"]
    assert "Annna"[copied["start"] : copied["start"] + copied["length"]] in copied["source"]
    assert "item     new" in run("novelty", "-m", "toy", "Zed").out


def test_a_tree_is_made_forked_shown_replayed_and_pruned(run: Run, toy_model: Path, home: Path) -> None:
    outcome = run("tree", "new", "mine", "De", "-m", "toy", "--seed", "3")
    assert outcome.code == 0, outcome.err
    root = json.loads(run("tree", "show", "mine", "--json").out)["branches"][0]["text"]
    other = next(symbol for symbol in "anel" if not root.startswith(symbol))
    assert run("tree", "fork", "mine", "0", "0", other).code == 0
    assert run("tree", "fork", "mine", "1", "1", "--seed", "9", "-t", "1.2").code == 0
    assert run("tree", "label", "mine", "1", "the [b]other").code == 0
    kept = json.loads(run("tree", "show", "mine", "--json").out)
    assert [b["id"] for b in kept["branches"]] == [0, 1, 2]
    assert kept["branches"][1]["text"].startswith(other)
    assert kept["branches"][1]["label"] == "the [b]other"
    assert (home / "data" / "charrnn-tui" / "trees" / "mine.json").exists()
    replayed = run("tree", "replay", "mine")
    assert (replayed.code, replayed.out) == (0, "")
    assert "All 3 branches" in replayed.err
    assert "# `De`" in run("tree", "show", "mine", "--markdown").out
    assert "the [b]other" in run("tree", "prune", "mine", "2").out
    assert "mine" in run("tree", "list").out
    assert_sentence(run("tree", "new", "mine", "De", "-m", "toy"), 2, "already a tree")
    assert_sentence(run("tree", "fork", "mine", "7", "0", "a"), 1, "no branch 7")


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("score", "-m", "toy", "aQ9"), 1, "does not know"),
        (("score", "-m", "toy", "-"), 2, "nothing to score"),
        (("mattered", "-m", "toy", "Anna", "--at", "9"), 1, "no place 9"),
        (("context", "toy"), 1, "does not say what it learnt from"),
        (("context", "toy", "--known", "1,x"), 2, "--known"),
        (("units", "toy"), 1, "does not say what it learnt from"),
        (("units", "toy", "--text", "names", "--property", "vowel"), 1, "does not know"),
        (("matches", "toy", "Anna", "3"), 2, "FROM:TO"),
        (("matches", "toy", "Anna", "1:9"), 1, "0 to 3"),
        (("matches", "toy", "Anna", "1:2", "--part", "nose"), 1, "parts hidden"),
        (("pin", "toy", "An", "cell:1=2"), 1, "parts hidden"),
        (("pin", "toy", "An", "5"), 2, "UNIT=VALUE"),
        (("pin", "toy", "An", "5=x"), 2, "UNIT=VALUE"),
        (("between", "-m", "toy", "An", "Q9"), 1, "does not know"),
        (("novelty", "-m", "toy", "Anna"), 1, "does not say what it learnt from"),
        (("tree", "show", "nothing"), 1, "there is no tree"),
        (("tree", "show", ".x"), 1, "no name for a tree"),
    ],
    ids=lambda value: "-".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_wrong_input_gets_a_sentence(
    run: Run, toy_model: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    assert_sentence(run(*arguments), code, word)


def test_curves_stand_where_their_values_are() -> None:
    lines = text_curves([[3.0, 2.0, 1.0], [3.0, 3.0, 3.0]], ["0", "1", "2"], height=3, column=3)
    assert [line[10:].rstrip() for line in lines[:3]] == [" ●  ▲  ▲", "    ●", "       ●"]
    assert lines[0].startswith("    3.00")
    assert lines[2].startswith("    1.00")
    assert lines[-1].split() == ["0", "1", "2"]
    assert text_curves([[1.0, 1.0]], ["a", "b"], height=2)
