"""The cache is bounded: what was not used for longest goes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from charrnn_tui.files import atomic, paths
from charrnn_tui.files import cache as caches
from charrnn_tui.model import write_info
from charrnn_tui.model.library import Library
from charrnn_tui.text.files import forget_kept
from charrnn_tui.text.gathered import running_text
from charrnn_tui.text.source import Source
from charrnn_tui.training.plan.prepare import named_by
from toy import toy_info


def put(folder: Path, name: str, size: int, hours: float) -> Path:
    path = folder / name
    atomic.write_bytes(path, b"x" * size)
    then = time.time() - 3600 * hours
    os.utime(path, (then, then))
    return path


def test_the_oldest_files_go_until_the_rest_fits(tmp_path: Path) -> None:
    old, used, fresh = put(tmp_path, "a", 50, 30), put(tmp_path, "b", 50, 20), put(tmp_path, "c", 900, 0.1)
    caches.bound(tmp_path, 1000)
    assert all(path.exists() for path in (old, used, fresh))
    caches.bound(tmp_path, 960)
    assert (old.exists(), used.exists(), fresh.exists()) == (False, True, True)
    caches.touch(used)
    caches.bound(tmp_path, 10)  # what was just used may be about to be opened
    assert used.exists()
    assert fresh.exists()
    caches.bound(tmp_path / "nowhere", 10)


def test_a_gathered_text_makes_room_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "MOST", 100)
    old = put(paths.cache() / "corpora", "old.txt", 90, 5)
    parts = [put(tmp_path, f"{name}.txt", 40, 0) for name in "ab"]
    whole = running_text(parts, Source(tuple(map(str, parts)), "stream"))
    assert whole.read_text() == "x" * 40 + "\n\n" + "x" * 40 + "\n"
    assert not old.exists()


def test_a_kept_text_stays_as_long_as_a_model_names_it(home: Path) -> None:
    named, unknown, new = (put(paths.texts(), f"stdin-{n:016x}.txt", 9, age) for n, age in ((1, 50), (2, 50), (3, 0.5)))
    folder = home / "data" / "charrnn-tui" / "models" / "piped"
    info = toy_info("piped")
    folder.mkdir(parents=True)
    write_info(folder, type(info)(**{**vars(info), "recipe": {"corpus": str(named)}}))
    recipes = [entry.info.recipe for entry in Library().entries() if entry.info is not None]
    forget_kept({name for recipe in recipes for name in named_by(recipe)})
    assert (named.exists(), unknown.exists(), new.exists()) == (True, False, True)
