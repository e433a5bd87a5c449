"""The step function of a network as ONNX: ids and state in, log-probabilities and new state out.

Built from the weights with plain operators (Gather, Gemm, Split, Tanh, Sigmoid, LogSoftmax), so that any runtime
takes it, and compared with our own cell before it is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.files import atomic
from charrnn_tui.model import WEIGHTS, ModelError, read_info, read_weights
from charrnn_tui.model.one_file import DESCRIPTION_KEY, cannot_write

OPSET = 17
IR_VERSION = 8
"""What runtimes from 2022 on read."""

TOLERANCE = 1e-4
"""Largest difference in log-probability (nats) from our cell that an exported network may show."""

_LARGEST = 1 << 31


def export_onnx(folder: Path, target: Path) -> None:
    """Write the step function of the model in a folder. An existing file is written over.

    Inputs: `ids` int64 [batch]; `hidden` float32 [layers, batch, hidden]; for LSTM `cell`, of the same shape; for a
    network with labels `style` float32 [batch, labels], the weight of each label, zeros for none.
    Outputs: `log_probs` float32 [batch, vocabulary]; `new_hidden`; for LSTM `new_cell`. Zeros are the state before
    anything was read. The model's description stands in the metadata, under `charrnn-tui`.

    Raises ModelError where the packages of the extra `onnx` are missing, the model is damaged or too large, the
    result disagrees with our cell or the file cannot be written.
    """
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise ModelError("ONNX needs two more packages; install them with: pip install 'charrnn-tui[onnx]'.") from error
    info = read_info(folder)
    architecture = info.network("ONNX files hold networks alone, so export it as one safetensors file")
    if architecture.parameters * 4 >= _LARGEST:
        raise ModelError(f"{info.name} has {architecture.parameters:,} weights, more than one ONNX file can hold.")
    weights = {name: weight.astype(np.float32) for name, weight in read_weights(folder / WEIGHTS, architecture).items()}
    model = _Graph(onnx, architecture, weights).model(info.name)
    onnx.helper.set_model_props(model, {DESCRIPTION_KEY: json.dumps(info.to_dict(), ensure_ascii=False)})
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    difference = _difference(session, architecture, NumpyCell(architecture, weights))
    if not difference <= TOLERANCE:
        raise ModelError(f"the ONNX network differs from {info.name} by {difference:.2g} nats; nothing was written.")
    try:
        atomic.write_bytes(target, data)
    except OSError as error:
        raise cannot_write(target, error) from error


class _Graph:
    """Collects nodes and constants; a method adds an operation and gives the name of its result."""

    def __init__(self, onnx: Any, architecture: Architecture, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self.onnx = onnx
        self.architecture = architecture
        self.nodes: list[Any] = []
        self.constants = [onnx.numpy_helper.from_array(np.ascontiguousarray(w), n) for n, w in weights.items()]

    def add(self, operator: str, inputs: list[str], results: int = 1, output: str | None = None, **options: Any) -> Any:
        """Add a node; the name of its result, or a list of names where there are several."""
        names = [output or f"{operator.lower()}_{len(self.nodes)}_{i}" for i in range(results)]
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, names, **options))
        return names[0] if results == 1 else names

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant."""
        self.constants.append(self.onnx.numpy_helper.from_array(value, name))
        return name

    def affine(self, x: str, layer: int, which: str) -> str:
        """W x + b with a layer's weights of the input (`ih`) or of the state (`hh`)."""
        names = [x, f"rnn.weight_{which}_l{layer}", f"rnn.bias_{which}_l{layer}"]
        return str(self.add("Gemm", names, transB=1))

    def model(self, name: str) -> Any:
        """The whole model."""
        helper, kinds = self.onnx.helper, self.onnx.TensorProto
        a = self.architecture
        states = ["hidden", "cell"] if a.family == "lstm" else ["hidden"]
        shape = [a.layers, "batch", a.hidden]
        inputs = [helper.make_tensor_value_info("ids", kinds.INT64, ["batch"])]
        inputs += [helper.make_tensor_value_info(state, kinds.FLOAT, shape) for state in states]
        if a.labels:
            inputs.append(helper.make_tensor_value_info("style", kinds.FLOAT, ["batch", a.labels]))
        outputs = [helper.make_tensor_value_info("log_probs", kinds.FLOAT, ["batch", a.vocabulary_size])]
        outputs += [helper.make_tensor_value_info(f"new_{state}", kinds.FLOAT, shape) for state in states]
        x = self.add("Gather", ["embedding.weight", "ids"])
        if a.labels:
            x = self.add("Add", [x, self.add("MatMul", ["style", "labels.weight"])])
        steps: dict[str, Callable[..., list[str]]] = {"rnn": self.rnn, "gru": self.gru, "lstm": self.lstm}
        step = steps[a.family]
        after: dict[str, list[str]] = {state: [] for state in states}
        for layer in range(a.layers):
            index = self.constant(f"layer_{layer}", np.array(layer, dtype=np.int64))
            before = [self.add("Gather", [state, index], axis=0) for state in states]
            new = step(layer, x, *before)
            x = new[0]
            for state, vector in zip(states, new, strict=True):
                after[state].append(vector)
        axes = self.constant("front", np.array([0], dtype=np.int64))
        for state in states:
            rows = [self.add("Unsqueeze", [vector, axes]) for vector in after[state]]
            self.add("Concat", rows, output=f"new_{state}", axis=0)
        logits = self.add("Gemm", [x, "output.weight", "output.bias"], transB=1)
        self.add("LogSoftmax", [logits], output="log_probs", axis=-1)
        graph = helper.make_graph(self.nodes, name or "step", inputs, outputs, self.constants)
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="charrnn-tui")

    def rnn(self, layer: int, x: str, h: str) -> list[str]:
        total = self.add("Add", [self.affine(x, layer, "ih"), self.affine(h, layer, "hh")])
        return [self.add("Tanh", [total])]

    def gru(self, layer: int, x: str, h: str) -> list[str]:
        x_r, x_z, x_n = self.add("Split", [self.affine(x, layer, "ih")], 3, axis=-1)
        h_r, h_z, h_n = self.add("Split", [self.affine(h, layer, "hh")], 3, axis=-1)
        reset = self.add("Sigmoid", [self.add("Add", [x_r, h_r])])
        update = self.add("Sigmoid", [self.add("Add", [x_z, h_z])])
        new = self.add("Tanh", [self.add("Add", [x_n, self.add("Mul", [reset, h_n])])])
        # h' = n + z (h - n)
        kept = self.add("Mul", [update, self.add("Sub", [h, new])])
        return [self.add("Add", [new, kept])]

    def lstm(self, layer: int, x: str, h: str, c: str) -> list[str]:
        total = self.add("Add", [self.affine(x, layer, "ih"), self.affine(h, layer, "hh")])
        i, f, g, o = self.add("Split", [total], 4, axis=-1)
        kept = self.add("Mul", [self.add("Sigmoid", [f]), c])
        added = self.add("Mul", [self.add("Sigmoid", [i]), self.add("Tanh", [g])])
        new_c = self.add("Add", [kept, added])
        new_h = self.add("Mul", [self.add("Sigmoid", [o]), self.add("Tanh", [new_c])])
        return [new_h, new_c]


