"""What holds for every command: help with examples, exit codes, streams, encodings, closed pipes, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from charrnn_tui.cli import names
from charrnn_tui.model.library import Library
from charrnn_tui.text.shipped import corpus_names
from cli.conftest import Run, assert_sentence

COMMANDS = [
    ["sample"],
    ["top"],
    ["repl"],
    ["train"],
    ["evaluate"],
    ["compare"],
    ["config"],
    ["serve"],
    ["record"],
    ["replay"],
    ["models"],
    *(["models", name] for name in ("show", "rename", "delete", "export", "import")),
    ["corpora"],
    ["corpora", "show"],
    ["favourites"],
    ["favourites", "export"],
]


@pytest.mark.parametrize("command", [[], *COMMANDS], ids=" ".join)
def test_help_has_examples_and_goes_to_stdout(run: Run, command: list[str]) -> None:
    outcome = run(*command, "--help")
    assert outcome.code == 0
    assert outcome.err == ""
    assert "Examples:" in outcome.out
    assert f"  {' '.join(['charrnn-tui', *command])}" in outcome.out


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["models", "show", "-h"], ["sample", "-h"]])
def test_help_loads_nothing_of_weight(home: Path, arguments: list[str]) -> None:
    program = (
        "import sys\nfrom charrnn_tui.__main__ import main\n"
        f"sys.argv = ['charrnn-tui', *{arguments!r}]\ncode = main()\n"
        "heavy = {'numpy', 'torch', 'textual', 'rich', 'pydantic', 'prompt_toolkit', 'tomlkit'} & set(sys.modules)\n"
        "sys.exit(f'{code} {sorted(heavy)}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "0 []"


def test_version(run: Run) -> None:
    assert run("--version").out == f"charrnn-tui {version('charrnn-tui')}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["smple"], "Did you mean 'sample'"),
        (["sample", "--no-such-option"], "No such option"),
        (["sample", "a", "b"], "unexpected"),
        (["evaluate", "toy"], "Missing argument"),
        (["models", "shw"], "No such command"),
    ],
)
def test_wrong_use_is_2(run: Run, arguments: list[str], words: str) -> None:
    assert_sentence(run(*arguments), 2, words)


def test_a_replay_needs_a_recording_and_a_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    assert_sentence(run("replay", str(path)), 1, "No such file")
    path.write_text("hello")
    assert_sentence(run("replay", str(path)), 1, "no recording")
    path.write_text('{"version": 2, "width": 80, "height": 24}\n[0.1, "o", "De"]\n')
    assert_sentence(run("replay", str(path)), 2, "needs a terminal")
    assert_sentence(run("replay", str(path), "--speed", "nan"), 2, "--speed")
    new = tmp_path / "new.cast"
    assert_sentence(run("record", str(new)), 2, "needs a terminal")
    assert not new.exists()


def test_the_screen_needs_a_terminal(run: Run) -> None:
    assert_sentence(run(), 2, "needs a terminal", "--help")


def test_a_full_disk_is_said(toy_model: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "charrnn_tui", "sample", "-m", "toy", "-n", "5"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == "charrnn-tui: the output cannot be written: No space left on device.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "-m", "toy", "-n", "1000000"],
        ["sample", "-m", "toy", "-n", "1000000", "--json"],
        ["corpora", "show", "names", "-n", "8000"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_is_quiet(toy_model: Path, arguments: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "charrnn_tui", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_stdout_that_was_never_open_is_no_crash(toy_model: Path) -> None:
    command = f'"{sys.executable}" -m charrnn_tui sample -m toy >&-'
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_encoding_that_lacks_a_character_is_no_crash(home: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "charrnn_tui", "corpora", "show", "names-ru"]
    done = subprocess.run(command, capture_output=True, env=env, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u0410" in done.stdout  # А
    assert b"#####" in done.stdout


def test_a_defect_is_said_in_a_sentence_and_its_traceback_kept(home: Path, toy_model: Path) -> None:
    program = (
        "import sys, charrnn_tui.model.library\n"
        "def broken(self, name): raise ZeroDivisionError('what nobody thought of')\n"
        "charrnn_tui.model.library.Library.open = broken\n"
        "sys.argv = ['charrnn-tui', 'sample']\n"
        "from charrnn_tui.__main__ import main\nsys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "what nobody thought of" in done.stderr
    log = Path(done.stderr.rstrip(".\n").split()[-1])
    assert "ZeroDivisionError" in log.read_text()


def test_one_of_torchruns_processes_ends_without_taking_the_interpreter_down() -> None:
    """What waits for the end of the interpreter (here: a function) is not reached; what was written is."""
    program = (
        "import atexit, sys\natexit.register(print, 'the interpreter went down')\n"
        "sys.argv = ['charrnn-tui', '--version']\n"
        "from charrnn_tui.__main__ import main\nsys.exit(main())\n"
    )
    under_torchrun = {**os.environ, "TORCHELASTIC_RUN_ID": "x"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=under_torchrun, timeout=60)
    assert (done.returncode, done.stdout.decode()) == (0, f"charrnn-tui {version('charrnn-tui')}\n")


# --- completion ----------------------------------------------------------------------------------------------


def complete(run: Run, *words: str) -> list[str]:
    """What bash offers for the last word."""
    env = {
        "_CHARRNN_TUI_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["charrnn-tui", *words]),
        "COMP_CWORD": str(len(words)),
    }
    outcome = run(env=env)
    assert outcome.err == ""
    return outcome.out.split()


def test_completion_of_commands_models_and_corpora(run: Run, toy_model: Path) -> None:
    assert complete(run, "mo") == ["models"]
    assert complete(run, "sample", "-m", "t") == ["toy"]
    assert complete(run, "models", "delete", "t") == ["toy"]
    assert complete(run, "corpora", "show", "name") == ["names", "names-by-culture", "names-ru"]
    assert "names-lstm" in complete(run, "models", "show", "names")
    assert complete(run, "models", "delete", "names") == []  # a shipped model cannot be deleted


def test_completion_of_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "poems.txt").write_text("a")
    (tmp_path / "poetry").mkdir()
    assert complete(run, "train", f"{tmp_path}/po") == [f"{tmp_path}/poems.txt", f"{tmp_path}/poetry/"]


def test_names_for_completion_are_those_of_the_library(toy_model: Path) -> None:
    (toy_model.parent / "empty").mkdir()
    assert names.models() == [entry.name for entry in Library().entries()]
    assert names.corpora() == corpus_names()


def test_completion_can_be_installed(home: Path) -> None:
    """In bash, which finds itself among the parents of the program."""
    command = f'"{sys.executable}" -m charrnn_tui --install-completion; . ~/.bashrc; complete -p charrnn-tui'
    done = subprocess.run(["bash", "--norc", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    assert done.stdout.splitlines()[-1].startswith("complete -o default -F _charrnn_tui_completion charrnn-tui")
    assert "_CHARRNN_TUI_COMPLETE" in (home / ".bash_completions" / "charrnn-tui.sh").read_text()
