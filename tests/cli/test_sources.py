"""Data as people have it, at the command line: what `train`, `corpora show`, `evaluate` and `compare` read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from conftest import Run, assert_sentence

SMALL = ("--preset", "quick", "--hidden", "8", "--embedding", "4", "--epochs", "1", "--threads", "1")
NAMES = ["Anna", "Bea", "Carl", "Dora", "Emil", "Fritz", "Gerda", "Hanna", "Ida", "Jan"] * 4


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{name},{'fi' if at % 2 else 'se'}\n" for at, name in enumerate(NAMES))
    (tmp_path / "names.csv").write_text("name,culture\n" + rows)
    (tmp_path / "names.txt").write_text("\n".join(NAMES) + "\n")
    (tmp_path / "old.txt").write_bytes("Zoë\nJosé\nRené\nMoïse\n".encode("cp1252") * 10)
    return tmp_path


def recipe_of(home: Path | object, name: str) -> dict[str, object]:
    from charrnn_tui.files import paths

    return dict(json.loads((paths.models() / name / "model.json").read_text())["recipe"])


def test_a_table_is_trained_on_by_a_column(run: Run, home: Path) -> None:
    asked = run("train", "names.csv", *SMALL)
    assert_sentence(asked, 1, "names.csv is a table", "--column NAME", "name (Anna), culture (se)")
    assert_sentence(run("train", "names.csv", "--column", "nome", *SMALL), 1, "has no column 'nome'", "name (Anna)")
    assert_sentence(run("train", "names.csv", "--label", "culture", *SMALL), 2, "which one holds the items")
    done = run("train", "names.csv", "--column", "name", "--name", "ein Modell für Namen", *SMALL)
    assert done.code == 0, done
    assert "'ein Modell für Namen'" in done.err  # quoted, to be pasted
    recipe = recipe_of(home, "ein Modell für Namen")
    assert (recipe["column"], recipe["kind"]) == ("name", "lines")
    # A plain list is what the column holds, and so are other spellings of its name.
    shown = json.loads(run("corpora", "show", "names.csv", "--column", "NAME", "--json").out)
    assert (shown["items"], shown["distinct"], shown["columns"]) == (40, 10, ["name", "culture"])
    by_column = run("evaluate", "ein Modell für Namen", "names.csv", "--column", "name", "--json")
    assert run("evaluate", "ein Modell für Namen", "names.csv", "--json").out == by_column.out  # the model's own column
    assert run("evaluate", "ein Modell für Namen", "names.txt", "--json").out == by_column.out
    assert run("sample", "-m", "ein Modell für Namen", "A", "--seed", "1").code == 0
    assert run("models", "rename", "ein Modell für Namen", "Имена").code == 0
    assert "Имена" in run("models").out
    assert run("models", "delete", "Имена", "--yes").code == 0


def test_several_files_are_compared_on(run: Run, place: Path) -> None:
    (place / "more.txt").write_text("Alma\nElsa\n")
    both = json.loads(run("compare", "names-lstm", "names-lstm", "names.txt", "more.txt", "--json").out)
    assert [row["items"] for row in both] == [42, 42]
    pattern = json.loads(run("evaluate", "names-lstm", "*r*.txt", "names.txt", "--json").out)
    assert pattern["items"] == 42
    piped = run("evaluate", "names-lstm", "-", "--json", stdin="Anna\nBea\n")
    assert json.loads(piped.out)["items"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nix/**"], "no file fits the pattern"),
        (["empty"], "no file stands in the folder"),
        (["noise.bin"], "no text"),
        (["/dev/zero"], "no regular file"),
        (["broken.gz"], "is damaged and cannot be unpacked"),
        (["-"], "standard input is empty"),
        (["names.csv", "--column", "name", "--separator", "x"], "cannot both be given"),
        (["ragged.csv", "--column", "name"], "line 3 of ragged.csv has 3 fields where there are 2 columns"),
        (["bad.jsonl", "--column", "name"], "line 2 of bad.jsonl is not JSON"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(run: Run, place: Path, arguments: list[str], said: str) -> None:
    (place / "empty").mkdir()
    (place / "noise.bin").write_bytes(bytes(range(256)) * 4)
    (place / "broken.gz").write_bytes(gzip.compress(b"Anna\n" * 1000)[:30])
    (place / "ragged.csv").write_text("name,x\nAnna,1\nParis, France,2\n")
    (place / "bad.jsonl").write_text('{"name": "Anna"}\n{"name": }\n')
    for command in (["train", *arguments, *SMALL], ["corpora", "show", *arguments]):
        done = run(*command)
        assert_sentence(done, 2 if "both" in said else 1, said)


def test_the_same_text_however_it_comes_trains_the_same_network(run: Run, home: Path, place: Path) -> None:
    (place / "names.txt.gz").write_bytes(gzip.compress((place / "names.txt").read_bytes()))
    (place / "wide.txt").write_text("\n".join(NAMES), encoding="utf-16")
    (place / "parts").mkdir()
    (place / "parts/a.txt").write_text("\n".join(NAMES[:15]))
    (place / "parts/b.txt").write_text("\n".join(NAMES[15:]) + "\n")
    (place / "names.jsonl").write_text("".join(json.dumps({"n": name}) + "\n" for name in NAMES))
    text = (place / "names.txt").read_bytes()
    losses = {
        json.loads(run(*command, *SMALL, "--name", f"m{at}", "--json", stdin=text).out.splitlines()[-1])["best_loss"]
        for at, command in enumerate(
            [
                ("train", "names.txt"),
                ("train", "names.txt.gz"),
                ("train", "wide.txt"),
                ("train", "parts"),
                ("train", "parts/*.txt"),
                ("train", "parts/a.txt", "parts/b.txt"),
                ("train", "names.csv", "--column", "1"),
                ("train", "names.jsonl"),
                ("train", "-"),
            ]
        )
    }
    assert len(losses) == 1
    for at in range(9):  # each can be found again from any folder
        corpus = recipe_of(home, f"m{at}")["corpus"]
        for name in [corpus] if isinstance(corpus, str) else corpus:  # type: ignore[union-attr]
            assert Path(name).is_absolute()
    more = run("train", "--resume", "m8", "--epochs", "1", "--json")
    assert more.code == 0, more
    assert run("units", "m5", "--json").code == 0
