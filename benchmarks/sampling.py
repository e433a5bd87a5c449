"""How fast characters are drawn: a tutorial's loop, a loop that reads the whole prefix anew, and this program.

    python benchmarks/sampling.py            about 70 seconds; a table and its ratios
    python benchmarks/sampling.py --quick    a third of the time, rougher
    python benchmarks/sampling.py --cpu      in processor seconds of one thread, for a machine that is busy otherwise
    python benchmarks/sampling.py --json     one JSON object

All in one run, on LSTMs of one layer with the vocabulary of the shipped names model, at temperature 0.8. The networks
have random weights of the spread that trained ones have and never end an item, so that every way draws texts of the
same length; mixtures are of two such networks of equal size. Items of which something is asked come from the shipped
model, beside its plain ones. Each figure is the
best of several short runs: what the machine can do while nothing else disturbs it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice, repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from charrnn_tui.cells import Architecture, BatchCell, NumpyCell, blas
from charrnn_tui.cells.mixture import MixtureCell
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.model.library import DEFAULT_MODEL, Library
from charrnn_tui.sampling import SamplingSettings, Stream, sample_many
from charrnn_tui.sampling.constraints import Constraint
from charrnn_tui.text import Vocabulary
from networks import random_weights

UNITS = (64, 256, 512)
STREAMS = (1, 32, 1024)
LENGTH = 100
TEMPERATURE = 0.8
SETTINGS = SamplingSettings(TEMPERATURE)
Weights = dict[str, NDArray[np.float32]]
clock = time.perf_counter


def network(units: int) -> tuple[Architecture, Weights, Vocabulary]:
    """An LSTM that never ends an item."""
    vocabulary = Library().open(DEFAULT_MODEL).vocabulary
    architecture = Architecture("lstm", vocabulary.size, 32, units)
    weights = random_weights(architecture)
    weights["output.bias"][0] = -100
    return architecture, weights, vocabulary


def best(work: Callable[[], int], seconds: float) -> float:
    """Characters a second of the fastest of the runs that fit into some seconds (at least two)."""
    rates: list[float] = []
    end = time.perf_counter() + seconds
    while len(rates) < 2 or time.perf_counter() < end:
        start = clock()
        count = work()
        rates.append(count / (clock() - start))
    return max(rates)


class Tutorial:
    """A character network and its sampling loop as tutorials write them."""

    def __init__(self, architecture: Architecture, weights: Weights, vocabulary: Vocabulary) -> None:
        a = architecture
        self.embedding = nn.Embedding(a.vocabulary_size, a.embedding)
        self.cell = nn.LSTMCell(a.embedding, a.hidden)
        self.output = nn.Linear(a.hidden, a.vocabulary_size)
        self.itos = {0: "", **dict(enumerate(vocabulary.symbols, start=1))}
        self.hidden = a.hidden
        state = {name.replace("rnn.", "").replace("_l0", ""): torch.from_numpy(w) for name, w in weights.items()}
        self.cell.load_state_dict({n: w for n, w in state.items() if "_" in n})
        self.embedding.load_state_dict({"weight": state["embedding.weight"]})
        self.output.load_state_dict({"weight": state["output.weight"], "bias": state["output.bias"]})

    @torch.no_grad()
    def sample(self, length: int) -> str:
        h, c = torch.zeros(1, self.hidden), torch.zeros(1, self.hidden)
        x = torch.tensor([0])
        text = ""
        for _ in range(length):
            h, c = self.cell(self.embedding(x), (h, c))
            p = torch.softmax(self.output(h) / TEMPERATURE, dim=-1)
            x = torch.multinomial(p[0], 1)
            text += self.itos[int(x.item())]
        return text


class Rereading:
    """Reads the whole prefix anew for each character, as front ends of Transformers without a cache do."""

    def __init__(self, architecture: Architecture, weights: Weights) -> None:
        self.loop = CharRNNLoop(architecture)
        self.loop.load_state_dict({name: torch.from_numpy(w) for name, w in weights.items()})
        self.loop.eval()

    @torch.inference_mode()
    def sample(self, length: int) -> int:
        ids = torch.zeros(1, 1, dtype=torch.int64)
        for _ in range(length):
            log_probs, _ = self.loop(ids)
            p = torch.softmax(log_probs[0, -1] / TEMPERATURE, dim=-1)
            ids = torch.cat([ids, torch.multinomial(p, 1)[None]], dim=1)
        return length


def characters_of(tutorial: Tutorial) -> int:
    """How many it writes at once."""
    return len(tutorial.sample(LENGTH))


def one_stream(cell: BatchCell, vocabulary: Vocabulary, characters: int) -> int:
    """Streams of LENGTH characters one after the other."""
    count = 0
    for item in range(max(1, characters // LENGTH)):
        count += sum(1 for _ in Stream(cell, vocabulary, settings=SETTINGS, item=item, max_length=LENGTH))
    return count


def many_streams(cell: BatchCell, vocabulary: Vocabulary, streams: int, characters: int) -> int:
    """So many streams side by side, finished ones replaced."""
    n = max(2 * streams, characters // LENGTH)
    texts = sample_many(cell, vocabulary, repeat("", n), settings=SETTINGS, max_length=LENGTH, batch_size=streams)
    return sum(map(len, texts))


def machine_rates() -> dict[str, float]:
    """What the cores reach: multiply-adds a second of a large product, and bytes a second read by a matrix-vector."""
    square = np.ones((1024, 1024), dtype=np.float32)
    products = best(lambda: len(square @ square), 0.4) * square.size
    vector = np.ones(512, dtype=np.float32)
    small, large = np.ones((512, 512), dtype=np.float32), np.ones((512, 65536), dtype=np.float32)

    def read(matrix: NDArray[np.float32], times: int) -> int:
        for _ in range(times):
            vector @ matrix
        return times * matrix.nbytes

    return {
        "multiply_adds": products,
        "cache_bytes": best(lambda: read(small, 200), 0.4),
        "memory_bytes": best(lambda: read(large, 1), 0.4),
    }


def floor(architecture: Architecture, rates: dict[str, float]) -> dict[str, float]:
    """The least time of a step (seconds): weights read once for one stream, arithmetic for a full batch."""
    a = architecture
    weights = 4 * (a.operations - a.gates * a.hidden * a.embedding)  # the input weights are folded into a table
    return {
        "bytes": weights,
        "single": weights / rates["cache_bytes"],
        "bulk": (weights / 4) / rates["multiply_adds"],
    }


WAYS = ("in a style", "mixture of two", "blend of two")
"""How a network is steered, measured beside the same network left to itself."""


def steered(architecture: Architecture, weights: Weights, vocabulary: Vocabulary) -> dict[str, BatchCell]:
    """The network under two of 27 labels, and with a second one of its size mixed in: probabilities, or logarithms."""
    labelled = replace(architecture, labels=27)
    styled = NumpyCell(labelled, weights | {"labels.weight": random_weights(labelled)["labels.weight"]})
    other = random_weights(architecture, seed=1)
    other["output.bias"][0] = -100
    parts = [(NumpyCell(architecture, one), vocabulary) for one in (weights, other)]
    return {
        "in a style": styled.styled([0.5, 0.5, *[0.0] * 25]),
        "mixture of two": MixtureCell(parts, (0.7, 0.3)),
        "blend of two": MixtureCell(parts, (0.7, 0.3), blended=True),
    }


ASKED = {
    "common (*a)": Constraint(match="*a", unique=True),
    "rare (El*iel, 4:8, new)": Constraint(match="El*iel", length=(4, 8), new=True, unique=True),
}
"""What is asked of the shipped model's items: kept from plain draws, or searched."""


