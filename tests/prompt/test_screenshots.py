"""Pictures of the screen: where they go, and that none is ever written over."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from charrnn_tui.files import atomic, bounds, paths
from charrnn_tui.prompt import screenshots

DAY = datetime.date(2024, 5, 6)


def test_each_has_a_name_of_its_own_and_none_is_written_over(tmp_path: Path) -> None:
    into = tmp_path / "a" / "lesson"
    assert [screenshots.write(text, into, DAY).name for text in "ab"] == ["2024-05-06-01.svg", "2024-05-06-02.svg"]
    (into / "2024-05-06-07.svg").symlink_to(tmp_path / "elsewhere")  # a name that is taken, though nothing is there
    assert screenshots.write("c", into, DAY).name == "2024-05-06-08.svg"
    assert screenshots.write("d", into, DAY + datetime.timedelta(1)).name == "2024-05-07-01.svg"
    assert (into / "2024-05-06-01.svg").read_text() == "a"
    assert not (tmp_path / "elsewhere").exists()
    assert len(list(into.iterdir())) == 5


def test_a_name_that_somebody_takes_meanwhile_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2024-05-06-01.svg").write_text("theirs")
    monkeypatch.setattr(Path, "iterdir", lambda self: iter(()))  # they took it after the folder was read
    assert screenshots.write("mine", tmp_path, DAY).name == "2024-05-06-02.svg"
    assert (tmp_path / "2024-05-06-01.svg").read_text() == "theirs"


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        screenshots.write("a", tmp_path / "lesson", DAY)
    assert list((tmp_path / "lesson").iterdir()) == []


def test_the_folder_is_that_of_the_settings_or_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert screenshots.folder("~/lesson") == tmp_path / "lesson"
    assert screenshots.folder("") == paths.screenshots()
    monkeypatch.setenv(bounds.ROOT, str(tmp_path / "visitor"))
    with pytest.raises(bounds.BeyondError):
        screenshots.folder("~/lesson")
    with pytest.raises(bounds.BeyondError):
        screenshots.write("a", tmp_path, DAY)
