"""Run the real program in a process of its own without importing torch, NumPy and the rest for each.

A process that has imported what weighs (no module of ours) waits, and forks one child a command. The child has its own
arguments, environment, folder and streams, imports the program and runs it. What a fresh process imports, and how it is
started, is tested with fresh processes elsewhere.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HEAVY = ("numpy", "torch", "torch._dynamo.config", "typer", "typer.rich_utils", "tomlkit", "prompt_toolkit", "onnx")
"""Imported once. A test that needs one of them absent takes a fresh process."""

_SERVE = f"""
import atexit, importlib, json, os, runpy, sys, threading, traceback
for name in {HEAVY!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child:
        print(json.dumps(child), flush=True)
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])), flush=True)
        continue
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
"""


class _Server:
    """The process that waits; started with the first command."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        atexit.register(self.process.kill)

    def carry_out(self, order: dict[str, object]) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        child = int(json.loads(self.process.stdout.readline()))
        try:
            return int(json.loads(self.process.stdout.readline()))
        except BaseException:  # the test's time is up: the next one begins with a new process
            self.process.kill()
            os.killpg(child, signal.SIGKILL)
            raise


_server: _Server | None = None


def run_forked(
    arguments: list[str], *, stdin: bytes = b"", env: dict[str, str] | None = None, program: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The program (or the text of another one) with these arguments, to its end; `env` is added to this environment."""
    global _server
    if _server is None or _server.process.poll() is not None:
        _server = _Server()
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
        code = _server.carry_out(order)
        return subprocess.CompletedProcess(arguments, code, streams[1].read_bytes(), streams[2].read_bytes())
