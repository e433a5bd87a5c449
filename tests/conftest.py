"""Fixtures for all tests: each test has its own home, and never the user's."""

from __future__ import annotations

import compileall
import contextlib
import gc
import os
import sys
from pathlib import Path

import pytest

import charrnn_tui
from toy import write_toy_model

# Before anything imports torch or NumPy: two test processes share two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before anything imports Textual: a list that glides to its place is drawn a dozen times on the way.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
# What is compiled is kept, here and by the processes that tests start: hundreds import the program.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile once what each of the processes beside one another would compile for itself at the same time."""
    if not session.config.getoption("numprocesses", 0):
        return
    for package in charrnn_tui.__path__:
        compileall.compile_dir(package, quiet=2)
    # Not pytest's public interface; where it fails there is only more to do.
    with contextlib.suppress(ImportError, AttributeError, OSError, SyntaxError):
        from _pytest.assertion import assertstate_key, rewrite

        state = session.config.stash[assertstate_key]
        for path in Path(__file__).parent.rglob("*.py"):
            if path.match("test_*.py") or path.name == "conftest.py":
                kept = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
                if rewrite._read_pyc(path, kept) is None:
                    kept.parent.mkdir(exist_ok=True)
                    source, code = rewrite._rewrite_test(path, session.config)
                    rewrite._write_pyc(state, code, source, kept)


def pytest_collection_finish() -> None:
    """Take what is there now (torch, Textual, thousands of tests) out of the sight of the collector of garbage.

    It would look at all of it over and over: four tenths of the time of a test that starts the app.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, with the XDG variables leading into it; what child processes see too."""
    root = tmp_path / "home"
    root.mkdir()
    monkeypatch.setenv("HOME", str(root))
    for name, folder in {
        "XDG_DATA_HOME": "data",
        "XDG_CONFIG_HOME": "config",
        "XDG_STATE_HOME": "state",
        "XDG_CACHE_HOME": "cache",
    }.items():
        monkeypatch.setenv(name, str(root / folder))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return root


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of many colours."""
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def toy_model(home: Path) -> Path:
    """A user's model named `toy`, ready to open; its folder."""
    return write_toy_model(home / "data" / "charrnn-tui" / "models" / "toy", "toy")
