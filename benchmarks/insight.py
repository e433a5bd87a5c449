"""How fast the lens answers, on the largest shipped network.

    python benchmarks/insight.py           about 20 seconds; a table against what is aimed at
    python benchmarks/insight.py --cpu     in processor seconds, for a machine that is busy otherwise
    python benchmarks/insight.py --json    one JSON object

Each figure is the best of several runs. What the screen adds (from a key to paint) is measured in benchmarks/screen.py.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from charrnn_tui.cells import blas
from charrnn_tui.insight.activations import activations, numpy_cell
from charrnn_tui.insight.context import context_curve
from charrnn_tui.insight.learnt_from import LearntFrom, learnt_from, spread
from charrnn_tui.insight.matches import matches, select_units
from charrnn_tui.insight.novelty import Memory, longest_common_run
from charrnn_tui.insight.passages import Kept, Passages
from charrnn_tui.insight.reading import continue_from, read
from charrnn_tui.insight.scores import distribution_at
from charrnn_tui.insight.units import find
from charrnn_tui.insight.what_mattered import what_mattered
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.text import load_corpus

CHARACTERS = 100_000
GHOST = 20
TEXT = 100


def largest(library: Library) -> Model:
    """The shipped network with the most weights."""
    infos = [e.info for e in library.entries() if e.shipped and e.info is not None]
    return library.open(max(infos, key=lambda info: info.architecture.parameters).name)


def best(work: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    """Seconds of the fastest run."""
    took = []
    for _ in range(runs):
        start = clock()
        work()
        took.append(clock() - start)
    return min(took)


def corpus(model: Model, learnt: LearntFrom) -> Passages:
    """100,000 characters that the model can read, no item twice: its own corpus, and words where that is shorter."""
    if learnt.kind == "stream":
        return learnt.passages(model, CHARACTERS)
    known = set(model.vocabulary.symbols)
    words = [word for word in load_corpus("words-en").items if set(word) <= known]
    own = sum(map(len, learnt.training))
    more = spread(words, CHARACTERS - own) if own < CHARACTERS else []
    return Passages.of_items(spread(list(dict.fromkeys([*learnt.training, *more])), CHARACTERS), model)


def read_plainly(model: Model, passages: Passages) -> None:
    """As many steps as the passages have characters, 48 at a time, nothing shared, nothing kept: the baseline."""
    cell = numpy_cell(model)
    state = cell.initial_state(48)
    for at in range(0, passages.characters - 47, 48):
        state = cell.advance(passages.ids[at : at + 48], state)


def measure(model: Model, clock: Callable[[], float]) -> Iterator[tuple[str, float, float | None]]:
    """(what, seconds, the aim in seconds or None), as they are measured."""
    learnt = learnt_from(model)
    text = "".join(islice(cycle(learnt.training or [learnt.text]), 40))[:TEXT]
    reading = read(model, text)

    def key() -> None:
        """A letter is typed: all of it read anew, the distribution, and the most probable text that follows."""
        typed = read(model, text[:12])
        distribution_at(model, typed, 12, SamplingSettings(0.8, top_k=10))
        continue_from(
            model.cell,
            model.vocabulary,
            typed.states[-1],
            typed.log_probs[-1],
            after=int(typed.read[-1]),
            kind=model.info.kind,
            settings=SamplingSettings(0),
            seed=0,
            max_length=GHOST,
        )

    passages = corpus(model, learnt)
    kept = Kept(model, passages)
    shown = activations(model, reading, ["hidden"])
    pattern = select_units(shown, 4, 5, 0.2, off_before=False)
    memory = Memory(model, learnt)
    memory.of(text)
    last = TEXT - 1
    long_corpus, run = "".join(learnt.training)[:50_000] * 20, text * 5
    items = f"{passages.characters:,} characters"
    held_out = learnt.validation or [learnt.held_out_text()]
    yield "ghost and distribution, a key", best(key, 20, clock), 0.005
    yield "all channels of 100 characters", best(lambda: activations(model, read(model, text)), 10, clock), None
    yield (
        "leave one out, 100 characters",
        best(lambda: what_mattered(model, reading, last, replaced=False), 10, clock),
        0.05,
    )
    yield (
        "drawn anew, 15 characters",
        best(lambda: what_mattered(model, reading, 15, left_out=False), 5, clock),
        None,
    )
    yield f"read plainly, {items}", best(lambda: read_plainly(model, passages), 2, clock), None
    yield f"find, {items}", best(lambda: find(model, passages), 3, clock), 2.0
    yield f"matches, {items}", best(lambda: matches(model, passages, pattern), 3, clock), 3.0
    find(model, passages, kept=kept)
    yield "find again, another property", best(lambda: find(model, passages, ["/an$/"], kept=kept), 3, clock), None
    yield "matches again, another range", best(lambda: matches(model, passages, pattern, kept=kept), 3, clock), None
    yield "context, 1,000 places", best(lambda: context_curve(model, held_out), 1, clock), None
    yield "novelty of an item", best(lambda: memory.of(text[:8]), 5, clock), None
    yield "longest run, 500 in 1,000,000", best(lambda: longest_common_run(run, long_corpus), 1, clock), None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    blas.set_threads(1)
    model = largest(Library())
    rows = measure(model, time.process_time if asked.cpu else time.perf_counter)
    if asked.json:
        print(json.dumps({"model": model.name, "seconds": {what: took for what, took, _ in rows}}, indent=2))
        return
    print(f"{model.name}: {model.info.architecture.describe()}, {'processor' if asked.cpu else 'wall'} time\n")
    for what, took, aim in rows:
        shown = f"{took * 1e3:10.1f} ms"
        print(f"{what:34}{shown}{'' if aim is None else f'   aim {aim * 1e3:7.0f} ms'}", flush=True)


if __name__ == "__main__":
    main()
