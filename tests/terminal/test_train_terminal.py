"""Training in the foreground of a real terminal: progress, Ctrl-C, and going on."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest

from charrnn_tui.files import paths


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(a + b + c for a in "bdkln" for b in "aeiou" for c in "bdkln") + "\n", encoding="utf-8")
    return path


def spawn(*arguments: str) -> pexpect.spawn:
    """The program in a terminal of 100 columns."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "charrnn_tui", *arguments],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
        dimensions=(30, 100),
        timeout=60,
        encoding="utf-8",
        # A suite that a shell started in the background hands on that SIGINT is ignored, which `train` respects.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_ctrl_c_saves_and_says_how_to_go_on(words: Path) -> None:
    child = spawn("train", str(words), "--hidden", "8", "--epochs", "100000", "--name", "mine", "--set", "patience=0")
    child.expect("nats")
    child.sendintr()
    child.expect("train --resume mine")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert (paths.models() / "mine" / "checkpoint.safetensors").exists()
    child = spawn("train", "--resume", "mine")
    child.expect("nats")
    child.sendintr()
    child.expect("train --resume mine")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_second_ctrl_c_does_not_wait_for_the_step(tmp_path: Path) -> None:
    """Items so long that a step takes longer than a person waits."""
    path = tmp_path / "long.txt"
    path.write_text("".join(f"{'abcd' * 25_000}{i}\n" for i in range(10)), encoding="utf-8")
    sizes = ("--hidden", "32", "--embedding", "8", "--arch", "rnn", "--kind", "lines")
    child = spawn("train", str(path), *sizes, "--name", "slow")
    checkpoint = paths.models() / "slow" / "checkpoint.safetensors"
    child.expect("parameters")
    while not checkpoint.exists():  # written before the first step
        time.sleep(0.05)
    time.sleep(0.5)
    child.sendintr()
    child.expect("Finishing the step")
    child.sendintr()
    child.expect("Ended at once; what was saved before is kept")
    child.expect(pexpect.EOF)
    child.close()
    assert "Stopped at step" not in child.before
    assert child.exitstatus == 130
    assert checkpoint.exists()