def constrained_items(seconds: float) -> dict[str, float]:
    """Items a second of the shipped model: plain ones, and different ones of which something is asked."""
    model = Library().open(DEFAULT_MODEL)
    n = 200

    def plain() -> int:
        return sum(1 for _ in model.sample(n, settings=SETTINGS))

    def asked(constraint: Constraint) -> int:
        return sum(1 for _ in islice(model.draws(constraint, settings=SETTINGS), n))

    rates = {"plain": best(plain, seconds)}
    return rates | {name: best(lambda c=c: asked(c), seconds) for name, c in ASKED.items()}  # type: ignore[misc]


def first_character() -> float:
    """Seconds from starting Python to the first character of the shipped model, the best of three."""
    code = f"import charrnn_tui as cr; next(cr.load({DEFAULT_MODEL!r}).stream('De'))"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as the program sets it
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        times.append(time.perf_counter() - start)
    return min(times)


def measure(scale: float, one_thread: bool) -> dict[str, object]:
    """All figures, in characters a second."""
    cores = 1 if one_thread else blas.idle_cores()
    torch.set_num_threads(cores)  # more threads than idle cores only wait for each other
    blas.set_threads(1)
    rates = machine_rates()
    results: dict[str, object] = {"idle_cores": cores, "first_character_seconds": first_character(), "rates": rates}
    for units in UNITS:
        architecture, weights, vocabulary = network(units)
        cell = NumpyCell(architecture, weights)
        tutorial, rereading = Tutorial(architecture, weights, vocabulary), Rereading(architecture, weights)
        some = int(2e5 / units)
        seconds = 1.2 * scale
        blas.set_threads(1)
        row: dict[str, object] = {
            "tutorial": best(partial(characters_of, tutorial), seconds),
            "rereading": best(partial(rereading.sample, LENGTH), seconds),
            "single": best(partial(one_stream, cell, vocabulary, some), seconds),
        }
        ways = steered(architecture, weights, vocabulary)
        steered_row = {name: best(partial(one_stream, way, vocabulary, some), seconds) for name, way in ways.items()}
        for streams in STREAMS:
            blas.set_threads(cores if streams > 256 else 1)
            characters = some * min(streams, 32)
            row[f"bulk {streams}"] = best(partial(many_streams, cell, vocabulary, streams, characters), seconds)
        for name, way in ways.items():
            steered_row[f"{name} 1024"] = best(partial(many_streams, way, vocabulary, 1024, some * 32), seconds)
        results[str(units)] = row
        results[f"steered {units}"] = steered_row
        results[f"floor {units}"] = floor(architecture, rates)
    blas.set_threads(cores)
    results["constrained"] = constrained_items(1.2 * scale)
    return results


