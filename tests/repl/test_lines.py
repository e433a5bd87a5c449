"""Lines of a batch at the inline prompt: kept, taken out, copied, looked at by their numbers."""

from __future__ import annotations

from pathlib import Path

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.loop import Repl
from charrnn_tui.sampling import SamplingSettings
from repl.fake_console import FakeConsole


async def test_lines_of_the_last_batch(toy_model: Path) -> None:
    console = FakeConsole()
    repl = Repl(Session(SamplingSettings(0.8), seed=3, model=Model.open(toy_model)), console, Library())
    for line in ("/keep 1", "/n 5 De"):
        await repl.enter(line)
    assert console.complaints == ["There is nothing to keep yet; continue a prefix first."]
    rows = dict(line.split()[:2] for line in console.streamed.splitlines()[:5])
    for line in ("/keep 4 2", "/copy 3-5", "/unkeep 4", "/look 5", "/keep 6", "/copy 0"):
        await repl.enter(line)
    assert [kept.text for kept in favourites.load()] == [rows["2"]]
    assert favourites.load()[0].item == 1
    assert console.copied == ["\n".join((rows["3"], rows["4"], rows["5"]))]
    symbols = [row.split()[0] for row in console.said if "%" in row]
    assert "".join(symbols) == rows["5"] + "(end)"
    assert "There is no line 6 in what was written last; it has 5 lines, 1 to 5." in console.complaints
    assert "Usage: /copy 7" in console.complaints[-1]
