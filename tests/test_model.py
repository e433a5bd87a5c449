"""Model files: opened, evaluated, and refused with a sentence whatever is wrong with them."""

import contextlib
import json
import math
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from charrnn_tui.cells import NumpyCell
from charrnn_tui.model import (
    DESCRIPTION,
    LINES,
    WEIGHTS,
    Model,
    ModelError,
    ModelInfo,
    read_info,
    read_tensors,
    write_info,
)
from charrnn_tui.text import BOUNDARY, TextError, UnknownSymbolsError, split_by_hash, text_hash
from toy import NAMES, toy_info, toy_weights, write_toy_model


def change(folder: Path, **values: Any) -> None:
    path = folder / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def refused(folder: Path, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        Model.open(folder)
    assert str(caught.value).endswith(".")
    assert "\x1b" not in str(caught.value)


def test_a_model_is_opened_and_speaks(toy_model: Path) -> None:
    model = Model.open(toy_model)
    assert (model.name, model.info.kind, model.folder) == ("toy", "lines", toy_model)
    assert len(list(model.sample(5, "De", seed=1))) == 5
    assert all(text.startswith("De") for text in model.sample(5, "De", seed=1))
    stream = model.stream("De", seed=1)
    assert "".join(token.symbol for token in stream) == stream.generated
    assert next(model.sample(1, "De", seed=1)) == stream.text
    assert next(iter(model.most_probable("Ann"))).text.startswith("Ann")


def test_a_description_survives_the_round_trip(tmp_path: Path) -> None:
    info = toy_info("again")
    write_info(tmp_path, info)
    assert read_info(tmp_path) == info


def test_default_lengths() -> None:
    info = toy_info()
    assert info.default_max_length == max(30, 2 * max(map(len, NAMES)))
    assert ModelInfo("x", info.architecture, info.vocabulary, "stream").default_max_length == 500
    assert ModelInfo("x", info.architecture, info.vocabulary, corpus={"longest": "?"}).default_max_length == 100


def test_running_text_has_no_most_probable_items(tmp_path: Path) -> None:
    model = Model.open(write_toy_model(tmp_path / "text", "text", kind="stream"))
    with pytest.raises(ModelError, match="running text"):
        model.most_probable()


# Evaluation


def by_hand(model: Model, lines: list[str]) -> tuple[float, int]:
    """-log P of each character and each end, one at a time."""
    total, count = 0.0, 0
    for line in lines:
        state = model.cell.initial_state(1)
        read = BOUNDARY
        for following in [*model.vocabulary.encode(line).tolist(), BOUNDARY]:
            state, log_probs = model.cell.step([read], state)
            total -= float(log_probs[0, following])
            count += 1
            read = following
    return total / count, count


def test_evaluation_counts_every_end_and_no_padding(toy_model: Path) -> None:
    model = Model.open(toy_model)
    lines = ["Anna", "Bo", "Deirdre", "", "Bo"]
    found = model.evaluate(lines)
    loss, count = by_hand(model, [line for line in lines if line])
    assert found.characters == count == 4 + 2 + 7 + 2 + 4
    assert found.nats_per_char == pytest.approx(loss, rel=1e-6)
    assert found.bits_per_char == pytest.approx(loss / math.log(2), rel=1e-6)
    assert found.perplexity == pytest.approx(math.exp(loss), rel=1e-6)
    assert list(found.to_dict()) == ["nats_per_char", "bits_per_char", "perplexity", "characters"]


def test_evaluation_of_many_lines_is_the_same_in_any_order(toy_model: Path) -> None:
    model = Model.open(toy_model)
    lines = list(NAMES) * 50
    assert model.evaluate(lines).nats_per_char == pytest.approx(model.evaluate(lines[::-1]).nats_per_char, rel=1e-9)
    assert model.evaluate(lines).nats_per_char == pytest.approx(model.evaluate(NAMES).nats_per_char, rel=1e-6)


def test_evaluation_of_running_text(tmp_path: Path) -> None:
    model = Model.open(write_toy_model(tmp_path / "text", "text", kind="stream"))
    found = model.evaluate_text("AnnaBo")
    state, read, total = model.cell.initial_state(1), BOUNDARY, 0.0
    for following in model.vocabulary.encode("AnnaBo").tolist():
        state, log_probs = model.cell.step([read], state)
        total -= float(log_probs[0, following])
        read = following
    assert (found.characters, found.nats_per_char) == (6, pytest.approx(total / 6))


def test_what_cannot_be_evaluated_gets_a_sentence(toy_model: Path) -> None:
    model = Model.open(toy_model)
    with pytest.raises(TextError, match="nothing to evaluate"):
        model.evaluate(["", ""])
    with pytest.raises(TextError, match="nothing to evaluate"):
        model.evaluate_text("")
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        model.evaluate(["Anna", "Q"])


def test_lines_are_composed_before_evaluation(tmp_path: Path) -> None:
    model = Model.open(write_toy_model(tmp_path / "z", "z", ["Zoé", "Zoë", "Zoe"]))
    assert model.evaluate(["Zoe\u0301"]) == model.evaluate(["Zo\xe9"])


# What it learnt from


def test_seen_items_are_told_from_new_ones(toy_model: Path) -> None:
    model = Model.open(toy_model)
    training, validation = split_by_hash(NAMES)
    assert {model.seen(name) for name in training} == {"training"}
    assert {model.seen(name) for name in validation} == {"validation"}
    assert model.seen("Nobody") == ""


def test_one_text_is_read_alike_by_all_that_read_it(tmp_path: Path) -> None:
    """The tutorial's start token, line ends and composition, in stream, evaluate and seen; literal where known."""
    model = Model.open(write_toy_model(tmp_path / "m", "m", ["Zoé", "Ana"]))
    save_file(
        {
            part: np.array([text_hash(item)], dtype=np.uint64)
            for part, item in (("training", "Zoé"), ("validation", "Ana"))
        },
        tmp_path / "m" / "lines.safetensors",
    )
    for typed in ("Zoé", " Zoé", "Zoe\u0301", " Zoe\u0301"):
        assert model.stream(typed).prefix == "Zoé"
        assert model.evaluate([typed, " "]) == model.evaluate(["Zoé"])
        assert model.seen(typed) == "training"
    assert model.seen(" Ana") == "validation"
    knows_spaces = Model.open(write_toy_model(tmp_path / "n", "n", ["Ana Bo"]))
    assert knows_spaces.stream(" An").prefix == " An"
    assert knows_spaces.evaluate([" Ana"]) != knows_spaces.evaluate(["Ana"])


def test_without_hashes_nobody_knows(toy_model: Path) -> None:
    (toy_model / LINES).unlink()
    assert Model.open(toy_model).seen("Anna") is None
    assert Model(toy_info(), NumpyCell(toy_info().architecture, toy_weights())).seen("Anna") is None


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((2, 2), np.uint64), np.zeros(3, np.int64)])
def test_hashes_of_another_kind_are_refused(toy_model: Path, values: np.ndarray) -> None:
    save_file({"training": values}, toy_model / LINES)
    with pytest.raises(ModelError, match="no hashes"):
        Model.open(toy_model).seen("Anna")


