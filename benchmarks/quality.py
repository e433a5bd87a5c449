"""How good the presets are, and how soon: makemore's names by its own split, and Tiny Shakespeare.

    python benchmarks/quality.py names.txt tinyshakespeare.txt [--presets quick balanced best] [--json]

The two texts are not part of the project: makemore's `names.txt` (32,033 lines) and Tiny Shakespeare (1,115,394
characters), as others report on them. Nothing is chosen on the test part: the best weights are those of the lowest
loss on a validation part taken from the training side.

Names: torch seed 3407, randperm, the last 1,000 are the test, as makemore has it; mean cross-entropy in nats over all
characters, the end counted. The list repeats names, so some test items are also learnt from; `unseen` is the loss on
those that are not, which is what a list without repetitions would give.

Shakespeare: the last tenth is the test. `carried`: one pass with the state carried from the first character to the
last. `cold`: windows of 256 characters, each from an empty state, since others report those.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.model import WEIGHTS, Model, read_tensors
from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import PRESETS, PresetName, Recipe
from charrnn_tui.training.process.messages import Evaluated, Finished, Started
from charrnn_tui.training.run.trainer import Trainer
from charrnn_tui.training.update.network import load_weights

TEST_ITEMS = 1000
COLD_WINDOW = 256


def makemore_split(lines: list[str]) -> tuple[list[str], list[str]]:
    """(training, test), as makemore.py draws them."""
    torch.manual_seed(3407)
    order = torch.randperm(len(lines)).tolist()
    return [lines[i] for i in order[:-TEST_ITEMS]], [lines[i] for i in order[-TEST_ITEMS:]]


def train(recipe: Recipe, folder: Path) -> tuple[Model, dict[str, Any]]:
    """Train into a folder; the model and what to print of the run."""
    library = Library(user=folder)
    begun = time.perf_counter()
    trainer = Trainer(recipe, library.folder_for(recipe.name), library=library)
    facts: dict[str, Any] = {}
    for event in trainer.run():
        if isinstance(event, Started):
            facts |= {"parameters": event.parameters, "threads": event.threads, "steps": event.total_steps}
        elif isinstance(event, Evaluated):
            facts["training_loss"] = round(event.training_loss, 4)
        elif isinstance(event, Finished):
            facts |= {"validation_loss": round(event.best_loss, 4), "steps_done": event.step}
    facts["seconds"] = round(time.perf_counter() - begun, 1)
    facts["precision"] = trainer.recipe.precision
    return library.open(recipe.name), facts


def names(path: Path, preset: PresetName, folder: Path) -> dict[str, Any]:
    """One preset on makemore's names."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    training, test = makemore_split(lines)
    corpus = folder / "training.txt"
    corpus.write_text("\n".join(training) + "\n", encoding="utf-8")
    recipe = PRESETS[preset].apply(
        Recipe(name=f"names-{preset}", corpus=str(corpus), kind="lines", validation_fraction=0.03), "lines"
    )
    model, facts = train(recipe, folder / "models")
    known = set(training)
    unseen = [line for line in test if line not in known]
    return {
        "corpus": "names",
        "preset": preset,
        "test": round(model.evaluate(test).nats_per_char, 4),
        "unseen": round(model.evaluate(unseen).nats_per_char, 4),
        "unseen_items": len(unseen),
        **facts,
    }


@torch.inference_mode()
def cold_windows(model: Model, text: str) -> float:
    """Mean loss over windows of 256 characters, each from an empty state; the first of each is read, not predicted."""
    assert model.folder is not None
    architecture = model.info.architecture
    assert isinstance(architecture, Architecture), "the presets train recurrent networks"
    network = CharRNNLoop(architecture).eval()
    load_weights(network, read_tensors(model.folder / WEIGHTS))
    ids = torch.from_numpy(model.vocabulary.encode(text)).long()
    count = (len(ids) - 1) // COLD_WINDOW
    inputs = ids[: count * COLD_WINDOW].view(count, COLD_WINDOW)
    targets = ids[1 : count * COLD_WINDOW + 1].view(count, COLD_WINDOW)
    log_probs, _ = network(inputs)
    return float(torch.nn.functional.nll_loss(log_probs.flatten(0, 1), targets.flatten()))


def shakespeare(path: Path, preset: PresetName, folder: Path) -> dict[str, Any]:
    """One preset on Tiny Shakespeare."""
    text = path.read_text(encoding="utf-8")
    cut = int(0.9 * len(text))
    corpus = folder / "training.txt"
    corpus.write_text(text[:cut], encoding="utf-8")
    test = text[cut:]
    recipe = PRESETS[preset].apply(
        Recipe(name=f"shakespeare-{preset}", corpus=str(corpus), kind="stream", validation_fraction=0.03), "stream"
    )
    model, facts = train(recipe, folder / "models")
    return {
        "corpus": "shakespeare",
        "preset": preset,
        "carried": round(model.evaluate_text(test).nats_per_char, 4),
        "cold": round(cold_windows(model, test), 4),
        **facts,
    }


def main() -> None:
    """Measure and print a line a preset."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", type=Path)
    parser.add_argument("shakespeare", type=Path, nargs="?")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    parser.add_argument("--json", action="store_true", help="one object a line")
    arguments = parser.parse_args()
    for measure, path in ((names, arguments.names), (shakespeare, arguments.shakespeare)):
        if path is None or not path.exists():
            continue
        for preset in arguments.presets:
            with tempfile.TemporaryDirectory() as folder:
                result = measure(path, preset, Path(folder))
            if arguments.json:
                print(json.dumps(result), flush=True)
            else:
                print("  ".join(f"{k} {v}" for k, v in result.items()), flush=True)


if __name__ == "__main__":
    main()
