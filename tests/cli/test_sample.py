"""`sample` and `top`: what is drawn, what is refused, standard input, JSON, memory."""

from __future__ import annotations

import json
import math
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.settings import save_setting
from charrnn_tui.sampling import SamplingSettings
from cli.conftest import Run, assert_sentence
from toy import write_toy_model

pytestmark = pytest.mark.usefixtures("toy_model")

SAMPLE = ("sample", "-m", "toy")


def expected(prefixes: Sequence[str], seed: int, settings: SamplingSettings | None = None, first: int = 0) -> list[str]:
    model = Library().open("toy")
    settings = settings or SamplingSettings(0.8)
    return list(model.continue_all(prefixes, settings=settings, seed=seed, first_item=first))


def test_one_item_a_line_the_prefix_included(run: Run) -> None:
    outcome = run(*SAMPLE, "De", "-n", "20", "--seed", "7")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines == expected(["De"] * 20, 7)
    assert all(line.startswith("De") for line in outcome.lines)


def test_settings_reach_the_sampler(run: Run) -> None:
    options = ["-t", "1.3", "--top-k", "4", "--top-p", "0.9", "--min-p", "0.05", "--seed", "3", "-n", "30"]
    assert run(*SAMPLE, *options).lines == expected([""] * 30, 3, SamplingSettings(1.3, 4, 0.9, 0.05))


def test_temperature_0_is_argmax(run: Run) -> None:
    outcome = run(*SAMPLE, "De", "-t", "0", "-n", "3")
    assert len(set(outcome.lines)) == 1
    assert outcome.lines == expected(["De"] * 3, 0, SamplingSettings(0))


def test_without_a_seed_each_run_differs(run: Run) -> None:
    first, second = (run(*SAMPLE, "-n", "50").lines for _ in range(2))
    assert first != second


def test_the_configured_temperature_and_model_are_used(run: Run) -> None:
    save_setting("model", "toy")
    save_setting("temperature", 0.0)
    assert run("sample", "An").lines == expected(["An"], 0, SamplingSettings(0))


def test_the_shipped_model_is_used_where_none_was_trained(run: Run) -> None:
    outcome = run("sample", "De", "--seed", "1")
    assert outcome.code == 0
    assert outcome.out.startswith("De")


def test_a_wrong_settings_file_is_named_with_its_line(run: Run, home: Path) -> None:
    path = home / "config" / "charrnn-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("pace = 30\ntemperature = -1\n")
    assert_sentence(run(*SAMPLE), 1, "config.toml, line 2")


def test_an_item_of_a_seed_alone(run: Run) -> None:
    whole = run(*SAMPLE, "-n", "8", "--seed", "5").lines
    assert run(*SAMPLE, "--item", "6", "--seed", "5").lines == whole[6:7]
    assert run(*SAMPLE, "--item", "6", "-n", "2", "--seed", "5").lines == whole[6:]


@pytest.mark.parametrize("value", ["-0.5", "nan", "inf", "-inf"])
def test_temperatures_without_meaning(run: Run, value: str) -> None:
    assert_sentence(run(*SAMPLE, "-t", value), 2, "temperature", "from 0")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--top-k", "-1", "top-k"),
        ("--top-p", "0", "top-p"),
        ("--top-p", "1.5", "top-p"),
        ("--min-p", "2", "min-p"),
        ("--seed", "-3", "seed"),
        ("--max-length", "-1", "maximum length"),
        ("--device", "tpu", "cpu, cuda or auto"),
        ("-n", "0", "-n"),
        ("-t", "warm", "-t"),
    ],
)
def test_options_without_meaning(run: Run, option: str, value: str, words: str) -> None:
    assert_sentence(run(*SAMPLE, option, value), 2, words)


def test_an_unknown_symbol_is_named_with_the_nearest_known(run: Run) -> None:
    assert_sentence(run(*SAMPLE, "Dé"), 1, "'é'", "'e'")


def test_an_unknown_model_names_those_there_are(run: Run) -> None:
    assert_sentence(run("sample", "-m", "tyo"), 1, "'tyo'", "toy")


def test_a_prefix_may_begin_with_a_hyphen(run: Run, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "dashes", "dashes", ["-a-", "-b-"])
    assert run("sample", "-m", "dashes", "-t", "0", "--", "-a").out == "-a-\n"


def test_a_leading_space_means_the_start(run: Run) -> None:
    assert run(*SAMPLE, " De", "--seed", "2").lines == expected(["De"], 2)


def test_the_maximum_length_counts_new_characters(run: Run) -> None:
    assert run(*SAMPLE, "De", "--max-length", "0").out == "De\n"
    assert all(len(line) <= 3 for line in run(*SAMPLE, "De", "--max-length", "1", "-n", "20").lines)


