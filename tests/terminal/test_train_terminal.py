"""Training in the foreground of a real terminal: progress, Ctrl-C, and going on."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pexpect
import pytest

from charrnn_tui import paths


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
