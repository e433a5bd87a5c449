"""A style: what may be given, what is refused with a sentence, and what a model does under it."""

import copy
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.model import DESCRIPTION, Model, ModelError, ModelInfo, Style, StyleError
from toy import toy_info, write_toy_model

LABELS = ("finnish", "japanese", "the netherlands")


@pytest.fixture
def labelled(tmp_path: Path) -> Model:
    return Model.open(write_toy_model(tmp_path / "labelled", "labelled", labels=LABELS))


def test_what_a_style_may_be_given_as() -> None:
    assert Style.of("finnish") == Style((("finnish", 1.0),)) == Style.of({"finnish": 1, "japanese": 0})
    for nothing in (None, {}, {"finnish": 0.0}):
        assert not Style.of(nothing)
    assert Style.of({"finnish": np.float32(0.5)}).to_plain() == {"finnish": 0.5}
    assert Style.of(Style.of("finnish")) == Style.of("finnish")


@pytest.mark.parametrize(
    ("typed", "weights"),
    [
        ("finnish", {"finnish": 1}),
        ("japanese=0.7 finnish=0.3", {"japanese": 0.7, "finnish": 0.3}),
        ("japanese=0,7, finnish=.3", {"japanese": 0.7, "finnish": 0.3}),
        ("japanese = 70%; finnish = 30 %".replace("30 %", "30%"), {"japanese": 0.7, "finnish": 0.3}),
        ("the netherlands=2 finnish=1", {"the netherlands": 2, "finnish": 1}),
        ("the netherlands", {"the netherlands": 1}),
        ("japanese, finnish", {"japanese": 1, "finnish": 1}),
        ("a=b", {"a=b": 1}),
        ("", {}),
    ],
)
def test_what_is_typed(typed: str, weights: dict[str, float]) -> None:
    assert Style.parse(typed, [*LABELS, "a=b"]).to_plain() == weights


def test_what_is_typed_wrongly_gets_a_sentence() -> None:
    with pytest.raises(StyleError, match=r"'finnish=lots' is no LABEL=WEIGHT"):
        Style.parse("finnish=lots")
    with pytest.raises(StyleError, match="'japanese' is no LABEL=WEIGHT"):
        Style.parse("finnish=0.3 japanese")


def test_arguments_and_typing_give_a_style_back() -> None:
    for given in ({"finnish": 1}, {"finnish": 0.3}, {"japanese": 0.7, "the netherlands": 1 / 3}, {"a=0.5": 1}, {}):
        style = Style.of(given)
        arguments = style.arguments()
        assert arguments[::2] == ["--style"] * (len(arguments) // 2)
        again = Style.from_arguments(arguments[1::2])
        assert again.to_plain() == pytest.approx(style.to_plain(), rel=1e-9)
        if "a=0.5" not in given:
            assert Style.parse(style.typed(), LABELS).to_plain() == pytest.approx(style.to_plain(), rel=1e-9)
        assert Style.from_plain(json.loads(json.dumps(style.to_plain()))) == style
    assert Style.of({"japanese": 0.7, "finnish": 0.3}).words() == "japanese 0.7 + finnish 0.3"
    assert Style.of("finnish").arguments() == ["--style", "finnish"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"finnish": -0.1}, "weight of 'finnish' is a number from 0 upwards, not -0.1"),
        ({"finnish": math.nan}, "number from 0 upwards, not nan"),
        ({"finnish": math.inf}, "number from 0 upwards, not inf"),
        ({"finnish": "much"}, "weight of 'finnish' is a number, not 'much'"),
        ({"finnish": True}, "weight of 'finnish' is a number"),
        ({1: 0.5}, "a style is a label, or labels with their weights"),
        (["finnish"], "a style is a label, or labels with their weights"),
    ],
)
def test_what_is_no_style_gets_a_sentence(given: object, words: str, labelled: Model) -> None:
    with pytest.raises(StyleError, match=words):
        labelled.styled(given)  # type: ignore[arg-type]
    with pytest.raises(StyleError, match="given twice"):
        Style.from_arguments(["finnish=0.2", "finnish=0.3"])


def test_a_label_that_a_model_lacks_is_answered_with_the_nearest(labelled: Model, toy_model: Path) -> None:
    with pytest.raises(StyleError, match=r"^the model labelled has no label 'finish'; the nearest is finnish\.$"):
        labelled.styled("finish")
    with pytest.raises(StyleError, match=r"no label 'xyz'; it knows finnish, japanese, the netherlands\.$"):
        labelled.styled({"finnish": 0.5, "xyz": 0.5})
    with pytest.raises(StyleError, match="has learnt no labels, so it has no styles"):
        Model.open(toy_model).styled("finnish")
    with pytest.raises(StyleError, match="no label '␛"):
        labelled.styled("\x1b[31m")
    assert labelled.styled("Finnish").style == Style.of("finnish")


def test_weights_are_shares() -> None:
    assert Style.of({"japanese": 7, "finnish": 3}).mixture(LABELS, "m") == pytest.approx([0.3, 0.7, 0])
    assert Style.of({"finnish": 0.4}).mixture(LABELS, "m") == [0.4, 0, 0]
    assert Style().mixture(LABELS, "m") == [0, 0, 0]


def test_everything_that_a_model_does_is_done_in_its_style(labelled: Model) -> None:
    styled = labelled.styled({"japanese": 0.7, "finnish": 0.3})
    before = list(labelled.sample(50, "A"))
    assert list(styled.sample(50, "A")) != before == list(labelled.sample(50, "A"))
    assert styled.evaluate(["Anna"]) != labelled.evaluate(["Anna"])
    assert list(styled.most_probable(count=3)) != list(labelled.most_probable(count=3))
    assert (
        styled.stream("A", seed=4).__next__().logits.tolist() != labelled.stream("A", seed=4).__next__().logits.tolist()
    )
    assert styled.info is labelled.info
    assert styled.folder == labelled.folder
    assert styled.styled("finnish").style == Style.of("finnish")
    back = styled.styled(None)
    assert not back.style
    assert list(back.sample(50, "A")) == before


def test_copies_keep_the_style(labelled: Model) -> None:
    styled = labelled.styled("japanese")
    for other in (copy.copy(styled), copy.deepcopy(styled), pickle.loads(pickle.dumps(styled))):
        assert other.style == styled.style
        assert list(other.sample(20, "A")) == list(styled.sample(20, "A"))


def test_labels_are_described_and_older_descriptions_still_open(labelled: Model) -> None:
    assert labelled.folder is not None
    path = labelled.folder / DESCRIPTION
    values = json.loads(path.read_text(encoding="utf-8"))
    assert values["format"] == 2
    assert values["labels"] == list(LABELS)
    plain = toy_info().to_dict()
    assert plain["format"] == 1  # what knows no labels is read by programs that know none
    assert "labels" not in plain
    assert ModelInfo.from_dict(plain, "it").labels == ()
    for wrong, words in (
        (["finnish"], "1 labels stand beside a network that has vectors for 3"),
        (["finnish", "finnish", "x"], "2 labels stand"),
        (["finnish", "x", 3], "labels are no list of texts"),
        ("abc", "labels are no list of texts"),
    ):
        with pytest.raises(ModelError, match=words):
            ModelInfo.from_dict(values | {"labels": wrong}, "it")
    with pytest.raises(ModelError, match="has the format 4, and this program reads the formats 1 to 3"):
        ModelInfo.from_dict(values | {"format": 4}, "it")
