"""The step function as ONNX says what our cell says."""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from safetensors.numpy import save_file

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.model import WEIGHTS, ModelError, ModelInfo, write_info
from charrnn_tui.text import Vocabulary
from charrnn_tui.transfer import export_onnx, onnx_step
from networks import architectures, label, labelled_architectures, random_ids, random_weights


def export(folder: Path, architecture: Architecture) -> Path:
    folder.mkdir()
    save_file(random_weights(architecture), folder / WEIGHTS)
    labels = tuple("xyz"[: architecture.labels])
    write_info(folder, ModelInfo("m", architecture, Vocabulary("abcdefghij"), labels=labels))
    target = folder / "step.onnx"
    export_onnx(folder, target)
    return target


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_runtime_and_cell_agree(tmp_path: Path, architecture: Architecture) -> None:
    session = onnxruntime.InferenceSession(export(tmp_path / "m", architecture), providers=["CPUExecutionProvider"])
    cell = NumpyCell(architecture, random_weights(architecture))
    states = ["hidden", "cell"] if architecture.family == "lstm" else ["hidden"]
    assert [i.name for i in session.get_inputs()] == ["ids", *states]
    assert [o.name for o in session.get_outputs()] == ["log_probs", *(f"new_{s}" for s in states)]
    for batch in (1, 5):
        state = cell.initial_state(batch)
        fed = {s: np.zeros((architecture.layers, batch, architecture.hidden), np.float32) for s in states}
        for column in random_ids(architecture, batch, 15).T:
            state, expected = cell.step(column, state)
            found, *after = session.run(None, {"ids": column, **fed})
            np.testing.assert_allclose(found, expected, atol=1e-5)
            fed = dict(zip(states, after, strict=True))
        np.testing.assert_allclose(fed["hidden"], np.stack(state.hidden), atol=1e-5)
        if state.cell:
            np.testing.assert_allclose(fed["cell"], np.stack(state.cell), atol=1e-5)


@pytest.mark.parametrize("architecture", labelled_architectures(), ids=label)
def test_a_style_is_an_input_of_the_graph(tmp_path: Path, architecture: Architecture) -> None:
    session = onnxruntime.InferenceSession(export(tmp_path / "m", architecture), providers=["CPUExecutionProvider"])
    plain = NumpyCell(architecture, random_weights(architecture))
    states = ["hidden", "cell"] if architecture.family == "lstm" else ["hidden"]
    assert [i.name for i in session.get_inputs()] == ["ids", *states, "style"]
    for mixture in ([0, 0, 0], [0, 1, 0], [0.5, 0.2, 0.3]):
        cell, style = plain.styled(mixture), np.tile(np.float32(mixture), (2, 1))
        state = cell.initial_state(2)
        fed = {s: np.zeros((architecture.layers, 2, architecture.hidden), np.float32) for s in states}
        for column in random_ids(architecture, 2, 9).T:
            state, expected = cell.step(column, state)
            found, *after = session.run(None, {"ids": column, "style": style, **fed})
            np.testing.assert_allclose(found, expected, atol=1e-5)
            fed = dict(zip(states, after, strict=True))


def test_the_file_is_valid_and_describes_itself(tmp_path: Path) -> None:
    model = onnx.load(export(tmp_path / "m", Architecture("lstm", 11, 7, 24, 2)))
    onnx.checker.check_model(model, full_check=True)
    properties = {p.key: p.value for p in model.metadata_props}
    assert json.loads(properties["charrnn-tui"])["vocabulary"] == "abcdefghij"
    assert {n.op_type for n in model.graph.node} <= {
        "Gather",
        "Gemm",
        "Add",
        "Sub",
        "Mul",
        "Split",
        "Sigmoid",
        "Tanh",
        "Unsqueeze",
        "Concat",
        "LogSoftmax",
    }


def test_a_network_that_disagrees_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = onnx_step._Graph.gru

    def wrong(self: onnx_step._Graph, layer: int, x: str, h: str) -> list[str]:
        return [self.add("Neg", right(self, layer, x, h))]

    monkeypatch.setattr(onnx_step._Graph, "gru", wrong)
    with pytest.raises(ModelError, match="differs from m by"):
        export(tmp_path / "m", Architecture("gru", 11, 7, 24))
    assert not (tmp_path / "m" / "step.onnx").exists()


def test_without_the_extra_a_sentence_says_how_to_get_it(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"charrnn-tui\[onnx\]"):
        export_onnx(toy_model, tmp_path / "t.onnx")


def test_what_cannot_be_written_gets_a_sentence(toy_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        export_onnx(toy_model, tmp_path / "file" / "m.onnx")
