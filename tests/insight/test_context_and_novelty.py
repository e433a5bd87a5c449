"""The context curve against reading each place alone; novelty against every substring and a plain edit distance."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.cells import NumpyCell
from charrnn_tui.insight import learnt_from as learnt_from_module
from charrnn_tui.insight.context import context_curve
from charrnn_tui.insight.learnt_from import learnt_from, spread
from charrnn_tui.insight.novelty import Memory, longest_common_run
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.sampling.prefix import start_ids
from insight.conftest import make_model
from toy import NAMES, toy_info, toy_weights

TEXTS = ["abcdefgh", "ab", "jihg"]


def alone(model: Model, k: int) -> list[float]:
    """Bits of every character, the last k symbols read from the zero state, one place after the other."""
    lines = model.info.kind == "lines"
    bits = []
    for text in TEXTS if lines else ["".join(TEXTS)]:
        ids = [*start_ids(model.vocabulary, model.info.kind), *model.vocabulary.encode(text).tolist()]
        ids += [0] if lines else []
        for at in range(1, len(ids)):
            known = ids[max(0, at - k) : at] if k else []
            cell = model.cell
            state = cell.initial_state(1)
            for id_ in known:
                state, _ = cell.step([id_], state)
            bits.append(-float(cell.answer(state)[0, ids[at]]) / math.log(2))
    return bits


def test_the_curve_is_that_of_reading_each_place_alone(model: Model) -> None:
    lengths = (0, 1, 2, 3, 5, 64)
    curve = context_curve(model, TEXTS, lengths)
    assert [p.known for p in curve.points] == list(lengths)
    for point in curve.points:
        bits = alone(model, point.known)
        assert curve.places == len(bits)
        assert point.bits == pytest.approx(np.mean(bits), abs=1e-4)
        assert point.error == pytest.approx(np.std(bits) / math.sqrt(len(bits)), abs=1e-4)
    whole = model.evaluate(TEXTS) if model.info.kind == "lines" else model.evaluate_text("".join(TEXTS))
    assert curve.points[-1].bits == pytest.approx(whole.bits_per_char, abs=1e-4)
    assert curve.enough(100) == 0


def test_more_places_than_rows_and_fewer_than_all() -> None:
    model = make_model("lstm", 1, "stream")
    text = "".join(np.random.default_rng(0).choice(list("abcdefghij"), 400))
    every = context_curve(model, [text], (3,))
    some = context_curve(model, [text], (3,), places=7)
    assert (every.places, some.places) == (400, 7)
    assert every.longest == 400
    assert abs(every.points[0].bits - model.evaluate_text(text).bits_per_char) < 2


def test_bigrams_need_one_symbol(toy: Model) -> None:
    curve = context_curve(toy, ["Denise", "Anna"], (0, 1, 2, 4))
    bits = [p.bits for p in curve.points]
    assert bits[1] == pytest.approx(bits[2], abs=1e-5)
    assert bits[1] == pytest.approx(bits[3], abs=1e-5)
    assert bits[0] > bits[1] + 1
    assert curve.enough() == 1


def test_wrong_lengths_and_empty_texts_are_said(model: Model) -> None:
    for lengths, texts, word in [((-1,), TEXTS, "from 0"), ((), TEXTS, "from 0"), ((1,), [], "no character")]:
        with pytest.raises(InsightError, match=word):
            context_curve(model, texts, lengths)
    with pytest.raises(InsightError, match="place"):
        context_curve(model, TEXTS, places=0)


@given(st.text("abc", max_size=9), st.text("abc", max_size=30))
def test_the_longest_common_run_is_that_of_trying_all(text: str, corpus: str) -> None:
    runs = [(j - i, -i) for i in range(len(text)) for j in range(i + 1, len(text) + 1) if text[i:j] in corpus]
    length, start = max(runs, default=(0, 0))
    found = longest_common_run(text, corpus)
    assert found[:2] == (-start, length)
    assert corpus[found[2] : found[2] + length] == text[found[0] : found[0] + length]
    assert found[2] == (corpus.find(text[-start : -start + length]) if length else 0)


def levenshtein(a: str, b: str) -> int:
    """The table of the textbook."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def with_corpus(path: Path, lines: tuple[str, ...] = NAMES, **recipe: object) -> Model:
    """The toy model, which says that it learnt from a file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    info = replace(toy_info(), recipe={"corpus": str(path), "kind": "lines", "validation_fraction": 0.3, **recipe})
    return Model(info, NumpyCell(info.architecture, toy_weights(NAMES)))


def test_an_item_is_placed_compared_and_its_copied_run_found(tmp_path: Path) -> None:
    model = with_corpus(tmp_path / "names.txt")
    learnt = learnt_from(model)
    assert sorted([*learnt.training, *learnt.validation]) == sorted(NAMES)
    assert learnt.training
    assert learnt.validation
    memory = Memory(model, learnt)
    assert memory.of(learnt.training[0]).part == "training"
    assert memory.of(learnt.training[0]).distance == 0
    assert memory.of(learnt.validation[0]).part == "validation"
    for text in ("Denisa", "Hannelie", "Nedd", "Bo", "xyz"):
        found = memory.of(text)
        distances = [levenshtein(text, item) for item in learnt.training]
        assert found.distance == min(distances)
        assert found.nearest == learnt.training[distances.index(min(distances))]
        runs = [
            (j - i, -i)
            for i in range(len(text))
            for j in range(i + 1, len(text) + 1)
            if any(text[i:j] in item for item in learnt.training)
        ]
        if not runs:
            assert found.copied is None
            continue
        assert found.copied is not None
        length, start = max(runs)
        assert (found.copied.start, found.copied.length) == (-start, length)
        run = text[-start : -start + length]
        assert found.copied.source[found.copied.where :].startswith(run)
        assert learnt.training[found.copied.line - 1] == found.copied.source
        assert found.copied.source == next(item for item in learnt.training if run in item)


def test_runs_do_not_cross_from_item_to_item(tmp_path: Path) -> None:
    model = with_corpus(tmp_path / "two.txt", ("Anna", "Bo", "Lena"))
    memory = Memory(model)
    joined = "".join(memory.learnt.training)
    copied = memory.copied(joined)
    assert copied is not None
    assert copied.length == max(map(len, memory.learnt.training))


def test_running_text_tells_the_place_and_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.txt"
    lines = [f"line number {n} of the text" for n in range(50)]
    path.write_text("\n".join(lines), encoding="utf-8")
    model = make_model("gru", 1, "stream")
    model = Model(replace(model.info, recipe={"corpus": str(path), "validation_fraction": 0.1}), model.cell)
    memory = Memory(model)
    found = memory.of("a number 17 of the tune")
    assert (found.part, found.nearest, found.distance) == (None, None, None)
    assert found.copied is not None
    text = path.read_text(encoding="utf-8")
    assert found.text[found.copied.start : found.copied.start + found.copied.length] == " number 17 of the t"
    assert text[found.copied.where :].startswith(" number 17 of the t")
    assert (found.copied.line, found.copied.source) == (18, lines[17])
    held_out = memory.learnt.held_out_text()
    assert held_out in text
    assert len(held_out) == int(len(text) * 0.1)
    with pytest.raises(InsightError, match="no items"):
        memory.nearest("a")
    monkeypatch.setattr(learnt_from_module, "LARGEST_LIST", 10)
    with pytest.raises(InsightError, match="too much to be searched"):
        Memory(model).of("a")


def test_a_held_out_file_of_its_own_is_the_validation_part(tmp_path: Path) -> None:
    held = tmp_path / "held.txt"
    held.write_text("Bo\nZed\n", encoding="utf-8")
    learnt = learnt_from(with_corpus(tmp_path / "names.txt", validation=str(held)))
    assert learnt.validation == ("Bo", "Zed")
    assert learnt.training == tuple(name for name in NAMES if name != "Bo")


def test_the_models_own_record_tells_the_parts(toy_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\n".join([*NAMES, "Newcomer"]) + "\n", encoding="utf-8")
    model = Library().open("toy")
    model = Model(replace(model.info, recipe={"corpus": str(path)}), model.cell, model.folder)
    learnt = learnt_from(model)
    assert "Newcomer" not in [*learnt.training, *learnt.validation]
    assert all(model.seen(item) == "training" for item in learnt.training)
    path.write_text("Quite\nOther\nnames\n", encoding="utf-8")
    with pytest.raises(InsightError, match="has changed"):
        learnt_from(model)


def test_a_corpus_that_is_not_at_hand_is_said(toy: Model, tmp_path: Path) -> None:
    with pytest.raises(InsightError, match="does not say what it learnt from"):
        learnt_from(toy)
    gone = Model(replace(toy.info, recipe={"corpus": str(tmp_path / "gone.txt")}), toy.cell)
    with pytest.raises(InsightError, match="is not at hand: there is no file"):
        learnt_from(gone)
    assert spread(["ab", "cd", "ef", "gh"], 4) == ["ab", "ef"]
    assert spread(["ab", "cd"], 100) == ["ab", "cd"]
    assert spread(["ab", "cd", "ef"], 5) == ["ab", "cd"]
    assert spread([], 5) == []
