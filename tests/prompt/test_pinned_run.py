"""The pinned run: kept by its model's name, read from its record, told beside the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from charrnn_tui.files import paths
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import pinned_run
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.tui.content import training_rows
from charrnn_tui.tui.widgets.loss_chart import horizontal

ROWS = [
    {"step": step, "epoch": step / 100, "training_loss": 2.0, "validation_loss": loss, "elapsed": step / 10}
    for step, loss in ((100, 2.6), (200, 2.25))
]


def test_it_is_there_in_the_next_sitting_until_it_is_unpinned(home: Path, toy_model: Path) -> None:
    library = Library()
    assert pinned_run.recall(library) is None
    damaged = '{"step": 150, "validation_loss": "x"}\n{"step": 170, "epo'
    (toy_model / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS) + damaged)
    pinned_run.remember(toy_model.name)
    pinned = pinned_run.recall(library)
    assert pinned is not None
    assert pinned.best is not None
    assert [(e.step, e.validation_loss) for e in pinned.evaluations] == [(100, 2.6), (200, 2.25)]
    assert horizontal(pinned, 150, "steps") == 150
    assert horizontal(pinned, 150, "epochs") == pytest.approx(1.5)
    assert horizontal(pinned, 150, "seconds") == pytest.approx(15)
    latest, other = TrainingRun("latest"), TrainingRun(pinned.name)
    assert pinned_run.with_pinned([other, latest], pinned) == ([latest], pinned)
    assert pinned_run.with_pinned([latest, other], pinned) == ([latest, other], None)
    told = training_rows.losses([latest], pinned).plain
    assert f"◈ {pinned.name} 2.250 pinned" in told
    for shown in (False, True):
        actions = training_rows.actions(pinned, training_rows.ChartView(horizontal="seconds"), shown).plain
        assert ("◈ unpin" in actions) is shown
        assert max(map(cell_len, actions.split("\n"))) <= 42
    for wrong in ("", "[]", '{"model": 5}', '{"model": "../x"}', '{"model": "gone"}'):
        paths.pinned_run().write_text(wrong)
        assert pinned_run.recall(library) is None
    pinned_run.remember(None)
    assert not paths.pinned_run().exists()
