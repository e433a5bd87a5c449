"""What `evaluate` says is what the model says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from charrnn_tui.model.library import Library
from cli.conftest import Run


def test_json_has_the_values_of_the_model(run: Run, toy_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "held.txt"
    file.write_text("Anna\nLena\n")
    outcome = run("evaluate", "toy", str(file), "--json")
    assert outcome.code == 0, outcome
    row = json.loads(outcome.out)
    expected = Library().open("toy").evaluate(["Anna", "Lena"])
    assert row["perplexity"] == pytest.approx(expected.perplexity)
    assert (row["model"], row["kind"], row["items"]) == ("toy", "lines", 2)
