"""Of the sessions of a server one trains at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from charrnn_tui.files import bounds
from charrnn_tui.training.process import turn

WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def start(inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(WAITS, stdin=subprocess.PIPE, pass_fds=inherited)


def test_one_at_a_time_until_the_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock"
    assert turn.holder(lock) is None
    monkeypatch.setenv(turn.LOCK, str(lock))
    monkeypatch.setenv(bounds.SESSION, "session-one")
    first = turn.begin(start)
    try:
        assert turn.holder(lock) == turn.Turn("session-one", first.pid)
        monkeypatch.setenv(bounds.SESSION, "session-two")
        with pytest.raises(turn.NotYourTurnError, match="another visitor is training"):
            turn.begin(start)
        assert turn.holder(lock) == turn.Turn("session-one", first.pid)
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert turn.holder(lock) is None
    second = turn.begin(start)
    assert turn.holder(lock) == turn.Turn("session-two", second.pid)
    second.communicate()
    assert turn.holder(lock) is None


def test_a_process_that_cannot_start_takes_no_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(turn.LOCK, str(tmp_path / "lock"))

    def fail(inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(tmp_path / "nowhere")], pass_fds=inherited)

    with pytest.raises(FileNotFoundError):
        turn.begin(fail)
    assert turn.holder(tmp_path / "lock") is None


def test_without_a_server_everybody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(turn.LOCK, raising=False)
    processes = [turn.begin(start) for _ in range(2)]
    for process in processes:
        process.communicate()
