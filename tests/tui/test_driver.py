"""What a terminal may send without ending the program, and what a crash tells whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from textual import events

from charrnn_tui.tui.driver import InputDecoder, TolerantDriver


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        ([b"De\xffa"], "De\ufffda"),
        (["ß".encode()[:1], "ß".encode()[1:]], "ß"),
        ([b"a\x1b[M !!b"], "ab"),
        ([b"a\x1b[M\xe0\xff\xfeb"], "ab"),
        ([b"a\x1b[M", b" ", b"!!b"], "ab"),
        ([b"\x1b[M \xc3\xa9\xc3\xa9"], "é"),
        ([b"\x1b[<0;3;4M", b"\x1b", b"[A"], "\x1b[<0;3;4M\x1b[A"),
    ],
)
def test_every_byte_gives_text_and_old_mouse_reports_none(reads: list[bytes], text: str) -> None:
    decoder = InputDecoder()
    assert "".join(decoder.decode(read) for read in reads) + decoder.decode(b"", final=True) == text


def test_half_a_character_at_the_end_is_not_waited_for() -> None:
    assert InputDecoder().decode("ß".encode()[:1], final=True) == "\ufffd"


@pytest.mark.parametrize(
    "reads", [[b"\x1b[M !!", b"a"], ["ß".encode()[:1], "ß".encode()[1:], b"a"], [b"\x1b[M", b" !!", b"\xff", b"a"]]
)
def test_the_loop_goes_on_where_bytes_give_no_text(reads: list[bytes]) -> None:
    read_end, write_end = os.pipe()
    driver: Any = TolerantDriver.__new__(TolerantDriver)
    seen: list[Any] = []
    driver.fileno, driver.exit_event, driver._debug = read_end, threading.Event(), False
    driver.process_message = seen.append
    failed: list[BaseException] = []

    def run() -> None:
        try:
            driver.run_input_thread()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 20
    for number, read in enumerate(reads):
        os.write(write_end, read)
        time.sleep(0.02)  # a read of its own
        while number == len(reads) - 1 and thread.is_alive() and time.monotonic() < until:
            if any(isinstance(event, events.Key) and event.key == "a" for event in seen):
                break
            time.sleep(0.01)
    driver.exit_event.set()
    thread.join(10)
    os.close(read_end)
    os.close(write_end)
    assert not failed
    assert any(isinstance(event, events.Key) and event.key == "a" for event in seen)


_CRASH = """
import sys
from charrnn_tui import tui
from charrnn_tui.tui.app import CharRNNApp
from textual.drivers.headless_driver import HeadlessDriver
CharRNNApp.get_driver_class = lambda self: HeadlessDriver
def fail(self):
    {how}
CharRNNApp.on_ready = fail
sys.exit(tui.run())
"""


@pytest.mark.parametrize(
    "how", ["raise RuntimeError('no')", "self.panic('the thread that reads keys has died')", "self.exit()"]
)
def test_a_crash_is_never_exit_code_0(how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CRASH.format(how=how)], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == (0 if "exit" in how else 1), done.stderr


def test_the_program_reads_with_the_tolerant_driver() -> None:
    from driving import Driven

    assert Driven().get_driver_class() is TolerantDriver
