"""The session at the inline prompt as a file: text or a picture, and nothing written over."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.loop import Repl
from charrnn_tui.sampling import SamplingSettings
from repl.fake_console import FakeConsole


async def test_a_session_is_written_as_text_and_as_a_picture(toy_model: Path, tmp_path: Path) -> None:
    console = FakeConsole()
    repl = Repl(Session(SamplingSettings(0.8), seed=3, model=Model.open(toy_model)), console, Library())
    path, picture = tmp_path / "said in all.txt", tmp_path / "said.svg"
    await repl.enter(f"/transcript {path}")
    assert console.complaints == ["Nothing was written in this session yet."]
    for line in ("De", "/n 3 An", "/top De", f"/transcript {path}", f"/transcript {picture}"):
        await repl.enter(line)
    one, many, top = path.read_text().split("\n\n")
    drawn = [[text.text for text in record.texts] for record in repl.generator.all]
    assert one.splitlines() == ["# toy · T 0.80 · seed 3", *drawn[0]]
    assert many.splitlines() == ["# toy · T 0.80 · seed 3 · 3 texts", *drawn[1]]
    assert top.startswith("# toy · 10 most probable · together ")
    assert [line.split("%  ")[1] for line in top.splitlines()[1:]] == drawn[2]
    told = "".join(ElementTree.fromstring(picture.read_text()).itertext())
    assert all(text in told for texts in drawn for text in texts)
    path.write_text("precious")
    await repl.enter(f"/transcript {path}")
    assert "is there already and stays as it is" in console.complaints[-1]
    assert path.read_text() == "precious"


async def test_what_commands_a_terminal_is_shown_in_it(toy_model: Path, tmp_path: Path) -> None:
    console = FakeConsole()
    repl = Repl(Session(SamplingSettings(0.8), seed=3, model=Model.open(toy_model)), console, Library())
    await repl.enter("De")
    repl.generator.all[0].texts[0].text = "\x1b[31m[/b]&<x>"
    for name in ("said.txt", "said.svg"):
        await repl.enter(f"/transcript {tmp_path / name}")
        assert "\x1b" not in (tmp_path / name).read_text()
    assert "␛[31m[/b]&<x>" in (tmp_path / "said.txt").read_text()
    told = "".join(ElementTree.parse(tmp_path / "said.svg").getroot().itertext())
    assert "␛[31m[/b]&<x>" in told