def _difference(session: Any, architecture: Architecture, cell: NumpyCell, batch: int = 3, steps: int = 12) -> float:
    """The largest difference in log-probability over some random steps of a batch."""
    generator = np.random.default_rng(0)
    styles = {}
    if architecture.labels:
        mixture = generator.dirichlet(np.ones(architecture.labels)).astype(np.float32)
        cell, styles = cell.styled(mixture), {"style": np.tile(mixture, (batch, 1))}
    state = cell.initial_state(batch)
    zeros = np.zeros((architecture.layers, batch, architecture.hidden), dtype=np.float32)
    names = ["hidden", "cell"] if architecture.family == "lstm" else ["hidden"]
    fed = dict.fromkeys(names, zeros)
    most = 0.0
    least = 1 if architecture.boundary == "reset" else 0  # who uses the graph resets by giving zeros
    for _ in range(steps):
        ids = generator.integers(least, architecture.vocabulary_size, batch)
        state, expected = cell.step(ids, state)
        found, *after = session.run(["log_probs", *(f"new_{n}" for n in names)], {"ids": ids, **fed, **styles})
        fed = dict(zip(names, after, strict=True))
        most = float(np.maximum(most, np.abs(found - expected).max()))  # a NaN stays
    return most


__all__ = ["export_onnx"]
