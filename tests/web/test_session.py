"""A visitor's session: what its process is told, and that its training ends with it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

pytest.importorskip("textual_serve")

from textual_serve.download_manager import DownloadManager

from charrnn_tui.files import bounds, paths
from charrnn_tui.training.process import turn
from charrnn_tui.web import session as sessions
from charrnn_tui.web.session import Limits, Session, cells, lock_file


def session(**limits):
    async def ignore(*_):
        pass

    return Session(Limits(**limits), DownloadManager(), ignore, ignore, ignore)


async def test_a_session_is_told_its_bounds():
    one = session()
    told = one._build_environment(100, 30)
    own = [told[name] for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")]
    assert all(path.startswith(str(one.folder)) for path in own)
    assert told[bounds.ROOT] == str(one.folder)
    assert told[bounds.SESSION] == one.name
    assert told[turn.LOCK] == str(lock_file())
    assert not lock_file().is_relative_to(one.folder)
    assert one.folder.stat().st_mode & 0o777 == 0o700
    free = session(allow_files=True)
    told = free._build_environment(100, 30)
    assert bounds.ROOT not in told
    assert told["HOME"] == os.environ["HOME"]
    assert told[turn.LOCK] == str(lock_file())
    for each in (one, free):
        await each.stop()
        assert not each.folder.exists()
    kept = session(keep=True)
    await kept.stop()
    assert list(paths.served().glob("session-*")) == [kept.folder]


async def test_training_ends_with_its_session_and_no_other(monkeypatch):
    monkeypatch.setattr(sessions, "_TRIES", 3)
    one, other = session(), session()
    monkeypatch.setenv(turn.LOCK, str(lock_file()))
    monkeypatch.setenv(bounds.SESSION, one.name)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = turn.begin(
        lambda inherited: subprocess.Popen(
            [sys.executable, "-c", stubborn], stdout=subprocess.PIPE, pass_fds=inherited, start_new_session=True
        )
    )
    try:
        process.stdout.readline()
        assert one.trains
        assert not other.trains
        await other.stop()
        assert process.poll() is None
        await one.stop()
        assert await asyncio.to_thread(process.wait, 10) == -9
        assert not one.folder.exists()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("size", ["80", None, 80.5, True, [80]])
def test_a_size_is_a_whole_number(size):
    with pytest.raises(ValueError, match="whole number"):
        cells(size)
    assert [cells(number) for number in (-5, 0, 80, 10**9)] == [1, 1, 80, 1000]


def test_the_process_of_a_session_ends_with_its_server():
    # A server that is killed at once; its child writes its id, and would wait for a minute.
    server = (
        "import os, subprocess, sys\n"
        "child = 'import time; from charrnn_tui.web import visitor; visitor.runpy.run_module = lambda *a, **k: "
        "(print(1, flush=True), time.sleep(60)); visitor.main()'\n"
        "subprocess.Popen([sys.executable, '-c', child]).stdout\n"
        "import time; time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"1\n"
    process.kill()
    # The pipe ends when the last process that holds it has ended: the child.
    assert process.communicate(timeout=20)[0] == b""
