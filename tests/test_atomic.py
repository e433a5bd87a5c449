"""A file is the old one or the new one, never half of one."""

import os
import stat
from pathlib import Path

import pytest

from charrnn_tui.files import atomic


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.is_file())


def test_a_file_is_written_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file.txt"
    atomic.write_text(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    atomic.write_json(path, {"a": "é"})
    assert path.read_text(encoding="utf-8") == '{\n  "a": "é"\n}\n'
    assert files(path.parent) == ["file.txt"]


@pytest.mark.parametrize("stage", ["write", "fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = tmp_path / "file.txt"
    atomic.write_text(path, "old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if stage == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif stage == "replace":
        monkeypatch.setattr(Path, "replace", full)

    def write(temporary: Path) -> None:
        temporary.write_text("half")
        if stage == "write":
            full()

    with pytest.raises(OSError, match="No space left"):
        atomic.write_with(path, write)
    assert path.read_text() == "old"
    assert files(tmp_path) == ["file.txt"]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    atomic.write_text(path, "old")

    def write(temporary: Path) -> None:
        temporary.write_text("new, half")
        assert path.read_text() == "old"
        temporary.write_text("new")

    atomic.write_with(path, write)
    assert path.read_text() == "new"


def test_an_interrupt_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    atomic.write_text(path, "old")

    def write(temporary: Path) -> None:
        temporary.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic.write_with(path, write)
    assert path.read_text() == "old"
    assert files(tmp_path) == ["file.txt"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_rights_are_those_the_user_asks_for(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        atomic.write_text(tmp_path / "file.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == 0o666 & ~mask
