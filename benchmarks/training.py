"""Useful characters a second in training: the tutorial's way, the fused loop padded, and this trainer, in one run.

The same corpus, network, batch size and optimiser settings for all three, no dropout; they take turns, and a ratio is
the median of those within a turn, so that whatever else the machine does harms them alike. Useful characters are those
that a loss counts: the next characters and the ends of items, not the padding. The tutorial itself takes 32 items at
once; that is measured as well and told apart, since with a larger batch everybody is faster.

    python benchmarks/training.py [--threads N] [--seconds S] [--corpus NAME_OR_FILE]
    python benchmarks/training.py --auto --seconds 20 --turns 3
    python benchmarks/training.py --instruments quick --turns 3
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.through_time.loss import count_targets, inputs_of, next_character_loss
from charrnn_tui.cells.torch_cell import TorchCell, TorchState, make_cell, rnn_loop
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.model.library import Library
from charrnn_tui.text import PAD, Vocabulary, load_corpus, split_by_hash, to_matrix
from charrnn_tui.training.plan.recipe import Precision, Recipe
from charrnn_tui.training.plan.threads import available_cores
from charrnn_tui.training.run.data import Batch, LinesData
from charrnn_tui.training.run.thread_tuner import candidates
from charrnn_tui.training.run.trainer import Trainer

BATCH = 128
TUTORIALS_BATCH = 32
EMBEDDING = 32


def product_speed(rows: int, inner: int, columns: int) -> float:
    """Multiply-adds a second of a plain matrix product of a size, the best of some."""
    a, b = torch.randn(rows, inner), torch.randn(inner, columns)
    best = 0.0
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(10):
            a @ b
        best = max(best, 10 * rows * inner * columns / (time.perf_counter() - start))
    return best


class Padded:
    """Every batch padded to the corpus's longest item, shuffled, plain Adam: how a tutorial trains."""

    def __init__(
        self, lines: list[str], vocabulary: Vocabulary, network: nn.Module, step_wise: bool, batch: int = BATCH
    ) -> None:
        self.lines, self.vocabulary, self.batch = lines, vocabulary, batch
        self.network, self.step_wise = network, step_wise
        self.longest = max(map(len, lines))
        self.optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
        self.rng = np.random.default_rng(0)

    def step(self) -> int:
        """One update; its useful characters."""
        chosen = [self.lines[i] for i in self.rng.integers(0, len(self.lines), self.batch)]
        matrix, _ = to_matrix(chosen, self.vocabulary, self.longest)
        ids = torch.from_numpy(matrix).long()
        inputs = inputs_of(ids)
        if self.step_wise:
            assert isinstance(self.network, TorchCell)
            log_probs = rnn_loop(self.network, inputs)
        else:
            log_probs = self.network(inputs)[0]
        count = count_targets(ids)
        loss = next_character_loss(log_probs, ids) / count
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        self.optimiser.step()
        return count


class TorchsLayers(CharRNNLoop):
    """The network through `nn.RNN`, `nn.GRU` and `nn.LSTM` alone, as the tutorial's second half has it."""

    def forward(
        self, ids: torch.Tensor, state: TorchState | None = None, mixture: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, TorchState]:
        """ids [batch, time] -> log P(next) [batch, time, vocabulary], and no state: every item begins anew."""
        hidden = self.rnn(self.embedding(ids.t()))[0].transpose(0, 1)
        return torch.log_softmax(self.output(hidden), dim=-1), TorchState(torch.empty(0))


class Ours:
    """This project's trainer, step by step, as a run does it: buckets, fused AdamW, clipping, weight averaging."""

    def __init__(
        self, corpus: str, architecture: Architecture, folder: Path, threads: int, precision: Precision
    ) -> None:
        a = architecture
        recipe = Recipe(
            name="benchmark",
            corpus=corpus,
            kind="lines",
            family=a.family,
            hidden=a.hidden,
            embedding=a.embedding,
            layers=a.layers,
            dropout=0.0,
            weight_dropout=0.0,
            batch_size=BATCH,
            threads=threads,
            precision=precision,
            epochs=1e5,
        )
        self.trainer = Trainer(recipe, folder / "benchmark", library=Library(user=folder))
        data = self.trainer.parts.data
        assert isinstance(data, LinesData)
        data._batch_size = BATCH  # it would take fewer items of a short list at once
        self.batches: Iterator[Batch] = self.trainer.parts.batches()

    def step(self) -> int:
        """One update; its useful characters."""
        batch = next(self.batches)
        self.trainer.update(batch)
        return count_targets(batch.ids)


def useful_per_second(step: Callable[[], int], seconds: float) -> float:
    """Characters a second over one turn."""
    start = time.perf_counter()
    characters = 0
    while (elapsed := time.perf_counter() - start) < seconds:
        characters += step()
    return characters / elapsed


CHILD = """
import sys, time, tempfile
from pathlib import Path
from charrnn_tui.training.plan.threads import bound_spinning
bound_spinning()
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Precision, Recipe
from charrnn_tui.training.run.trainer import Trainer
with tempfile.TemporaryDirectory() as folder:
    user = Path(folder)
    recipe = Recipe(name="b", corpus=sys.argv[1], kind="lines", family="lstm", layers=2, hidden=64, embedding=32,
                    precision="float32", threads=int(sys.argv[2]), epochs=1e5)
    trainer = Trainer(recipe, user / "b", library=Library(user=user))
    batches, start, characters = trainer.parts.batches(), time.perf_counter(), 0
    while time.perf_counter() - start < float(sys.argv[3]):
        batch = next(batches)
        trainer.update(batch)
        characters += batch.count
    print(characters / (time.perf_counter() - start))
"""