# Weights that are wrong


def weights_with(**changes: Any) -> dict[str, Any]:
    weights = dict(toy_weights())
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            del weights[key]
        else:
            weights[key] = value
    return weights


def test_every_truncation_is_refused(toy_model: Path) -> None:
    path = toy_model / WEIGHTS
    data = path.read_bytes()
    for size in (0, 1, 4, 7, 8, 9, 50, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        refused(toy_model, "no readable safetensors file|lacks")
    path.write_bytes(data + b"\0")
    refused(toy_model, "no readable safetensors file")


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (weights_with(output__bias=np.zeros(3, np.float32)), r"output.bias has the shape \[3\]"),
        (weights_with(output__weight=np.zeros((2, 9, 9), np.float32)), "output.weight has the shape"),
        (weights_with(output__bias=None), "lacks the weights 'output.bias'"),
        (weights_with(extra=np.zeros(3, np.float32)), "holds 'extra'"),
        (weights_with(output__bias=toy_weights()["output.bias"].astype(np.int32)), "holds I32"),
        (weights_with(output__bias=toy_weights()["output.bias"] * np.nan), "NaN or infinite"),
        (weights_with(output__bias=toy_weights()["output.bias"] + np.inf), "NaN or infinite"),
    ],
)
def test_weights_of_another_network_are_refused(toy_model: Path, weights: dict[str, Any], words: str) -> None:
    save_file(weights, toy_model / WEIGHTS)
    refused(toy_model, words)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions_are_read(toy_model: Path, dtype: type) -> None:
    save_file({name: w.astype(dtype) for name, w in toy_weights().items()}, toy_model / WEIGHTS)
    assert Model.open(toy_model).evaluate(["Anna"]).nats_per_char == pytest.approx(1.5, abs=1.5)