def show(results: dict[str, object]) -> None:
    """The table."""
    rates: dict[str, float] = results["rates"]  # type: ignore[assignment]
    print(f"first character after start: {results['first_character_seconds']:.2f} s    (aim: 0.5)")
    print(f"cores used: {results['idle_cores']}; NumPy's products use as many at 1,024 streams, one thread otherwise")
    print(
        f"one core: {rates['multiply_adds'] / 1e9:.1f} G multiply-adds/s, "
        f"{rates['cache_bytes'] / 1e9:.0f} GB/s from cache, {rates['memory_bytes'] / 1e9:.0f} GB/s from memory\n"
    )
    print(f"{'characters a second':28}" + "".join(f"{f'LSTM-{u}':>12}" for u in UNITS))
    rows: list[dict[str, float]] = [results[str(u)] for u in UNITS]  # type: ignore[misc]
    floors: list[dict[str, float]] = [results[f"floor {u}"] for u in UNITS]  # type: ignore[misc]
    names = {"tutorial": "tutorial's loop", "rereading": "reading the prefix anew", "single": "one stream"}
    for name in rows[0]:
        print(f"{names.get(name, name + ' streams'):28}" + "".join(f"{row[name]:>12,.0f}" for row in rows))
    print()
    others: list[dict[str, float]] = [results[f"steered {u}"] for u in UNITS]  # type: ignore[misc]
    ratios: list[tuple[str, list[float]]] = [
        ("one stream / tutorial", [r["single"] / r["tutorial"] for r in rows]),
        ("one stream / reading anew", [r["single"] / r["rereading"] for r in rows]),
        ("1,024 streams / one stream", [r["bulk 1024"] / r["single"] for r in rows]),
        *(
            (f"{way} / {plain}", [o[f"{way}{bulk}"] / r[key] for o, r in zip(others, rows, strict=True)])
            for way in WAYS
            for plain, key, bulk in (("one stream", "single", ""), ("1,024 streams", "bulk 1024", " 1024"))
        ),
        ("floor, one stream (us)", [f["single"] * 1e6 for f in floors]),
        ("one stream (us)", [1e6 / r["single"] for r in rows]),
        ("floor, 1,024 streams (us)", [f["bulk"] * 1e6 for f in floors]),
        ("1,024 streams (us)", [1e6 / r["bulk 1024"] for r in rows]),
    ]
    for name, values in ratios:
        print(f"{name:30}" + "".join(f"{value:>12.2f}" for value in values))
    items: dict[str, float] = results["constrained"]  # type: ignore[assignment]
    print(f"\n{f'items of {DEFAULT_MODEL}':28}{'a second':>12}{'/ plain':>12}")
    for name, rate in items.items():
        print(f"{name:28}{rate:>12,.0f}{rate / items['plain']:>12.3f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Characters a second, against a tutorial's loop.")
    parser.add_argument("--quick", action="store_true", help="a third of the time, rougher")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--cpu", action="store_true", help="processor seconds of one thread instead of wall time")
    arguments = parser.parse_args()
    if arguments.cpu:
        global clock
        clock = time.process_time
    results = measure(0.3 if arguments.quick else 1.0, arguments.cpu)
    if arguments.json:
        print(json.dumps(results))
    else:
        show(results)


if __name__ == "__main__":
    main()
