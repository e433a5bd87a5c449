"""`charrnn-tui step`: the numbers as a table and as JSON; what cannot be shown gets a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from charrnn_tui.insight.step import Steps
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SamplingSettings
from cli.conftest import Run, assert_sentence


@pytest.mark.usefixtures("toy_model")
def test_step_tells_what_the_engine_computes_and_sample_draws(run: Run) -> None:
    told = run("step", "Dei", "-m", "toy", "--seed", "5", "--temperature", "1", "--json")
    found = json.loads(told.out)
    steps = Steps(Library().open("toy"), "Dei", seed=5)
    step = steps.at(settings=SamplingSettings(temperature=1.0))
    assert [part["name"] for part in found["parts"]] == [part.name for part in step.parts]
    for told_part, part in zip(found["parts"], step.parts, strict=True):
        np.testing.assert_array_equal(told_part["values"], part.values)
    assert (found["ids"], found["place"], found["uniform"]) == (steps.reading.read.tolist(), 3, step.uniform)
    sampled = run("sample", "Dei", "-m", "toy", "--seed", "5", "--temperature", "1", "--max-length", "1")
    assert sampled.out.rstrip("\n") == "Dei" + found["drawn"]["symbol"]
    shown = run("step", "Dei", "-m", "toy", "--at", "1", "--seed", "5")
    assert "step 1 of 3: RNN of" in shown.out
    assert "reads D" in shown.out
    assert "x_and_h = torch.cat([x, h], dim=-1)" in shown.out
    assert_sentence(run("step", "Dei", "-m", "toy", "--layer", "2"), 1, "layers 1 to 1, not 2")
    assert_sentence(run("step", "Dei", "-m", "toy", "--at", "9"), 1, "no place 9")