def threads_auto(corpus: str, seconds: float, turns: int, cores: int) -> None:
    """Time of "auto" against that of the best fixed number of threads, alone and beside one busy loop a core.

    An LSTM of 2 x 64 units, whose threads hurt most where cores are shared. Trials are included.
    """

    def speed(threads: int) -> float:
        command = [sys.executable, "-c", CHILD, corpus, str(threads), str(seconds)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    numbers = [0, *candidates(cores)]
    for busy in (0, cores):
        loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            rows = np.array([[speed(threads) for threads in numbers] for _ in range(turns)])
        finally:
            for loop in loops:
                loop.kill()
        fixed = ", ".join(f"{n}: {s:,.0f}" for n, s in zip(numbers[1:], np.median(rows[:, 1:], axis=0), strict=True))
        best = 1 + int(np.median(rows[:, 1:], axis=0).argmax())
        ratio = np.median(rows[:, best] / rows[:, 0])
        print(
            f"threads, {busy} busy loops beside it: {fixed} characters/s; the best takes 1/{ratio:.2f} of auto's time"
        )


WHOLE_RUN = """
import sys, tempfile, time
from pathlib import Path
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import PRESETS, Recipe
from charrnn_tui.training.run import inside, trainer
if sys.argv[2] == "off":
    inside.InsideView.look = lambda self, weights: []
    trainer.reference_losses = lambda data: {}
    trainer.Evaluator.is_early = lambda self: False
with tempfile.TemporaryDirectory() as folder:
    recipe = PRESETS[sys.argv[3]].apply(Recipe(name="b", corpus=sys.argv[1], kind="lines", threads=1), "lines")
    run = trainer.Trainer(recipe, Path(folder) / "b", library=Library(user=Path(folder)))
    start = time.process_time()
    for _ in run.run():
        pass
    print(time.process_time() - start)
"""


def instruments(corpus: str, preset: str, turns: int) -> None:
    """Processor time of whole runs with what is told of them (comparisons, first steps, the inside) against without."""

    def spent(how: str) -> float:
        command = [sys.executable, "-c", WHOLE_RUN, corpus, how, preset]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    ratios = [spent("on") / spent("off") for _ in range(turns)]
    print(f"{corpus}, {preset}: with instruments {np.median(ratios):.3f} of the time without ({ratios})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=0.25, help="of one turn")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--corpus", default="names")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--auto", action="store_true", help="measure only how well the number of threads is chosen")
    parser.add_argument("--instruments", metavar="PRESET", help="measure only what the instruments of a run cost")
    arguments = parser.parse_args()
    if arguments.instruments:
        instruments(arguments.corpus, arguments.instruments, arguments.turns)
        return
    if arguments.auto:
        threads_auto(arguments.corpus, arguments.seconds, arguments.turns, available_cores())
        return
    lines = split_by_hash(load_corpus(arguments.corpus, kind="lines").items)[0]
    vocabulary = Vocabulary.from_texts(lines)
    longest, mean = max(map(len, lines)) + 1, sum(map(len, lines)) / len(lines) + 1
    print(f"{arguments.corpus}: {len(lines)} items, {mean:.1f} characters on average, {longest} at most, ends counted")
    print(f"batch {BATCH}, embedding {EMBEDDING}, {arguments.threads} threads, torch {torch.__version__}")
    print(
        f"{'':10}{'tutorial':>12}{'padded':>12}{'ours':>12}{'ours bf16':>12}{'tutorial 32':>12}"
        "   ratios to the tutorial's; ours as a share of the floor's speed"
    )
    for size in arguments.sizes:
        for family in ("rnn", "gru", "lstm"):
            architecture = Architecture(family, vocabulary.size, EMBEDDING, size)
            with tempfile.TemporaryDirectory() as folder:
                torch.manual_seed(0)
                ways: list[Padded | Ours] = [
                    Padded(lines, vocabulary, make_cell(architecture), step_wise=True),
                    Padded(lines, vocabulary, TorchsLayers(architecture), step_wise=False),
                    Ours(arguments.corpus, architecture, Path(folder) / "a", arguments.threads, "float32"),
                    Ours(arguments.corpus, architecture, Path(folder) / "b", arguments.threads, "bfloat16"),
                    Padded(lines, vocabulary, make_cell(architecture), step_wise=True, batch=TUTORIALS_BATCH),
                ]
                torch.set_num_threads(arguments.threads)
                turns = np.array(
                    [
                        [useful_per_second(way.step, arguments.seconds) for way in ways]
                        for _ in range(arguments.turns + 1)
                    ]
                )[1:]  # the first turn warms up
            # The floor: multiply-adds of one step of a batch (forward and backward) at a plain product's speed.
            rows = architecture.gates * size
            floor = product_speed(BATCH, EMBEDDING + size, rows) / (3 * architecture.operations)
            speeds = "".join(f"{speed:12,.0f}" for speed in np.median(turns, axis=0))
            padded, ours, narrow = np.median(turns[:, 1:4] / turns[:, :1], axis=0)
            to_small = max(np.median(turns[:, 2:4] / turns[:, 4:], axis=0))
            share = np.median(turns[:, 2]) / floor
            print(
                f"{family:5}{size:4} {speeds}   padded {padded:.1f}x, ours {ours:.1f}x, bf16 {narrow:.1f}x"
                f"   to its batch of {TUTORIALS_BATCH}: {to_small:.1f}x   {share:.0%}",
                flush=True,
            )


if __name__ == "__main__":
    assert PAD == -1
    main()
