"""Training, measuring and keeping models from the command line."""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from charrnn_tui.files import paths
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.favourites import Favourite
from cli.conftest import Run, assert_sentence
from toy import NAMES

TINY = ("--hidden", "8", "--embedding", "4", "--batch-size", "32", "--threads", "1")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    rng = random.Random(0)
    path = tmp_path / "words.txt"
    made = ("".join(rng.choice("bdk" if i % 2 == 0 else "aei") for i in range(rng.randint(3, 6))) for _ in range(200))
    path.write_text("\n".join(made) + "\n", encoding="utf-8")
    return path


def test_train_tells_events_and_leaves_a_model_that_goes_on(run: Run, words: Path) -> None:
    outcome = run("train", str(words), *TINY, "--epochs", "2", "--name", "mine", "--json")
    assert outcome.code == 0, outcome.err
    events = [json.loads(line) for line in outcome.lines]
    assert events[0]["type"] == "started"
    assert events[0]["hidden"] == 8
    assert events[-1]["type"] == "finished"
    assert events[-1]["reason"] == "completed"
    assert any(e["type"] == "evaluated" and math.isfinite(e["validation_loss"]) for e in events)
    steps = events[-1]["step"]
    assert_sentence(run("train", "--resume", "mine"), 2, "finished")
    more = run("train", "--resume", "mine", "--epochs", "1", "--json")
    assert json.loads(more.lines[-1])["step"] == steps * 1.5
    tuned = run("train", str(words), "--base", "mine", "--epochs", "1", "--name", "tuned", "--json")
    assert tuned.code == 0
    assert Library().open("tuned").info.recipe["base"] == "mine"
    assert_sentence(run("train", str(words), *TINY, "--name", "mine"), 1, "already")


def test_train_reads_a_recipe_and_writes_tensorboard(run: Run, words: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f'corpus = "{words}"\nhidden = 7\nembedding = 5\nepochs = 1\nthreads = 1\n', encoding="utf-8")
    outcome = run("train", "--recipe", str(recipe), "--tensorboard")
    assert outcome.code == 0, outcome.err
    info = Library().open("words-lstm").info
    assert (info.architecture.hidden, info.architecture.embedding) == (7, 5)
    assert list((paths.models() / "words-lstm" / "tensorboard").glob("events.*"))
    assert "nats" in outcome.err + outcome.out


def test_train_proposes_a_learning_rate_and_trains_nothing(run: Run, words: Path) -> None:
    outcome = run("train", str(words), *TINY, "--find-lr")
    assert outcome.code == 0, outcome.err
    assert "--learning-rate" in outcome.out
    assert not paths.models().exists() or not list(paths.models().iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("no-such.txt",), 1, "no-such.txt"),
        (("names", "--arch", "transformer"), 2, "transformer"),
        (("names", "--dropout", "2"), 2, "dropout"),
        (("names", "--preset", "slow"), 2, "slow"),
        (("--resume", "nobody"), 1, "nobody"),
        (("names", "--device", "abacus"), 2, "abacus"),
    ],
)
def test_train_refuses_with_a_sentence(run: Run, arguments: tuple[str, ...], code: int, word: str) -> None:
    outcome = run("train", *arguments)
    assert outcome.code in (1, 2), outcome
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert word in outcome.err


