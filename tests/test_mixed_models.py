"""Mixtures of models: whatever a model does, a mixture does; and what cannot be mixed is told in a sentence."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.insight.activations import activations
from charrnn_tui.insight.context import context_curve
from charrnn_tui.insight.reading import InsightError, continue_from, read
from charrnn_tui.insight.scores import score, score_all
from charrnn_tui.insight.what_mattered import what_mattered
from charrnn_tui.model import Model, ModelError
from charrnn_tui.model.mix import Mix, MixError
from charrnn_tui.sampling.column import Column
from charrnn_tui.sampling.constraints import Constraint
from charrnn_tui.sampling.settings import SamplingSettings
from toy import NAMES, write_toy_model

RUSSIAN = ("Анна", "Борис", "Вера", "Иван", "Нина", "Олег")
TOWNS = ("Ada", "Ede", "Nida", "Lienen", "Baden-Baden", "Eddal")


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "data" / "charrnn-tui" / "models"


@pytest.fixture
def toy(folder: Path) -> Model:
    return Model.open(write_toy_model(folder / "toy", "toy", NAMES))


@pytest.fixture
def towns(folder: Path) -> Model:
    return Model.open(write_toy_model(folder / "towns", "towns", TOWNS))


@pytest.fixture
def russian(folder: Path) -> Model:
    return Model.open(write_toy_model(folder / "russian", "russian", RUSSIAN))


def test_is_described_by_its_parts(toy: Model, towns: Model) -> None:
    mixture = toy.mixed({towns: 0.3})
    assert mixture.name == "toy + 0.3 towns"
    assert toy.mixed({towns: 0.25}, blend=True).name == "toy * 0.25 towns"
    assert set(mixture.vocabulary.symbols) == set("".join(NAMES + TOWNS))
    assert mixture.info.default_max_length == max(toy.info.default_max_length, towns.info.default_max_length)
    assert mixture.cell.architecture.describe().startswith("mixture of RNN of")
    assert mixture.cell.architecture.parameters == toy.cell.architecture.parameters + towns.cell.architecture.parameters
    assert mixture.seen("Bo") == toy.seen("Bo") != ""
    assert mixture.seen("Ede") == towns.seen("Ede") != ""
    assert mixture.seen("Ned-Bo") == ""
    assert toy.mixed({"towns": 0.3}).name == mixture.name  # by name, from the library
    with pytest.raises(ModelError, match="has no weights of its own"):
        mixture.save("somewhere")


def test_all_of_another_model_is_that_model(toy: Model, towns: Model) -> None:
    everything = toy.mixed({towns: 1.0})
    assert (everything.name, everything.base) == ("towns", toy)
    assert everything.vocabulary == towns.vocabulary
    assert list(everything.sample(20, seed=1)) == list(towns.sample(20, seed=1))
    assert toy.mixed({}) is toy
    assert toy.base is toy


@pytest.mark.parametrize("blend", [False, True])
def test_batches_columns_and_streams_write_the_same(toy: Model, russian: Model, blend: bool) -> None:
    mixture = toy.mixed({russian: 0.4}, blend=blend)
    many = list(mixture.sample(60, seed=3, batch_size=16))
    alone = []
    for item in range(60):
        stream = mixture.stream(seed=3, item=item)
        assert all(token.probability > 0 for token in stream)
        alone.append(stream.text)
    assert many == alone
    column = Column(mixture.cell, mixture.vocabulary, [""] * 60, seed=3, max_length=mixture.info.default_max_length)
    texts = [""] * 60
    while column.running:
        for drawn in column.step():
            texts[drawn.stream] += drawn.symbol
    assert texts == many
    # It writes names of both, and hardly any that go from one alphabet to the other.
    alphabets = Counter(
        "both" if ascii_ and other else "latin" if ascii_ else "other"
        for ascii_, other in (
            (any(c.isascii() for c in text), any(not c.isascii() for c in text)) for text in many if text
        )
    )
    assert alphabets["latin"] > 5
    assert alphabets["other"] > 5
    assert alphabets["both"] <= 3


def test_the_most_probable_items_are_found_exactly(toy: Model, towns: Model) -> None:
    mixture = toy.mixed({towns: 0.3})
    search = mixture.most_probable("", count=8, max_length=4)
    found = [(item.text, item.log_prob) for item in search if item.ended]
    # Every text of up to three characters, scored one by one.
    symbols = mixture.vocabulary.symbols
    texts = ["", *symbols, *(a + b for a in symbols for b in symbols)]
    texts += [a + b + c for a in "ABDEHLN" for b in symbols for c in symbols]
    scored = sorted(score_all(mixture, texts), key=lambda one: -one.log_prob)
    short = [(one.text, one.log_prob) for one in scored][: len([f for f in found if len(f[0]) <= 3])]
    assert [f for f in found if len(f[0]) <= 3] == [(t, pytest.approx(p, abs=1e-4)) for t, p in short]
    assert short


def test_draws_that_fulfil_a_constraint_have_the_mixtures_frequencies(toy: Model, towns: Model) -> None:
    mixture = toy.mixed({towns: 0.5})
    constraint = Constraint(match="?d?", length=(3, 3))
    texts = [f"{a}d{c}" for a in mixture.vocabulary.symbols for c in mixture.vocabulary.symbols]
    p = {one.text: math.exp(one.log_prob) for one in score_all(mixture, texts)}
    total = sum(p.values())
    drawn = Counter(text for text, _ in zip(mixture.draws(constraint, seed=1), range(2000), strict=False))
    chi = sum((drawn[t] - 2000 * p[t] / total) ** 2 / (2000 * p[t] / total) for t in texts if 2000 * p[t] / total > 5)
    kinds = sum(2000 * p[t] / total > 5 for t in texts)
    assert set(drawn) <= set(texts)
    assert kinds > 3
    assert chi < kinds + 4 * math.sqrt(2 * kinds)
    unique = list(mixture.draws(Constraint(match="/.d./", unique=True, new=True), max_length=4, seed=1, max_steps=300))
    assert len(set(unique)) == len(unique) > 20
    assert not any(mixture.seen(text) for text in unique)


def test_the_lens_reads_it(toy: Model, towns: Model) -> None:
    mixture = toy.mixed({towns: 0.3})
    scored, reading = score(mixture, "Lida"), read(mixture, "Lida")
    logs = np.log(
        0.7 * np.exp(read(toy, "Lida").log_probs[1, toy.vocabulary.id("i")])
        + 0.3 * np.exp(read(towns, "Lida").log_probs[1, towns.vocabulary.id("i")])
    )
    assert scored[1].log_prob == pytest.approx(logs, abs=1e-4)
    assert scored.log_prob == pytest.approx(float(mixture.evaluate(["Lida"]).nats_per_char) * -5, rel=1e-4)
    mattered = what_mattered(mixture, reading, 3)
    assert mattered.left_out is not None
    assert mattered.replaced is not None
    without = score(mixture, "Lia")
    assert mattered.left_out[-1] == pytest.approx(scored[3].log_prob - without[2].log_prob, abs=1e-4)
    curve = context_curve(mixture, ["Lida", "Anna"], [0, 1, 4])
    assert [point.known for point in curve.points] == [0, 1, 4]
    assert all(math.isfinite(point.bits) for point in curve.points)
    tree = mixture.probability_tree("L", depth=2, width=3)
    assert tree.children[0].log_prob == pytest.approx(max(reading.log_probs[1]), abs=1e-4)
    stream = mixture.stream("Li", seed=4)
    text = "".join(token.symbol for token in stream)
    grown = continue_from(
        mixture.cell, mixture.vocabulary, reading.states[2], reading.log_probs[2],
        kind="lines", settings=SamplingSettings(), after=reading.read[2], seed=4,
        max_length=mixture.info.default_max_length,
    )  # fmt: skip
    assert grown.text == text
    with pytest.raises(InsightError, match="no units"):
        activations(mixture, reading)


def test_a_text_that_one_part_cannot_read_is_scored_all_the_same(toy: Model, russian: Model) -> None:
    mixture = toy.mixed({russian: 0.1})
    for text in ("Anna", "Анна", "AннаA"):
        assert math.isfinite(score(mixture, text).log_prob)


@pytest.mark.parametrize("blend", [False, True])
def test_a_text_that_is_being_written_obeys_other_shares_at_the_next_character(
    toy: Model, towns: Model, blend: bool
) -> None:
    mixture, turned = (toy.mixed({towns: weight}, blend=blend) for weight in (0.05, 0.95))
    stream = mixture.stream("N", seed=2)
    next(stream)
    stream.reread(turned.cell)
    np.testing.assert_allclose(stream.logits, read(turned, stream.text).log_probs[-1], atol=1e-4)
    column = Column(mixture.cell, mixture.vocabulary, ["N", "Ned"], seed=2, items=[0, 0])
    column.reread(turned.cell, ["N", "Ned"])
    first = {drawn.stream: drawn for drawn in column.step()}
    for number, text in enumerate(("N", "Ned")):
        p = np.exp(read(turned, text).log_probs[-1])
        id_ = turned.vocabulary.id(first[number].symbol) if first[number].symbol else 0
        assert first[number].probability == pytest.approx(float(p[id_]), rel=1e-4)


def test_a_mixture_is_pickled_whole(toy: Model, towns: Model) -> None:
    mixture = toy.mixed({towns: 0.3})
    other = pickle.loads(pickle.dumps(mixture))
    assert list(other.sample(5, seed=1)) == list(mixture.sample(5, seed=1))


def test_what_cannot_be_mixed_is_refused(toy: Model, towns: Model, folder: Path) -> None:
    with pytest.raises(MixError, match="cannot be mixed with itself"):
        toy.mixed({toy: 0.3})
    with pytest.raises(MixError, match="cannot be mixed with itself"):
        toy.mixed({"toy": 0.3})
    for weight in (-0.1, 0, 1.5, math.nan):
        with pytest.raises(MixError, match="a share above 0 and up to 1"):
            toy.mixed({towns: weight})
    with pytest.raises(ModelError, match="there is no model 'nowhere'; there are: "):
        toy.mixed({"nowhere": 0.3})
    stream = Model.open(write_toy_model(folder / "text", "text", NAMES, kind="stream"))
    with pytest.raises(MixError, match="toy writes items and text running text; models of one kind can be mixed"):
        toy.mixed({stream: 0.3})
    with pytest.raises(MixError, match=r"add up to 1\.2"):
        toy.mixed({towns: 0.6, Model.open(towns.folder or folder): 0.6})
    with pytest.raises(ValueError, match="a model or the name of one"):
        toy.mixed({3: 0.5})  # type: ignore[dict-item]


def test_a_mix_is_read_told_and_kept() -> None:
    mix = Mix.parse("towns=0.3 my poems=20%")
    assert mix == Mix((("towns", 0.3), ("my poems", 0.2)))
    assert mix.words() == "mix towns 0.3 + my poems 0.2"
    assert mix.arguments() == ["--mix", "towns=0.3", "--mix", "my poems=0.2"]
    assert Mix.from_arguments(["towns=0.3", "my poems=,2"]) == mix
    assert Mix.parse(mix.typed()) == mix == Mix.from_plain(mix.to_plain())
    blend = Mix.parse("blend towns")
    assert blend == Mix((("towns", 0.5),), True)
    assert blend.arguments() == ["--mix", "towns=0.5", "--blend"]
    assert Mix.parse(blend.typed()) == blend == Mix.from_plain(blend.to_plain())
    assert not Mix.parse("")
    assert Mix.parse("").arguments() == []


def test_a_mix_is_turned_by_even_steps_between_its_ends() -> None:
    assert Mix.parse("a=0.32").turned(1) == Mix.parse("a=0.35")
    assert Mix.parse("a=0.32").turned(-1) == Mix.parse("a=0.3")
    assert Mix.parse("a=0.2 b=0.2").turned(2) == Mix.parse("a=0.25 b=0.25")
    assert Mix.parse("a=0.9").turned(9) == Mix.parse("a=0.95")
    assert Mix.parse("a=0.1").turned(-9) == Mix.parse("a=0.05")
    assert Mix().turned(1) == Mix()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("towns=-0.3", "a share above 0 and up to 1"),
        ("towns=0", "a share above 0"),
        ("towns=0.6 poems=0.6", "add up to 1.2"),
        ("towns=0.1 towns=0.2", "mixed in twice"),
        ("towns=much", "is no MODEL=WEIGHT, such as towns=0.3"),
        ("=0.3", "no MODEL=WEIGHT|named with its weight"),
    ],
)
def test_a_mix_without_meaning_is_refused(typed: str, said: str) -> None:
    with pytest.raises(MixError, match=said):
        Mix.parse(typed)


@pytest.mark.parametrize("plain", [None, [], {"models": {"a": 2}, "blended": False}, {"models": {"a": 0.5}}])
def test_what_is_no_kept_mix_is_refused(plain: object) -> None:
    with pytest.raises(MixError):
        Mix.from_plain(plain)
