"""Trees of generations: growing them again gives the same texts, from memory and from disk."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.tree import Growth, Tree, replay
from charrnn_tui.model import Model
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.text import UnknownSymbolsError
from insight.conftest import make_model

SETTINGS = SamplingSettings(0.9)


def grown(model: Model, prefix: str = "ab", seed: int = 3, max_length: int = 25) -> Tree:
    tree = Tree.begin(model, prefix, settings=SETTINGS, seed=seed, item=2, max_length=max_length)
    list(Growth(model, tree, 0))
    return tree


def other_than(symbol: str) -> str:
    return "a" if symbol != "a" else "b"


@pytest.fixture
def tree(model: Model) -> Tree:
    """A root and three branches, one of a branch, one with another seed and temperature changed on the way."""
    tree = grown(model)
    if len(tree.root.text) < 3:
        tree = next(t for t in (grown(model, seed=s) for s in range(100)) if len(t.root.text) >= 3)
    root = tree.root.text
    first = tree.fork(model, 0, 1, other_than(root[1]))
    list(Growth(model, tree, first.id))
    second = tree.fork(model, first.id, 1, seed=99, settings=SamplingSettings(1.3, top_k=5))
    growth = Growth(model, tree, second.id)
    list(islice(growth, 3))
    growth.settings = SamplingSettings(0.2)
    list(growth)
    unfinished = tree.fork(model, 0, 2, other_than(root[2]))
    list(islice(Growth(model, tree, unfinished.id), 4))
    return tree


def test_the_root_is_the_streams_text(model: Model) -> None:
    tree = grown(model)
    stream = model.stream("ab", settings=SETTINGS, seed=3, item=2, max_length=25)
    text = "".join(token.symbol for token in stream)
    assert (tree.root.text, tree.root.end) == (text, stream.end)
    assert tree.full_text(0) == "ab" + text
    adopted = Tree.of_stream(model, stream)
    assert adopted == tree


def test_a_branch_is_what_forcing_the_symbol_gives(model: Model, tree: Tree) -> None:
    branch = tree[1]
    stream = model.stream("ab", settings=SETTINGS, seed=tree.root.seed, item=2, max_length=25)
    next(stream)
    assert branch.swapped is not None
    stream.force(branch.swapped)
    list(stream)
    assert branch.text == stream.generated
    assert branch.end == stream.end
    assert branch.text[0] == tree.root.text[0]
    assert branch.own[0] == branch.swapped
    assert tree.root.text == grown(model, seed=tree.root.seed).root.text  # the old text stays


def test_growing_again_gives_the_same_texts_from_memory_and_from_disk(model: Model, tree: Tree, tmp_path: Path) -> None:
    assert replay(model, tree) == []
    path = tmp_path / "tree.json"
    tree.label(1, "a \x1b[31m label")
    tree_file.save(tree, path)
    opened = tree_file.load(path)
    assert opened == tree
    assert replay(model, opened) == []
    assert tree[2].changes[-1][1] == SamplingSettings(0.2) or tree[2].end is not None
    # An unfinished branch is taken up where it was left.
    before = opened[3].text
    list(Growth(model, opened, 3))
    assert opened[3].text.startswith(before)
    assert replay(model, opened) == []


def test_a_change_of_any_part_is_noticed(model: Model, tree: Tree) -> None:
    longest = max(tree.branches.values(), key=lambda b: len(b.text) - b.drawn_from)
    wrong = replace(longest, text=longest.text[:-1] + other_than(longest.text[-1]))
    tree.branches[longest.id] = wrong
    assert longest.id in [d.branch for d in replay(model, tree)]
    tree.branches[longest.id] = replace(longest, end={"end": "length", "length": "end"}[longest.end or "end"])
    assert [d.branch for d in replay(model, tree)] == [longest.id]


def test_it_is_walked_and_pruned(model: Model, tree: Tree) -> None:
    assert [(p.branch.id, p.depth) for p in tree.walk()] == [(0, 0), (1, 1), (2, 2), (3, 1)]
    assert [b.id for b in tree.path(2)] == [0, 1, 2]
    assert [b.id for b in tree.children(0)] == [1, 3]
    again = tree.fork(model, 0, 1, next(s for s in "cdefg" if s not in (tree.root.text[1], tree[1].swapped)))
    assert [b.id for b in tree.siblings(1)] == [1, again.id]
    assert tree.prune(1) == [1, 2]
    assert sorted(tree.branches) == [0, 3, again.id]
    with pytest.raises(InsightError, match="root"):
        tree.prune(0)
    with pytest.raises(InsightError, match="no branch 1; there are 0, 3"):
        tree.label(1, "x")


def test_an_item_is_ended_and_an_end_taken_away() -> None:
    model = make_model("lstm", 1, "lines")
    tree = next(t for t in (grown(model, seed=s) for s in range(200)) if t.root.end == "end" and len(t.root.text) > 3)
    length = len(tree.root.text)
    ended = tree.fork(model, 0, 2, "")
    assert (ended.text, ended.end) == (tree.root.text[:2], "end")
    assert list(Growth(model, tree, ended.id)) == []
    longer = tree.fork(model, 0, length, "a")
    list(Growth(model, tree, longer.id))
    assert tree[longer.id].text.startswith(tree.root.text + "a")
    assert replay(model, tree) == []
    with pytest.raises(InsightError, match="already"):
        tree.fork(model, 0, length, "")


def test_forks_without_meaning_are_said(model: Model, tree: Tree) -> None:
    root = tree.root.text
    for at, symbol, word in [(len(root) + 1, "a", "places 0 to"), (-1, "a", "places"), (1, root[1], "already")]:
        with pytest.raises(InsightError, match=word):
            tree.fork(model, 0, at, symbol)
    with pytest.raises(InsightError, match="differs in something"):
        tree.fork(model, 0, 1)
    with pytest.raises(UnknownSymbolsError):
        tree.fork(model, 0, 1, "Q")
    with pytest.raises(InsightError, match="this stands there already"):
        tree.fork(model, 0, 0, root[:2])
    with pytest.raises(InsightError, match="maximum length"):
        tree.fork(model, 0, len(root), "a" * (26 - len(root)))
    if model.info.kind == "stream":
        with pytest.raises(InsightError, match="no end"):
            tree.fork(model, 0, 1, "")
        with pytest.raises(InsightError, match="maximum length"):
            tree.fork(model, 0, 25, "a")
    assert sorted(tree.branches) == [0, 1, 2, 3]


def test_several_symbols_and_an_end_are_put_at_once(model: Model, tree: Tree, tmp_path: Path) -> None:
    put = tree.fork(model, 0, 1, "abc" if tree.root.text[1:4] != "abc" else "bca")
    list(Growth(model, tree, put.id))
    grown_on = tree[put.id]
    stream = model.stream("ab", settings=SETTINGS, seed=tree.root.seed, item=2, max_length=25)
    for symbol in tree.root.text[0] + (put.swapped or ""):
        stream.force(symbol)
    list(stream)
    assert (grown_on.text, grown_on.end) == (stream.generated, stream.end)
    assert grown_on.drawn_from == 4
    if model.info.kind == "lines":
        ended = tree.fork(model, 0, 1, put.swapped, put_end=True)
        assert list(Growth(model, tree, ended.id)) == []
        assert (ended.text, ended.end) == (tree.root.text[0] + (put.swapped or ""), "end")
        with pytest.raises(InsightError, match="stands there already"):
            tree.fork(model, ended.id, 1, put.swapped, put_end=True)
        tree.fork(model, 0, 1, "")
        assert "and the end for" in tree_file.to_markdown(tree)
    assert replay(model, tree) == []
    tree_file.save(tree, tmp_path / "t.json")
    assert tree_file.load(tmp_path / "t.json") == tree
    values = tree_file.to_dict(tree)
    for branch in values["branches"]:  # a file of before
        if not branch["end_put"] or branch["swapped"] == "":
            del branch["end_put"]
    assert tree_file.from_dict(values, "before") == tree


def test_another_networks_tree_is_refused_where_it_cannot_be_read(toy: Model, tree: Tree) -> None:
    with pytest.raises(InsightError, match="another network"):
        replay(toy, tree)


def test_markdown_holds_any_text() -> None:
    model = make_model("gru", 1, "lines")
    tree = grown(model)
    tree.branches[0] = replace(tree.root, text="``\x1b[`")
    tree.label(0, "<b>")
    shown = tree_file.to_markdown(tree)
    assert "``` ab``␛[` ```" in shown
    assert "\x1b" not in shown
    assert shown.splitlines()[0].startswith("# `ab`, continued by")
    assert "temperature 0.9" in shown


def test_markdown_tells_what_each_branch_did(model: Model, tree: Tree) -> None:
    lines = [line for line in tree_file.to_markdown(tree).splitlines() if line.lstrip().startswith("- ")]
    assert len(lines) == 4
    assert lines[2].startswith("    - ")
    assert f"`{tree[1].swapped}` for `{tree.root.text[1]}`" in lines[1]
    assert "seed 99" in lines[2]
    assert "top-k 5" in lines[2]
    assert "unfinished" in lines[3] or tree[3].end is not None


def damaged(path: str, value: Any) -> Any:
    tree = tree_file.to_dict(grown(make_model("gru", 1, "lines")))
    tree["branches"].append(tree["branches"][0] | {"id": 1, "parent": 0, "at": 1})
    place: Any = tree
    *way, last = path.split("/")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("format", 7, "format 7"),
        ("branches", ..., "no tree"),
        ("branches", [], "no branch"),
        ("branches", "abc", "branches"),
        ("prefix", ..., "prefix"),
        ("prefix", 3, "prefix"),
        ("max_length", -1, "max_length"),
        ("max_length", True, "max_length"),
        ("max_length", 1, "longer than"),
        ("model", [], "model"),
        ("branches/0/parent", 1, "root"),
        ("branches/1/id", 0, "twice"),
        ("branches/1/parent", 5, "not there"),
        ("branches/1/parent", "x", "parent"),
        ("branches/1/at", 999, "begin"),
        ("branches/1/text", "zz", "begin"),
        ("branches/1/swapped", "xy", "begin"),
        ("branches/1/swapped", 3, "swapped"),
        ("branches/1/end_put", True, "end_put"),
        ("branches/1/end_put", "x", "end_put"),
        ("branches/1/end", "why", "end"),
        ("branches/1/seed", 1.5, "seed"),
        ("branches/1/label", None, "label"),
        ("branches/1/settings", [], "settings"),
        ("branches/1/settings", [{"from": 0, "temperature": -1}], "temperature"),
        ("branches/1/settings", [{"from": 0, "temperature": "hot"}], "no number"),
        ("branches/1/settings", [{"from": 0, "colour": 1}], "does not know"),
        ("branches/1/settings", [3], "from"),
    ],
)
def test_damaged_files_are_refused_with_a_sentence(path: str, value: Any, word: str, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps(damaged(path, value)), encoding="utf-8")
    with pytest.raises(InsightError, match=word):
        tree_file.load(file)


def test_missing_and_foreign_files_are_refused_and_names_checked(tmp_path: Path, home: Path) -> None:
    with pytest.raises(InsightError, match=r"there is no tree.*none yet"):
        tree_file.load(tmp_path / "no.json")
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(InsightError, match="is not JSON"):
        tree_file.load(tmp_path / "x.json")
    (tmp_path / "x.json").write_bytes(b"{\xff")
    with pytest.raises(InsightError, match=r"x.json is not UTF-8: line 1, column 2"):
        tree_file.load(tmp_path / "x.json")
    (tmp_path / "x.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(InsightError, match="no tree of generations"):
        tree_file.load(tmp_path / "x.json")
    with pytest.raises(InsightError, match="no name"):
        tree_file.tree_path("../x"[1:1] + ".hidden")
    assert tree_file.tree_path("a/b.json") == Path("a/b.json")
    path = tree_file.tree_path("mine")
    assert home in path.parents
    tree_file.save(grown(make_model("rnn", 1, "lines")), path)
    assert tree_file.kept_trees() == ["mine"]
