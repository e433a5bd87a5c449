"""`charrnn-tui race` on a toy corpus."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from charrnn_tui.model.library import Library
from charrnn_tui.text import split_by_hash
from cli.conftest import Run, assert_sentence

RACE = tuple(
    part
    for setting in ("hidden=8", "embedding=4", "batch_size=32", "threads=1", "epochs=1", "seed=4")
    for part in ("--set", setting)
)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    rng = random.Random(0)
    path = tmp_path / "my-words.txt"
    made = ("".join(rng.choice("bdk" if i % 2 == 0 else "aei") for i in range(rng.randint(3, 6))) for _ in range(200))
    path.write_text("\n".join(made) + "\n", encoding="utf-8")
    return path


def test_a_race_trains_all_on_the_same_and_tells_a_table(run: Run, words: Path, home: Path) -> None:
    asked = ("race", "rnn", "ngram", "--on", str(words), *RACE)
    raced = run(*asked)
    assert raced.code == 0, raced.err
    assert "1 of 2: RNN 8  then 5-gram" in raced.out
    assert "share of each run" in raced.out
    library = Library()
    models = [library.open(name) for name in ("my-words-rnn", "my-words-ngram")]
    heading = next(at for at, line in enumerate(raced.lines) if "nats/char" in line and "context" in line)
    rows = [line.split() for line in raced.lines[heading + 1 : heading + 3]]
    told = {row[1]: row for row in rows}
    assert [float(row[2]) for row in rows] == sorted(float(row[2]) for row in rows)
    for model in models:
        assert float(told[model.name][2]) == pytest.approx(model.info.validation_loss, abs=1e-4)
        assert told[model.name][5] == f"{model.cell.architecture.parameters:,}"
    assert models[0].info.recipe["seed"] == models[1].info.recipe["seed"] == 4
    assert models[0].info.corpus["validation_items"] == models[1].info.corpus["validation_items"]

    again = [json.loads(line) for line in run(*asked, "--json").out.splitlines()]
    assert [event["name"] for event in again if event["type"] == "started"] == ["my-words-rnn-2", "my-words-ngram-2"]
    assert again[-1]["type"] == "race"
    assert {one["model"] for one in again[-1]["entrants"]} == {"my-words-rnn-2", "my-words-ngram-2"}
    assert all(one["characters_per_second"] > 0 and one["context"] >= 0 for one in again[-1]["entrants"])


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("rnn",), 1, "two or more"),
        (("rnn", "bert"), 1, "'bert' can run in no race"),
        (("rnn", "gru", "--on", "nowhere.txt"), 1, "nowhere.txt"),
        (("rnn", "gru", "--set", "hidden"), 2, "NAME=VALUE"),
        (("rnn", "gru", "--set", "hidden=-1"), 2, "hidden"),
        (("rnn", "gru", "--preset", "slow"), 2, "quick, balanced, best"),
        (("rnn", "gru", "--set", "corpus='x'"), 2, "--on"),
    ],
)
def test_a_race_refuses_with_a_sentence(run: Run, arguments: tuple[str, ...], code: int, word: str) -> None:
    assert_sentence(run("race", *arguments), code, word)


def test_compare_held_out_measures_on_what_none_has_learnt(run: Run, words: Path, home: Path, tmp_path: Path) -> None:
    more = words.read_text(encoding="utf-8").splitlines()
    half = tmp_path / "half.txt"
    half.write_text("\n".join(more[::2]) + "\n", encoding="utf-8")
    for path, name in ((words, "whole"), (half, "part")):
        assert run("train", str(path), "--arch", "ngram", "--order", "3", "--name", name).code == 0
    compared = run("compare", "whole", "part", "--held-out", "--json")
    assert compared.code == 0, compared.err
    held_out = list(dict.fromkeys(split_by_hash(more)[1]))
    rows = {row["model"]: row for row in json.loads(compared.out)}
    assert {row["items"] for row in rows.values()} == {len(held_out)}
    assert f"Held out of all of them: {len(held_out)} items" in compared.err
    for name, row in rows.items():
        assert row["items_seen_in_training"] == 0
        assert row["nats_per_char"] == pytest.approx(Library().open(name).evaluate(held_out).nats_per_char)
    of_text = run("compare", "whole", "part", str(half), "--held-out", "--json")
    assert {row["items"] for row in json.loads(of_text.out)} == {len(set(held_out) & set(more[::2]))}

    (Library().find("part") / "lines.safetensors").unlink()
    half.unlink()
    unknown = run("compare", "whole", "part", "--held-out")
    assert unknown.code == 0
    assert "not known what part learnt from" in unknown.err
    assert_sentence(run("compare", "whole", "--held-out"), 2, "two models or more")
    assert_sentence(run("compare", "whole", "nobody", "--held-out"), 1, "nobody")