def test_two_processes_under_torchrun_speak_with_one_voice(words: Path, home: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    command += ["-m", "charrnn_tui", "train", str(words), *TINY, "--epochs", "1", "--device", "cpu"]
    done = subprocess.run(
        [*command, "--name", "both", "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds.count("started") == kinds.count("finished") == 1


def test_evaluate_gives_what_the_model_says(run: Run, toy_model: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    outcome = run("evaluate", "toy", str(text), "--json")
    found = json.loads(outcome.out)
    expected = Library().open("toy").evaluate(NAMES).to_dict()
    assert {key: found[key] for key in expected} == pytest.approx(expected)
    assert found["characters"] == sum(map(len, NAMES)) + len(NAMES)
    text.write_text("Zoë\n", encoding="utf-8")
    assert_sentence(run("evaluate", "toy", str(text)), 1, "ë", "nearest known")
    assert_sentence(run("evaluate", "nobody", str(text)), 1, "nobody", "names-lstm")


def test_compare_puts_the_better_model_first(run: Run, toy_model: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    outcome = run("compare", "names-lstm", "toy", str(text))
    assert outcome.code == 0, outcome.err
    rows = [line.split()[0] for line in outcome.lines if line.split()[0] in ("toy", "names-lstm")]
    library = Library()
    better = min(("toy", "names-lstm"), key=lambda n: library.open(n).evaluate(NAMES).nats_per_char)
    assert rows[0] == better
    assert len(rows) == 2


def test_models_are_listed_shown_renamed_and_deleted(run: Run, toy_model: Path) -> None:
    (toy_model.parent / "broken").mkdir()
    (toy_model.parent / "broken" / "model.json").write_text("{")
    listed = run("models", "list").out
    assert "toy" in listed
    assert "names-lstm" in listed
    assert "broken" in listed
    assert "shipped" in listed
    assert "nats" in run("models", "show", "names-lstm").out
    assert run("models", "rename", "toy", "other").code == 0
    assert Library().open("other").name == "other"
    assert_sentence(run("models", "rename", "names-lstm", "mine"), 1, "came with the program")
    assert run("models", "delete", "other", "--yes").code == 0
    assert not (toy_model.parent / "other").exists()


def test_models_go_out_and_come_in(run: Run, toy_model: Path, tmp_path: Path) -> None:
    whole, step = tmp_path / "toy.safetensors", tmp_path / "toy.onnx"
    assert run("models", "export", "toy", str(whole)).code == 0
    assert run("models", "export", "toy", str(step)).code == 0
    assert step.stat().st_size > 500
    assert run("models", "import", str(whole), "--name", "back").code == 0
    said = [run("sample", "De", "-n", "5", "--seed", "1", "--model", name).out for name in ("toy", "back")]
    assert said[0] == said[1] != ""
    pickle = tmp_path / "bad.safetensors"
    pickle.write_bytes(b"\x80\x02}q\x00.")
    assert_sentence(run("models", "import", str(pickle), "--name", "bad"), 1, "pickle")
    assert not (toy_model.parent / "bad").exists()


def test_corpora_are_listed_and_shown(run: Run, words: Path) -> None:
    listed = run("corpora").out
    assert re.search(r"^python-stdlib +one text +[\d,]{9,} ", listed, re.MULTILINE)
    assert "names" in listed
    assert "8,019" in listed
    shown = run("corpora", "show", "names").out
    for word in ("53", "8,019", "longest"):
        assert word in shown
    assert "given names of many cultures" in shown
    assert run("corpora", "show", str(words)).code == 0
    table = json.loads(run("corpora", "show", "animals-by-kind", "--json", "-n", "1").out)
    assert (table["what"], table["column"], table["label"]) == ("animals of 14 kinds", "animal", "kind")
    assert sum(count for _, count in table["labels"]) == table["items"] == 3307
    assert_sentence(run("corpora", "show", "nothing"), 1, "nothing", "names")


def test_settings_are_shown_and_a_wrong_line_is_named(run: Run) -> None:
    outcome = run("config")
    assert str(paths.config_file()) in outcome.out
    assert "temperature = 0.8" in outcome.out
    paths.config_file().parent.mkdir(parents=True)
    paths.config_file().write_text('model = "toy"\n\ntemperature = -3\n')
    assert_sentence(run("config"), 1, "line 3", "temperature")


def test_no_favourites_yet_is_said(run: Run) -> None:
    outcome = run("favourites")
    assert (outcome.code, outcome.out) == (0, "")
    assert "nothing was kept yet" in outcome.err


def test_favourites_tell_what_has_a_meaning(run: Run, tmp_path: Path) -> None:
    favourites.add(Favourite("Bo", "B", "toy", 6, temperature=0.5))
    favourites.add(Favourite("Al", "A", "toy", item=1, kind="probable", probability=0.25))
    drawn, probable = json.loads(run("favourites", "list", "--json").out)
    assert (drawn["seed"], drawn["temperature"]) == (6, 0.5)
    assert probable["probability"] == 0.25
    assert not probable.keys() & {"seed", "temperature", "top_k", "top_p", "min_p"}
    assert run("favourites", "export", str(tmp_path / "kept.csv")).code == 0
    drawn, probable = csv.DictReader((tmp_path / "kept.csv").open())
    assert (drawn["seed"], drawn["probability"]) == ("6", "")
    assert (probable["seed"], probable["temperature"], probable["probability"]) == ("", "", "0.25")


def test_an_ngram_is_counted_by_train_and_options_that_mean_nothing_are_refused(run: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "words.txt"
    corpus.write_text("\n".join(["anna", "hannah", "banana", "nana", "bab"] * 12) + "\n")
    assert run("train", str(corpus), "--arch", "ngram", "--order", "3", "--name", "counts").code == 0
    assert "3-gram" in run("models", "show", "counts").out
    assert len(run("sample", "-m", "counts", "an", "-n", "4").lines) == 4
    assert_sentence(run("train", str(corpus), "--order", "3"), 2, "--arch ngram")
    assert_sentence(run("train", str(corpus), "--arch", "ngram", "--hidden", "9"), 2, "--hidden means nothing")
    assert_sentence(
        run("train", str(corpus), "--arch", "ngram", "--order", "99"), 2, "order is a whole number from 1 to 32"
    )
