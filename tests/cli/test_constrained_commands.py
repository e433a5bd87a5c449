"""`sample` and `top` with what items must be, and every command of docs/writing.md."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from charrnn_tui.cli import constrained
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.generations import top_command
from charrnn_tui.prompt.steering import Steering
from charrnn_tui.prompt.typed_constraint import TypedConstraint
from cli.conftest import Outcome, Run, assert_sentence
from toy import NAMES, write_toy_model

SAMPLE = ("sample", "-m", "toy")
DOCUMENT = Path(__file__).parents[2] / "docs" / "writing.md"


@pytest.mark.usefixtures("toy_model")
def test_every_item_is_as_asked(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken.txt"
    taken.write_text("Lena\nElena\n")
    asked = ["--match", "/.*[aeiou]n.*/", "--length", "3:7", "--ban", "EE", "--unique", "--new", "--avoid", str(taken)]
    outcome = run(*SAMPLE, *asked, "-n", "40", "--seed", "2")
    assert outcome.code == 0, outcome
    items = outcome.lines
    assert len(items) == len(set(items)) == 40
    for item in items:
        assert re.fullmatch(".*[aeiou]n.*", item)
        assert 3 <= len(item) <= 7
        assert "ee" not in item.lower()
        assert item not in (*NAMES, "Lena", "Elena")
    assert "probability that an item is so" in outcome.err
    assert run(*SAMPLE, *asked, "-n", "40", "--seed", "2").lines == items
    assert run(*SAMPLE, *asked, "-n", "7", "--seed", "2").lines == items[:7]
    assert run(*SAMPLE, *asked, "-n", "3", "--item", "36", "--seed", "2").lines == items[36:39]


@pytest.mark.usefixtures("toy_model")
def test_json_ends_with_the_probability(run: Run) -> None:
    outcome = run(*SAMPLE, "De", "--match", "*a", "-n", "3", "--json", "--seed", "1")
    *items, last = map(json.loads, outcome.lines)
    assert (outcome.code, outcome.err) == (0, "")
    assert all(i["text"].startswith("De") and i["text"].endswith("a") and i["end"] == "end" for i in items)
    assert [i["item"] for i in items] == [0, 1, 2]
    p = last["probability"]
    assert 0 < p["low"] <= p["estimate"] <= p["high"] <= 1
    assert p["exact"] == (p["low"] == p["high"])
    assert (last["given"], last["wanted"], last["why"]) == (3, 3, "")


@pytest.mark.usefixtures("toy_model")
def test_fewer_than_asked_are_explained(run: Run) -> None:
    outcome = run(*SAMPLE, "--match", "/Le[nl]/", "--unique", "-n", "9")
    assert (outcome.code, sorted(outcome.lines)) == (0, ["Lel", "Len"])
    assert "there are no more: 2 items" in outcome.err
    nothing = run(*SAMPLE, "-t", "0", "--match", "Ned", "--json")
    last = json.loads(nothing.lines[-1])
    assert nothing.code == 1
    assert "its probability is 0" in nothing.err
    assert last["probability"] == {"low": 0.0, "high": 0.0, "estimate": None, "exact": True}


@pytest.mark.usefixtures("toy_model")
def test_what_is_too_rare_is_given_up_with_a_proposal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model = Library().open("toy")
    (tmp_path / "my list").write_text("Anna")
    typed = TypedConstraint("*nn*", (6, 9), True, True, (str(tmp_path / "my list"),), ("Hannah it's",))
    draws = model.draws(typed.constraint(), "A", seed=1, max_steps=40)
    put: list[str] = []
    top = top_command("A", "toy", 10_000, steering=Steering(typed))
    code = constrained.write(draws, 10_000, lambda number, prefix, text: put.append(text), as_json=False, top=top)
    said = capsys.readouterr().err
    assert code == 1
    assert 0 < len(put) < 10_000
    assert "too rare: after 40 steps" in said
    assert f"top --model toy -n 10000 --match '*nn*' --length 6:9 --new --avoid '{tmp_path / 'my list'}' --ban" in said


@pytest.mark.usefixtures("toy_model")
def test_top_lists_the_most_probable_that_are_as_asked(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("Delia\n")
    asked = ["--match", "*a", "--length", "4:6", "--ban", "nn", "--new", "--avoid", str(taken)]
    outcome = run("top", "-m", "toy", "De", *asked, "-n", "12", "--json")
    found = json.loads(outcome.out)
    texts = [item["text"] for item in found["items"]]
    assert len(set(texts)) == 12
    assert all(t.startswith("De") and t.endswith("a") and 4 <= len(t) <= 6 and "nn" not in t for t in texts)
    assert not set(texts) & set(NAMES)
    every = json.loads(run("top", "-m", "toy", "De", "-n", "3000", "--json").out)["items"]
    ended = [i["text"] for i in every if i["ended"]]
    fitting = [t for t in ended if re.fullmatch("De.{1,3}a", t) and "nn" not in t.lower()]
    assert texts == [t for t in fitting if t not in NAMES][:12]


@pytest.mark.usefixtures("toy_model")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["sample", "--match", "/(a/"], 2, "not closed"),
        (["sample", "--match", ""], 2, "empty"),
        (["sample", "--match", "/(a|e)*a(a|e){20}/"], 1, "too intricate"),
        (["sample", "--match", "Q*"], 1, "'Q'"),
        (["sample", "De", "--match", "A*"], 1, "begin with 'De'"),
        (["sample", "--length", "8:4"], 2, "4:8"),
        (["sample", "--length", "1000:"], 1, "1000 or more"),
        (["sample", "--ban", ""], 2, "at least one character"),
        (["sample", "--avoid", "nowhere.txt"], 1, "nowhere.txt"),
        (["sample", "-", "--unique"], 2, "one prefix"),
        (["sample", "--unique", "--device", "cuda"], 2, "CPU"),
        (["top", "--match", "Q*"], 1, "'Q'"),
        (["top", "--tree", "--match", "A*"], 2, "tree"),
    ],
)
def test_wrong_input_gets_a_sentence(run: Run, arguments: list[str], code: int, words: str) -> None:
    command, *rest = arguments
    assert_sentence(run(command, "-m", "toy", *rest), code, words)


def test_running_text_and_a_model_without_its_corpus_are_refused(run: Run) -> None:
    write_toy_model(Library().user / "prose", "prose", kind="stream")
    assert_sentence(run("sample", "-m", "prose", "--match", "A*"), 1, "running text")
    folder = write_toy_model(Library().user / "bare", "bare")
    (folder / "lines.safetensors").unlink()
    assert_sentence(run("sample", "-m", "bare", "--new"), 1, "does not keep what it learnt from")


def test_each_command_of_the_writers_path_runs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands around a command (a pipe into it, or what is done where it fails) is left to the shell."""
    monkeypatch.chdir(tmp_path)
    text = "".join(re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    assert text.count("charrnn-tui ") >= 7
    said: list[Outcome] = []
    for line in text.splitlines():
        before, program, command = line.partition("charrnn-tui ")
        fed = subprocess.run(["bash", "-c", before.rstrip("| ")], capture_output=True, check=True).stdout
        if program:
            typed, _, otherwise = command.partition(" || ")
            said.append(run(*shlex.split(typed, comments=True), stdin=fed))
            assert said[-1].code == 0 or otherwise, (line, said[-1].err)
    elvish = said[0].lines
    assert len(set(elvish)) == len(elvish) == 200
    assert all(re.fullmatch("El.*iel", name) and len(name) <= 8 for name in elvish)
    assert any("there are no more" in outcome.err for outcome in said)
    kept = (tmp_path / "kept.txt").read_text().splitlines()
    assert len(kept) == 203, "the 200 names, and three Finnish ones"
    assert len({name for name in kept[:200] if re.fullmatch("El.*iel", name)}) == 200
    finnish = (tmp_path / "finnish.txt").read_text().splitlines()
    assert [finnish[line] for line in (3, 7, 9)] == kept[200:]
    assert [one["text"] for one in json.loads((tmp_path / "elves.json").read_text())] == kept[:1]
