"""Run the real program in a process of its own, its streams apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from forking import run_forked


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Outcome]


@pytest.fixture
def run(home: object) -> Run:
    """`run('sample', 'De', stdin='…', env={…})` carries out a command line."""

    def run_command(*arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None) -> Outcome:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = run_forked(list(arguments), stdin=data, env=env)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_command


def assert_sentence(outcome: Outcome, code: int, *words: str) -> None:
    """The command failed with a code and said why in a sentence on stderr, and nothing on stdout."""
    assert (outcome.code, outcome.out) == (code, ""), outcome
    assert "Traceback" not in outcome.err
    assert outcome.err.startswith(("charrnn-tui: ", "Usage: ")), outcome.err
    for word in words:
        assert word in outcome.err, outcome.err