def test_json_rows(run: Run) -> None:
    outcome = run(*SAMPLE, "De", "-n", "40", "--seed", "7", "--json", "--max-length", "4")
    rows = [json.loads(line) for line in outcome.lines]
    assert [list(row) for row in rows] == [["item", "seed", "prefix", "text", "end", "new"]] * 40
    assert [row["item"] for row in rows] == list(range(40))
    assert {(row["seed"], row["prefix"]) for row in rows} == {(7, "De")}
    for row in rows:
        new = len(row["text"]) - 2
        assert row["end"] == ("length" if new == 4 else "end")
    assert {row["end"] for row in rows} == {"end", "length"}


def test_zero_bytes_between_items(run: Run) -> None:
    assert run(*SAMPLE, "-n", "3", "--seed", "1", "-0").out == "".join(t + "\0" for t in expected([""] * 3, 1))
    assert_sentence(run(*SAMPLE, "-0", "--json"), 2, "--null")


def test_items_of_several_lines_are_set_apart(run: Run, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "poems", "poems", ["a\nb"] * 3)
    assert run("sample", "-m", "poems", "-t", "0", "-n", "2").out == "a\nb\n\na\nb\n"
    assert json.loads(run("sample", "-m", "poems", "-t", "0", "--json").out)["text"] == "a\nb"


def test_control_characters_are_shown_at_a_terminal_and_sent_to_a_pipe(run: Run, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "evil", "evil", ["\x1b[31m"] * 3)
    assert run("sample", "-m", "evil", "-t", "0").out == "\x1b[31m\n"
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "charrnn_tui", "sample", "-m", "evil", "-t", "0"]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        assert os.read(ours, 1000).decode() == "␛[31m\r\n"
        assert process.wait(timeout=30) == 0
    os.close(ours)


def test_a_device_that_is_not_there_is_said(run: Run) -> None:
    assert_sentence(run(*SAMPLE, "--device", "cuda", env={"CUDA_VISIBLE_DEVICES": ""}), 1, "device 'cuda'")


# --- standard input ------------------------------------------------------------------------------------------


def test_prefixes_from_stdin_one_a_line(run: Run) -> None:
    outcome = run(*SAMPLE, "-", "--seed", "4", stdin="De\n\nAn")
    assert outcome.lines == expected(["De", "", "An"], 4)


def test_each_line_several_times(run: Run) -> None:
    outcome = run(*SAMPLE, "-", "-n", "2", "--seed", "4", "--json", stdin="De\r\nAn\r\n")
    rows = [json.loads(line) for line in outcome.lines]
    assert [(row["item"], row["prefix"]) for row in rows] == [(0, "De"), (1, "De"), (2, "An"), (3, "An")]
    assert [row["text"] for row in rows] == expected(["De", "De", "An", "An"], 4)


def test_nothing_in_nothing_out(run: Run) -> None:
    assert run(*SAMPLE, "-").out == ""


def test_bad_lines_are_passed_over_and_named(run: Run) -> None:
    outcome = run(*SAMPLE, "-", "--seed", "4", stdin="De\nΩ\nAn\n".encode() + b"\xff\nBo\n")
    assert outcome.code == 1
    assert outcome.lines == expected(["De", "An", "Bo"], 4)
    first, second = outcome.err.splitlines()
    assert "line 2" in first
    assert "'Ω'" in first
    assert "line 4" in second
    assert "UTF-8" in second


def test_many_lines_are_the_same_as_one_batch(run: Run) -> None:
    prefixes = ["De", "", "An"] * 3000
    assert run(*SAMPLE, "-", "--seed", "9", stdin="".join(f"{p}\n" for p in prefixes)).lines == expected(prefixes, 9)


