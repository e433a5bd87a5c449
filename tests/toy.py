"""A small network made by hand, not trained: it writes words from the bigrams of a few names, and ends them.

Hidden unit i stands for symbol i: the recurrent part is switched off, so the state is the last symbol read and the
output layer holds log-bigram counts. What it will say can be computed on paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from charrnn_tui.cells import Architecture
from charrnn_tui.model import LINES, WEIGHTS, ModelInfo, write_info
from charrnn_tui.text import Kind, Vocabulary, split_by_hash, text_hashes

NAMES = (
    "Anna",
    "Annelie",
    "Bo",
    "Deepak",
    "Deirdre",
    "Delia",
    "Denise",
    "Elena",
    "Hanna",
    "Lena",
    "Liane",
    "Nadia",
    "Ned",
)


def toy_info(name: str = "toy", lines: Sequence[str] = NAMES, kind: Kind = "lines") -> ModelInfo:
    """The description that goes with `toy_weights`."""
    vocabulary = Vocabulary.from_texts(lines)
    training, validation = split_by_hash(lines)
    return ModelInfo(
        name,
        Architecture("rnn", vocabulary.size, vocabulary.size, vocabulary.size),
        vocabulary,
        kind,
        corpus={
            "name": "toy names",
            "items": len(training),
            "validation_items": len(validation),
            "characters": sum(map(len, training)),
            "symbols": len(vocabulary.symbols),
            "longest": max(map(len, lines)),
        },
        results={
            "validation_loss": 1.5,
            "training_loss": 1.4,
            "step": 100,
            "epoch": 3.0,
            "seconds": 1.0,
            "finished": True,
        },
        created="2026-01-01T00:00:00+00:00",
    )


def toy_weights(lines: Sequence[str] = NAMES) -> dict[str, np.ndarray]:
    """Weights of a vanilla RNN that knows bigrams only."""
    vocabulary = Vocabulary.from_texts(lines)
    v = vocabulary.size
    counts: Counter[tuple[int, int]] = Counter()
    for line in lines:
        counts.update(pairwise([0, *vocabulary.encode(line).tolist(), 0]))
    table = np.full((v, v), 0.01)
    for (a, b), n in counts.items():
        table[a, b] += n
    log_probs = np.log(table / table.sum(axis=1, keepdims=True))
    sharp = np.tanh(3.0)
    return {
        "embedding.weight": (3.0 * np.eye(v)).astype(np.float32),
        "rnn.weight_ih_l0": np.eye(v, dtype=np.float32),
        "rnn.weight_hh_l0": np.zeros((v, v), dtype=np.float32),
        "rnn.bias_ih_l0": np.zeros(v, dtype=np.float32),
        "rnn.bias_hh_l0": np.zeros(v, dtype=np.float32),
        "output.weight": np.ascontiguousarray((log_probs / sharp).T.astype(np.float32)),
        "output.bias": np.zeros(v, dtype=np.float32),
    }


def write_toy_model(
    folder: Path, name: str, lines: Sequence[str] = NAMES, kind: Kind = "lines", labels: Sequence[str] = ()
) -> Path:
    """A whole model folder; with `labels`, each of which makes it write as if the symbol of its place stood before."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, info = toy_weights(lines), toy_info(name, lines, kind)
    if labels:
        info = replace(info, architecture=replace(info.architecture, labels=len(labels)), labels=tuple(labels))
        weights["labels.weight"] = 2.0 * np.eye(len(labels), info.vocabulary.size, 1, dtype=np.float32)
    save_file(weights, folder / WEIGHTS)
    training, validation = split_by_hash(lines)
    save_file({"training": text_hashes(training), "validation": text_hashes(validation)}, folder / LINES)
    write_info(folder, info)
    return folder