def header(entries: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 200_000_000) + b"{" + b" " * 100,
        struct.pack("<Q", 2) + b"[]",
        header({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}),
        header({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}}, b"1234"),
        header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
        header({"a": {"dtype": "X9", "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
        b"<html>not a model</html>",
        bytes(1000),
    ],
)
def test_foreign_headers_are_refused_without_allocating(toy_model: Path, data: bytes) -> None:
    (toy_model / WEIGHTS).write_bytes(data)
    refused(toy_model, "no readable safetensors file|lacks")


def test_pickles_are_refused_unopened(toy_model: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "opened",))

    for data in (*(pickle.dumps(Bomb(), protocol=p) for p in (2, 3, 4, 5)), b"PK\x03\x04 archive"):
        (toy_model / WEIGHTS).write_bytes(data)
        refused(toy_model, "is a pickle or a torch.save archive")
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("length", [0x0280, 0x0380, 0x0480, 0x0580, 0x4B50])
def test_a_header_whose_length_looks_like_a_pickle_is_read(tmp_path: Path, length: int) -> None:
    """The file begins with its header's length, which may be 0x0280: the two bytes that begin a pickle."""
    path = tmp_path / "weights.safetensors"
    save_file({"a": np.arange(3, dtype=np.float32)}, path, {"filler": ""})
    (size,) = struct.unpack("<Q", path.read_bytes()[:8])
    for spare in range(16):
        save_file({"a": np.arange(3, dtype=np.float32)}, path, {"filler": "x" * (length - size + spare - 8)})
        (found,) = struct.unpack("<Q", path.read_bytes()[:8])
        if found == length:
            break
    assert found == length
    assert read_tensors(path)["a"].tolist() == [0, 1, 2]


def test_missing_files_are_named(toy_model: Path, tmp_path: Path) -> None:
    (toy_model / WEIGHTS).unlink()
    refused(toy_model, "there is no file .*model.safetensors")
    refused(tmp_path / "nowhere\x1b[31m", "holds no model")
    (toy_model / WEIGHTS).mkdir()
    refused(toy_model, "cannot be read")


# Descriptions that are wrong


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("\x00", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no description"),
        ("null", "is no description"),
        ('{"a": 1}', "has the format None"),
        ('{"format": 4}', "has the format 4, and this program reads the formats 1 to 3"),
        ('{"format": 1}', "'architecture' is missing"),
    ],
)
def test_foreign_json_is_refused(toy_model: Path, text: str, words: str) -> None:
    (toy_model / DESCRIPTION).write_text(text)
    refused(toy_model, words)


def test_a_description_that_is_not_utf8_is_told_where(toy_model: Path) -> None:
    (toy_model / DESCRIPTION).write_bytes(b'{"format": 1,\n"name": "\xff"}')
    refused(toy_model, "model.json is not UTF-8: line 2, column 10 holds the byte 0xff")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": "1"}, "has the format '1'"),
        ({"architecture": 5}, "not complete|damaged"),
        ({"architecture": {"family": "lstm"}}, "not complete"),
        ({"architecture": {"family": "rnn", "vocabulary_size": 10**9, "embedding": 1, "hidden": 1}}, "whole number"),
        ({"architecture": {"family": ["rnn"], "vocabulary_size": 5, "embedding": 1, "hidden": 1}}, "family"),
        ({"vocabulary": ""}, "at least one symbol"),
        ({"vocabulary": "ba"}, "not sorted|stand beside"),
        ({"vocabulary": ["a", "b"]}, "not sorted|stand beside"),
        ({"vocabulary": 5}, "damaged"),
        ({"vocabulary": "a\ud800"}, "half a character"),
        ({"vocabulary": "ab"}, "3 symbols stand beside a network for"),
        ({"kind": "songs"}, "its kind is 'songs'"),
        ({"kind": []}, "its kind is"),
        ({"corpus": 5}, "tables"),
        ({"results": [1]}, "tables"),
    ],
)
def test_damaged_descriptions_are_refused(toy_model: Path, values: dict[str, Any], words: str) -> None:
    change(toy_model, **values)
    refused(toy_model, words)


def test_odd_but_harmless_values_are_read(toy_model: Path) -> None:
    change(toy_model, name=5, created=7, results={"validation_loss": "low"}, corpus=None)
    info = read_info(toy_model)
    assert (info.name, info.created, info.validation_loss) == ("", "7", None)
    change(toy_model, results={"validation_loss": math.nan})
    assert read_info(toy_model).validation_loss is None
    change(toy_model, results={"validation_loss": 2})
    assert read_info(toy_model).validation_loss == 2.0


def test_a_description_of_huge_size_is_not_read(toy_model: Path) -> None:
    with (toy_model / DESCRIPTION).open("wb") as file:
        file.truncate(1 << 30)
    refused(toy_model, "too large")


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_flipped_byte_is_read_or_refused_and_never_a_crash(toy_model: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([WEIGHTS, DESCRIPTION]))
    path = toy_model / name
    original = path.read_bytes()
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, min(len(damaged), 1500) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    try:
        with contextlib.suppress(ModelError):
            Model.open(toy_model)
    finally:
        path.write_bytes(original)
