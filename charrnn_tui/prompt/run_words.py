"""What is said of a training run, the same in every front end."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from charrnn_tui.prompt import words
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Finished, Sampled, Started

if TYPE_CHECKING:
    from charrnn_tui.prompt.runs import TrainingRun


def state(run: TrainingRun) -> str:
    """Its state in a word or two."""
    if run.finished is not None:
        return {"completed": "done", "early": "done early", "stopped": "stopped", "diverged": "diverged"}[
            run.finished.reason
        ]
    match run.state:
        case "starting":
            return "starting …"
        case "running":
            return "training"
        case "paused":
            return "paused"
        case "over":
            return "done"
        case "failed":
            return "failed"
        case "background":
            return "in the background"
        case _:
            assert_never(run.state)


def summary(run: TrainingRun | None) -> str:
    """How far a run is, in a few characters for a status row; '' where none goes on."""
    if run is None or not run.active:
        return ""
    return f"{'paused' if run.paused else 'training'} {run.share:.0%}"


def network(started: Started) -> str:
    """The network that is trained: LSTM 256, 301,000 parameters."""
    made_of = words.network(started.family, started.layers, started.hidden, started.order)
    return f"{made_of}, {started.parameters:,} parameters"


def references(losses: Mapping[str, float]) -> str:
    """What a loss is to be compared with, the best first: 5-gram 2.168, bigram 2.497, unigram 3.229, uniform 3.970."""
    ranked = sorted(losses.items(), key=lambda named: named[1])
    return ", ".join(f"{name} {loss:.3f}" for name, loss in ranked)


def corpus(started: Started) -> str:
    """What it learns from: names (7,166 items, 796 held out)."""
    unit = "item" if started.kind == "lines" else "character"
    learnt, held_out = words.count(started.training_items, unit), started.validation_items
    return f"{visible(started.corpus)} ({learnt}, {f'{held_out:,}' if held_out else 'none'} held out)"


def plan(started: Started) -> str:
    """How long and where: 53 steps, 1 epoch, 1 thread, seed 0."""
    where = words.count(started.threads, "thread") if started.device == "cpu" else started.device
    again = f", taken up at step {started.step:,}" if started.step else ""
    steps, epochs = words.count(started.total_steps, "step"), words.count(started.epochs, "epoch")
    return f"{steps}, {epochs}, {where}, seed {started.seed}{again}"


def samples(sampled: Sampled, temperature: float) -> str:
    """What the network says at the temperature nearest to the one asked for, in one row; '' where it says nothing."""
    sets = [s for s in sampled.samples if isinstance(s.get("temperature"), int | float) and s.get("texts")]
    if not sets:
        return ""
    nearest = min(sets, key=lambda s: abs(s["temperature"] - temperature))
    return " · ".join(visible(str(text)) for text in nearest["texts"])


def ending(finished: Finished) -> str:
    """How a run ended, in a sentence that begins with its name; safe for a terminal."""
    reached = f" Best: {found}." if (found := best(finished)) else ""
    return f"{visible(finished.name)}: {visible(finished.message)}{reached}"


def best(finished: Finished) -> str:
    """The least loss and where it was reached: 1.900 nats a character at step 950; '' for none. Of a network with
    labels, also what it is without one, and how often the label is told."""
    if not finished.best_step or not math.isfinite(finished.best_loss):
        return ""
    bare, right = finished.unlabelled_loss, finished.label_accuracy
    without = "" if bare is None else f" ({bare:.3f} without a label)"
    told = "" if right is None else f", the label told of {right:.0%} of held-out items"
    return f"{finished.best_loss:.3f} nats a character{without} at step {finished.best_step:,}{told}"


def ending_of(run: TrainingRun) -> str:
    """How a run that is over ended, also where it failed; '' while it goes on."""
    if run.finished is not None:
        return ending(run.finished)
    return f"Training failed: {visible(run.failure)}" if run.state == "failed" else ""


def how_to_resume(name: str) -> str:
    """What to do to take up a run that was stopped."""
    name = visible(name)
    return f"/train {name} here, or charrnn-tui train --resume {shlex.quote(name)}, goes on from there."
