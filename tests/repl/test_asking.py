"""What items must be, at the inline prompt: drawn exactly, told, kept, stopped."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from charrnn_tui.model import Model
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.constrained_texts import ConstrainedTexts
from charrnn_tui.prompt.typed_constraint import TypedConstraint
from charrnn_tui.repl import generate
from charrnn_tui.sampling import SamplingSettings
from repl.test_loop import Sitting, last_text
from toy import write_toy_model

ASKED = TypedConstraint("*a", (3, 6), new=True)


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def draws(model: Model, prefix: str, count: int) -> list[str]:
    return list(islice(model.draws(ASKED.constraint(), prefix, settings=SamplingSettings(0.8), seed=3), count))


@pytest.mark.parametrize("paced", [False, True])
async def test_one_and_many_are_exact_draws(model: Model, paced: bool) -> None:
    sitting = Sitting(model, paced=paced)
    await sitting.enter("/match *a", "/length 3:6", "/new on", "De", "/save")
    assert last_text(sitting) == draws(model, "De", 1)[0]
    assert f"{last_text(sitting)} ·" in sitting.console.streamed
    assert "  such an item has a probability of" in sitting.console.streamed
    await sitting.enter("/n 9 D", "/save")
    kept = favourites.load()
    assert [f.text for f in kept[1:]] == draws(model, "D", 9)
    assert kept[1].steering == {"constraint": {"match": "*a", "length": [3, 6], "new": True}}
    await sitting.enter("/top D")
    assert sitting.repl.generator.last is not None
    listed = [text.text for text in sitting.repl.generator.last.texts]
    assert listed == [item.text for item in model.most_probable("D", count=10, constraint=ASKED.constraint())]
    assert "--match '*a' --length 3:6 --new" in sitting.repl.generator.last.command()
    assert not sitting.console.complaints


async def test_fewer_than_wanted_are_explained(model: Model) -> None:
    sitting = await Sitting(model).enter("/match /De[nl]/", "/unique", "/n 9 De")
    assert "There are no more: 2 items" in sitting.console.streamed


@pytest.mark.parametrize("line", ["Bo", "/n 4 Bo", "/top Bo"])
async def test_what_nothing_fulfils_gets_a_sentence(model: Model, line: str) -> None:
    sitting = await Sitting(model).enter("/match A*", line, "/free")
    (complaint,) = sitting.console.complaints
    assert complaint.startswith("Nothing can match A* and begin with 'Bo'")
    assert "/free" in complaint
    await sitting.enter("Bo")
    assert last_text(sitting).startswith("Bo")


async def test_running_text_is_told_in_a_sentence(tmp_path: Path) -> None:
    prose = Model.open(write_toy_model(tmp_path / "prose", "prose", kind="stream"))
    sitting = await Sitting(prose).enter("/unique", "De", "/n 2 De")
    assert all("running text" in complaint for complaint in sitting.console.complaints)
    assert len(sitting.console.complaints) == 2


async def test_a_search_is_stopped_by_a_key(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*given: Any, stop: Any, **how: Any) -> ConstrainedTexts:
        while not stop():
            pass
        return ConstrainedTexts((), "0", "0", "The search was stopped with 0.")

    monkeypatch.setattr(generate, "draw_texts", endless)
    sitting = Sitting(model)
    sitting.console.keys.append(lambda live: setattr(live, "stopped", True))
    await sitting.enter("/match D*", "De")
    assert "the search was stopped" in sitting.console.streamed
    assert not sitting.console.complaints
    assert sitting.repl.generator.last is None


async def test_two_temperatures_are_set_and_obeyed(model: Model) -> None:
    sitting = await Sitting(model).enter("/temp 1.5:0", "")
    stream = model.stream("", temperature=(1.5, 0.0), seed=3)
    assert last_text(sitting) == "".join(token.symbol for token in stream)
    assert sitting.session.temperature_words == "T 1.50:0.00"
