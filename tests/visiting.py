"""A visitor's session, as `charrnn-tui serve` sets one up."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.files import bounds


def visitors_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a session, with links out of it; the current folder and the home are in it, as the server does."""
    folder, outside = tmp_path / "session", tmp_path / "outside"
    (folder / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.txt").write_text("secret\nsecrets\n" * 20)
    (folder / "mine.txt").write_text("mine\nmines\n" * 20)
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "chain.txt").symlink_to(folder / "link.txt")
    (folder / "folder-link").symlink_to(outside)
    (folder / "circle").symlink_to(folder / "circle")
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / f".{name.lower()}"))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv(bounds.ROOT, str(folder))
    monkeypatch.setenv(bounds.SESSION, "session-1")
    monkeypatch.chdir(folder)
    return folder
