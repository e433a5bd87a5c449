"""What editors, shells and file systems put into a command: marks, numbers without end, names that are no UTF-8."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from charrnn_tui.cli import output
from charrnn_tui.files import paths
from charrnn_tui.prompt.words import count
from cli.conftest import Run, assert_sentence

TINY = ("--preset", "quick", "--hidden", "8", "--embedding", "4", "--epochs", "1", "--threads", "1")
BEYOND = str(2**64)
RANGE = str(2**63 - 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sample", "De", "--item", BEYOND),
        ("sample", "De", "-n", BEYOND),
        ("sample", "De", "--seed", BEYOND),
        ("sample", "De", "--max-length", BEYOND),
        ("sample", "De", "--top-k", BEYOND),
        ("sample", "De", "--item", RANGE, "-n", "2"),
        ("top", "De", "-n", BEYOND),
        ("repl", "--seed", BEYOND),
        ("train", "colours", "--seed", BEYOND),
    ],
    ids=" ".join,
)
def test_whole_numbers_beyond_64_bits_get_their_range(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)
    assert_sentence(refused, 2, RANGE)
    assert "-9" not in refused.err  # nothing of this begins below 0


def test_byte_order_marks_are_no_part_of_what_they_precede(run: Run, toy_model: Path, tmp_path: Path) -> None:
    plain, marked = (
        run("sample", "-m", "toy", "-", "--seed", "1", stdin=mark + b"De\r\nAn\r\n") for mark in (b"", b"\xef\xbb\xbf")
    )
    assert (marked.code, marked.out) == (plain.code, plain.out) == (0, plain.out)
    recipe = tmp_path / "r.toml"
    recipe.write_bytes("\ufeffhidden = 8\r\nepochs = 1\r\nthreads = 1\r\n".encode())
    assert run("train", "colours", "--recipe", str(recipe)).code == 0


def test_a_file_whose_name_is_not_utf8_gives_a_model(run: Run, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_text("Anna\nBert\nCleo\nDora\n" * 10)
    trained = run("train", os.fsdecode(path), *TINY)
    assert trained.code == 0, trained.err
    assert "caf-lstm" in trained.out
    shown = run("models", "show", "caf-lstm", "--json")
    assert os.fsencode(json.loads(shown.out)["description"]["recipe"]["corpus"]) == path
    assert "1 epoch," in trained.out
    assert "Note: only" in trained.err


def test_one_of_a_thing_is_one() -> None:
    said = [count(1, "epoch"), count(1.0, "epoch"), count(2.5, "epoch"), count(0, "item"), count(1200, "item")]
    assert said == ["1 epoch", "1 epoch", "2.5 epochs", "0 items", "1,200 items"]
    assert count(2, "corpus", "corpora") == "2 corpora"


def test_columns_of_a_terminal_are_counted() -> None:
    assert [output.width_of(text) for text in ("abc", "日本", "e\u0301", "👩\u200d🚀", "é\x1bb")] == [3, 4, 1, 2, 2]
    assert output.cut("日本語", 4) == "日…"


def test_python_stdlib_is_known_wherever_a_corpus_is_named(run: Run, toy_model: Path) -> None:
    shown = json.loads(run("corpora", "show", "python-stdlib", "--json", "-n", "2").out)
    assert (shown["name"], shown["kind"], len(shown["samples"])) == ("python-stdlib", "stream", 2)
    assert shown["characters"] > 1_000_000
    (text,) = paths.cache().glob("corpora/python-stdlib-*.txt")
    assert text.stat().st_size > 1_000_000
    text.write_text(text.read_text()[:20_000])  # what follows has no need of all of it
    for command in ("evaluate", "compare"):
        models = ("toy", "toy")[: 2 if command == "compare" else 1]
        refused = run(command, *models, "python-stdlib")
        assert refused.code == 1
        assert "does not know the symbols" in refused.err
