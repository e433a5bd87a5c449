"""The real program in a pseudo-terminal, read by a terminal emulator: what a person would see."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from toy import write_toy_model

PATIENCE = 60.0
SIZES = [(140, 40), (100, 30), (60, 15), (40, 10)]
NAMES = ["Anna", "Annelie", "Bo", "Deepak", "Deirdre", "Delia", "Denise", "Elena", "Hanna", "Lena", "Liane", "Nadia"]


def write_corpus(path: Path) -> Path:
    """Enough names to be busy with for some seconds."""
    path.write_text("\n".join(a + b.lower() + c.lower() for a in NAMES for b in NAMES for c in NAMES), encoding="utf-8")
    return path


class Seen:
    """The program and its screen."""

    def __init__(self, columns: int, rows: int, **environment: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {"COLUMNS": str(columns), "LINES": str(rows), **environment}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "charrnn_tui"],
            dimensions=(rows, columns),
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "OMP_NUM_THREADS": "1",
                **environment,
            },
            timeout=PATIENCE,
        )

    def read(self, seconds: float = 0.05) -> None:
        """Take in what was written."""
        try:
            data = self.child.read_nonblocking(1 << 16, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        self._stream.feed(data)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait(self, holds: Callable[[str], object], patience: float = PATIENCE) -> str:
        """Read until something holds of the screen."""
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            if holds(self.text):
                return self.text
            self.read()
        raise AssertionError("it never came to be on the screen:\n" + self.text)

    def send(self, keys: str) -> None:
        self.child.send(keys)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        limit = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < limit:
            self.read()
        self.child.close()
        assert self.child.exitstatus is not None, self.text
        return int(self.child.exitstatus)


@pytest.fixture
def program(home: Path) -> Iterator[Callable[..., Seen]]:
    """Starts the program with the toy model as the user's; ends it whatever happens."""
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "toy", "toy")
    folder = home / "config" / "charrnn-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('model = "toy"\nseed = 5\n', encoding="utf-8")
    started: list[Seen] = []

    def start(columns: int = 100, rows: int = 30, **environment: str) -> Seen:
        started.append(Seen(columns, rows, **environment))
        started[-1].wait(lambda text: "› " in text and "toy" in text)
        return started[-1]

    yield start
    for seen in started:
        seen.child.close(force=True)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_typed_prefix_is_finished_at_every_size(program: Callable[..., Seen], columns: int, rows: int) -> None:
    seen = program(columns, rows)
    seen.send("Han\r")
    text = seen.wait(lambda text: re.search(r"^\s?▎\s+Han\w+", text, re.M))
    assert "› " in text
    assert "T 0.80" in text
    seen.send("Le")
    seen.wait(lambda text: "› Le" in text)
    seen.send("\x11")
    assert seen.ended() == 0
    assert b"\x1b[?1049l" in seen.raw, "the terminal is given back as it was"


def test_keys_of_one_read_are_obeyed_in_order(program: Callable[..., Seen]) -> None:
    seen = program()
    seen.send("/seed 7\rHanx\x7f\rDe\x15Le\rBo")
    text = seen.wait(lambda text: "› Bo" in text and re.search(r"▎\s+Le", text))
    assert re.search(r"▎\s+Han(?!x)", text)
    assert "seed 7" in text


def test_with_256_colours_only_those_are_sent_and_surfaces_are_grey(program: Callable[..., Seen]) -> None:
    seen = program(COLORTERM="", TERM="xterm-256color")
    assert b"38;2;" not in seen.raw
    assert b"48;2;" not in seen.raw
    grounds = {int(number) for number in re.findall(rb"48;5;(\d+)", seen.raw)}
    assert grounds & {233, 234, 235}
    assert not grounds & {16, 17, 18}, "neither black nor navy"


def test_the_temperature_turns_while_text_streams_and_escape_stops_it(program: Callable[..., Seen]) -> None:
    seen = program()
    seen.send("/temp 4\r")
    seen.wait(lambda text: "T 4.00" in text)
    seen.send("/max 400\r")
    seen.wait(lambda text: "at most 400" in text)
    seen.send("/n 5 A\r")
    seen.wait(lambda text: re.search(r"5 A\w", text))
    seen.send("\x1b[18~")
    seen.wait(lambda text: "T 3.95" in text)
    seen.send("\x1b[1;5A")
    seen.wait(lambda text: "T 4.00" in text)
    seen.send("\x1b")
    seen.wait(lambda text: "5 texts" in text or "stopped" in text)
    seen.send("\x11")
    assert seen.ended() == 0


def test_training_draws_and_the_prompt_answers_from_the_newest_weights(
    program: Callable[..., Seen], tmp_path: Path
) -> None:
    corpus = write_corpus(tmp_path / "many names.txt")
    seen = program(110, 36)
    seen.send(f"/train {corpus}\r")
    seen.wait(lambda text: "many-names-lstm" in text and "chars/s" in text)
    seen.wait(lambda text: "it says now" in text and "validation" in text)
    seen.wait(lambda text: "(step " in text.splitlines()[-2])
    seen.wait(lambda text: sum(0x2800 < ord(c) < 0x2900 for c in text) > 5)
    seen.send("An\r")
    seen.wait(lambda text: re.search(r"many-names-lstm · T 0.80 · seed 5", text))
    seen.send("\x11")
    seen.wait(lambda text: "is being trained" in text)
    seen.send("q")
    assert seen.ended() == 0


def test_a_run_left_in_the_background_is_found_again(program: Callable[..., Seen], tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "many.txt")
    seen = program(110, 36)
    seen.send(f"/train {corpus}\r")
    seen.wait(lambda text: "chars/s" in text)
    seen.send("\x11")
    seen.wait(lambda text: "is being trained" in text)
    seen.send("b")
    assert seen.ended() == 0
    again = program(110, 36)
    again.wait(lambda text: "many-lstm" in text and "training" in text)
    again.send("\x14")
    again.wait(lambda text: "paused" in text)
    again.send("\x11")
    again.wait(lambda text: "is being trained" in text)
    again.send("q")
    assert again.ended() == 0


def test_without_colour_nothing_is_coloured(program: Callable[..., Seen]) -> None:
    seen = program(100, 30, NO_COLOR="1")
    seen.send("Han\r")
    seen.wait(lambda text: re.search(r"▎\s+Han\w+", text))
    coloured = {(cell.fg, cell.bg) for row in seen.screen.buffer.values() for cell in row.values() if cell.data.strip()}
    for fg, bg in coloured:
        for colour in (fg, bg):
            assert colour == "default" or len(set(re.findall("..", colour))) == 1 or colour in ("black", "white"), (
                colour
            )
    seen.send("\x11")
    assert seen.ended() == 0


def test_a_wrong_settings_file_is_one_sentence(home: Path) -> None:
    folder = home / "config" / "charrnn-tui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("pase = 30\n", encoding="utf-8")
    child = pexpect.spawn(
        sys.executable, ["-m", "charrnn_tui"], env=dict(os.environ), timeout=PATIENCE, encoding="utf-8"
    )
    said = child.read()
    child.close()
    assert child.exitstatus == 1
    assert "line 1: there is no setting 'pase'" in said
    assert "Traceback" not in said
