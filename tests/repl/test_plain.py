"""Plain lines: pipes, files, and what stands on standard output and standard error."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.repl.plain import Lines
from charrnn_tui.sampling import SamplingSettings
from forking import run_forked

PROGRAM = "import sys; from charrnn_tui.repl import run; sys.exit(run('toy', dict(seed=3)))"


def prompt(text: bytes, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the prompt on some input."""
    return run_forked([], program=PROGRAM, stdin=text, **options)  # type: ignore[arg-type]


def continued(toy_model: Path, prefix: str, temperature: float = 0.8) -> str:
    stream = Model.open(toy_model).stream(prefix, settings=SamplingSettings(temperature), seed=3)
    return prefix + "".join(token.symbol for token in stream)


def test_each_line_of_a_pipe_is_a_prefix_and_stdout_is_data(toy_model: Path) -> None:
    done = prompt(b"De\n\n/temp 0.2\nAn\n/n 2 Bo\nLi")
    cold = SamplingSettings(0.2)
    batch = list(Model.open(toy_model).sample(2, "Bo", settings=cold, seed=3))
    wanted = [continued(toy_model, "De"), continued(toy_model, ""), continued(toy_model, "An", 0.2), *batch]
    assert done.stdout.decode().splitlines() == [*wanted, continued(toy_model, "Li", 0.2)]
    assert done.stderr.decode() == "temperature 0.2\n"
    assert done.returncode == 0


def test_a_line_that_fails_costs_the_others_nothing(toy_model: Path) -> None:
    done = prompt("De\nZoé\nBo\xff\n".encode("latin-1") + b"An\r\n")
    assert done.stdout.decode().splitlines() == [continued(toy_model, "De"), continued(toy_model, "An")]
    said = done.stderr.decode().splitlines()
    assert "Line 2 is not UTF-8 (byte 3); it is passed over." in said
    assert "Line 3 is not UTF-8 (byte 3); it is passed over." in said
    assert done.returncode == 1


def test_byte_order_marks_are_no_text(toy_model: Path) -> None:
    done = prompt("\ufeffDe\nAn\n\ufeffBo\n".encode())  # as where files were joined
    assert done.stdout.decode().splitlines() == [continued(toy_model, prefix) for prefix in ("De", "An", "Bo")]
    assert (done.stderr, done.returncode) == (b"", 0)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_gets_one_sentence(toy_model: Path, encoding: str) -> None:
    done = prompt("\ufeffDe\nAn\n".encode(encoding))
    assert done.stdout == b""
    assert done.stderr.decode().startswith("The input is UTF-16 and not UTF-8; convert it first")
    assert len(done.stderr.decode().splitlines()) == 1
    assert done.returncode == 1


def test_an_unknown_symbol_is_said_on_stderr(toy_model: Path) -> None:
    done = prompt(b"Zed\n")
    assert done.stdout == b""
    assert "does not know the symbol 'Z'" in done.stderr.decode()
    assert done.returncode == 1


def test_a_file_as_input(toy_model: Path, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"De\n")
    with (tmp_path / "in").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdin=file, capture_output=True, timeout=100, check=False
        )
    assert done.stdout.decode() == continued(toy_model, "De") + "\n"
    with Path(os.devnull).open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdin=file, capture_output=True, timeout=100, check=False
        )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


def test_a_closed_pipe_is_quiet(toy_model: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdin.write(b"De\n")
    child.stdin.flush()
    assert child.stdout.readline()
    child.stdout.close()
    child.stdin.write(b"De\n" * 20)
    child.stdin.close()
    assert child.stderr.read() == b""
    assert child.wait(100) == 0


@pytest.mark.parametrize(
    ("settings", "part"),
    [("model = 3", "model is text in quotes"), ('model = "gone"', "")],
)
def test_settings_that_are_wrong(toy_model: Path, home: Path, settings: str, part: str) -> None:
    folder = home / "config" / "charrnn-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(settings)
    program = PROGRAM.replace("'toy'", "None")
    done = subprocess.run([sys.executable, "-c", program], input=b"De\n", capture_output=True, timeout=100, check=False)
    if part:
        assert part in done.stderr.decode()
        assert done.returncode == 1
        assert done.stdout == b""
    else:
        # A model that is gone is no reason not to start: another one is opened, and that is said.
        assert "there is no model 'gone'" in done.stderr.decode()
        assert "is open instead" in done.stderr.decode()
        assert done.stdout.decode().startswith("De")


async def test_lines_are_whole_however_they_arrive() -> None:
    read, write = os.pipe()
    lines = Lines(read)
    lines.open()
    waiting = asyncio.ensure_future(lines.next())
    for piece in (b"on", b"e\ntw", b"o\n\nend"):
        os.write(write, piece)
        await asyncio.sleep(0)
    assert await waiting == b"one"
    assert await lines.next() == b"two"
    lines.push_back(b"again")
    assert lines.ready() == b"again"
    assert await lines.next() == b""
    os.close(write)
    assert await lines.next() == b"end"
    assert await lines.next() is None
    lines.close()
    os.close(read)


def test_nothing_on_the_way_to_the_first_prompt_imports_torch() -> None:
    modules = ("start", "terminal", "loop", "plain")
    program = (
        f"import sys, {', '.join(f'charrnn_tui.repl.{name}' for name in modules)};"
        "print([name for name in ('torch', 'textual', 'typer', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout.strip() == "[]", done.stderr
