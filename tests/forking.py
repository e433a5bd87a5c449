"""Run the real program in a process of its own without importing torch, NumPy, the program and the rest for each.

A process that has imported what weighs (the program's modules too, but has run nothing of it) waits, and forks one
child a command. The child has its own arguments, environment, folder and streams, and runs the program. What a fresh
process imports, and how it is started, is tested with fresh processes elsewhere.

All the processes that run tests share the one that waits: the first starts it, and it ends when the last has gone.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HEAVY = (
    *("numpy", "torch", "torch._dynamo.config", "typer", "typer.rich_utils", "typer._adapters"),
    *("tomlkit", "prompt_toolkit", "onnx"),
)
"""Imported once, with all of charrnn_tui but its screen. A test that needs one absent takes a fresh process."""

_SERVE = f"""
import atexit, functools, gc, importlib, json, os, pkgutil, runpy, selectors, signal, socket, sys, threading, traceback
import charrnn_tui, typer.main
own = [m.name for m in pkgutil.walk_packages(charrnn_tui.__path__, "charrnn_tui.", lambda name: None)]
for name in [*{HEAVY!r}, *own]:
    if name == "charrnn_tui.__main__" or name.startswith("charrnn_tui.tui"):
        continue
    try:
        importlib.import_module(name)
    except ImportError:
        pass
# Typer makes the commands from their functions anew whenever it is called: a tenth of a second.
typer.main.get_command = functools.cache(typer.main.get_command)
typer.main.get_command(charrnn_tui.cli.app.app)
# Nothing of this is ever garbage, and a collector that looked at it in a child would copy it.
gc.collect()
gc.freeze()

listening = socket.socket(fileno=int(sys.argv[1]))
woken, wake = socket.socketpair()
for end in (woken, wake):
    end.setblocking(False)
signal.signal(signal.SIGCHLD, lambda number, frame: None)
signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
selector = selectors.DefaultSelector()
selector.register(listening, selectors.EVENT_READ)
selector.register(woken, selectors.EVENT_READ)
connections = {{}}
waiting = {{}}


def run(order):
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    selector.close()
    for end in (listening, woken, wake, *connections):
        end.close()
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    for number, (path, flags) in enumerate(zip(order["streams"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY))):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    code = 0
    try:
        if order["program"] is None:
            sys.argv = ["charrnn-tui", *order["arguments"]]
            runpy.run_module("charrnn_tui", run_name="__main__", alter_sys=True)
        else:
            sys.argv = ["-c", *order["arguments"]]
            exec(compile(order["program"], "<string>", "exec"), {{"__name__": "__main__"}})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if code == 1 and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking torch apart would take longer than most commands


def answer(connection, what):
    try:
        connection.sendall(json.dumps(what).encode() + b"\\n")
    except OSError:  # nobody waits for it any more
        pass


while True:
    for key, _ in selector.select():
        if key.fileobj is listening:
            connection, _ = listening.accept()
            connections[connection] = connection.makefile("rb")
            selector.register(connection, selectors.EVENT_READ)
        elif key.fileobj is woken:
            woken.recv(4096)
        else:
            line = connections[key.fileobj].readline()
            if line:
                child = os.fork()
                if not child:
                    run(json.loads(line))
                waiting[child] = key.fileobj
                answer(key.fileobj, child)
                continue
            selector.unregister(key.fileobj)
            connections.pop(key.fileobj).close()
            key.fileobj.close()
            if not connections:
                os.unlink(sys.argv[2])
                listening.setblocking(False)
                try:  # one that came just before the address went
                    connection, _ = listening.accept()
                except BlockingIOError:
                    sys.exit()
                connections[connection] = connection.makefile("rb")
                selector.register(connection, selectors.EVENT_READ)
    while waiting:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            break
        answer(waiting.pop(child), os.waitstatus_to_exitcode(status))
"""


class _Server:
    """The way to the process that waits; that is started where there is none."""

    def __init__(self) -> None:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:16]
        address = Path(tempfile.gettempdir()) / f"charrnn-{run}.socket"
        self.socket = socket.socket(socket.AF_UNIX)
        with open(__file__) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                self.socket.connect(str(address))
            except OSError:
                self._start(address)
                self.socket.connect(str(address))
        self._answers = self.socket.makefile(encoding="utf-8")

    @staticmethod
    def _start(address: Path) -> None:
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(address))
            listening.listen()
            subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(listening.fileno()), str(address)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[listening.fileno()],
                env={**os.environ, "PYTHONUTF8": "1"},
                cwd=Path(__file__).parents[1],
            )

    def carry_out(self, order: dict[str, object]) -> int:
        self.socket.sendall(json.dumps(order).encode() + b"\n")
        child = int(json.loads(self._answers.readline()))
        try:
            return int(json.loads(self._answers.readline()))
        except BaseException:  # the test's time is up
            os.killpg(child, signal.SIGKILL)
            raise


class _Connected(threading.local):
    """Each thread has its own way to the process: two commands can run at once."""

    server: _Server | None = None


_here = _Connected()


def run_forked(
    arguments: list[str], *, stdin: bytes = b"", env: dict[str, str] | None = None, program: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The program (or the text of another one) with these arguments, to its end; `env` is added to this environment."""
    server = _here.server = _here.server or _Server()
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        for path, content in zip(streams, (stdin, b"", b""), strict=True):
            path.write_bytes(content)
        order = {
            "arguments": arguments,
            "program": program,
            "environment": {**os.environ, "PYTHONUTF8": "1", **(env or {})},
            "folder": str(Path.cwd()),
            "streams": [str(path) for path in streams],
        }
        try:
            code = server.carry_out(order)
        except BaseException:
            server.socket.close()
            _here.server = None  # the next test begins with a connection of its own
            raise
        return subprocess.CompletedProcess(arguments, code, streams[1].read_bytes(), streams[2].read_bytes())
