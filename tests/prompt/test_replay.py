"""Recordings: written piece by piece, read with care, and played at a pace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charrnn_tui.files.asciicast import LARGEST, CastError, Output, Recording, read_cast
from charrnn_tui.prompt.replay import Replay, cut_pauses

HEADER = '{"version": 2, "width": 80, "height": 24}\n'


def test_what_is_recorded_is_on_disk_at_once_and_can_be_read(tmp_path: Path) -> None:
    path, now = tmp_path / "lesson.cast", [10.0]
    recording = Recording(path, (80, 24), clock=lambda: now[0])
    recording.write("\x1b[1mDe\n", (80, 24))
    now[0] = 12.5
    recording.write("lia ß", (100, 20))
    lines = path.read_text(encoding="utf-8").splitlines()  # before it is closed
    header = json.loads(lines[0])
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert header["timestamp"] > 0
    assert [json.loads(line) for line in lines[1:]] == [
        [0.0, "o", "\x1b[1mDe\r\n"],
        [2.5, "r", "100x20"],
        [2.5, "o", "lia ß"],
    ]
    recording.close()
    recording.write("more", (100, 20))  # the program says its last words later
    cast = read_cast(path)
    assert (cast.columns, cast.rows) == (100, 24)
    assert cast.outputs == (Output(0.0, "\x1b[1mDe\r\n"), Output(2.5, "lia ß"))
    with pytest.raises(FileExistsError):
        Recording(path, (80, 24))
    assert read_cast(path) == cast


def test_a_full_disk_ends_the_recording_and_not_the_program(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.cast", (80, 24))
    recording._file.close()
    recording._file = open("/dev/full", "w")  # noqa: SIM115
    recording.write("x" * 100_000, (80, 24))
    recording.write("y", (80, 24))
    recording.close()
    assert "space" in recording.trouble


def test_a_line_cut_short_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    path.write_text(HEADER + '[0.5, "o", "De"]\n[1, "i", "typed"]\n[2.0, "o", "li')
    assert read_cast(path).outputs == (Output(0.5, "De"),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no recording"),
        ("hello\n", "no recording"),
        ("[" * 100_000, "no recording"),
        ("\x00\xff\n", "no recording"),
        ('{"version": 3, "term": {}}\n', "version 3"),
        ('{"version": 2, "width": 80}\n', "line 1"),
        ('{"version": 2, "width": 80, "height": 1e9}\n', "line 1"),
        ('{"version": 2, "width": true, "height": 24}\n', "line 1"),
        (HEADER, "nothing to replay"),
        (HEADER + 'what\n[1, "o", "a"]\n', "line 2"),
        (HEADER + '[1, "o"]\n', "line 2"),
        (HEADER + '[1, "o", 5]\n', "line 2"),
        (HEADER + '[-1, "o", "a"]\n', "line 2"),
        (HEADER + '[NaN, "o", "a"]\n', "line 2"),
        (HEADER + f'[1{"0" * 400}, "o", "a"]\n', "line 2"),
        (HEADER + '[2, "o", "a"]\n[1, "o", "a"]\n', "line 3"),
        (HEADER + '[2, "r", "0x5"]\n', "line 2"),
        (HEADER + '[2, "r", "²x99999"]\n', "line 2"),
    ],
)
def test_what_is_no_recording_gets_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.cast"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(CastError, match=why):
        read_cast(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(CastError, match="larger than 100 MB"):
        read_cast(path)


def test_pauses_are_cut() -> None:
    outputs = [Output(3.0, "a"), Output(3.5, "b"), Output(60.0, "c")]
    assert [o.at for o in cut_pauses(outputs, 2.0)] == [2.0, 2.5, 4.5]


def test_a_recording_is_played_at_a_pace_paused_and_skipped() -> None:
    outputs = [Output(1.0, "a"), Output(2.0, "b\x1b]52;c;eA=="), Output(3.0, "\x07c"), Output(10.0, "d")]
    replay = Replay(outputs, speed=2.0, idle=100.0)
    assert replay.wait == 0.5
    assert replay.advance(0.4) == ""
    assert replay.advance(0.2) == "a"
    replay.toggle()
    assert replay.wait is None
    assert replay.advance(100.0) == ""
    assert replay.skip() == "bc"  # what stands in two outputs is one sequence, left out
    replay.toggle()
    assert replay.wait == pytest.approx((10.0 - 6.2) / 2)
    assert not replay.over
    assert replay.advance(replay.wait) + replay.advance(0.01) == "d"
    assert replay.over
    assert replay.wait is None
