"""Forking at the prompt: another character at any place, grown anew under the same seed; the old text stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.tree import replay
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.forest import DRAWN_FREELY, Forest, Opened
from charrnn_tui.prompt.steering import Steering
from charrnn_tui.prompt.walk import Walk
from charrnn_tui.sampling import SamplingSettings
from repl.test_loop import Sitting
from toy import write_toy_model


@pytest.fixture
def toy(toy_model: object) -> Model:
    return Library().open("toy")


async def test_a_fork_is_the_text_that_the_seed_gives_from_there(toy: Model) -> None:
    sitting = Sitting(toy, paced=False)
    await sitting.enter("/seed 3", "D", "/fork 0 a", "/tree save kept")
    tree = tree_file.load(tree_file.tree_path("kept"))
    assert len(tree.branches) == 2
    assert tree[1].text.startswith("a")
    stream = toy.stream("D", settings=tree.root.settings, seed=3)
    stream.force("a")
    assert stream.generated + "".join(token.symbol for token in stream) == tree[1].text
    assert replay(toy, tree) == []
    assert sitting.session.model is toy


async def test_a_steered_text_is_replayed_as_it_was_steered(toy: Model, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "towns", "towns", ("Bo", "Ede", "Edo", "Bodo"))
    sitting = Sitting(toy, paced=False)
    await sitting.enter("/seed 3", "/mix towns=0.9", "E", "/fork 0 l", "/tree save mixed", "/mix off")
    await sitting.enter("/length 2:5", "D", "/fork 0 a", "/tree save asked")
    assert DRAWN_FREELY in sitting.console.said
    mixed, asked = (tree_file.load(tree_file.tree_path(name)) for name in ("mixed", "asked"))
    library = Library()
    steered = Steering.from_plain(mixed.steering).steered(library.open(mixed.model), library)
    assert replay(steered, mixed) == []
    assert replay(toy, mixed) != []
    assert asked.given
    assert not asked.steering
    assert replay(toy, asked) == []
    asked.given = False
    assert [difference.branch for difference in replay(toy, asked)] in ([], [0])
    forest = Forest(toy, [Opened("D", "D", ((0, SamplingSettings()),), 1, 0, 20)])
    with pytest.raises(InsightError, match=r"grown mixed with 90 % towns|unsteered"):
        forest.take_in(mixed)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("/fork 99 a", "its places are 0 to"), ("/fork 0 ☃", "does not know the symbol"), ("/tree 7", "no branch 7")],
)
async def test_what_cannot_be_forked_is_a_sentence(toy: Model, line: str, sentence: str) -> None:
    sitting = Sitting(toy, paced=False)
    await sitting.enter("D", line)
    assert any(sentence in said for said in sitting.console.complaints)


async def test_nothing_to_fork_is_a_sentence(toy: Model) -> None:
    sitting = Sitting(toy, paced=False)
    await sitting.enter("/fork 0 a", "/tree")
    assert len([said for said in sitting.console.complaints if "o text was drawn" in said]) == 2


def test_walking_back_chooses_place_and_symbol(toy: Model) -> None:
    walk = Walk(Forest(toy, [Opened("D", "Delia", ((0, SamplingSettings()),), 1, 0, 20, "end")]))
    assert (walk.place, walk.symbol, walk.standing) == (3, "a", "a")
    walk.go(4)
    assert walk.standing == ""
    walk.go(-5)
    assert (walk.place, walk.symbol) == (0, "e")
    assert sum(share for _, share in walk.choices) == pytest.approx(1, abs=1e-5)
    shares = [share for _, share in walk.choices]
    assert shares == sorted(shares, reverse=True)
    assert not walk.put("☃")
    assert walk.put("l")
    assert "[l " in walk.words()
    walk.at = 0
    walk.turn(-1)
    assert walk.at == 0
    walk.turn(1)
    assert walk.at == 1