def test_each_line_is_answered_before_the_next_is_written() -> None:
    command = [sys.executable, "-m", "charrnn_tui", *SAMPLE, "-", "--seed", "4"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for prefix in ("De", "An", ""):
            process.stdin.write(prefix + "\n")
            process.stdin.flush()
            answers.append(process.stdout.readline().rstrip("\n"))
        process.stdin.close()
        assert process.wait(timeout=30) == 0
    assert answers == expected(["De", "An", ""], 4)


def test_memory_does_not_grow_with_the_number_of_items() -> None:
    def peak(n: int) -> int:
        """Kilobytes at most, of a process that writes n items."""
        program = (
            "import resource, sys\nfrom charrnn_tui.__main__ import main\n"
            f"sys.argv = ['charrnn-tui', 'sample', '-m', 'toy', '-n', '{n}']\nmain()\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=100
        )
        return int(done.stderr)

    # A text alone takes 50 bytes and more: 60,000 of them kept would be 3 MB.
    assert peak(65_000) - peak(5_000) < 2_000


# --- top -----------------------------------------------------------------------------------------------------


def test_top_lists_the_most_probable_first(run: Run) -> None:
    answer = json.loads(run("top", "De", "-m", "toy", "-n", "5", "--json").out)
    rows = answer["items"]
    assert [list(row) for row in rows] == [["text", "log_prob", "probability", "ended", "new"]] * 5
    probabilities = [row["probability"] for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    found = [f.text for f, _ in zip(Library().open("toy").most_probable("De"), range(5), strict=False)]
    assert [row["text"] for row in rows] == found
    done = run("top", "De", "-m", "toy", "-n", "5")
    assert [line.split("  ")[-1] for line in done.lines] == found
    assert answer["covered"] == pytest.approx(sum(probabilities))
    assert 0 < answer["bound"] <= probabilities[-1]
    assert math.log(answer["bound"]) == pytest.approx(answer["bound_log_prob"])
    assert answer["reason"] == "count"
    assert f"cover {answer['covered']:.2%} of all probability" in done.err
    assert f"nothing that is not listed is more probable than {answer['bound']:.4%}" in done.err


def test_top_names_the_empty_item_and_marks_what_is_cut(run: Run) -> None:
    done = run("top", "-m", "toy", "-n", "2", "--max-length", "0")
    assert sorted(line.split("  ")[-1] for line in done.lines) == ["(empty)", "…"]
    assert "cover 100.00% of all probability; nothing else is possible" in done.err
    rows = json.loads(run("top", "-m", "toy", "-n", "3", "--max-length", "0", "--json").out)
    assert sorted((row["text"], row["ended"]) for row in rows["items"]) == [("", False), ("", True)]
    assert (rows["bound"], rows["bound_log_prob"], rows["reason"]) == (0, None, "all")


def test_top_as_a_tree(run: Run, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "prose", "prose", ["ab\ncd"] * 3, "stream")
    tree = json.loads(run("top", "De", "-m", "toy", "--tree", "--depth", "2", "--width", "3", "--json").out)
    assert len(tree["children"]) == 3
    assert sum(c["probability"] for c in tree["children"]) + tree["rest"] == pytest.approx(1)
    lines = run("top", "De", "-m", "toy", "--tree", "--depth", "1", "--width", "3").lines
    assert lines[0] == "De"
    assert [line.split("%")[0].strip("├└ ") for line in lines[1:4]] == [
        f"{c['probability']:.2%}".rstrip("%") for c in tree["children"]
    ]
    assert lines[4].endswith("others")
    prose = run("top", "ab", "-m", "prose", "--tree", "--depth", "1", "--width", "1")
    assert prose.lines[1].endswith("↵"), "running text has a tree too"
    assert_sentence(run("top", "De", "-m", "toy", "--depth", "2"), 2, "--tree")


def test_top_of_running_text_is_refused(run: Run, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "prose", "prose", ["ab\ncd"] * 3, "stream")
    assert_sentence(run("top", "-m", "prose"), 1, "running text")


# --- what is loaded ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "-m", "toy", "De"],
        ["sample", "-m", "toy", "-n", "2000"],
        ["sample", "-m", "toy", "--device", "auto"],
        ["top", "-m", "toy", "-n", "1"],
        ["models"],
        ["models", "show", "toy"],
        ["corpora", "show", "names"],
        ["evaluate", "toy", "{text}"],
        ["config"],
        ["favourites"],
    ],
    ids=" ".join,
)
def test_no_torch_and_no_screen(tmp_path: Path, arguments: list[str]) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Anna\n")
    arguments = [str(text) if a == "{text}" else a for a in arguments]
    program = (
        "import sys\nfrom charrnn_tui.__main__ import main\n"
        f"sys.argv = ['charrnn-tui', *{arguments!r}]\ncode = main()\n"
        "print(code, sorted({'torch', 'textual', 'rich', 'prompt_toolkit'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "0 []"


def test_json_says_what_is_new(run: Run, toy_model: Path) -> None:
    from charrnn_tui.model import Model

    model = Model.open(toy_model)
    rows = [
        json.loads(line) for line in run("sample", "-m", "toy", "-n", "30", "--seed", "1", "--json").out.splitlines()
    ]
    assert {row["new"] for row in rows} == {True, False}
    assert all(row["new"] == (model.seen(row["text"]) == "") for row in rows if row["end"] == "end")
    cut = json.loads(run("sample", "-m", "toy", "--max-length", "1", "--temperature", "0", "--json").out)
    assert (cut["end"], cut["new"]) == ("length", None)
    listed = json.loads(run("top", "-m", "toy", "-n", "5", "--json").out)["items"]
    assert [item["new"] for item in listed] == [model.seen(item["text"]) == "" for item in listed]
